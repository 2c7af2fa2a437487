"""
A hub in the test's own process, on a store of its own: for what depends on the order of two steps, which no client can arrange.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

from chat.moderation.office import Office
from chat.moderation.pipeline import screen
from chat.people.masters import Masters
from chat.rooms.hub import Hub
from chat.rooms.member import Member
from chat.rooms.room import Room
from chat.settings import Settings
from chat.store.commands import Store
from chat.store.hold import Role
from chat.store.valkey import embedded
from chat.verdict import Screen, Strictness
from tests.clients import PATIENCE_SECONDS, Bare, Frame, close_all, some_name, unframed

ROOM = "salon"


class Guest:
    """A client at one end of a pair of sockets, and the member at the other."""

    def __init__(self, bare: Bare, member: Member) -> None:
        self.bare = bare
        self.member = member
        self.frames: list[Frame] = []

    def send(self, frame: Frame) -> None:
        self.bare.text(frame)

    async def receive(self) -> Frame:
        """Receive one frame of text, a close frame as `{"type": "close", "code", "reason"}`; EOFError at the end."""
        opcode, payload = await self.bare.receive()
        frame = unframed(opcode, payload)
        self.frames.append(frame)
        return frame

    async def until(self, wanted: Callable[[Frame], bool]) -> Frame:
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not wanted(frame := await self.receive()):
                pass
        return frame

    async def hears(self, text: str) -> Frame:
        return await self.until(lambda frame: frame.get("text") == text)

    async def closed(self) -> int:
        """Receive until the goodbye, which is answered; its code."""
        code = (await self.until(lambda frame: frame["type"] == "close"))["code"]
        self.bare.write(self.bare.frame(8, int(code).to_bytes(2, "big")))
        return int(code)

    @property
    def offsets(self) -> list[int]:
        return [frame["offset"] for frame in self.frames if frame["type"] in ("said", "withdrawn")]


class House:
    """The hub, and what happens around it."""

    def __init__(self, hub: Hub, office: Office) -> None:
        self.hub = hub
        self.office = office
        self.ask = hub.store.ask
        self._ours: list[socket.socket] = []

    async def arrives(self, room: str = ROOM, early: bytes = b"", **options: int) -> Guest:
        """Open a connection to ``room``, saying nothing yet; ``options`` of the server's end, such as ``SO_SNDBUF``."""
        ours, theirs = socket.socketpair()
        self._ours.append(ours)
        before = set(self.hub.members)
        self.hub.receive(ours, early, room)
        for name, value in options.items():
            ours.setsockopt(socket.SOL_SOCKET, getattr(socket, name), value)
        (member,) = self.hub.members - before
        theirs.setblocking(False)
        reader, writer = await asyncio.open_connection(sock=theirs)
        return Guest(Bare.over(reader, writer), member)

    async def enters(self, room: str = ROOM, **hello: Any) -> Guest:
        """Enter ``room`` and be welcomed; the welcome is the first of the guest's frames."""
        guest = await self.arrives(room)
        guest.send({"type": "hello", "pseudonym": some_name(), **hello})
        assert (await guest.receive())["type"] == "welcome", guest.frames
        return guest

    async def says(self, text: str, room: str = ROOM) -> None:
        """Have something said in ``room``, as if at another process."""
        guest = await self.enters(room)
        guest.send({"type": "say", "ref": "x", "text": text})
        assert (await guest.until(lambda frame: frame.get("ref") == "x"))["type"] == "accepted"
        guest.bare.writer.close()

    async def emptied(self) -> None:
        """Wait until the server's ends are closed, those included that linger."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while any(ours.fileno() >= 0 for ours in self._ours):
                await asyncio.sleep(0.01)

    def room(self, slug: str = ROOM) -> Room:
        return self.hub.rooms[slug]


@contextlib.asynccontextmanager
async def house(
    folder: Path, *rooms: str, screen: Screen = screen, strictness: Strictness = "standard", **settings: Any
) -> AsyncIterator[House]:
    """
    Run a hub and a moderators' office on a store in ``folder``, with room `salon` and ``rooms``.

    Its beat is slow enough for tests to be it.
    """
    options = Settings(**{"admission": "open", "presence_seconds": 60, **settings})
    async with embedded(folder / "data", role=Role.SERVE) as url, contextlib.AsyncExitStack() as stack:
        store = Store(url, options.store_timeout_seconds)
        stack.push_async_callback(store.close)
        office = Office(options, store)
        hub = Hub(options, store, Masters(bytes(32)), lambda: False, screen, office.opened)
        for slug in (ROOM, *rooms):
            await hub.registry.add(slug, title=slug, format="salon", strictness=strictness)
        await office.open()
        stack.push_async_callback(office.close)
        await hub.open()
        running = House(hub, office)
        stack.push_async_callback(running.emptied)
        stack.push_async_callback(hub.drain)
        stack.push_async_callback(close_all)
        yield running
