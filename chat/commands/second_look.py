"""
The process of the second look: ``python -m chat.commands.second_look``, started by the server and by nobody else.

The settings come as JSON on the standard input, and where the store is. It reads until its input ends, which it does with the server.
"""

from __future__ import annotations

import asyncio
import contextlib
import sys
from pathlib import Path

import msgspec
import structlog

from chat.moderation import wordlists
from chat.moderation.model import Model, ModelAbsent, ModelUnusable
from chat.moderation.pipeline import screening
from chat.moderation.second_look import read_on, warm
from chat.privacy import logs
from chat.privacy.hardening import harden
from chat.watch import UNUSABLE, Told

log = structlog.get_logger()


def main() -> int:
    told = msgspec.json.decode(sys.stdin.buffer.readline(), type=Told)
    logs.configure(told.settings.log_level)
    harden(readable=told.readable)
    try:
        model = Model.load(Path(told.settings.data))
    except (ModelAbsent, ModelUnusable) as exc:
        log.error("second_look_unusable", why=str(exc))
        return UNUSABLE
    warm(model)
    asyncio.run(_until_alone(model, told))
    return 0


async def _until_alone(model: Model, told: Told) -> None:
    screen = screening(wordlists.load(Path(told.settings.data) / "words"))
    reading = asyncio.create_task(read_on(model, screen, told.url, told.settings))
    alone = asyncio.create_task(asyncio.to_thread(sys.stdin.buffer.read))
    await asyncio.wait({reading, alone}, return_when=asyncio.FIRST_COMPLETED)
    reading.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await reading


if __name__ == "__main__":
    sys.exit(main())
