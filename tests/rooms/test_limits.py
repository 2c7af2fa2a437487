"""Limits: what each may say and how fast, in arithmetic and over real sockets."""

from __future__ import annotations

import asyncio
import copy
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import redis
from hypothesis import given, settings
from hypothesis import strategies as st

from chat.rooms.limits import Limits, Pace
from chat.settings import Settings
from chat.store import keys
from chat.store.room_log import Limit
from tests.clients import join
from tests.conftest import Server

Start = Callable[..., Server]

DRAW = (Path(keys.__file__).parent / "lua" / "limits.lua").read_text() + "\nreturn draw(1, 1)"
STEP = 1000.0  # of the arithmetic's clock, in seconds: so long that what passes meanwhile counts for nothing


@pytest.fixture(scope="module")
def valkey(shared_server: Server) -> Iterator[redis.Redis]:
    """The store of the shared server, where keys named `trial:…` are these tests' own."""
    with redis.Redis.from_url(shared_server.store_url) as client:
        yield client
        clear(client)


def clear(valkey: redis.Redis) -> None:
    for key in valkey.scan_iter("trial:*"):
        valkey.delete(key)


def draw(valkey: redis.Redis, buckets: dict[str, tuple[int, int]]) -> list[Any] | None:
    """Draw from buckets of a burst and an interval in ms, each named as its code; answer what the script answers."""
    facts = [fact for name, bucket in buckets.items() for fact in (name, *bucket)]
    answer: list[Any] | None = valkey.eval(DRAW, len(buckets), *(f"trial:{name}" for name in buckets), *facts)
    return answer and [answer[0].decode(), answer[1]]


def turn(valkey: redis.Redis, seconds: float) -> None:
    """Let time pass for the buckets: what they lack is their time to live."""
    for key in valkey.scan_iter("trial:*"):
        valkey.pexpire(key, int(valkey.pttl(key) - seconds * 1000))


def names(limits: list[Limit]) -> list[str]:
    return [limit.bucket for limit in limits]


# -- who draws from what


def test_a_newcomer_draws_from_the_newcomers_share_until_settled() -> None:
    limits = Limits(Settings())
    standing = limits.standing("", lasting=False, age_seconds=60, now=1000)
    assert names(limits.saying("a", standing, 0, now=1539)) == ["own:a", "newcomers"]
    assert names(limits.saying("a", standing, 0, now=1540)) == ["own:a", "members"]
    assert limits.saying("a", standing, 0, now=1539)[0].burst < limits.saying("a", standing, 0, now=1540)[0].burst


def test_who_can_come_back_is_on_no_leash() -> None:
    limits = Limits(Settings())
    standing = limits.standing("", lasting=True, age_seconds=0, now=1000)
    assert names(limits.saying("a", standing, 0, now=1000)) == ["own:a", "members"]


def test_a_batch_and_slow_mode_are_drawn_from_besides() -> None:
    limits = Limits(Settings())
    standing = limits.standing("b", lasting=True, age_seconds=0, now=0)
    found = limits.saying("a", standing, 5, now=0)
    assert names(found) == ["slow:a", "own:a", "members", "batch:b"]
    assert found[0] == Limit("slow_mode", "slow:a", 1, 5000)


@pytest.mark.parametrize(("per_minute", "interval"), [(0, None), (1, 60_000), (7, 8572), (1200, 50), (6000, 10)])
def test_messages_a_minute_are_never_more_than_that(per_minute: int, interval: int | None) -> None:
    limits = Limits(Settings(say_seconds=0, newcomer_seconds=0, room_per_minute=per_minute))
    found = limits.saying("a", limits.standing("", False, 0, now=0), 0, now=0)
    assert [limit.interval_ms for limit in found] == ([] if interval is None else [interval])


# -- the arithmetic of buckets


@given(st.integers(1, 50), st.integers(1, 1000), st.lists(st.integers(0, 3000)))
def test_pace_never_gives_more_than_it_holds(burst: int, interval: int, pauses: list[int]) -> None:
    pace, now, taken = Pace(burst, interval), 0.0, []
    for pause in pauses:
        now += pause
        wait = pace.draw(now)
        if not wait:
            taken.append(now)
            continue
        assert 0 < wait <= interval
        assert Pace.draw(pace, now + wait) == 0, "what was promised is there"
        taken.append(now + wait)
        now += wait
    for i, start in enumerate(taken):
        for j in range(i, len(taken)):
            assert j - i + 1 <= burst + (taken[j] - start) / interval


