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
from chat.people.roles import Permission
from chat.protocol import Accepted, Hello, History, Inward, Say, Withdraw
from chat.rooms.sequence import entries, newest

if TYPE_CHECKING:
    from chat.rooms.member import Member

HISTORY = 100  # events in one answer to `history`
HISTORY_BYTES = 65_536  # that they come to at most; then there are fewer

Request = Say | Withdraw | History  # all of Inward but Hello, by which one is seated

FRAMES: Final[Mapping[type[Inward], Permission]] = {
    Hello: Permission.KNOCK,
    Say: Permission.TALK,
    Withdraw: Permission.TALK,
    History: Permission.TALK,
}


def answer(member: Member, request: Request) -> Coroutine[Any, Any, Accepted]:
    """Begin to answer a request of a seated member. Awaited, it raises Refusal or StoreAway."""
    match request:
        case Say():
            return say(member, request)
        case Withdraw():
            return withdraw(member, request)
        case History():
            return history(member, request)
        case _:
            assert_never(request)


async def say(member: Member, frame: Say) -> Accepted:
    """Say something in the room."""
    member.hub.may_write()
    placed = await member.here.say(member.author, member.current_standing, frame, time.time())
    metrics.MESSAGES.inc()
    return Accepted(frame.ref, placed.id, placed.offset)


async def withdraw(member: Member, frame: Withdraw) -> Accepted:
    """Take back a message of one's own."""
    member.hub.may_write()
    placed = await member.here.withdraw(member.author, frame.ref, frame.message)
    return Accepted(frame.ref, placed.id, placed.offset)


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
