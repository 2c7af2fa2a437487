"""
The server, its memory left readable by its own user: for the proof that it holds no address, which nobody can look for in a hardened one.

A program of its own rather than an option of the command line, so that nobody leaves it on: ``python -m chat.privacy.readable FILE``, with
the file of settings of a copy that is thrown away afterwards.
"""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

from chat import server
from chat.privacy import logs
from chat.settings import load


def main(config: Path) -> None:
    """Serve with the settings in ``config``, until SIGTERM."""
    settings = load(config, os.environ, {})
    logs.configure(settings.log_level)
    asyncio.run(server.serve(settings, readable=True))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
