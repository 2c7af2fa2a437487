"""
What a member sends: the union :data:`Inward`, whose unknown fields are refused.
"""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct

from chat.protocol.words import CaseId, Id, Offset, Ref


class Inbound(Struct, frozen=True, forbid_unknown_fields=True, tag_field="type", tag=str.lower):
    """A frame to the server."""


class Since(Struct, frozen=True, forbid_unknown_fields=True):
    """Up to where a member has seen a room."""

    epoch: Annotated[str, Meta(max_length=64)]
    offset: Offset


class Hello(Inbound, frozen=True):
    """Open the conversation: the first frame, within ten seconds."""

    session: Annotated[str, Meta(max_length=128, description="a token; none where admission is open")] | None = None
    pseudonym: Annotated[str, Meta(max_length=256)] | None = None
    since: Since | None = None
    lang: Annotated[str, Meta(max_length=35, description="the reader's language; French where we lack it")] = "fr"


class Say(Inbound, frozen=True):
    """Say something in the room."""

    ref: Ref
    text: Annotated[str, Meta(description="1 to 4,000 code points after NFC")]
    kind: str = "message"
    to: Annotated[Id, Meta(description="the message answered")] | None = None
    sure: Annotated[bool, Meta(description="the question about a name was answered: send as it is")] = False


class Withdraw(Inbound, frozen=True):
    """Take back a message of one's own."""

    ref: Ref
    message: Id


class Report(Inbound, frozen=True):
    """Tell the moderators of somebody's message."""

    ref: Ref
    message: Id
    reason: Literal["attack", "threat", "identity", "hate", "sexual", "solicitation", "distress", "other"]
    note: Annotated[str, Meta(max_length=500, description="for the moderators alone")] = ""


class Appeal(Inbound, frozen=True):
    """Contest a decision on a message of one's own, once, within 14 days."""

    ref: Ref
    case: CaseId
    text: Annotated[str, Meta(min_length=1, max_length=2000)]


class History(Inbound, frozen=True):
    """Ask for older events, at most 100 before an offset."""

    ref: Ref
    before: Offset


Inward = Hello | Say | Withdraw | Report | Appeal | History
