"""What is held of a person is told to them whole, and erased whole when they ask: in the store, in the rooms, on the screens."""

from __future__ import annotations

import asyncio
import os
import signal
import time
import urllib.request
from collections.abc import Callable

import pytest
import redis

from chat.settings import Settings
from chat.store.commands import Store
from chat.store.person_log import PersonLog
from tests.clients import Frame, Member, ask, join, some_name, turned_away
from tests.conftest import Server
from tests.dump import dump, everything

pytestmark = pytest.mark.usefixtures("no_socket_left")

Start = Callable[..., Server]
PATH = "/api/about-me"


@pytest.fixture
def server(start: Start) -> Server:
    return start(rooms=["salon", "jardin", "vide"], newcomer_seconds=600, newcomer_say_seconds=10, newcomer_burst=30)


async def held(server: Server, token: str) -> Frame:
    status, told = await ask(server.address, "GET", PATH, token)
    assert status == 200, told
    return dict(told)


async def withdrawals(member: Member, count: int) -> list[str]:
    """Receive until ``count`` messages were withdrawn; their ids."""
    gone = [frame["message"] for frame in member.frames if frame["type"] == "withdrawn"]
    while len(gone) < count:
        gone.append((await member.until(lambda frame: frame["type"] == "withdrawn"))["message"])
    return gone


# -- told


async def test_all_that_is_held_is_told(server: Server) -> None:
    member, other = await join(server.address, "salon", pseudonym="Héron patient"), await join(server.address, "salon")
    said = [await member.say(f"mot {i}") for i in range(3)]
    await other.say("d’un autre")
    before = time.time()
    told = await held(server, member.token)
    assert told.keys() == {"at", "session", "words", "rooms"}
    assert before - 1 <= told["at"] <= time.time()
    assert told["session"]["batch"] == ""
    assert before + 43_200 - 60 <= told["session"]["ends_at"] <= time.time() + 43_200
    (salon,) = told["rooms"]
    assert salon["remembered"] == 3
    assert 0 < salon["limited_seconds"] <= 30
    assert (salon["slug"], salon["title"], salon["name"], salon["present"]) == ("salon", "salon", "Héron patient", True)
    assert salon["hue"] == member.welcome["you"]["hue"]
    assert before < salon["known_until"] < before + 2 * 43_200
    assert [(one["id"], one["text"]) for one in salon["messages"]] == [
        (s["id"], f"mot {i}") for i, s in enumerate(said)
    ]
    assert all(
        one["until"] - one["at"] == 86_400 and before - 5 <= one["at"] <= time.time() for one in salon["messages"]
    )


async def test_rooms_are_told_by_title_and_only_where_something_is_held(server: Server) -> None:
    here = await join(server.address, "salon", pseudonym="Héron patient")
    there = await join(server.address, "jardin", session=here.token, pseudonym="Loutre vive")
    told = await held(server, there.token)
    assert [(room["slug"], room["name"], room["messages"]) for room in told["rooms"]] == [
        ("jardin", "Loutre vive", []),
        ("salon", "Héron patient", []),
    ]


async def test_a_withdrawn_message_is_held_no_more(server: Server) -> None:
    member = await join(server.address, "salon")
    said = await member.say("de trop")
    await member.ask({"type": "withdraw", "message": said["id"]})
    (salon,) = (await held(server, member.token))["rooms"]
    assert salon["messages"] == []


@pytest.mark.parametrize("token", [None, "", "x", "a.b", "é.é", "." * 200, "A" * 43 + "." + "A" * 43])
async def test_without_a_session_nothing_is_told_nor_erased(server: Server, token: str | None) -> None:
    for method in ("GET", "DELETE"):
        status, told = await ask(server.address, method, PATH, token and token.encode().decode("latin-1"))
        assert status == 401
        assert told["code"] == ("session_ended" if token and len(token) == 87 else "session_needed")


async def test_looking_leaves_the_session_as_it_is_but_kills_the_token_before(server: Server) -> None:
    first = await join(server.address, "salon")
    second = await join(server.address, "salon", session=first.token)
    assert (await ask(server.address, "GET", PATH, first.token))[0] == 200, "the answer with the new one may be lost"
    for _ in range(2):
        await held(server, second.token)
    assert (await ask(server.address, "GET", PATH, first.token))[0] == 401
    third = await join(server.address, "salon", session=second.token)
    assert third.welcome["you"]["id"] == first.welcome["you"]["id"]


async def test_what_is_told_is_kept_by_nobody_on_the_way(server: Server) -> None:
    member = await join(server.address, "salon")
    request = urllib.request.Request(server.address + PATH, headers={"Authorization": f"Bearer {member.token}"})
    answer = await asyncio.to_thread(urllib.request.urlopen, request)
    with answer:
        assert answer.headers["cache-control"] == "no-store"


# -- erased


