"""A fault of ours ends what it befell, resumably and with a word in the log; it is nobody else's."""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import signal
import socket
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from chat import metrics
from chat.rooms.connection import Connection
from chat.rooms.outbox import Flusher
from tests.clients import build_frame
from tests.rooms.house import ROOM, House, house


@pytest_asyncio.fixture
async def inside(folder: Path) -> AsyncIterator[House]:
    async with house(folder, "ailleurs") as running:
        yield running


class Fails:
    """Something that cannot write."""

    error: Exception | None = None

    def flush(self) -> None:
        raise KeyError("mot")

    def failed(self, error: Exception) -> None:
        self.error = error


class Writes:
    flushed = False

    def flush(self) -> None:
        self.flushed = True

    def failed(self, error: Exception) -> None:
        raise error


class Fragile:
    """A listener that some words break."""

    def __init__(self) -> None:
        self.heard: list[str] = []
        self.error: Exception | None = None
        self.over = False

    def received(self, text: str) -> None:
        self.heard.append(text)
        if text == "poison":
            raise ZeroDivisionError

    def fell_behind(self) -> None:
        pass

    def caught_up(self) -> None:
        raise ZeroDivisionError

    def failed(self, error: Exception) -> None:
        self.error = error

    def lost(self) -> None:
        self.over = True


def connected() -> tuple[Connection, socket.socket]:
    ours, theirs = socket.socketpair()
    return Connection(ours, Flusher(), frame_bytes=1024, stall_bytes=1 << 20), theirs


def failures() -> float:
    return next(iter(metrics.FAILED.collect())).samples[0].value


async def test_the_others_are_flushed_when_one_fails() -> None:
    flusher, fails, rooms, members = Flusher(), Fails(), [Writes(), Writes()], [Writes(), Writes()]
    for writes in rooms[:1]:
        flusher.add_room(writes)
    flusher.add_room(fails)
    flusher.add_room(rooms[1])
    flusher.add(members[0])
    flusher.add(fails)
    flusher.add(members[1])
    await asyncio.sleep(0)
    assert all(writes.flushed for writes in rooms + members)
    assert isinstance(fails.error, KeyError)


async def test_a_listener_that_breaks_loses_its_connection_and_hears_no_more() -> None:
    connection, peer = connected()
    listener = Fragile()
    connection.start(listener, b"".join(build_frame(1, word) for word in (b"un", b"poison", b"deux")))
    assert listener.heard == ["un", "poison"]
    assert isinstance(listener.error, ZeroDivisionError)
    assert (listener.over, connection.open) == (True, False)
    peer.close()


async def test_a_listener_that_cannot_catch_up_loses_its_connection() -> None:
    connection, peer = connected()
    listener = Fragile()
    connection.start(listener, b"")
    connection.write(bytes(1 << 20))
    assert connection.rest
    async with asyncio.timeout(5):
        while not listener.over:
            with contextlib.suppress(BlockingIOError):
                peer.recv(1 << 20, socket.MSG_DONTWAIT)
            await asyncio.sleep(0)
    assert isinstance(listener.error, ZeroDivisionError)
    peer.close()


@pytest.mark.parametrize("poison", ["{", "!opened", '{"type":"said"}', b"\xff"])
async def test_what_a_room_cannot_read_ends_that_room_alone(inside: House, poison: str | bytes) -> None:
    member, other = await inside.enters(), await inside.enters("ailleurs")
    before = failures()
    await inside.ask("SPUBLISH", "{salon}:live", poison)
    assert await member.closed() == 4004
    assert failures() == before + 1
    assert inside.hub.bus.connected
    await inside.says("toujours là", "ailleurs")
    await other.hears("toujours là")
    session = member.frames[0]["you"]["session"]
    again = await inside.enters(session=session, pseudonym=None)
    await inside.says("de nouveau")
    await again.hears("de nouveau")


