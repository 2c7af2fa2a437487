"""A flood: 200 sessions of one attacker, let in by whatever door there is, against 50 members of the room."""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
import urllib.request
from collections.abc import Callable

import redis
from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed

from chat.settings import Settings
from tests.clients import Member, join, open_socket, some_name
from tests.conftest import UNLIMITED, Server

ATTACKERS = 200
MEMBERS = 50
ROUNDS = 3  # of everybody's own pace

DEFAULTS = Settings()
AS_INSTALLED = {name: getattr(DEFAULTS, name) for name in UNLIMITED}


def settled(server: Server, count: int) -> list[str]:
    """Begin sessions and let them be as old as a newcomer's is at most, by the store's clock."""
    tokens = []
    for _ in range(count):
        request = urllib.request.Request(f"{server.address}/api/admission", method="POST")
        with urllib.request.urlopen(request, timeout=20) as answer:
            tokens.append(json.load(answer)["session"])
    with redis.Redis.from_url(server.store_url) as store:
        for key in store.scan_iter("{session:*}"):
            store.expire(key, DEFAULTS.session_seconds - DEFAULTS.newcomer_seconds)
    return tokens


async def flood(socket: ClientConnection, accepted: list[float]) -> None:
    """Say something new with every answer, whatever it is; nobody waits as they are told."""
    with contextlib.suppress(ConnectionClosed):
        number = 0
        for number in range(8):
            await socket.send(json.dumps({"type": "say", "ref": f"{number}", "text": "flot"}))
        while True:
            frame = await socket.recv()
            assert isinstance(frame, str)
            if frame.startswith('{"type":"said"'):
                continue
            if frame.startswith('{"type":"accepted"'):
                accepted.append(time.monotonic())
            if frame.startswith(('{"type":"accepted"', '{"type":"refused"')):
                number += 1
                await socket.send(json.dumps({"type": "say", "ref": f"{number}", "text": "flot"}))


async def attack(server: Server) -> ClientConnection:
    socket = await open_socket(server.address, "salon")
    await socket.send(json.dumps({"type": "hello", "pseudonym": some_name()}))
    assert json.loads(await socket.recv())["type"] == "welcome"
    return socket


async def speak(member: Member, delay: float, waits: list[float]) -> None:
    """Say one message after the other at one's own pace; every one has to be accepted."""
    await asyncio.sleep(delay)
    for number in range(ROUNDS):
        began = time.monotonic()
        answer = await member.say(f"mot {number}")
        assert answer["type"] == "accepted", answer
        waits.append(time.monotonic() - began)
        await asyncio.sleep(max(0.0, DEFAULTS.say_seconds - (time.monotonic() - began)))


async def test_members_keep_talking_while_newcomers_flood(start: Callable[..., Server]) -> None:
    server = start(**AS_INSTALLED)
    tokens = await asyncio.to_thread(settled, server, MEMBERS)
    members = [await join(server.address, "salon", session=token, pseudonym=some_name()) for token in tokens]
    sockets = [await attack(server) for _ in range(ATTACKERS)]
    accepted: list[float] = []
    waits: list[float] = []
    began = time.monotonic()
    floods = [asyncio.create_task(flood(socket, accepted)) for socket in sockets]
    while len(accepted) < DEFAULTS.newcomers_burst:  # the flood has reached what it may
        await asyncio.sleep(0.05)
    await asyncio.gather(
        *(speak(member, i * DEFAULTS.say_seconds / MEMBERS, waits) for i, member in enumerate(members))
    )
    minutes = (time.monotonic() - began) / 60
    for task in floods:
        task.cancel()
    await asyncio.gather(*floods, return_exceptions=True)
    print(f"{len(accepted)} accepted of the flood in {minutes * 60:.1f} s, members waited {max(waits):.3f} s at most")
    assert len(waits) == MEMBERS * ROUNDS
    assert len(accepted) <= DEFAULTS.newcomers_burst + DEFAULTS.newcomers_per_minute * minutes + 1


async def test_one_newcomer_among_a_flood_is_told_when_to_try_again(start: Callable[..., Server]) -> None:
    server = start(**AS_INSTALLED, newcomers_burst=1)
    first, second = await join(server.address, "salon"), await join(server.address, "salon")
    assert (await first.say("bonjour"))["type"] == "accepted"
    refused = await second.say("bonjour")
    assert refused["code"] == "room_busy"
    assert 0 < refused["retry_after"] <= 60 / DEFAULTS.newcomers_per_minute