async def test_nothing_that_was_held_is_left_in_the_store(server: Server) -> None:
    member = await join(server.address, "salon", pseudonym="Héron patient")
    other = await join(server.address, "salon")
    await other.say("d’un autre")
    await member.say("une confidence")
    withdrawn = await member.say("de trop")
    await member.ask({"type": "withdraw", "message": withdrawn["id"]})
    kept = everything(dump(server.store_url))
    author = member.welcome["you"]["id"].encode()
    assert all(mark in kept for mark in (author, b"confidence", "Héron patient".encode()))
    status, told = await ask(server.address, "DELETE", PATH, member.token)
    assert (status, told) == (200, {"messages": 1})
    left = dump(server.store_url)
    assert not [mark for mark in (author, b"confidence", "Héron".encode(), b"heron") if mark in everything(left)]
    assert not [key for key in left if key.startswith(b"{session:") and b"over" in left[key]]
    assert "d’un autre".encode() in everything(left)


async def test_the_others_see_the_messages_go_and_who_comes_later_sees_none(server: Server) -> None:
    member, other = await join(server.address, "salon"), await join(server.address, "salon")
    away = await join(server.address, "salon")
    said = [(await member.say(f"mot {i}"))["id"] for i in range(5)]
    await other.say("d’un autre")
    await away.hears("d’un autre")
    position = away.position
    await away.leave()
    await ask(server.address, "DELETE", PATH, member.token)
    assert sorted(await withdrawals(other, 5)) == sorted(said)
    back = await join(server.address, "salon", session=away.token, since=position)
    assert back.welcome["recovered"]
    assert sorted(event["message"] for event in back.welcome["events"]) == sorted(said)
    late = await join(server.address, "salon")
    assert [event["text"] for event in late.welcome["events"] if event["type"] == "said"] == ["d’un autre"]


async def test_its_connections_end_in_every_room_and_on_every_server(server: Server, start: Start) -> None:
    second = start("--redis", server.store_url)
    here = await join(server.address, "salon")
    there = await join(second.address, "jardin", session=here.token, pseudonym=some_name())
    assert (await ask(server.address, "DELETE", PATH, there.token))[0] == 200
    for member in (here, there):
        assert await member.closed() == (4502, "session_erased")


async def test_the_name_is_free_and_the_session_over(server: Server) -> None:
    member = await join(server.address, "salon", pseudonym="Héron patient")
    await ask(server.address, "DELETE", PATH, member.token)
    await member.closed()
    for method in ("GET", "DELETE"):
        assert (await ask(server.address, method, PATH, member.token))[0] == 401
    again = await join(server.address, "salon", pseudonym="Héron patient")
    assert again.welcome["you"]["id"] != member.welcome["you"]["id"]
    assert (await turned_away(server.address, "salon", session=member.token))[0]["code"] == "session_ended"


async def test_an_erasure_that_failed_half_way_can_be_asked_for_again(start: Start) -> None:
    server = start(store_timeout_seconds=1.0)
    member = await join(server.address, "salon")
    await member.say("une confidence")
    store = server.store_pid()
    os.kill(store, signal.SIGSTOP)
    try:
        status, told = await ask(server.address, "DELETE", PATH, member.token)
        assert (status, told["code"]) == (503, "erasing_unfinished")
        assert told["retry_after"] > 0
    finally:
        os.kill(store, signal.SIGCONT)
    async with asyncio.timeout(20):
        while (await ask(server.address, "DELETE", PATH, member.token))[0] == 503:
            pass
    assert b"confidence" not in everything(dump(server.store_url))


async def test_once_it_has_begun_nobody_comes_in_and_the_rest_can_be_erased(server: Server) -> None:
    member = await join(server.address, "salon")
    await member.say("une confidence")
    # As a server leaves it that dies right after the first step.
    with redis.from_url(server.store_url) as client:
        (session,) = client.scan_iter("{session:*")
        client.hset(session, "over", 1)
    assert (await turned_away(server.address, "salon", session=member.token))[0]["code"] == "session_ended"
    assert await ask(server.address, "DELETE", PATH, member.token) == (200, {"messages": 1})


async def test_long_histories_are_told_and_erased_in_several_goes(server: Server) -> None:
    member, other = await join(server.address, "salon"), await join(server.address, "salon")
    said = [(await (member if i % 3 else other).say(f"mot {i}"))["id"] for i in range(20)]
    mine = [id_ for i, id_ in enumerate(said) if i % 3]
    store = Store(server.store_url, 5.0)
    log = PersonLog(store, Settings(), span=3)
    author = member.welcome["you"]["id"]
    try:
        trace = await log.trace("salon", author)
        assert trace is not None
        assert [id_ for event in trace.events for id_ in said if id_.encode() in event] == mine
        assert await log.forget("salon", author) == len(mine)
        assert await log.trace("salon", author) is None
        assert await log.forget("salon", author) == 0
    finally:
        await store.close()
    assert sorted(await withdrawals(other, len(mine))) == sorted(mine)
