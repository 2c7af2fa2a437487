"""A server in miniature, for what only another process can show: it owns a store until it is killed."""

import asyncio
import os
import sys
from pathlib import Path

import structlog

from chat.store.valkey import embedded


async def own(data: Path) -> None:
    """Own the store of ``data``, say its URL and this process's number, and stay."""
    async with embedded(data) as url:
        print(os.getpid(), url, flush=True)
        await asyncio.Event().wait()


if __name__ == "__main__":
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    asyncio.run(own(Path(sys.argv[1])))
