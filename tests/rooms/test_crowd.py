"""One loop writes to everybody: each gets its own frames first, whoever is slow or gone keeps nobody else waiting."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator

import pytest

from chat.rooms.connection import Connection
from chat.rooms.outbox import Crowd, Flusher, text_frame

LARGE = text_frame(bytes(60_000))


class Place:
    """A connection in a crowd, and the other end of its socket."""

    def __init__(self, crowd: Crowd, flusher: Flusher) -> None:
        ours, self.peer = socket.socketpair()
        self.connection = Connection(ours, flusher, frame_bytes=16_384, stall_bytes=262_144)
        self.behind = 0
        self.gone = False
        self._crowd = crowd
        self.connection.start(self, b"")
        crowd.add(self.connection)

    def received(self, text: str) -> None: ...

    def fell_behind(self) -> None:
        self.behind += 1

    def caught_up(self) -> None: ...

    def failed(self, error: Exception) -> None:
        raise error

    def lost(self) -> None:
        self.gone = True
        self._crowd.discard(self.connection)

    def read(self) -> bytes:
        self.peer.setblocking(False)
        data = b""
        while True:
            try:
                data += self.peer.recv(1 << 20)
            except BlockingIOError:
                return data


@pytest.fixture
async def places() -> AsyncIterator[tuple[Crowd, list[Place]]]:
    crowd, flusher = Crowd(), Flusher()
    all_of_them = [Place(crowd, flusher) for _ in range(3)]
    yield crowd, all_of_them
    for place in all_of_them:
        place.connection.abort()
        place.peer.close()


async def test_own_frame_leaves_before_the_rooms(places: tuple[Crowd, list[Place]]) -> None:
    crowd, (one, two, _) = places
    one.connection.send(b"own")
    crowd.write(b"room", b"")
    assert (one.read(), two.read()) == (text_frame(b"own") + b"room", b"room")
    await asyncio.sleep(0)
    crowd.write(b"more", b"")
    assert (one.read(), two.read()) == (b"more", b"more")


async def test_who_is_behind_gets_only_what_is_aside(places: tuple[Crowd, list[Place]]) -> None:
    crowd, (slow, quick, _) = places
    written = 0
    while not slow.behind:
        crowd.write(LARGE, b"")
        quick.read()
        written += 1
    crowd.write(b"numbered" + b"aside", b"aside")
    assert quick.read() == b"numberedaside"
    received = b""
    while slow.connection.rest:
        received += slow.read()
        await asyncio.sleep(0)
    assert received + slow.read() == LARGE * written + b"aside"
    crowd.write(b"caught up", b"")
    assert slow.read() == b"caught up"
    assert slow.behind == 1


async def test_who_is_gone_keeps_nobody_waiting(places: tuple[Crowd, list[Place]]) -> None:
    crowd, (gone, two, three) = places
    gone.peer.close()
    crowd.write(b"room", b"")
    assert gone.gone
    assert (two.read(), three.read()) == (b"room", b"room")
    crowd.write(b"more", b"")
    assert (two.read(), three.read()) == (b"more", b"more")


async def test_who_left_is_written_to_no_more(places: tuple[Crowd, list[Place]]) -> None:
    crowd, (left, two, _) = places
    crowd.discard(left.connection)
    left.connection.send(b"goodbye")
    crowd.write(b"room", b"")
    await asyncio.sleep(0)
    assert (left.read(), two.read()) == (text_frame(b"goodbye"), b"room")
