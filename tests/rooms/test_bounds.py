"""What may wait for one member has a bound, however much a room has to say; and at the bound nothing is missing nor twice."""

from __future__ import annotations

import asyncio
import gc
import json
import os
import signal
import socket
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from chat.protocol import Author, Said, encode
from chat.rooms.connection import SEND_BUFFER_BYTES, Connection
from chat.rooms.member import Member
from chat.rooms.outbox import Flusher
from chat.rooms.requests import HISTORY_BYTES
from tests.clients import Frame, build_frame, close_all, some_name
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


async def test_names_of_those_who_are_gone_are_kept_up_to_a_bound(
    inside: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chat.store.room_log.KNOWN_MOST", 5)
    heard = await inside.enters(pseudonym="Loutre tenace")
    heard.send({"type": "say", "ref": "1", "text": "on me lit encore"})
    await heard.hears("on me lit encore")
    here = await inside.enters(pseudonym="Héron patient")
    for _ in range(20):
        await inside.enters()
        author = here.frames[0]["you"]["id"]
        for other in await inside.ask("ZRANGE", "{salon}:present", 0, -1):
            if other.decode() != author:
                await inside.ask("ZREM", "{salon}:present", other)  # as when their time of grace is over
    for kept_of in ("ZCARD", "{salon}:known"), ("HLEN", "{salon}:people"), ("HLEN", "{salon}:names"):
        assert await inside.ask(*kept_of) <= 6
    for guest in (heard, here):
        again = await inside.enters(session=guest.frames[0]["you"]["session"], pseudonym=None)
        assert again.frames[0]["you"]["pseudonym"] == guest.frames[0]["you"]["pseudonym"]


async def test_an_event_that_cannot_be_read_keeps_none_from_being_erased(inside: House) -> None:
    await inside.enters()
    await kept(inside, 3, 10)
    await inside.ask("HSET", "{salon}:events", 2, '{"type":"?"}')
    await inside.room().log.pulse([], [])
    assert await inside.ask("EXISTS", "{salon}:events") == 0


def members() -> int:
    gc.collect()
    return sum(type(known) is Member for known in gc.get_objects())


async def test_whoever_is_gone_leaves_nothing_behind(inside: House) -> None:
    """No member, task, timer or socket, whichever way they went."""
    witness = await inside.enters()
    tasks = asyncio.all_tasks()
    before = len(os.listdir("/proc/self/fd"))
    for i in range(120):
        guest = await inside.arrives()
        hello = build_frame(1, json.dumps({"type": "hello", "pseudonym": some_name()}).encode())
        match i % 6:
            case 0:
                pass  # never says a word
            case 1:
                guest.bare.write(hello[:9])
            case 2:
                guest.bare.write(hello)
            case 3:
                guest.bare.write(hello + build_frame(8))
            case 4:
                guest.bare.write(hello + build_frame(2))
            case 5:
                guest.bare.write(build_frame(1, b'{"type":"hello","pseudonym":"x"}'))
                await guest.receive()
        if i % 6 < 3 and i % 12 > 5:
            guest.bare.writer.write_eof()
        await asyncio.sleep(0)
        guest.bare.writer.transport.abort()
        del guest
    await close_all(keep=witness.bare.writer)
    async with asyncio.timeout(10):
        while len(inside.hub.members) > 1 or asyncio.all_tasks() != tasks:
            await asyncio.sleep(0.01)
        while len(os.listdir("/proc/self/fd")) > before:
            await asyncio.sleep(0.01)
        await inside.hub.beat.once(0.0)
        while members() > 1:
            await asyncio.sleep(0.01)
    assert inside.room().members == {witness.member}


async def test_an_ending_server_answers_what_it_has_taken_and_takes_no_more(inside: House) -> None:
    asked, late = await inside.enters(), await inside.enters()
    pid = int((await inside.ask("INFO", "server")).split(b"process_id:")[1].split()[0])
    os.kill(pid, signal.SIGSTOP)
    asked.send({"type": "say", "ref": "1", "text": "avant"})
    while not asked.member.pending:
        await asyncio.sleep(0)
    draining = asyncio.create_task(inside.hub.drain())
    await asyncio.sleep(0)
    late.send({"type": "say", "ref": "2", "text": "après"})
    while late.member.connection._reading:
        await asyncio.sleep(0)
    os.kill(pid, signal.SIGCONT)
    for guest in (asked, late):
        assert await guest.closed() == 4000
        assert [f["ref"] for f in guest.frames if f["type"] == "accepted"] == (["1"] if guest is asked else [])
    await draining


async def test_of_two_connections_that_enter_at_once_the_newest_stays(inside: House) -> None:
    """Another process told of a newer one before the older was seated here."""
    guest = await inside.enters()
    author, session = guest.frames[0]["you"]["id"], guest.frames[0]["you"]["session"]
    room = inside.room()
    room.hear(f"!opened {author} 7".encode())
    assert await guest.closed() == 4505
    assert not room.members
    older = await inside.arrives()
    older.send({"type": "hello", "session": session})
    assert await older.closed() == 4505


async def test_who_moved_to_another_process_is_not_said_to_have_left(inside: House) -> None:
    guest = await inside.enters()
    author = guest.frames[0]["you"]["id"]
    room = inside.room()
    room.hear(f"!opened {author} 2".encode())
    assert await guest.closed() == 4505
    until = await inside.ask("ZSCORE", "{salon}:present", author)
    await room.pulse(0.0)
    assert await inside.ask("ZSCORE", "{salon}:present", author) == until
