"""
Watch over the process of the second look: start it, start it again when it dies, end it with the server.

Nothing waits for it: a server without it serves, and the console says since when it is away.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
from collections.abc import AsyncIterator
from typing import Final

import msgspec
import structlog
from msgspec import Struct

from chat.settings import Settings
from chat.store import launch

RETRY_SECONDS: Final = (1.0, 60.0)  # the first pause before it is started again, and the longest
LIVED_SECONDS: Final = 60.0  # after which a death counts as the first
END_SECONDS: Final = 5.0
UNUSABLE: Final = 3  # its exit code where starting it again would change nothing

log = structlog.get_logger()


class Told(Struct, frozen=True):
    """What the process is told on its standard input; ``readable`` is for the proof alone."""

    url: str
    settings: Settings
    readable: bool = False


@contextlib.asynccontextmanager
async def second_look(told: Told) -> AsyncIterator[None]:
    """Have the process run for the time of the block, if the settings ask for it."""
    if not told.settings.second_look:
        yield
        return
    watching = asyncio.create_task(_watch(told))
    try:
        yield
    finally:
        watching.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await watching


async def _watch(told: Told) -> None:
    loop = asyncio.get_running_loop()
    pause = RETRY_SECONDS[0]
    while True:
        began = loop.time()
        code = await _live(told)
        if code == UNUSABLE:
            return  # it has said why
        if loop.time() - began > LIVED_SECONDS:
            pause = RETRY_SECONDS[0]
        log.warning("second_look_lost", code=code, again_in_seconds=pause)
        await asyncio.sleep(pause)
        pause = min(2 * pause, RETRY_SECONDS[1])


async def _live(told: Told) -> int:
    """Run the process until it ends; answers its exit code."""
    command = [sys.executable, "-m", "chat.commands.second_look"]
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-IS", launch.__file__, str(os.getpid()), *command),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.DEVNULL,
        start_new_session=True,  # a Ctrl+C in the terminal is for the server
    )
    assert process.stdin is not None
    try:
        process.stdin.write(msgspec.json.encode(told) + b"\n")
        return await process.wait()
    finally:
        await _end(process)


async def _end(process: asyncio.subprocess.Process) -> None:
    if process.returncode is not None:
        return
    with contextlib.suppress(ProcessLookupError):
        process.terminate()
    try:
        async with asyncio.timeout(END_SECONDS):
            await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()
