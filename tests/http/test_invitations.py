"""Invitations, from the shell to the room: who holds one comes in, and nothing tells who it was."""

from __future__ import annotations

import asyncio
import hashlib
import json
import re
import subprocess
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import redis

from chat.errors import ChatError
from chat.people.invitations import LENGTH, SIGNS, draw, read, spaced
from chat.store import keys
from tests.clients import join, some_name, turned_away
from tests.conftest import Server
from tests.http.door import browse, end_sessions, issue, redeem

pytestmark = pytest.mark.usefixtures("no_socket_left")

Start = Callable[..., Server]


@pytest.fixture
def server(start: Start) -> Server:
    """A server into which one comes by invitation alone, with rooms `salon` and `cercle`, the second by invitation."""
    running = start(admission='"invitation"')
    running.run("rooms", "add", "cercle", "--title", "Cercle", "--by-invitation")
    return running


def rooms(server: Server, token: str = "") -> set[str]:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    with urllib.request.urlopen(urllib.request.Request(f"{server.address}/api/rooms", headers=headers)) as answer:
        return {room["slug"] for room in json.load(answer)}


async def refusal(server: Server, room: str, **hello: Any) -> tuple[str, int]:
    """How ``hello`` is refused in ``room``: the code of the error, and that of the close."""
    error, code = await turned_away(server.address, room, **hello)
    return error["code"], code


# -- secrets


def test_secrets_are_read_as_people_type_them() -> None:
    secret = draw()
    assert len(secret) == LENGTH
    assert set(secret) <= set(SIGNS)
    for typed in (
        secret,
        spaced(secret),
        secret.lower(),
        f" {'-'.join(secret)} ",
        secret.replace("0", "o").replace("1", "l"),
    ):
        assert read(typed) == secret


@pytest.mark.parametrize("typed", ["", "A" * 15, "A" * 17, "U" * 16, "é" * 16, "ABCD EFGH JKMN PQR*"])
def test_what_is_no_secret_is_unknown(typed: str) -> None:
    with pytest.raises(ChatError, match="invitation_unknown"):
        read(typed)


# -- cards


async def test_card_lets_one_person_in_and_back_as_the_same(server: Server) -> None:
    _, cards = issue(server)
    assert len(set(cards)) == 10
    status, first = await redeem(server, spaced(cards[0]).lower())
    assert status == 200
    member = await join(server.address, "salon", session=first["session"], pseudonym="Héron patient")
    status, again = await redeem(server, cards[0])
    assert (status, again["code"]) == (409, "invitation_used")
    end_sessions(server)
    status, back = await redeem(server, cards[0])
    assert status == 200
    assert back["session"] != first["session"]
    returned = await join(server.address, "salon", session=back["session"])
    assert returned.welcome["you"]["id"] == member.welcome["you"]["id"]
    status, other = await redeem(server, cards[1])
    assert (await join(server.address, "salon", session=other["session"], pseudonym="Autre")).welcome["you"][
        "id"
    ] != member.welcome["you"]["id"]


async def test_card_shown_many_times_at_once_gives_one_session(server: Server) -> None:
    _, cards = issue(server)
    answers = await asyncio.gather(*(redeem(server, cards[0]) for _ in range(8)))
    assert sorted(status for status, _ in answers) == [200] + [409] * 7


async def test_sanction_is_carried_by_the_card(server: Server) -> None:
    _, cards = issue(server)
    _, first = await redeem(server, cards[0])
    member = await join(server.address, "salon", session=first["session"], pseudonym="Héron patient")
    server.run("sanctions", "mute", "salon", member.welcome["you"]["id"], "--minutes", "60")
    end_sessions(server)
    _, back = await redeem(server, cards[0])
    returned = await join(server.address, "salon", session=back["session"])
    assert (await returned.say("encore moi"))["code"] == "muted"


async def test_store_keeps_the_hash_and_the_batch_alone(server: Server) -> None:
    batch, cards = issue(server)
    with redis.Redis.from_url(server.store_url) as client:
        before = {key: client.dump(key) for key in client.keys("*invitation*") + client.keys("{batch:*")}
        assert (await redeem(server, cards[0]))[0] == 200
        after = {key: client.dump(key) for key in client.keys("*invitation*") + client.keys("{batch:*")}
        assert after == before  # nothing says that one was used, nor when
        hashed = hashlib.sha256(cards[0].encode()).hexdigest()
        assert client.get(keys.invitation(hashed)) == batch.encode()
        assert client.ttl(keys.invitation(hashed)) <= 90 * 86_400
    written = b"".join(path.read_bytes() for path in server.data.rglob("*") if path.is_file())
    assert hashed.encode() in written
    assert cards[0].encode() not in written


# -- links


async def test_link_seats_as_many_as_it_has_and_each_is_another(server: Server) -> None:
    batch, (secret,) = issue(server, "--link", count=12)
    answers = await asyncio.gather(*(redeem(server, secret) for _ in range(20)))
    assert sorted(status for status, _ in answers) == [200] * 12 + [409] * 8
    assert {answer["code"] for status, answer in answers if status == 409} == {"invitation_full"}
    people = {answer["session"].partition(".")[0] for status, answer in answers if status == 200}
    assert len(people) == 12
    (row,) = [line for line in server.run("invitations", "list").splitlines() if batch in line]
    assert "full" in row


