#!/bin/sh
# Install Sans Masque into .venv from the lock file. `make install` calls it, and only when something changed.
# It asks the system for nothing but Python 3.11 or newer; uv is taken from PATH, else put into .venv.
set -eu
cd "$(dirname "$0")/.."

stop() {
    printf 'install: %s\n' "$*" >&2
    exit 1
}

find_python() {
    for name in python3 python3.14 python3.13 python3.12 python3.11; do
        if "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            command -v "$name"
            return
        fi
    done
    stop 'there is no Python 3.11 or newer. Install one (on Debian or Ubuntu: apt install python3 python3-venv), then try again.'
}

# Debian ships Python without what makes environments.
make_venv() {
    python=$(find_python)
    if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
        if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
            echo 'install: python3-venv is missing, apt brings it' >&2
            sh ops/apt.sh python3-venv
        else
            stop 'this Python can make no environment. Run `sudo apt install python3-venv` (or install uv), then try again.'
        fi
    fi
    "$python" -m venv --clear .venv || stop '.venv could not be made. Remove the folder .venv and try again.'
}

# The version that pyproject.toml asks for is checked by uv itself; an older one on PATH is passed over.
find_uv() {
    for candidate in uv .venv/bin/uv; do
        if "$candidate" --quiet lock --check-exists >/dev/null 2>&1; then
            command -v "$candidate"
            return
        fi
    done
}

uv=$(find_uv)
if [ -z "$uv" ]; then
    [ -x .venv/bin/pip ] || make_venv
    .venv/bin/pip install --quiet --disable-pip-version-check --require-hashes --requirement ops/uv.txt ||
        stop 'uv could not be installed. Is the network there? Try again, or install uv yourself.'
    uv=.venv/bin/uv
fi

# Compiled once here rather than at each start, where the folder may be read-only.
"$uv" sync --locked --all-extras --compile-bytecode --quiet ||
    stop 'what uv.lock names could not be installed (see above). Is the network there, and 1 GB of disk? Try again.'
touch .venv/.installed
