"""The table of what is kept: nothing is kept that is not in it, nor for longer than it says."""

from __future__ import annotations

import asyncio
import inspect
import json
import time
import urllib.request
from collections.abc import Callable, Iterator
from typing import Any

import msgspec
import pytest
import redis.asyncio
from msgspec.structs import fields

from chat.locales import KEPT
from chat.people import admission
from chat.people.admission import Keys
from chat.people.roles import Role
from chat.rooms.limits import Limits, Standing
from chat.settings import RoomSetting, Settings
from chat.settings.describing import meta
from chat.store import keys
from chat.store.retention import PACE, SLOWEST_SECONDS, TABLE, rows_of
from tests import clients
from tests.clients import join
from tests.conftest import Server
from tests.http.asking import ask
from tests.http.desk import Desk
from tests.http.staffing import Account, account, carried, log_in, said

pytestmark = pytest.mark.usefixtures("no_socket_left")

# None of them the default, nor equal to another: a key that took the wrong one would stay too long.
SECONDS: dict[str, Any] = {
    "presence_seconds": 1,
    "session_seconds": 600,
    "history_seconds": 1200,
    "ref_seconds": 90_000,
}


def named(maker: Callable[..., str]) -> str:
    """Name a key by a function of ``keys``, whatever it asks for."""
    return maker(*("ab12" for _ in inspect.signature(maker).parameters))


def keys_named() -> Iterator[str]:
    """Every key that ``keys.py`` can name."""
    for name, member in vars(keys).items():
        if name.isupper():
            yield member
        elif inspect.isfunction(member):
            yield named(member)
    room = keys.Room("salon-1")
    yield from (getattr(room, name) for name in keys.Room.__slots__ if name not in ("slug", "channel"))
    for name, member in vars(keys.Room).items():
        if inspect.isfunction(member) and not name.startswith("_") and name not in ("all", "moderation"):
            yield named(getattr(room, name))


@pytest.mark.parametrize("key", sorted(set(keys_named())))
def test_every_key_has_one_row(key: str) -> None:
    assert len(rows_of(key)) == 1


def test_every_row_has_its_words_in_every_language() -> None:
    for words in KEPT.values():
        assert list(words) == [row.name for row in TABLE]


def test_slow_mode_is_bounded_as_the_table_says() -> None:
    [slow] = (field for field in fields(RoomSetting) if field.name == "slow")
    assert meta(slow.type).le == SLOWEST_SECONDS


@pytest.mark.parametrize("newcomer", [True, False])
@pytest.mark.parametrize("per_minute", [0, 1, 7, 9_999])
def test_no_bucket_takes_longer_to_fill_than_the_table_says(newcomer: bool, per_minute: int) -> None:
    rates: dict[str, Any] = {f"{whose}_per_minute": per_minute for whose in ("room", "newcomers", "batch")}
    settings = msgspec.structs.replace(
        Settings(), **rates, room_burst=5000, newcomers_burst=4000, batch_burst=3000, say_burst=99, say_seconds=600.0
    )
    standing = Standing("lot", 1.0 if newcomer else 0.0)
    filling = [limit.burst * limit.interval_ms / 1000 for limit in Limits(settings).saying("ab", standing, 3600, 0.0)]
    assert 0 < max(filling) <= PACE.seconds(settings)


def staff_at_work(address: str, who: Account) -> None:
    """Log in, after a try in vain by a name of nobody, and take a seat."""
    assert ask(address, "POST", "/api/staff/login", *said({"name": "Personne", "password": "quelconque"})).status == 401
    cookie = carried(address, log_in(address, who))
    assert ask(address, "POST", "/api/staff/seat", *said({"room": "salon"}, cookie)).status == 200


async def a_case_is_decided(server: Server, author: clients.Member) -> None:
    """Have a message held and removed, by somebody at their console, who tells the others."""
    desk = Desk(server)
    live = await desk.live()
    await live.send(json.dumps({"type": "note", "text": "je prends"}))
    held = await author.say("jeanne.dupre@exemple.fr")
    await author.ask({"type": "report", "message": held["id"], "reason": "other"})
    path = f"/api/console/cases/{held['case']}"
    version = (await asyncio.to_thread(desk.done, f"{path}/claim"))["version"]
    decision = {"version": version, "verdict": "remove", "reason": "details"}
    await asyncio.to_thread(desk.done, f"{path}/decision", decision)


async def scored(server: Server) -> None:
    """Wait until the second look has read what was said."""
    client = redis.asyncio.Redis.from_url(server.store_url)
    try:
        async with asyncio.timeout(60):
            while not [key async for key in client.scan_iter(keys.scores("*", "*").replace("{", "[{]"))]:
                await asyncio.sleep(0.1)
    finally:
        await client.aclose()


async def test_a_busy_server_keeps_nothing_else_nor_for_longer(start: Callable[..., Server]) -> None:
    server, settings = start(**SECONDS, second_look=True), Settings(**SECONDS)
    await asyncio.to_thread(staff_at_work, server.address, account(server, Role.MODERATOR))
    member, other = await join(server.address, "salon"), await join(server.address, "lent")
    said = await member.say("bonjour")
    await member.say("autre", to=said["id"])
    await member.ask({"type": "withdraw", "message": said["id"]})
    server.run("sanctions", "mute", "salon", member.welcome["you"]["id"], "--minutes", "43200")
    server.run("doors", "close-batch", "lot")
    server.run(
        "invitations", "issue", "--count", "10", "--days", "366", "--page", str(server.data.parent / "cards.html")
    )
    shown = admission.slip(Keys.of((server.data / "master.key").read_bytes()), 0, time.time() - 2).text
    knock = urllib.request.Request(
        f"{server.address}/api/admission",
        data=json.dumps({"wait": shown}).encode(),
        headers={"Content-Type": "application/json"},
    )
    with await asyncio.to_thread(urllib.request.urlopen, knock, timeout=20) as answer:
        assert answer.status == 200
    assert (await clients.ask(server.address, "POST", "/api/about-me/words", member.token))[0] == 200
    assert (await clients.ask(server.address, "POST", "/api/admission", body={"words": "un deux"}))[0] == 403
    await a_case_is_decided(server, await join(server.address, "salon"))
    await scored(server)
    # Last: what keeps the pace is gone after ten seconds.
    assert (await other.say("doucement"))["type"] == "accepted"
    assert (await other.say("trop vite"))["code"] == "slow_mode"
    await other.leave()
    back = await join(server.address, "lent", session=other.token)
    await back.until(lambda frame: frame["type"] == "presence")
    client = redis.asyncio.Redis.from_url(server.store_url)
    try:
        found = {key.decode(): await client.ttl(key) async for key in client.scan_iter()}
    finally:
        await client.aclose()
    seen = set()
    for key, ttl in found.items():
        [row] = rows_of(key)
        seen.add(row.name)
        if row.lasts is None:
            assert ttl == -1, f"{key} is said to stay"
        else:
            assert 0 <= ttl <= row.seconds(settings), f"{key} may stay {ttl} s"
    assert seen == {row.name for row in TABLE}
