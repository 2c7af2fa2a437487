"""Computations made ahead: few stand ready, few people wait for one, and none is given out stale or of another effort."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Callable

import pytest

from chat.people.admission import FRESH_SECONDS, PROOF_SECONDS, Challenge, Keys, challenge
from chat.people.challenges import Challenges

NOW = 1_800_000_000.0


class Maker:
    """Makes challenges that say what was asked for, as soon as it may."""

    def __init__(self) -> None:
        self.may = threading.Event()
        self.may.set()
        self.made = 0

    def __call__(self, tries: int, now: float) -> Challenge:
        assert self.may.wait(20)
        self.made += 1
        return Challenge({"tries": tries, "number": self.made}, now + PROOF_SECONDS)


@pytest.fixture
def maker() -> Maker:
    return Maker()


@pytest.fixture
async def stock(maker: Maker) -> AsyncIterator[Challenges]:
    challenges = Challenges(maker, ready=4, waiting=3)
    yield challenges
    maker.may.set()
    await challenges.close()


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not condition():
            await asyncio.sleep(0.001)


async def test_stock_fills_up_to_its_bound(stock: Challenges, maker: Maker) -> None:
    assert await stock.take(64, NOW) is not None
    await until(lambda: stock.ready == 4)
    assert maker.made == 5
    taken = [await stock.take(64, NOW) for _ in range(4)]
    assert [one.form["number"] for one in taken if one] == [2, 3, 4, 5]  # those that stood ready, the oldest first


async def test_beyond_the_bound_nobody_waits(stock: Challenges, maker: Maker) -> None:
    maker.may.clear()
    waiting = [asyncio.create_task(stock.take(64, NOW)) for _ in range(3)]
    await asyncio.sleep(0)
    assert await stock.take(64, NOW) is None
    maker.may.set()
    assert None not in await asyncio.gather(*waiting)
    assert await stock.take(64, NOW) is not None


async def test_another_effort_throws_the_stock_away(stock: Challenges) -> None:
    await stock.take(64, NOW)
    await until(lambda: stock.ready == 4)
    for _ in range(6):
        taken = await stock.take(512, NOW)
        assert taken is not None
        assert taken.form["tries"] == 512


async def test_stale_ones_are_not_given_out(stock: Challenges) -> None:
    await stock.take(64, NOW)
    await until(lambda: stock.ready == 4)
    later = NOW + PROOF_SECONDS - FRESH_SECONDS + 1
    for _ in range(6):
        taken = await stock.take(64, later)
        assert taken is not None
        assert taken.expires_at == later + PROOF_SECONDS


async def test_making_one_does_not_hold_up_the_loop() -> None:
    keys = Keys.of(b"m" * 32)
    stock = Challenges(lambda tries, now: challenge(keys, tries, now))
    turns = 0

    async def count() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    counting = asyncio.create_task(count())
    for tries in (64, 128, 256):  # made while one waits
        assert await stock.take(tries, time.time()) is not None
    counting.cancel()
    await stock.close()
    assert turns > 30
