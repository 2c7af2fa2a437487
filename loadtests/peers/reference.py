"""The reference in C (``reference.c``): the least that a broadcast costs on this machine."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable

from loadtests.machine import compiled
from loadtests.peers.site import PEERS_FOLDER, Site


def command(mode: str) -> Callable[[Site], list[str]]:
    return lambda site: [_program(), str(site.port), mode]


def _program() -> str:
    return str(compiled("reference", PEERS_FOLDER / "reference.c", PEERS_FOLDER / "handshake.c"))


def edition() -> str:
    said = subprocess.run(["cc", "--version"], capture_output=True, text=True, check=True).stdout
    return said.splitlines()[0]


def lacks() -> str | None:
    return None if shutil.which("cc") else "needs a C compiler (cc: Debian's package gcc)"
