"""
The server, its memory left readable by its own user: for the proof that it holds no address, which nobody can look for in a hardened one.

A program of its own rather than an option of the command line, so that nobody leaves it on:
``python -m chat.privacy.leaks.readable FILE``, with the settings of a copy that is thrown away afterwards.
"""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

from chat import server
from chat.privacy import logs
from chat.privacy.hardening import Unsafe
from chat.settings import load


def main(config: Path) -> None:
    """Serve with the settings in ``config``, until SIGTERM."""
    settings = load(config, os.environ, {})
    logs.configure(settings.log_level)
    try:
        asyncio.run(server.serve(settings, readable=True))
    except Unsafe as exc:
        server.fail(str(exc))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
