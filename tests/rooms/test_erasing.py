"""Erasing somebody at the very moment at which they come in or say something."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

from chat.people.about import About, Rooms
from chat.store.commands import Reply, Script, Store
from chat.store.room_log import ENTER, SAY
from tests.dump import dump, everything
from tests.rooms.house import House, house


class Slow(Store):
    """A store that gets to run ``slow`` only once ``go`` is set; ``asked`` tells that somebody waits for it, ``done`` that it ran."""

    def __init__(self, url: str, slow: Script) -> None:
        super().__init__(url, 5.0)
        self._slow = slow
        self.asked, self.go, self.done = asyncio.Event(), asyncio.Event(), asyncio.Event()

    def run(self, script: Script, keys: Sequence[str], *args: bytes | str | int) -> asyncio.Future[Reply]:
        if script is not self._slow:
            return super().run(script, keys, *args)
        self.asked.set()
        return asyncio.get_running_loop().create_task(self._later(script, keys, *args))

    async def _later(self, script: Script, keys: Sequence[str], *args: bytes | str | int) -> Reply:
        await self.go.wait()
        reply = await super().run(script, keys, *args)
        self.done.set()
        return reply


@contextlib.asynccontextmanager
async def slow_house(folder: Path, slow: Script) -> AsyncIterator[tuple[House, Slow, About]]:
    """A house on a store that is slow at one script, and the way to be erased there."""
    async with house(folder, admission="open") as it:
        hub = it.hub
        hub.store = store = Slow(hub.store.url, slow)
        yield it, store, About(hub.sessions, [Rooms(hub.registry, hub.person_log, hub.settings, hub.receipts)])
        await store.close()


async def test_whoever_is_erased_between_being_known_and_being_seated_leaves_nothing(folder: Path) -> None:
    async with slow_house(folder, ENTER) as (it, store, about):
        token = (await it.hub.sessions.start()).token
        guest = await it.arrives()
        guest.send({"type": "hello", "session": token, "pseudonym": "Revenant"})
        await store.asked.wait()
        assert await about.erase(token) == 0
        store.go.set()
        assert (await guest.receive())["code"] == "session_ended"
        assert await guest.closed() == 4502
        assert b"Revenant" not in everything(dump(store.url))


async def test_what_was_on_its_way_when_its_author_was_erased_is_not_said(folder: Path) -> None:
    async with slow_house(folder, SAY) as (it, store, about):
        guest = await it.enters()
        guest.send({"type": "say", "ref": "r", "text": "une confidence"})
        await store.asked.wait()
        assert await about.erase(guest.frames[0]["you"]["session"]) == 0
        assert (await guest.until(lambda frame: frame["type"] == "error"))["code"] == "session_erased"
        assert await guest.closed() == 4502
        store.go.set()
        await store.done.wait()
        assert b"confidence" not in everything(dump(store.url))
