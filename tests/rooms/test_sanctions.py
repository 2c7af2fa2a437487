"""Sanctions: they hold where the person goes, act at once on every server, and end at their time."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import Callable

import pytest
import redis

from chat.store import keys
from chat.store.retention import SANCTION_SECONDS
from tests.clients import Frame, Member, join, open_socket, some_name, turned_away
from tests.conftest import Server

Start = Callable[..., Server]


def impose(
    server: Server, kind: str, who: str, *, room: str = "salon", minutes: int = 60, more: tuple[str, ...] = ()
) -> str:
    return server.run("sanctions", kind, room, who, "--minutes", str(minutes), "--reason", "dévoiler quelqu’un", *more)


def author(member: Member) -> str:
    return str(member.welcome["you"]["id"])


def notice(code: str) -> Callable[[Frame], bool]:
    return lambda frame: frame["type"] == "notice" and frame["code"] == code


def sooner(server: Server, room: str, who: str, seconds: int) -> None:
    """Let a sanction end in ``seconds``, by the store's clock: a minute is the shortest that a command gives."""
    with redis.Redis.from_url(server.store_url) as store:
        key = keys.Room(room).sanctions
        record = store.hget(key, who)
        assert isinstance(record, bytes)
        kind, _, rest = record.decode().split(" ", 2)
        (now, _) = store.time()
        store.hset(key, who, f"{kind} {now + seconds} {rest}")


async def test_a_mute_is_told_at_once_and_outlives_a_reload_and_a_new_tab(shared_server: Server, room: str) -> None:
    member, other = await join(shared_server.address, room), await join(shared_server.address, room)
    said = await member.say("un mot de trop")
    impose(shared_server, "mute", said["id"], room=room)
    told = await member.until(notice("muted"))
    assert told["reason"] == "dévoiler quelqu’un"
    assert 3500 < told["ends_at"] - time.time() <= 3601
    tab = member
    for ref in ("ici", "rechargé"):
        refused = await tab.say("encore", ref=ref)
        assert (refused["type"], refused["code"]) == ("refused", "muted")
        assert 3400 < refused["retry_after"] <= 3600
        assert refused["message"].startswith("Vous ne pouvez pas écrire ici pour l’instant")
        tab = await join(shared_server.address, room, session=tab.token)
        assert (await tab.until(notice("muted")))["ends_at"] == told["ends_at"]
    assert (await tab.say("un mot de trop", ref="r1"))["id"] == said["id"], "what was accepted stays accepted"
    assert (await tab.ask({"type": "withdraw", "message": said["id"], "ref": "w"}))["type"] == "accepted"
    assert (await other.say("les autres parlent"))["type"] == "accepted"


async def test_a_mute_is_of_one_room_and_of_one_person(start: Start) -> None:
    server = start(rooms=["salon", "autre"])
    member = await join(server.address, "salon")
    impose(server, "mute", author(member))
    assert (await member.say("ici"))["code"] == "muted"
    elsewhere = await join(server.address, "autre", session=member.token, pseudonym=some_name())
    assert (await elsewhere.say("ailleurs"))["type"] == "accepted"


async def test_a_mute_ends_at_its_time_and_by_being_lifted(shared_server: Server, room: str) -> None:
    member = await join(shared_server.address, room)
    impose(shared_server, "mute", author(member), room=room)
    sooner(shared_server, room, author(member), 2)
    assert (await member.say("trop tôt"))["code"] == "muted"
    async with asyncio.timeout(10):
        while (answer := await member.say("à son heure"))["type"] != "accepted":
            assert answer["code"] == "muted"
            assert answer["retry_after"] <= 2
    impose(shared_server, "mute", author(member), room=room)
    await member.until(notice("muted"))
    assert shared_server.run("sanctions", "lift", room, author(member))
    await member.until(notice("unmuted"))
    assert (await member.say("levée"))["type"] == "accepted"


async def test_whoever_is_excluded_leaves_at_once_on_every_server(server: Server, start: Start) -> None:
    second = start("--redis", server.store_url)
    here, there = await join(server.address, "salon"), await join(second.address, "salon")
    witness = await join(second.address, "salon")
    for member in (here, there):
        impose(server, "exclude", author(member))
    for member in (here, there):
        assert await member.closed() == (4501, "excluded")
        error = member.frames[-1]
        assert (error["type"], error["code"]) == ("error", "excluded")
        assert 3500 < error["retry_after"] <= 3600
        for address in (server.address, second.address):
            error, code = await turned_away(address, "salon", session=member.token)
            assert (error["code"], code) == ("excluded", 4501)
            assert 3400 < error["retry_after"] <= 3600
    assert (await witness.say("on reste"))["type"] == "accepted"


async def test_an_exclusion_whose_word_was_lost_is_found_with_the_next_beat(shared_server: Server, room: str) -> None:
    member = await join(shared_server.address, room)
    with redis.Redis.from_url(shared_server.store_url) as store:
        record = f"exclude {int(time.time()) + 60} room sans bruit"
        store.hset(keys.Room(room).sanctions, author(member), record)  # kept, and never published
    assert (await member.say("encore là"))["code"] == "excluded"
    assert await member.closed() == (4501, "excluded")