specs = st.tuples(st.integers(1, 4), st.integers(1, 4))  # burst, steps between two tokens


@settings(deadline=None, max_examples=60)
@given(st.lists(specs, min_size=1, max_size=3), st.lists(st.tuples(st.integers(0, 4), st.integers(1, 7)), max_size=30))
def test_the_script_and_the_model_give_the_same_verdicts(
    valkey: redis.Redis, buckets: list[tuple[int, int]], draws: list[tuple[int, int]]
) -> None:
    """Each draw comes after some half steps and takes from some of the buckets; all are taken from, or none."""
    clear(valkey)
    models, now = [Pace(burst, steps * STEP) for burst, steps in buckets], 0.0
    for half_steps, which in draws:
        now += half_steps * STEP / 2
        turn(valkey, half_steps * STEP / 2)
        chosen = [i for i in range(len(buckets)) if which & 1 << i]
        waits = {i: copy.copy(models[i]).draw(now) for i in chosen}
        for i in chosen:
            if not any(waits.values()):
                models[i].draw(now)
        answer = draw(valkey, {f"b{i}": (buckets[i][0], int(buckets[i][1] * STEP * 1000)) for i in chosen})
        if not any(waits.values()):
            assert answer is None
        else:
            assert answer is not None
            assert waits[int(answer[0][1:])] == max(waits.values())
            assert answer[1] / 1000 == pytest.approx(max(waits.values()), abs=STEP / 4)


def test_a_bucket_is_gone_when_it_is_full_again(valkey: redis.Redis) -> None:
    clear(valkey)
    assert draw(valkey, {"b": (2, 400)}) is None
    assert draw(valkey, {"b": (2, 400)}) is None
    assert draw(valkey, {"b": (2, 400)}) is not None
    assert 0 < valkey.pttl("trial:b") <= 800
    deadline = time.monotonic() + 10
    while valkey.exists("trial:b"):
        assert time.monotonic() < deadline


def test_a_clock_that_was_set_back_keeps_nobody_waiting(valkey: redis.Redis) -> None:
    valkey.set("trial:b", "", px=3_600_000)
    assert draw(valkey, {"b": (2, 1000)}) is None
    assert valkey.pttl("trial:b") <= 1000


# -- in a room


async def test_a_person_says_a_burst_and_then_one_at_a_time(start: Start) -> None:
    server = start(say_burst=3, say_seconds=60)
    member, other = await join(server.address, "salon"), await join(server.address, "salon")
    for i in range(3):
        assert (await member.say(f"mot {i}", ref=f"r{i}"))["type"] == "accepted"
    refused = await member.say("encore", ref="r3")
    assert (refused["type"], refused["code"]) == ("refused", "too_fast")
    assert 50 < refused["retry_after"] <= 60
    assert refused["message"].startswith("Tout ne peut pas partir d’un coup.")
    again = await join(server.address, "salon", session=member.token)
    assert (await again.say("encore", ref="r3"))["code"] == "too_fast", "another connection is the same person"
    assert (await other.say("chacun le sien"))["type"] == "accepted"


async def test_what_is_accepted_already_never_counts(start: Start) -> None:
    server = start(say_burst=2, say_seconds=60)
    member = await join(server.address, "salon")
    for ref in ("un", "un", "un", "deux", "un", "deux"):
        assert (await member.say("mot", ref=ref))["type"] == "accepted"
    assert (await member.say("mot", ref="trois"))["code"] == "too_fast"
    assert (await member.say("mot", ref="un"))["type"] == "accepted"


async def test_what_is_refused_otherwise_takes_nothing(start: Start) -> None:
    server = start(say_burst=1, say_seconds=60)
    member = await join(server.address, "salon")
    for text, to in (("", None), ("à rien", "inconnu")):
        assert (await member.say(text, **({"to": to} if to else {})))["type"] == "refused"
    assert (await member.say("enfin"))["type"] == "accepted"