# -- batches


async def test_revoked_batch_lets_nobody_new_in_and_sends_nobody_away(server: Server) -> None:
    batch, cards = issue(server)
    other, (link,) = issue(server, "--link", count=10)
    _, inside = await redeem(server, cards[0])
    server.run("invitations", "revoke", batch)
    server.run("doors", "close-batch", other)
    for secret in (cards[1], link):
        status, answer = await redeem(server, secret)
        assert (status, answer["code"]) == (403, "invitation_closed")
    await join(server.address, "cercle", session=inside["session"], pseudonym="Héron patient")
    listed = server.run("invitations", "list")
    assert listed.count("revoked") == 2


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["--count", "9"], "of fewer, a batch would name people"),
        (["--count", "1001"], "Choose 10 to 1000"),
        (["--count", "10001", "--link"], "Choose 10 to 10000"),
        (["--count", "10", "--days", "367"], "Choose 1 to 366 days"),
        (["--count", "10", "--room", "nulle-part"], "There is no room"),
    ],
)
def test_what_no_batch_can_be_is_said(server: Server, args: list[str], said: str) -> None:
    with pytest.raises(subprocess.CalledProcessError) as caught:
        server.run("invitations", "issue", *args)
    assert said in caught.value.stderr
    with redis.Redis.from_url(server.store_url) as client:
        assert client.keys("*invitation*") == []


def test_unknown_batch_cannot_be_revoked(server: Server) -> None:
    with pytest.raises(subprocess.CalledProcessError) as caught:
        server.run("invitations", "revoke", "lot")
    assert "There is no batch of that name" in caught.value.stderr


async def test_unknown_invitation_is_refused(server: Server) -> None:
    for secret in (draw(), "carte", "\u0000" * 16):
        status, answer = await redeem(server, secret)
        assert (status, answer["code"]) == (403, "invitation_unknown")


def test_page_holds_every_card_with_its_picture_and_asks_nothing_of_anybody(server: Server, tmp_path: Path) -> None:
    page = tmp_path / "cards.html"
    server.run("invitations", "issue", "--count", "11", "--room", "cercle", "--page", str(page), "--lang", "en")
    text = page.read_text()
    assert (text.count("<svg"), text.count("class=code")) == (11, 11)
    assert "a batch of 11" in text
    assert not re.search(r"(?:src|href)=|url\(|<script", text)


# -- rooms by invitation


async def test_room_by_invitation_is_seen_and_entered_by_those_invited_to_it(server: Server) -> None:
    _, cards = issue(server)
    _, (elsewhere, *_) = issue(server, "--room", "salon")
    _, (here, *_) = issue(server, "--room", "cercle", "--room", "salon")
    tokens = [(await redeem(server, secret))[1]["session"] for secret in (cards[0], here, elsewhere)]
    assert [rooms(server, token) for token in (*tokens, "", "x" * 43 + "." + "y" * 43)] == [
        {"salon", "lent", "cercle"},
        {"salon", "lent", "cercle"},
        {"salon", "lent"},
        {"salon", "lent"},
        {"salon", "lent"},
    ]
    for token in tokens[:2]:
        await join(server.address, "cercle", session=token, pseudonym=some_name())
    assert await refusal(server, "cercle", session=tokens[2]) == ("invitation_needed", 4503)
    assert await refusal(server, "cercle") == ("invitation_needed", 4503)


async def test_being_listed_a_room_does_not_turn_the_token(server: Server) -> None:
    _, cards = issue(server)
    token = (await redeem(server, cards[0]))[1]["session"]
    assert [rooms(server, token) for _ in range(3)] == [{"salon", "lent", "cercle"}] * 3
    person, _, _ = token.partition(".")
    assert rooms(server, f"{person}.{'A' * 43}") == {"salon", "lent"}
    member = await join(server.address, "cercle", session=token, pseudonym="Héron patient")
    assert rooms(server, member.token) == {"salon", "lent", "cercle"}


async def test_card_lets_into_a_room_by_invitation_where_admission_is_open(start: Start) -> None:
    server = start()
    server.run("rooms", "add", "cercle", "--title", "Cercle", "--by-invitation")
    assert await refusal(server, "cercle") == ("invitation_needed", 4503)
    with redis.Redis.from_url(server.store_url) as client:
        assert client.keys("{session:*") == []
    _, cards = issue(server)
    await join(server.address, "cercle", session=(await redeem(server, cards[0]))[1]["session"], pseudonym="Héron")


async def test_closed_doors_let_nobody_in_by_invitation(server: Server) -> None:
    _, cards = issue(server)
    server.run("doors", "close")
    assert (await redeem(server, cards[0]))[1]["code"] == "doors_closed"
    server.run("doors", "open")
    assert (await redeem(server, cards[0]))[0] == 200


def test_page_of_the_wait_leads_back_where_one_comes_by_invitation(server: Server) -> None:
    assert browse(f"{server.address}/wait?room=salon") == (303, "/r/salon")