async def test_a_script_that_fails_at_the_door_is_told_and_can_be_tried_again(inside: House) -> None:
    await inside.ask("SET", "{salon}:known", "what should be a sorted set")
    guest = await inside.arrives()
    guest.send({"type": "hello", "pseudonym": "Loutre tenace"})
    assert (await guest.receive())["code"] == "internal"
    assert await guest.closed() == 4004
    await inside.ask("DEL", "{salon}:known")
    assert (await inside.enters()).frames[0]["type"] == "welcome"


async def test_a_room_whose_pulse_fails_keeps_no_other_from_its_own(inside: House) -> None:
    await inside.enters()
    other = await inside.enters("ailleurs")
    await inside.ask("DEL", "{salon}:voices")
    await inside.ask("SET", "{salon}:voices", "what should be a hash")
    await inside.hub.beat.once(0.0)
    assert (await other.until(lambda frame: frame["type"] == "presence"))["present"] == 1


async def test_a_room_that_ends_while_somebody_enters_seats_nobody(inside: House) -> None:
    """Seated there they would hear nothing, for as long as they stay."""
    await inside.enters()
    guest = await inside.arrives(early=build_frame(1, b'{"type":"hello","pseudonym":"Loutre tenace"}'))
    await asyncio.sleep(0)  # their session is being asked for
    room = inside.room()
    room.failed(ValueError("x"))
    assert await guest.closed() == 4003
    assert inside.hub.rooms[ROOM] is room
    await inside.enters()
    assert inside.room() is not room


async def test_an_empty_room_stays_while_somebody_is_at_its_door(
    inside: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    (await inside.enters()).bare.writer.close()
    room = inside.room()
    async with asyncio.timeout(5):
        while room.members:
            await asyncio.sleep(0)
    monkeypatch.setattr("chat.rooms.beat.EMPTY_SECONDS", 0.05)
    await inside.hub.beat.once(0.0)
    await asyncio.sleep(0.06)  # all but retired
    guest = await inside.arrives(early=build_frame(1, b'{"type":"hello","pseudonym":"Loutre tenace"}'))
    await asyncio.sleep(0)
    await inside.hub.beat.once(0.0)
    assert (await guest.receive())["type"] == "welcome"
    await inside.says("je t’attendais")
    await guest.hears("je t’attendais")


async def test_the_bus_comes_back_though_members_were_let_go_at_the_word_that_it_left(folder: Path) -> None:
    async with house(folder, store_timeout_seconds=0.5) as inside:
        far_behind = [await inside.enters() for _ in range(3)]
        witness = await inside.enters()
        for guest in far_behind:
            guest.bare.writer.transport.pause_reading()  # type: ignore[attr-defined]
            connection = guest.member.connection
            connection.stall_bytes = 0
            connection.write(bytes(4 << 20))
        (pid,) = map(int, re.findall(rb"process_id:(\d+)", await inside.ask("INFO", "server")))
        os.kill(pid, signal.SIGSTOP)
        try:
            assert (await witness.until(lambda frame: frame["type"] == "error"))["code"] == "store_away"
        finally:
            os.kill(pid, signal.SIGCONT)
        assert (await witness.until(lambda frame: frame["type"] == "notice"))["code"] == "store_back"
        assert inside.hub.members == {witness.member}
        await inside.says("nous revoilà")
        await witness.hears("nous revoilà")


async def test_who_catches_up_in_the_turn_of_a_message_hears_it_once(inside: House) -> None:
    guest = await inside.enters()
    await inside.says("un")
    await guest.hears("un")
    room, member = inside.room(), guest.member
    event = (await inside.ask("HGET", "{salon}:events", "1")).replace(b'"offset":1', b'"offset":2')
    await inside.ask("HSET", "{salon}:log", "offset", "2")  # said by another process
    member.fell_behind()
    room.hear(event)  # gathered, to be written at the end of this turn
    member.caught_up()
    await inside.says("trois")
    await guest.hears("trois")
    assert guest.offsets == [1, 2, 3]