async def test_taking_back_is_limited_like_saying(start: Start) -> None:
    server = start(say_burst=2, say_seconds=60)
    member = await join(server.address, "salon")
    said = [await member.say("un"), await member.say("deux")]
    for message in said:
        assert (await member.ask({"type": "withdraw", "message": message["id"]}))["type"] == "accepted"
    with redis.Redis.from_url(server.store_url) as valkey:
        for key in valkey.scan_iter("*:bucket:own:*"):
            valkey.delete(key)  # as if it were later
    third = await member.say("trois")
    assert (await member.ask({"type": "withdraw", "message": third["id"]}))["code"] == "too_fast"


async def test_a_newcomer_has_a_shorter_breath_and_settles_while_connected(start: Start) -> None:
    server = start(newcomer_seconds=2, newcomer_burst=1, newcomer_say_seconds=60, say_burst=5, say_seconds=60)
    member = await join(server.address, "salon")
    assert (await member.say("bonjour"))["type"] == "accepted"
    refused = await member.say("encore")
    assert refused["code"] == "newcomer_pace"
    async with asyncio.timeout(10):
        while (answer := await member.say("et maintenant"))["type"] != "accepted":
            assert answer["code"] == "newcomer_pace"


def test_closing_a_batch_holds_back_who_came_by_it_lately_and_nobody_else() -> None:
    limits = Limits(Settings())
    lately, before = (limits.standing("lot", True, age, now=10_000) for age in (3599, 3600))
    assert before.of_closed_batch(10_000) is before
    held = lately.of_closed_batch(10_000)
    assert limits.saying("a", held, 0, now=13_599)[0] == Limit("newcomer_pace", "own:a", 1, 10_000)
    assert names(limits.saying("a", held, 0, now=13_599))[1] == "newcomers"
    assert names(limits.saying("a", held, 0, now=13_600))[1] == "members"


async def test_closing_a_batch_is_felt_by_those_who_are_there(start: Start) -> None:
    server = start()
    member, other = await join(server.address, "salon"), await join(server.address, "salon")
    with redis.Redis.from_url(server.store_url) as valkey:
        for key in valkey.scan_iter("{session:*}"):
            valkey.hset(key, "batch", "lot")
    guest = await join(server.address, "salon", session=member.token)
    for i in range(5):
        assert (await guest.say(f"avant {i}"))["type"] == "accepted"
    assert "writes slowly" in server.run("doors", "close-batch", "lot")
    async with asyncio.timeout(10):
        number = 0
        while (answer := await guest.say("après", ref=f"après {number}"))["type"] == "accepted":
            number += 1
        assert (answer["type"], answer["why"]) == ("held", ["newcomer"]), "read before it is published, for a while"
        answer = await guest.say("encore")
    assert answer["code"] == "newcomer_pace"
    assert 0 < answer["retry_after"] <= 10
    for i in range(5):
        assert (await other.say(f"de plus loin {i}"))["type"] == "accepted", "of no batch when they came in"


async def test_newcomers_leave_the_others_their_share(start: Start) -> None:
    server = start(newcomer_seconds=1, newcomers_per_minute=1, newcomers_burst=3, newcomer_say_seconds=0)
    settled = await join(server.address, "salon")
    async with asyncio.timeout(10):
        while (await settled.say("je suis là"))["type"] == "accepted":  # all that newcomers may say
            pass
        while (await settled.say("depuis un moment"))["type"] != "accepted":  # a newcomer no more
            pass
    late = await join(server.address, "salon")
    assert (await late.say("bonjour"))["code"] == "room_busy"
    for i in range(20):
        assert (await settled.say(f"mot {i}"))["type"] == "accepted"


async def test_limits_that_are_lifted_leave_no_key(shared_server: Server, room: str) -> None:
    member = await join(shared_server.address, room)
    said = await member.say("un mot")
    await member.ask({"type": "withdraw", "message": said["id"]})
    with redis.Redis.from_url(shared_server.store_url) as valkey:
        assert list(valkey.scan_iter(f"{{{room}}}:bucket:*")) == []


async def test_who_sends_without_a_pause_is_read_more_slowly_and_loses_nothing(start: Start) -> None:
    server = start(frames_burst=5, frames_per_second=20)
    member = await join(server.address, "salon")
    began = time.monotonic()
    for i in range(24):  # the hello was the first of the burst
        await member.send({"type": "history", "ref": f"h{i}", "before": 1})
    await member.until(lambda frame: frame.get("ref") == "h23")
    assert 0.9 < time.monotonic() - began < 5
    assert sorted(frame["ref"] for frame in member.frames if "ref" in frame) == sorted(f"h{i}" for i in range(24))
