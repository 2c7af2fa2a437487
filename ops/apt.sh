#!/bin/sh
# Install Debian packages without questions, and with a look at the mirrors only where the lists are missing or old.
set -eu
export DEBIAN_FRONTEND=noninteractive
install() {
    apt-get install -y -qq --no-install-recommends -o DPkg::Lock::Timeout=120 "$@" >/dev/null
}
install "$@" 2>/dev/null || { apt-get update -qq && install "$@"; }
