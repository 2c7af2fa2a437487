"""
What concerns one member, and comes to them unasked: sanctions, decisions, words of the staff, help.

It is decided elsewhere, at a console or in the process of the second look, and reaches a room as a signal of the bus. To add one, publish
``!name author facts…`` in the room's channel, and give it its arm in :func:`hear`.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Literal

import msgspec
import structlog

from chat.errors import CloseCode, StoreAway
from chat.protocol import Notice, Word
from chat.rooms import notices
from chat.store.cases import read_word
from chat.store.sanctions import Sanction, read_record

if TYPE_CHECKING:
    from chat.rooms.member import Member

log = structlog.get_logger()


def hear(member: Member, name: str, *facts: str) -> None:
    """Hear of a signal that is about ``member``; a process that is newer may send others."""
    match name:
        case "sanctioned":
            sanction = read_record(" ".join(facts))
            assert sanction is not None
            sanctioned(member, sanction)
        case "ended":
            (code,) = facts
            member.close(CloseCode.SESSION_ENDED, code)
        case "case":
            (token,) = facts
            member.spawn(_learn(member, token))
        case "help":
            (crisis,) = facts
            offer_help(member, "self" if crisis == "self" else "other")
        case "word":
            word = read_word(" ".join(facts).encode())
            member.send(Word(word.sender, word.text, word.at))


# -- sanctions


def sanctioned(member: Member, sanction: Sanction) -> None:
    """Tell a member what is on them from now on; one for the whole community goes with them from here."""
    if sanction.everywhere:
        member.spawn(_carry(member, sanction))
    _tell(member, sanction)


def carries(member: Member, sanction: Sanction) -> None:
    """Have a member be under a sanction that began in another room, or no longer."""
    muted_until = sanction.ends if sanction.kind == "mute" else 0.0
    member.standing = msgspec.structs.replace(member.standing, muted_until=muted_until)
    _tell(member, sanction)


def _tell(member: Member, sanction: Sanction) -> None:
    left = sanction.left(time.time())
    if sanction.kind == "exclude":
        member.close(CloseCode.EXCLUDED, "excluded", round(left, 1))
    elif left:
        member.send(Notice("muted", sanction.ends, sanction.reason))
    else:
        member.send(Notice("unmuted"))


async def _carry(member: Member, sanction: Sanction) -> None:
    try:
        await member.hub.sanctions.carry(member.person, sanction)
    except StoreAway:
        log.warning("sanction_not_carried")  # this room keeps it, and it is tried again at the next hello here


# -- cases


async def _learn(member: Member, token: str) -> None:
    """Tell a member how a case stands that they are concerned by."""
    try:
        case = await member.cases.find(token)
    except StoreAway:
        return  # they are told with their next welcome
    if case is not None:
        theirs = case.author == member.author.id
        notice = notices.decided(case, member.hub.receipts) if theirs else notices.outcome(case)
        if notice is not None:
            member.send(notice)


def offer_help(member: Member, crisis: Literal["self", "other"], ref: str | None = None) -> None:
    """Show a member who can help, and whether a moderator is there to see it."""
    member.spawn(_offer_help(member, crisis, ref))


async def _offer_help(member: Member, crisis: Literal["self", "other"], ref: str | None) -> None:
    try:
        on_duty = await member.hub.duty.anybody()
    except StoreAway:
        on_duty = False  # whether somebody is there is not known: nobody is to wait for them
    member.send(Notice("resources", crisis=crisis, on_duty=on_duty, ref=ref))
