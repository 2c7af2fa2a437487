"""Who is let in while a room is locked, or the doors of the community are closed."""

from __future__ import annotations

import asyncio
import json
import urllib.error
import urllib.request
from collections.abc import Callable

import pytest
import redis

from tests.clients import join, some_name, turned_away
from tests.conftest import Server

Start = Callable[..., Server]


async def test_a_locked_room_lets_in_those_it_knows(shared_server: Server, room: str) -> None:
    known, stays = await join(shared_server.address, room), await join(shared_server.address, room)
    await known.leave()
    shared_server.run("rooms", "lock", room)
    assert "those known there" in shared_server.run("rooms", "list")
    error, code = await turned_away(shared_server.address, room, lang="fr")
    assert (error["code"], code) == ("known_only", 4503)
    assert error["message"].startswith("Ce salon n’accueille pour l’instant que")
    back = await join(shared_server.address, room, session=known.token)
    assert (await back.say("me revoilà"))["type"] == "accepted"
    assert (await stays.say("on reste"))["type"] == "accepted"
    shared_server.run("rooms", "unlock", room)
    newcomer = await join(shared_server.address, room)
    assert (await newcomer.say("bonjour"))["type"] == "accepted"


async def test_a_locked_room_lets_in_who_can_come_back_as_the_same_person(start: Start) -> None:
    server = start(newcomer_seconds=600, newcomer_burst=1, newcomer_say_seconds=60)
    request = urllib.request.Request(f"{server.address}/api/admission", method="POST")
    with await asyncio.to_thread(urllib.request.urlopen, request, timeout=10) as answer:
        token = json.load(answer)["session"]
    with redis.Redis.from_url(server.store_url) as store:
        (session,) = store.scan_iter("{session:*}")
        store.hset(session, "lasting", 1)  # as of who came by words or by a card
    server.run("rooms", "lock", "salon")
    member = await join(server.address, "salon", session=token, pseudonym=some_name())
    for text in ("on me connaît", "et sans laisse"):
        assert (await member.say(text))["type"] == "accepted"


async def test_closed_doors_let_nobody_new_in_and_keep_nobody_from_going_about(start: Start) -> None:
    server = start(rooms=["salon", "autre"])
    member = await join(server.address, "salon")
    server.run("doors", "close")
    error, code = await turned_away(server.address, "salon")
    assert (error["code"], code) == ("doors_closed", 4503)
    request = urllib.request.Request(f"{server.address}/api/admission", method="POST")
    with pytest.raises(urllib.error.HTTPError) as refused:
        await asyncio.to_thread(urllib.request.urlopen, request, timeout=10)
    with refused.value as answer:
        assert (answer.code, json.load(answer)["code"]) == (403, "doors_closed")
    elsewhere = await join(server.address, "autre", session=member.token, pseudonym=some_name())
    assert (await elsewhere.say("je circule"))["type"] == "accepted"
    server.run("doors", "open")
    newcomer = await join(server.address, "salon")
    assert (await newcomer.say("bonjour"))["type"] == "accepted"
