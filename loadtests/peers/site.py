"""Where a peer is run."""

from __future__ import annotations

import sys
from pathlib import Path

from msgspec import Struct

PEERS_FOLDER = Path(__file__).parent
PYTHON = sys.executable


class Site(Struct, frozen=True):
    """A free port of 127.0.0.1, an empty folder, and the port of a Valkey for the peers that want a bus."""

    port: int
    scratch: Path
    bus: int | None
