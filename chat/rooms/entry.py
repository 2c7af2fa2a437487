"""
Seat a member: who they are, under which name, and what they missed.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

import msgspec

from chat import protocol
from chat.errors import CloseCode, Closing, Refusal, StoreAway
from chat.people import names
from chat.people.logins import StaffSession
from chat.people.roles import Role
from chat.people.sessions import Session, author_id, hue
from chat.protocol import Author, Hello, Since, Welcome, You
from chat.rooms import concerns, notices
from chat.rooms.room import Room
from chat.rooms.sequence import Entry, entries, newest
from chat.settings import Settings
from chat.store.room_log import STRETCH, Seat
from chat.store.sanctions import Sanction, lifted, read_record

if TYPE_CHECKING:
    from chat.rooms.member import Member

TRIES = 3  # to catch up with a room that runs ahead meanwhile
RESUME_STALLS = 4  # times `stall_bytes`, the most that somebody who comes back is given at once

BADGES: Final[Mapping[Role, protocol.Role]] = {
    Role.FACILITATOR: "facilitator",
    Role.MODERATOR: "moderator",
    Role.ORGANISER: "organiser",
    Role.ADMIN: "admin",
}

_author = msgspec.json.Decoder(Author)


async def enter(member: Member, hello: Hello) -> None:
    """
    Seat ``member`` and welcome them.

    Raises:
        Refusal: The name cannot be borne here; the member may say hello again with another.
        Closing: The room is closed, locked or unknown, nobody new is let in, the session over, the person excluded, the server draining
            or full.
        StoreAway: Nobody can be let in for now.
    """
    name = _name(member, hello.pseudonym)  # before anything is kept of whoever tries one after the other
    room = await member.hub.room(member.slug)
    if room.record.by_invitation and hello.session is None:
        raise Closing("invitation_needed", CloseCode.ROOM_CLOSED)
    session = await _session(member, hello)
    staff = await _staff(member, session)
    if room.record.by_invitation and staff is None and not await _invited(member, session):
        raise Closing("invitation_needed", CloseCode.ROOM_CLOSED)
    ends_at = asyncio.get_running_loop().time() + session.left_seconds
    author = author_id(room.record.secret, session.person)
    carried = await _carried(member, session, author)
    seat = await _seat(member, room, author, session, name, staff)
    if hello.session is not None and not await member.hub.sessions.lives(session):
        # Erased after we knew them and before they had a seat: the erasure passed here too early.
        await member.hub.person_log.forget(member.slug, author)
        raise Closing("session_ended", CloseCode.SESSION_ENDED)
    if staff is not None and await member.hub.staff_seats.holder(session, member.slug, time.time()) is None:
        raise Closing("login_ended", CloseCode.SESSION_ENDED)
    missed = await _missed(room, hello.since, seat, member.hub.settings)
    # Nothing is waited for from here to the seat: what is said meanwhile would be neither among what was missed nor heard live.
    if member.connection.listener is None:
        return  # gone while we were looking; the presence that was noted ends by itself
    if room.over:
        raise StoreAway  # the room ended while we were looking: it is to be opened anew
    now = time.time()
    member.ends_at = ends_at
    member.author, member.room, member.seat = _author.decode(seat.person), room, seat.number
    member.person = session.name
    member.standing = room.limits.standing(session.batch, session.lasting, session.age_seconds, now)
    room.seat(member, seat)
    member.send(
        Welcome(
            room=room.place(now),
            you=You(
                author, member.author.name, member.author.hue, _roles(staff), session.token, notices.pending(seat.cases)
            ),
            epoch=room.epoch,
            offset=room.offset,
            recovered=missed is not None,
            present=room.seats.present,
            members=list(room.seats.named.values()),
            phase=room.phase(now),
            events=[msgspec.Raw(event) for _, event in (_newest(member, room) if missed is None else missed)],
        )
    )
    for frame in notices.about(seat.cases, member.hub.receipts):
        member.send(frame)
    for notice in filter(None, map(notices.outcome, seat.reported)):
        member.send(notice)
    if carried is not None:
        concerns.carries(member, carried)
    if seat.sanction is not None and seat.sanction.left(now):
        concerns.sanctioned(member, seat.sanction)


async def _invited(member: Member, session: Session) -> bool:
    batch = await member.hub.invitations.find(session.batch)
    return batch is not None and batch.covers(member.slug)


async def _session(member: Member, hello: Hello) -> Session:
    if hello.session is not None:
        return await member.hub.sessions.resume(hello.session)
    if not (hello.pseudonym or "").strip():
        raise Refusal("name_needed")
    if member.session is None:  # else they try another name
        if member.hub.settings.admission != "open":
            raise Closing("admission_needed", CloseCode.SESSION_ENDED)
        if await member.hub.doors.closed():
            raise Closing("doors_closed", CloseCode.ROOM_CLOSED)
        member.session = await member.hub.sessions.start()
    return member.session


def _name(member: Member, pseudonym: str | None) -> str | None:
    try:
        return None if pseudonym is None else names.check(pseudonym, member.hub.settings.reserved_names)
    except names.NameRefused as exc:
        raise Refusal(exc.code) from exc


async def _staff(member: Member, session: Session) -> StaffSession | None:
    """Find whose seat this is, None for members; from now on the connection ends with the login."""
    if not session.seat:
        return None
    staff = await member.hub.staff_seats.holder(session, member.slug, time.time())
    if staff is None:
        raise Closing("login_ended", CloseCode.SESSION_ENDED)
    member.serve(staff)
    return staff


def _roles(staff: StaffSession | None) -> list[str]:
    return ["member"] if staff is None else ["member", BADGES[staff.role]]


async def _carried(member: Member, session: Session, author: str) -> Sanction | None:
    """Find the sanction that a person carries through the whole community; one that was lifted where it began is over."""
    sanction = read_record(session.sanction)
    if sanction is None or not sanction.left(time.time()):
        return None
    if await member.hub.sanctions.was_lifted(member.slug, author):
        await member.hub.sanctions.carry(session.name, lifted(sanction))
        return None
    if sanction.kind == "exclude":
        raise _excluded(sanction)
    return sanction


def _excluded(sanction: Sanction) -> Closing:
    return Closing("excluded", CloseCode.EXCLUDED, retry_after=round(sanction.left(time.time()), 1))


async def _seat(
    member: Member, room: Room, author: str, session: Session, name: str | None, staff: StaffSession | None
) -> Seat:
    skeleton, person = "", b""
    role = None
    if staff is not None:
        name, role = name or staff.name, BADGES[staff.role]
    if name is not None:
        skeleton = names.skeleton(name)
        person = msgspec.json.encode(Author(author, name, hue(author), "mask", role))
    try:
        seat = await room.log.enter(author, skeleton, person, lasting=session.lasting, staff=staff is not None)
    except Refusal as refusal:
        if refusal.code in ("room_closed", "known_only"):
            raise Closing(refusal.code, CloseCode.ROOM_CLOSED) from refusal
        raise
    if isinstance(seat, Sanction):
        if seat.everywhere:
            await member.hub.sanctions.carry(session.name, seat)
        raise _excluded(seat)
    return seat


def _newest(member: Member, room: Room) -> list[Entry]:
    return newest(room.newest(), member.hub.settings.stall_bytes)


async def _missed(room: Room, since: Since | None, seat: Seat, settings: Settings) -> list[Entry] | None:
    """Gather all that came after ``since``, or None when that can't be said of it, or would be more than anybody is to take at once."""
    if since is None or since.epoch != seat.epoch or since.offset > seat.offset:
        return None
    if since.offset > room.offset:
        await room.fill()  # they have seen more than this process has heard so far
        if since.offset > room.offset:
            return None  # and it could not be read: what comes next they have seen already
    missed: list[Entry] = []
    position = since.offset
    for _ in range(TRIES + settings.resume_events // STRETCH):
        tail = room.since(position)
        if tail is not None:
            missed += tail
            small = _bytes(missed) <= RESUME_STALLS * settings.stall_bytes
            return missed if small and since.offset + 1 >= room.oldest else None
        if room.offset - since.offset > settings.resume_events or _bytes(missed) > RESUME_STALLS * settings.stall_bytes:
            return None
        stretch = await room.read(position + 1, room.tail.floor)
        if stretch.oldest > position + 1:
            return None
        missed += entries(stretch.start, stretch.events)
        position = stretch.start - 1 + len(stretch.events)
    return None


def _bytes(some: list[Entry]) -> int:
    return sum(len(event) for _, event in some)
