#!/bin/sh
# Make sure of what the tests need from the system. Told "--or-say", only say what is missing and go on.
set -eu
cd "$(dirname "$0")/.."

missing=
[ -x /usr/bin/chromium ] || missing="$missing chromium" # the browser's tests
command -v cc >/dev/null || missing="$missing gcc libc6-dev" # the load generator's
command -v redis-server >/dev/null || missing="$missing redis-server" # a store that is not ours, and speaks TLS
[ -n "$missing" ] || exit 0

if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "install: apt brings what the tests need beside:$missing (some minutes)" >&2
    # Unquoted: a list of packages.
    sh ops/apt.sh $missing && exit 0
    echo "install: apt could not bring it. See what it says to: apt-get install$missing" >&2
else
    echo "install: the tests need beside:$missing. Run: sudo apt install$missing" >&2
fi
[ "${1:-}" = --or-say ]
