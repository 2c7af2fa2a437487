"""A session, whoever holds its tokens: one at a time, for its time, and of nobody that the store could name."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import re
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import AsyncIterator, Callable

import pytest
import redis

from chat.errors import Closing
from chat.people.masters import Masters
from chat.people.sessions import Sessions
from chat.store.commands import Store
from tests.clients import join, some_name
from tests.conftest import Server
from tests.dump import dump, everything

pytestmark = pytest.mark.usefixtures("no_socket_left")

Start = Callable[..., Server]
MASTER = secrets.token_bytes(32)


@pytest.fixture
async def sessions(shared_server: Server) -> AsyncIterator[Sessions]:
    """Sessions of a master of our own, on the store of the shared server."""
    store = Store(shared_server.store_url, 5.0)
    yield Sessions(store, Masters(MASTER), 600)
    await store.close()


# -- whose token is good


async def test_a_person_is_known_again_and_their_facts_with_them(sessions: Sessions) -> None:
    begun = await sessions.start("lot-7", lasting=True)
    again = await sessions.resume(begun.token)
    assert (again.person, again.batch, again.lasting) == (begun.person, "lot-7", True)
    assert again.token != begun.token
    assert 590 <= again.left_seconds <= 600
    assert again.age_seconds + again.left_seconds == 600


async def test_the_old_token_is_dead_once_the_new_one_was_shown(sessions: Sessions) -> None:
    first = await sessions.start()
    second = await sessions.resume(first.token)
    third = await sessions.resume(second.token)
    with pytest.raises(Closing, match="session_ended"):
        await sessions.resume(first.token)
    assert await sessions.recognise(first.token) is None
    await sessions.resume(third.token)
    with pytest.raises(Closing, match="session_ended"):
        await sessions.resume(second.token)


async def test_a_lost_answer_locks_nobody_out(sessions: Sessions) -> None:
    first = await sessions.start()
    lost = [await sessions.resume(first.token) for _ in range(3)]
    assert (await sessions.resume(lost[-1].token)).person == first.person
    with pytest.raises(Closing):
        await sessions.resume(lost[0].token)


async def test_of_two_tabs_that_race_one_goes_on_and_the_other_is_out(sessions: Sessions) -> None:
    for _ in range(20):
        begun = await sessions.start()
        tabs = await asyncio.gather(*(sessions.resume(begun.token) for _ in range(2)))
        outcomes = await asyncio.gather(*(sessions.resume(tab.token) for tab in tabs), return_exceptions=True)
        assert sorted(isinstance(outcome, Closing) for outcome in outcomes) == [False, True]


@pytest.mark.parametrize(
    "token",
    ["", ".", "a", "a.b", "é.é", "A" * 43, "A" * 43 + "." + "A" * 42, "A" * 43 + "." + "A" * 43, "=" * 87, "\ud800"],
)
async def test_what_is_no_token_is_no_session(sessions: Sessions, token: str) -> None:
    with pytest.raises(Closing, match="session_ended"):
        await sessions.resume(token)
    assert await sessions.recognise(token) is None


async def test_halves_of_two_tokens_make_none(sessions: Sessions) -> None:
    one, other = await sessions.start(), await sessions.start()
    person, nonce = one.token.split(".")[0], other.token.split(".")[1]
    with pytest.raises(Closing):
        await sessions.resume(f"{person}.{nonce}")


async def test_a_token_is_nothing_to_a_server_of_another_master(sessions: Sessions, shared_server: Server) -> None:
    token = (await sessions.start()).token
    store = Store(shared_server.store_url, 5.0)
    with pytest.raises(Closing):
        await Sessions(store, Masters(secrets.token_bytes(32)), 600).resume(token)
    await store.close()


# -- how long it lasts


async def test_members_are_let_go_when_their_session_ends(server: Server) -> None:
    first = await join(server.address, "salon")
    with redis.from_url(server.store_url) as client:
        (session,) = client.scan_iter("{session:*")
        client.expire(session, 2)  # as if it had begun twelve hours ago
    member = await join(server.address, "salon", session=first.token)
    stays = await join(server.address, "salon")
    assert await member.closed() == (4502, "session_ended")
    assert member.frames[-1]["code"] == "session_ended"
    assert (await stays.say("toujours là"))["type"] == "accepted"


# -- what the store could tell


TOKEN = re.compile(rb"[A-Za-z0-9_-]{16,}|[0-9a-f]{16,}")


async def test_nothing_that_is_kept_joins_a_person_in_two_rooms(start: Start) -> None:
    server = start(rooms=["salon", "jardin"])
    for room in ("salon", "jardin"):
        await join(server.address, room)
    before = dump(server.store_url)
    here = await join(server.address, "salon", pseudonym="Héron patient")
    await here.say("une chose")
    there = await join(server.address, "jardin", session=here.token, pseudonym="Loutre vive")
    await there.say("une autre")
    after = dump(server.store_url)
    marks = {room: marks_of(after, room) - marks_of(before, room) for room in ("salon", "jardin")}
    assert all(marks.values())
    assert not marks["salon"] & marks["jardin"]
    outside = {key: parts for key, parts in after.items() if not key.startswith((b"{salon}", b"{jardin}"))}
    assert any(key.startswith(b"{session:") for key in outside)
    assert not (marks["salon"] | marks["jardin"]) & set(TOKEN.findall(everything(outside))), "nor does their session"


def marks_of(kept: dict[bytes, list[bytes]], room: str) -> set[bytes]:
    """Whatever in the keys of ``room`` could name somebody: runs of letters and digits too long to be chance."""
    own = [(key, *parts) for key, parts in kept.items() if key.startswith(b"{%s}" % room.encode())]
    return {mark for parts in own for part in parts for mark in TOKEN.findall(part)}


async def test_times_that_are_kept_of_a_person_are_shared_with_others(start: Start) -> None:
    server = start(rooms=["salon", "jardin"])
    here = await join(server.address, "salon")
    await join(server.address, "jardin", session=here.token, pseudonym=some_name())
    kept = dump(server.store_url)
    known = [part for room in (b"salon", b"jardin") for part in kept[b"{%s}:known" % room] if part.isdigit()]
    assert [int(until) % 3600 for until in known] == [0, 0], "only the hour"
    texts = everything(kept)
    assert not re.search(rb"\d{10}\.\d", texts), "no time finer than a second"
    assert not re.search(rb'"at":\d{11,}', texts)


async def test_only_the_master_finds_the_session_of_a_person(start: Start) -> None:
    server = start()
    member = await join(server.address, "salon")
    kept = dump(server.store_url)
    facts = kept[b"{salon}:room"]
    room_secret = facts[facts.index(b"secret") + 1]
    person = urlsafe_b64decode(member.token.split(".")[0] + "=")
    keyed = [hmac.digest(key, person, "sha256") for key in (b"", room_secret, person)]
    texts = everything(kept)
    for form in (person, hashlib.sha256(person).digest(), *keyed):
        for shown in (form, form.hex().encode(), urlsafe_b64encode(form).rstrip(b"=")):
            assert shown not in texts
    master = (server.data / "master.key").read_bytes()
    assert b"{session:%s}" % hmac.digest(master, person, "sha256").hex().encode() in kept
    assert master not in texts
