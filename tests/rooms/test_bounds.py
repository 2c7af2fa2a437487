"""What may wait for one member has a bound, however much a room has to say; and at the bound nothing is missing nor twice."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from chat.protocol import Author, Said, encode
from chat.rooms.connection import SEND_BUFFER_BYTES, Connection
from chat.rooms.member import HISTORY_BYTES
from chat.rooms.outbox import Flusher
from tests.clients import Frame
from tests.rooms.house import House, house

EVENT_BYTES = 4_200  # of one that has 4,000 letters
PORTION = SEND_BUFFER_BYTES + EVENT_BYTES


@pytest_asyncio.fixture
async def inside(folder: Path) -> AsyncIterator[House]:
    async with house(folder, history_events=20_000, resume_events=10_000, stall_bytes=1 << 18) as running:
        yield running


async def kept(inside: House, count: int, letters: int) -> None:
    """Have ``count`` messages in history, as if another process had said them and the bus had lost them."""
    author = Author("ailleurs", "Loutre", 0, "mask")
    events = [encode(Said(i, 1, f"m{i}", author, "message", "x" * letters)) for i in range(1, count + 1)]
    for start in range(0, count, 500):
        fields: list[bytes | int] = []
        for i in range(start, min(start + 500, count)):
            fields += [i + 1, events[i]]
        await inside.ask("HSET", "{salon}:events", *fields)
    await inside.ask("HSET", "{salon}:log", "offset", count)


def covered(events: list[Frame]) -> list[int]:
    return [i for event in events for i in range(event["offset"], (event.get("until") or event["offset"]) + 1)]


async def test_a_reading_of_history_is_kept_for_nobody_as_a_whole(inside: House) -> None:
    """Six hundred kilobytes at once, to a socket that takes some of them at a time."""
    guest = await inside.enters()
    connection = guest.member.connection
    await kept(inside, 150, 4_000)
    await inside.room().fill()
    most = len(connection.rest)
    assert 0 < most <= PORTION, "the socket takes less than there is"
    while not guest.offsets or guest.offsets[-1] < 150:
        await guest.receive()
        most = max(most, len(connection.rest))
    assert most <= PORTION
    assert guest.offsets == list(range(1, 151))


async def test_an_absence_of_thousands_is_made_up_for(inside: House) -> None:
    """More than the store's scripts can read at once."""
    guest = await inside.enters()
    await kept(inside, 9_000, 10)
    await inside.room().fill()
    welcome = (await inside.enters(since={"epoch": guest.frames[0]["epoch"], "offset": 5})).frames[0]
    assert welcome["recovered"] is False, "a megabyte is enough for one breath"
    welcome = (await inside.enters(since={"epoch": guest.frames[0]["epoch"], "offset": 2_500})).frames[0]
    assert welcome["recovered"] is True
    assert covered(welcome["events"]) == list(range(2_501, 9_001))


async def test_newcomers_and_askers_are_given_what_fits(inside: House) -> None:
    await kept(inside, 150, 4_000)
    guest = await inside.enters()
    welcome = guest.frames[0]
    seen = covered(welcome["events"])
    assert seen == list(range(seen[0], 151))
    assert sum(len(json.dumps(event)) for event in welcome["events"]) <= (1 << 18) + 150 * 40
    asked, more = 0, True
    while more:
        guest.send({"type": "history", "ref": f"r{asked}", "before": seen[0]})
        answer = await guest.until(lambda frame: frame["type"] == "accepted")
        assert sum(len(event["text"]) for event in answer["events"]) <= HISTORY_BYTES
        asked, more = asked + 1, answer["more"]
        seen = covered(answer["events"]) + seen
    assert seen == list(range(1, 151))
    assert asked > 1


async def test_who_asks_for_much_at_once_and_does_not_read_is_let_go(inside: House) -> None:
    await kept(inside, 150, 4_000)
    guest = await inside.enters()
    guest.bare.writer.transport.pause_reading()  # type: ignore[attr-defined]
    connection, most = guest.member.connection, 0
    for i in range(64):
        guest.send({"type": "history", "ref": f"r{i}", "before": 151})
    async with asyncio.timeout(10):
        while connection.open:
            await asyncio.sleep(0)
            most = max(most, len(connection.rest))
    assert most <= 3 * PORTION + (1 << 18)


async def test_slow_is_not_stalled() -> None:
    """Who takes some tens of kilobytes now and then has the whole of the time again."""
    ours, theirs = socket.socketpair()
    connection = Connection(ours, Flusher(), frame_bytes=1024, stall_bytes=1 << 18)
    ours.setblocking(False)
    connection.write(bytes(1 << 21))
    stalled = connection.stalled_since
    assert stalled is not None
    taken = 0
    while taken < 1 << 20:
        taken += len(theirs.recv(1 << 16))
        await asyncio.sleep(0)
    assert (connection.stalled_since or 0) > stalled
    connection.abort()
    theirs.close()


async def test_what_is_erased_while_it_is_read_is_not_shown(inside: House) -> None:
    guest = await inside.enters()
    guest.send({"type": "say", "ref": "1", "text": "à retirer"})
    said = await guest.until(lambda frame: frame["type"] == "said")
    await inside.says("à effacer")
    await inside.says("qui reste")
    room = inside.room()
    reading = asyncio.create_task(room.read(1, 3))
    await asyncio.sleep(0)  # the answer is on its way
    withdrawn = {"type": "withdrawn", "offset": 4, "at": 1, "message": said["id"], "by": "author"}
    room.hear(b'{"type":"void","offset":2}')
    room.hear(json.dumps(withdrawn, separators=(",", ":")).encode())
    stretch = await reading
    assert [event is None for event in stretch.events] == [True, True, False]
    again = await room.read(1, 3)
    assert [event is None for event in again.events] == [False, False, False], "the store knows nothing of it here"


async def test_a_void_is_told_up_to_where_the_room_is(inside: House) -> None:
    """What stands behind a gap would look to members as if they had missed it."""
    guest = await inside.enters()
    await inside.says("un")
    await guest.hears("un")
    inside.room().hear(b'{"type":"void","offset":1,"until":3}')
    void = await guest.until(lambda frame: frame["type"] == "void")
    assert covered([void]) == [1]
