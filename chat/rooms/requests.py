"""
What a member may ask once they are seated: one function a frame, each answering with what the frame's ``ref`` is answered.

To answer a new frame: what it takes in :data:`FRAMES`, its function, and its arm in :func:`answer` (mypy points there). A
:exc:`~chat.errors.Refusal` that is raised here goes back to whoever asked, under the same ``ref``; the rest is said by the member.
"""

from __future__ import annotations

import time
from collections.abc import Coroutine, Mapping
from typing import TYPE_CHECKING, Any, Final, assert_never

import msgspec

from chat import metrics
from chat.errors import Refusal
from chat.people.roles import Permission
from chat.protocol import Accepted, Appeal, Asked, Held, Hello, History, Inward, Report, Say, Withdraw
from chat.rooms import saying
from chat.rooms.sequence import entries, newest
from chat.store import room_log

if TYPE_CHECKING:
    from chat.rooms.member import Member

HISTORY = 100  # events in one answer to `history`
HISTORY_BYTES = 65_536  # that they come to at most; then there are fewer

Answer = Accepted | Held | Asked
Request = Say | Withdraw | Report | Appeal | History  # all of Inward but Hello, by which one is seated

FRAMES: Final[Mapping[type[Inward], Permission]] = {
    Hello: Permission.KNOCK,
    Say: Permission.TALK,
    Withdraw: Permission.TALK,
    Report: Permission.TALK,
    Appeal: Permission.TALK,
    History: Permission.TALK,
}


def answer(member: Member, request: Request) -> Coroutine[Any, Any, Answer]:
    """Begin to answer a request of a seated member. Awaited, it raises Refusal or StoreAway."""
    match request:
        case Say():
            return say(member, request)
        case Withdraw():
            return withdraw(member, request)
        case Report():
            return report(member, request)
        case Appeal():
            return appeal(member, request)
        case History():
            return history(member, request)
        case _:
            assert_never(request)


async def say(member: Member, frame: Say) -> Answer:
    """Say something in the room; it may be held, or its author asked about it first."""
    member.hub.may_write()
    outcomes = await saying.say(member, member.here, frame, time.time())
    result, verdict = outcomes.result, outcomes.verdict
    if isinstance(result, saying.Question):
        kinds = list(dict.fromkeys(each.kind for each in result.found))
        return Asked(frame.ref, kinds, [each.span for each in result.found], result.found)
    if isinstance(result, room_log.Held) or verdict.crisis == "self":
        member.hub.opened(member.slug)
    if isinstance(result, room_log.Held):
        return Held(frame.ref, result.id, f"{member.slug}~{result.token}", verdict.held_for)
    metrics.MESSAGES.inc()
    return Accepted(frame.ref, result.id, result.offset)


async def withdraw(member: Member, frame: Withdraw) -> Accepted:
    """Take back a message of one's own."""
    member.hub.may_write()
    placed = await member.here.withdraw(member.author, frame.ref, frame.message)
    member.hub.opened(member.slug)  # it may have been held
    return Accepted(frame.ref, placed.id, placed.offset or None)


async def report(member: Member, frame: Report) -> Accepted:
    """Tell the moderators of somebody's message."""
    member.hub.may_write()
    await member.cases.report(member.author.id, frame.ref, frame.message, frame.reason, frame.note.strip())
    member.hub.opened(member.slug)
    return Accepted(frame.ref, frame.message)


async def appeal(member: Member, frame: Appeal) -> Accepted:
    """Contest a decision on a message of one's own."""
    member.hub.may_write()
    if not frame.case.startswith(f"{member.slug}~"):
        raise Refusal("case_unknown")
    await member.hub.appeals.of(member.author.id, frame.case, frame.text.strip())
    member.hub.opened(member.slug)
    return Accepted(frame.ref)


async def history(member: Member, frame: History) -> Accepted:
    """Read the events before an offset."""
    room = member.here
    before = min(frame.before, room.offset + 1)
    first = max(1, before - HISTORY)
    stretch = await room.read(first, before - 1)
    found = list(entries(stretch.start, stretch.events))
    events = newest(found, HISTORY_BYTES)
    more = len(events) < len(found) or first > max(1, room.oldest)
    return Accepted(frame.ref, events=[msgspec.Raw(event) for _, event in events], more=more)
