"""Requests to the store: answered in order and in time or not at all, within a bound, also when the store forgets or freezes."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import hiredis
import pytest

from chat.errors import StoreAway
from chat.store import commands
from chat.store.commands import Script, Store
from chat.store.valkey import Role, embedded
from tests.conftest import Server

ROTATE = Script("rotate")


@contextlib.asynccontextmanager
async def store(folder: Path, timeout_seconds: float = 5.0) -> AsyncIterator[Store]:
    async with embedded(folder / "data", role=Role.SERVE) as url:
        asking = Store(url, timeout_seconds)
        try:
            yield asking
        finally:
            await asking.close()


async def test_replies_come_in_the_order_of_the_questions(folder: Path) -> None:
    async with store(folder) as asking:
        replies = await asyncio.gather(*(asking.ask("ECHO", number) for number in range(3_000)))
    assert replies == [str(number).encode() for number in range(3_000)]


async def test_questions_of_one_turn_are_done_in_their_order(folder: Path) -> None:
    async with store(folder) as asking:
        first, _, last = (
            asking.ask("RPUSH", "list", "a"),
            asking.run(ROTATE, ["none"], "", ""),
            asking.ask("RPUSH", "list", "b"),
        )
        await asyncio.gather(first, last)
        assert await asking.ask("LRANGE", "list", 0, -1) == [b"a", b"b"]


async def test_script_is_brought_again_to_a_store_that_forgot_it(folder: Path) -> None:
    async with store(folder) as asking:
        assert await asking.run(ROTATE, ["none"], "", "") is None
        await asking.ask("SCRIPT", "FLUSH")
        with pytest.raises(StoreAway):
            await asking.run(ROTATE, ["none"], "", "")
        assert await asking.run(ROTATE, ["none"], "", "") is None


async def test_wrong_command_is_our_mistake_and_harms_no_other(folder: Path) -> None:
    async with store(folder) as asking:
        wrong, right = asking.ask("HGET", "a"), asking.ask("ECHO", "b")
        with pytest.raises(hiredis.ReplyError):
            await wrong
        assert await right == b"b"


async def test_cancelled_question_leaves_the_others_their_answers(folder: Path) -> None:
    async with store(folder) as asking:
        await asking.ask("PING")
        dropped, kept = asking.ask("ECHO", "a"), asking.ask("ECHO", "b")
        dropped.cancel()
        assert await kept == b"b"


async def test_more_than_the_bound_is_refused_at_once(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(commands, "QUEUE", 10)
    async with store(folder) as asking:
        asked = [asking.ask("ECHO", number) for number in range(11)]
        assert asked[10].done()
        with pytest.raises(StoreAway):
            asked[10].result()
        assert await asyncio.gather(*asked[:10]) == [str(number).encode() for number in range(10)]
        assert await asking.ask("ECHO", "room again") == b"room again"


async def test_frozen_store_is_away_after_the_time_limit_and_answers_when_thawed(server: Server) -> None:
    asking = Store(server.store_url, 0.3)
    await asking.ask("PING")
    pid = server.store_pid()
    os.kill(pid, signal.SIGSTOP)
    try:
        with pytest.raises(StoreAway):
            await asking.ask("PING")
    finally:
        os.kill(pid, signal.SIGCONT)
    assert await asking.ask("PING") == b"PONG"
    await asking.close()


async def test_no_store_is_said_at_once(folder: Path) -> None:
    asking = Store(f"unix://{folder}/nobody.sock", 5.0)
    async with asyncio.timeout(2):
        with pytest.raises(StoreAway):
            await asking.ask("PING")
    await asking.close()


async def test_closing_answers_what_waits(server: Server) -> None:
    asking = Store(server.store_url, 5.0)
    await asking.ask("PING")
    pid = server.store_pid()
    os.kill(pid, signal.SIGSTOP)
    try:
        waiting = asking.ask("PING")
        await asyncio.sleep(0)  # one turn: it is on its way
        await asking.close()
        with pytest.raises(StoreAway):
            await waiting
    finally:
        os.kill(pid, signal.SIGCONT)
