#!/bin/sh
# Make sure of what the tests need from the system: a Chromium. Told "--or-say", only say what is missing.
set -eu
cd "$(dirname "$0")/.."

for name in chromium chromium-browser google-chrome; do
    command -v "$name" >/dev/null && exit 0
done
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo 'install: Chromium is missing, apt brings it (some minutes)' >&2
    sh ops/apt.sh chromium && exit 0
    echo 'install: apt could not bring Chromium (see `apt-get install chromium`).' >&2
else
    echo 'install: the browser tests need Chromium: run `sudo apt install chromium`, or what your system has for it.' >&2
fi
[ "${1:-}" = --or-say ]