async def test_an_exclusion_ends_at_its_time(shared_server: Server, room: str) -> None:
    member = await join(shared_server.address, room)
    impose(shared_server, "exclude", author(member), room=room)
    await member.closed()
    sooner(shared_server, room, author(member), 1)
    async with asyncio.timeout(10):
        while True:
            socket = await open_socket(shared_server.address, room)
            await socket.send(json.dumps({"type": "hello", "session": member.token, "pseudonym": some_name()}))
            frame = json.loads(await socket.recv())
            if frame["type"] == "welcome":
                break
    assert frame["you"]["id"] == author(member)


async def test_nothing_is_kept_of_a_sanction_that_is_over(shared_server: Server, room: str) -> None:
    member = await join(shared_server.address, room)
    impose(shared_server, "mute", author(member), room=room)
    sooner(shared_server, room, author(member), 0)
    with redis.Redis.from_url(shared_server.store_url) as store:
        async with asyncio.timeout(10):
            while store.exists(keys.Room(room).sanctions):
                await member.receive()  # a beat is heard by somebody who comes or goes
                await (await join(shared_server.address, room)).leave()


async def test_a_mute_everywhere_goes_along_and_can_be_lifted_where_it_began(start: Start) -> None:
    server = start(rooms=["salon", "autre"])
    second = start("--redis", server.store_url, rooms=["salon", "autre"])
    member = await join(server.address, "salon")
    elsewhere = await join(second.address, "autre", session=member.token, pseudonym=some_name())
    assert (await elsewhere.say("avant"))["type"] == "accepted"
    impose(server, "mute", author(member), more=("--everywhere",))
    await elsewhere.until(notice("muted"))
    assert (await elsewhere.say("après"))["code"] == "muted"
    again = await join(server.address, "autre", session=elsewhere.token)
    await again.until(notice("muted"))
    assert (await again.say("après", ref="après"))["code"] == "muted"
    server.run("sanctions", "lift", "salon", author(member))
    await again.until(notice("unmuted"))
    assert (await again.say("enfin", ref="après"))["type"] == "accepted"
    assert (await member.say("ici aussi"))["type"] == "accepted"


async def test_an_exclusion_everywhere_is_carried_from_the_room_where_it_began(start: Start) -> None:
    server = start(rooms=["salon", "autre"])
    member = await join(server.address, "salon")
    await member.leave()
    impose(server, "exclude", author(member), more=("--everywhere",))
    for room in ("salon", "autre"):
        error, code = await turned_away(server.address, room, session=member.token)
        assert (error["code"], code) == ("excluded", 4501), room
    server.run("sanctions", "lift", "salon", author(member))
    error, _ = await turned_away(server.address, "autre", session=member.token)
    assert error["code"] == "excluded", "nothing here tells whose it was, until they come back where it began"
    back = await join(server.address, "salon", session=member.token)
    elsewhere = await join(server.address, "autre", session=back.token, pseudonym=some_name())
    assert (await elsewhere.say("me revoilà"))["type"] == "accepted"


async def test_nothing_kept_joins_two_rooms(start: Start) -> None:
    server = start(rooms=["salon", "autre"])
    member = await join(server.address, "salon")
    elsewhere = await join(server.address, "autre", session=member.token, pseudonym=some_name())
    impose(server, "mute", author(member), more=("--everywhere",))
    await elsewhere.until(notice("muted"))
    with redis.Redis.from_url(server.store_url) as store:
        assert store.hkeys(keys.Room("salon").sanctions) == [author(member).encode()]
        assert not store.exists(keys.Room("autre").sanctions)


async def test_sanctions_are_listed_with_their_reason(shared_server: Server, room: str) -> None:
    member = await join(shared_server.address, room, pseudonym="Martre calme")
    known = shared_server.run("sanctions", "people", room)
    assert author(member) in known
    assert "Martre calme" in known
    impose(shared_server, "mute", author(member), room=room)
    listed = shared_server.run("sanctions", "list", room)
    for word in (author(member), "mute", "here", "dévoiler"):
        assert word in listed


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (("mute", "salon", "inconnu", "--minutes", "1"), "nobody of that number"),
        (("mute", "nulle-part", "inconnu", "--minutes", "1"), "does not exist"),
        (("exclude", "salon", "inconnu", "--minutes", str(SANCTION_SECONDS // 60 + 1)), "two moderators"),
        (("mute", "salon", "inconnu", "--minutes", "1", "--reason", "x" * 281), "longer than 280"),
        (("mute", "salon", "inconnu", "--minutes", "0"), "--minutes"),
        (("lift", "salon", "-inconnu"), "no sanction to lift"),
    ],
)
def test_a_sanction_that_cannot_be_is_refused_with_the_reason(
    shared_server: Server, args: tuple[str, ...], said: str
) -> None:
    slugs = [{"salon": "lent"}.get(arg, arg) for arg in args]
    command = [sys.executable, "-m", "chat", "sanctions", *slugs, "--data", str(shared_server.data)]
    result = subprocess.run(command, check=False, capture_output=True, text=True, timeout=60)
    assert result.returncode != 0
    assert said in result.stderr
    assert "Traceback" not in result.stderr
