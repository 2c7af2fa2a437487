"""The staff in a room: they are seen as what they are, and no longer than they are it."""

from __future__ import annotations

import asyncio

import pytest

from chat.people.roles import Role
from tests.clients import Member, join, turned_away
from tests.conftest import Server
from tests.http.asking import ask
from tests.http.staffing import Account, account, answered, carried, log_in, said


def seat(server: Server, room: str, token: str) -> str:
    """Take a seat; its session."""
    answer = ask(server.address, "POST", "/api/staff/seat", *said({"room": room}, carried(server.address, token)))
    assert answer.status == 200, answer.body
    return str(answered(answer)["session"])


async def seated(server: Server, room: str, role: Role) -> tuple[Account, str, Member]:
    who = await asyncio.to_thread(account, server, role)
    token = await asyncio.to_thread(log_in, server.address, who)
    session = await asyncio.to_thread(seat, server, room, token)
    return who, token, await join(server.address, room, session=session)


async def test_the_staff_are_seen_in_the_room_before_they_say_anything(shared_server: Server, room: str) -> None:
    member = await join(shared_server.address, room)
    who, _, staff = await seated(shared_server, room, Role.MODERATOR)
    assert staff.welcome["you"]["roles"] == ["member", "moderator"]
    assert staff.welcome["you"]["pseudonym"] == who.name
    presence = await member.until(lambda frame: frame["type"] == "presence" and bool(frame.get("joined")))
    assert [(one["name"], one["role"]) for one in presence["joined"]] == [(who.name, "moderator")]
    await staff.say("Bonjour à tous.")
    assert (await member.hears("Bonjour à tous."))["author"]["role"] == "moderator"
    await staff.leave()
    gone = await member.until(lambda frame: frame["type"] == "presence" and bool(frame.get("left")))
    assert gone["left"] == [staff.welcome["you"]["id"]]


async def test_members_have_no_role(shared_server: Server, room: str) -> None:
    member = await join(shared_server.address, room)
    assert member.welcome["you"]["roles"] == ["member"]
    await member.say("Bonsoir.")
    assert "role" not in (await member.hears("Bonsoir."))["author"]


@pytest.mark.parametrize("end", ["logout", "role", "remove"])
async def test_a_seat_ends_with_the_login_or_the_role(shared_server: Server, room: str, end: str) -> None:
    who, token, staff = await seated(shared_server, room, Role.FACILITATOR)
    address = shared_server.address
    if end == "logout":
        await asyncio.to_thread(ask, address, "POST", "/api/staff/logout", carried(address, token))
    else:
        more = ["organiser"] if end == "role" else []
        await asyncio.to_thread(shared_server.run, "staff", end, who.name, *more)
    assert await staff.closed() == (4502, "login_ended")
    assert staff.frames[-1]["code"] == "login_ended"
    assert (await turned_away(address, room, session=staff.token))[0]["code"] == "login_ended"


async def test_a_seat_is_of_one_room(shared_server: Server, room: str) -> None:
    _, _, staff = await seated(shared_server, room, Role.MODERATOR)
    assert (await turned_away(shared_server.address, "lent", session=staff.token))[0]["code"] == "login_ended"


async def test_the_staff_are_the_same_when_they_come_back_and_somebody_else_elsewhere(
    shared_server: Server, room: str
) -> None:
    who, token, staff = await seated(shared_server, room, Role.MODERATOR)
    again = await join(shared_server.address, room, session=await asyncio.to_thread(seat, shared_server, room, token))
    assert again.welcome["you"]["id"] == staff.welcome["you"]["id"]
    assert (await staff.closed())[0] == 4505
    other = await asyncio.to_thread(seat, shared_server, "lent", token)
    there = await join(shared_server.address, "lent", session=other)
    assert there.welcome["you"]["id"] != staff.welcome["you"]["id"]
    await asyncio.to_thread(shared_server.run, "staff", "role", who.name, "admin")
    after = await asyncio.to_thread(log_in, shared_server.address, who)
    new = await join(shared_server.address, room, session=await asyncio.to_thread(seat, shared_server, room, after))
    assert new.welcome["you"]["roles"] == ["member", "admin"]
    await new.say("Toujours là.")
    assert (await new.hears("Toujours là."))["author"]["role"] == "admin"


async def test_a_seat_gets_no_words_to_come_back_by(shared_server: Server, room: str) -> None:
    _, _, staff = await seated(shared_server, room, Role.MODERATOR)
    shown = {"Authorization": f"Bearer {staff.token}"}
    answer = await asyncio.to_thread(ask, shared_server.address, "POST", "/api/about-me/words", shown)
    assert (answer.status, answer.code) == (403, "words_staff")


def test_there_is_no_seat_in_a_room_that_is_not(shared_server: Server) -> None:
    shown = carried(shared_server.address, log_in(shared_server.address, account(shared_server, Role.ADMIN)))
    answer = ask(shared_server.address, "POST", "/api/staff/seat", *said({"room": "nulle-part"}, shown))
    assert (answer.status, answer.code) == (404, "room_unknown")
