"""
From what somebody writes to what becomes of it: its form, the screen, then one step in the store.

The room is given its screen as a function and knows no rule (``chat/verdict``). What the verdict is, decides between four ends: the author
is asked, the text goes back, it is held with a case, or it is said, with a case where somebody may be in danger. Whoever cries for help
is shown some at once; where they may not write now, moderators alone see it. A refused draft is not kept; a rule that failed holds; a
screen that fails refuses with an error of ours, and nothing is said.
"""

from __future__ import annotations

import asyncio
import secrets
from typing import TYPE_CHECKING, Final, Literal

import msgspec
from msgspec import Struct

from chat.errors import Refusal
from chat.protocol import Named, Said, Say
from chat.rooms import concerns
from chat.rooms.text import clean
from chat.store.case_log import Opening
from chat.store.room_log import Held, Placed
from chat.verdict import Category, Draft, Finding, Outcome, Screen, Verdict

if TYPE_CHECKING:
    from chat.rooms.member import Member
    from chat.rooms.room import Room

KINDS: Final = {"member": ["message"]}  # of the open room: who may post what
AT_ONCE_CHARACTERS: Final = 700  # screened without letting others have their turn
RECENT: Final = 12  # events that rules about floods and copies are shown
REFUSED: Final[dict[Category, str]] = {"flooding": "text_flooding", "solicitation": "text_solicitation"}

_said: Final = msgspec.json.Decoder(Said)


class Question(Struct, frozen=True):
    """What the author is asked before it is sent; nothing was kept."""

    found: list[Named]


class Outcomes(Struct, frozen=True):
    """What became of a draft: a place, a case or a question; and what the screen found."""

    result: Placed | Held | Question
    verdict: Verdict


async def say(member: Member, room: Room, frame: Say, now: float) -> Outcomes:
    """
    Say something, as far as the screen lets it through; what is answered is kept.

    Raises:
        Refusal: The form, the screen, a limit or a sanction is against it; nothing was kept.
        StoreAway: Nobody knows whether it was kept; the same ref may be sent again.
    """
    if frame.kind not in KINDS["member"]:
        raise Refusal("kind_not_allowed")
    text = clean(frame.text, member.hub.settings.text_characters)
    verdict = _with_standing(member, room, await _screened(member.hub.screen, _draft(member, room, text, now)), now)
    if verdict.crisis in ("self", "other"):
        concerns.offer_help(member, verdict.crisis, frame.ref)  # whatever becomes of the message
    if verdict.crisis != "self":  # a cry for help is neither refused nor asked about
        if verdict.outcome is Outcome.REFUSE:
            raise Refusal(next(_refusal(finding) for finding in verdict.findings if finding.outcome is Outcome.REFUSE))
        if verdict.questions and not frame.sure and verdict.outcome is Outcome.PUBLISH:
            return Outcomes(_question(verdict), verdict)
    said = Said(0, 0, secrets.token_urlsafe(12), member.author, "message", text, frame.to)
    limits = room.limits.saying(member.author.id, member.current_standing, room.record.slow, now)
    placed = await room.log.say(member.author.id, frame.ref, said, limits, _opening(member, verdict, text))
    return Outcomes(placed, verdict)


async def _screened(screen: Screen, draft: Draft) -> Verdict:
    """Screen a draft; a long one in a thread, so that nobody else waits for it."""
    if len(draft.text) > AT_ONCE_CHARACTERS:
        return await asyncio.to_thread(screen, draft)
    return screen(draft)


def _draft(member: Member, room: Room, text: str, now: float) -> Draft:
    repetition = member.hub.settings.hold_repetition
    newest = room.newest()[-RECENT:] if repetition else []
    said = [_said.decode(event) for _, event in newest if event.startswith(b'{"type":"said"')]
    own = tuple((each.text, max(0.0, now - each.at)) for each in said if each.author.id == member.author.id)
    others = tuple(each.text for each in said if each.author.id != member.author.id)
    names = room.seats.names | {member.author.name}
    return Draft(text, member.lang, room.record.strictness, names, own, others, repetition)


def _with_standing(member: Member, room: Room, verdict: Verdict, now: float) -> Verdict:
    """Add what is held because of the room, or of who writes, whatever they write."""
    if member.author.role is not None:
        return verdict
    standing = member.current_standing
    more: list[Finding] = []
    if room.record.strictness == "before":
        more.append(Finding("premoderated", "premoderated", Outcome.HOLD))
    if now < standing.strict_until or (room.record.hold_newcomers and standing.newcomer(now)):
        more.append(Finding("newcomer", "newcomer", Outcome.HOLD))
    return Verdict((*verdict.findings, *more)) if more else verdict


def _opening(member: Member, verdict: Verdict, text: str) -> Opening | None:
    held = verdict.outcome is not Outcome.PUBLISH
    if not held and verdict.crisis != "self":
        return None
    kind: Literal["distress", "held"] = "distress" if verdict.crisis == "self" else "held"
    return Opening(kind, held, verdict.findings, text, member.lang, msgspec.json.encode(member.author))


def _question(verdict: Verdict) -> Question:
    return Question([Named(finding.kind, span) for finding in verdict.questions for span in finding.spans])


def _refusal(finding: Finding) -> str:
    return REFUSED.get(finding.category, "text_refused")
