"""What is kept of those who are at the door, and for how long they may stand there."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from chat.rooms.member import HELLOS
from tests.clients import some_name
from tests.rooms.house import House, house


@pytest_asyncio.fixture
async def inside(folder: Path) -> AsyncIterator[House]:
    async with house(folder) as running:
        yield running


async def sessions(inside: House) -> int:
    return len(await inside.ask("KEYS", "{session:*"))


async def test_who_tries_many_names_is_one_person(inside: House) -> None:
    taken = some_name()
    first = await inside.enters(pseudonym=taken)
    guest = await inside.arrives()
    for name, code in [
        ("x", "name_short"),
        ("Le support", "name_reserved"),
        (taken, "name_taken"),
        (taken, "name_taken"),
    ]:
        guest.send({"type": "hello", "pseudonym": name})
        assert (await guest.receive())["code"] == code
    guest.send({"type": "hello", "pseudonym": some_name()})
    welcome = await guest.receive()
    assert welcome["type"] == "welcome"
    assert await sessions(inside) == 2
    again = await inside.enters(session=welcome["you"]["session"], pseudonym=None)
    assert again.frames[0]["you"]["id"] == welcome["you"]["id"]
    assert first.member in inside.hub.members


async def test_names_that_cannot_be_borne_leave_nothing_behind(inside: House) -> None:
    guest = await inside.arrives()
    for _ in range(5):
        guest.send({"type": "hello", "pseudonym": "x"})
        await guest.receive()
    assert await sessions(inside) == 0


async def test_tries_have_a_bound(inside: House) -> None:
    guest = await inside.arrives()
    for _ in range(HELLOS + 1):
        guest.send({"type": "hello", "pseudonym": "x"})
    assert await guest.closed() == 4500
    assert [frame["code"] for frame in guest.frames[:-1]] == ["name_short"] * HELLOS + ["names_tried"]


async def test_who_leaves_while_their_name_is_refused_is_waited_for_no_longer(inside: House) -> None:
    taken = some_name()
    await inside.enters(pseudonym=taken)
    guest = await inside.arrives()
    member = guest.member
    guest.send({"type": "hello", "pseudonym": taken})
    while not member.pending:
        await asyncio.sleep(0)
    member.connection.abort()
    while member.pending:
        await asyncio.sleep(0)
    assert member._deadline is None


async def test_a_slow_store_is_not_held_against_whoever_said_hello(folder: Path) -> None:
    """The time for hello ends with hello; a store that takes longer is away, which is a reason to come back."""
    async with house(folder, hello_seconds=1, store_timeout_seconds=1.5) as inside:
        pid = int((await inside.ask("INFO", "server")).split(b"process_id:")[1].split()[0])
        await inside.enters()
        os.kill(pid, signal.SIGSTOP)
        try:
            guest = await inside.arrives()
            guest.send({"type": "hello", "pseudonym": some_name()})
            assert await guest.closed() == 4003
        finally:
            os.kill(pid, signal.SIGCONT)
