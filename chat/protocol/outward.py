"""
What the server sends: the union :data:`Outward`, among it the numbered events of a room.
"""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct

from chat.protocol.words import CaseId, Face, Hue, Id, Kind, Offset, Ref, Role, Seconds, State


class Outbound(Struct, frozen=True, omit_defaults=True, tag_field="type", tag=str.lower):
    """A frame to the member."""


class Author(Struct, frozen=True, omit_defaults=True):
    """Who speaks, as the room knows them; the id is of this room alone."""

    id: Id
    name: str
    hue: Hue
    face: Face
    role: Role | None = None


class Event(Outbound, frozen=True):
    """A numbered event: one order for all, without gaps, the same bytes for every member."""

    offset: Offset
    at: Seconds


class Said(Event, frozen=True):
    """A message, published."""

    id: Id
    author: Author
    kind: Kind
    text: str
    to: Annotated[Id, Meta(description="the message answered")] | None = None


class Withdrawn(Event, frozen=True):
    """A message is gone; what stood at its offset is void from now on."""

    message: Id
    by: Literal["author", "moderation"]


class Void(Outbound, frozen=True):
    """Nothing remains at these offsets: erased, withdrawn or expired."""

    offset: Offset
    until: Annotated[Offset, Meta(description="the last of them, where there is more than one")] | None = None


class Place(Struct, frozen=True, omit_defaults=True):
    """A room, as a member sees it."""

    slug: str
    title: str
    format: str
    state: State
    history_seconds: Annotated[int, Meta(description="how long what is said stays")]
    about: str = ""
    opens_at: Seconds | None = None
    closes_at: Seconds | None = None


class Pending(Struct, frozen=True, omit_defaults=True):
    """A message of one's own that only the moderators see as yet."""

    id: Id
    case: CaseId
    text: str
    at: Seconds
    why: Annotated[list[str], Meta(description="categories and kinds of what was found in it")] = []


class You(Struct, frozen=True):
    """The member, as the room knows them."""

    id: Id
    pseudonym: str
    hue: Hue
    roles: list[str]
    session: Annotated[str, Meta(description="the token to use from now on")]
    pending: Annotated[list[Pending], Meta(description="one's own held messages")]


class Phase(Outbound, frozen=True):
    """What the room is doing, and who may post what: the same for all."""

    offset: Offset
    state: State
    may: Annotated[dict[str, list[str]], Meta(description="kinds that each role may post")]
    ends_at: Seconds | None = None
    slow: Annotated[int, Meta(description="seconds between two messages of one person")] = 0


class Welcome(Outbound, frozen=True):
    """You are in: the room, yourself, who is there, and what was said since you left or lately."""

    room: Place
    you: You
    epoch: Annotated[
        str, Meta(description="changes when the room's order was broken; offsets of another epoch mean nothing")
    ]
    offset: Annotated[Offset, Meta(description="the newest")]
    recovered: Annotated[bool, Meta(description="all that was missed since `since` is in `events`")]
    present: Annotated[int, Meta(description="how many are here")]
    members: list[Author]
    phase: Phase
    events: Annotated[list[msgspec.Raw], Meta(description="`said`, `withdrawn` and `void`, in order")]


class Presence(Outbound, frozen=True):
    """Who came and who left, summed up over some seconds."""

    present: int
    joined: list[Author] = []
    left: list[Id] = []


class Accepted(Outbound, frozen=True):
    """The answer to a ref: it is done, and kept."""

    ref: Ref
    id: Id | None = None
    offset: Offset | None = None
    events: Annotated[list[msgspec.Raw] | None, Meta(description="to `history`: older events, in order")] = None
    more: Annotated[bool | None, Meta(description="to `history`: whether there are older ones yet")] = None


class Held(Outbound, frozen=True):
    """The answer to a ref: it is kept, and nobody sees it but oneself and the moderators, until they decide."""

    ref: Ref
    id: Id
    case: CaseId
    why: Annotated[list[str], Meta(description="categories and kinds of what was found in it")] = []


class Named(Struct, frozen=True):
    """Something that a message names, and where."""

    kind: Annotated[str, Meta(description="`name`, `employer`")]
    span: Annotated[tuple[int, int], Meta(description="half-open range of code points of the text in NFC")]


class Asked(Outbound, frozen=True):
    """The answer to a ref: it names somebody or an employer; nothing was kept. Send it again with `sure`, or change it."""

    ref: Ref
    kinds: Annotated[list[str], Meta(description="`name`, `employer`")]
    spans: Annotated[list[tuple[int, int]], Meta(description="half-open ranges of code points of the text in NFC")]
    found: Annotated[list[Named], Meta(description="the same, each with its kind")] = []


class Word(Outbound, frozen=True, rename={"sender": "from"}):
    """Somebody of the staff says something to you alone."""

    sender: str
    text: str
    at: Seconds


class Refused(Outbound, frozen=True):
    """The answer to a ref: it was not done, nothing was kept, and why."""

    ref: Ref
    code: str
    message: Annotated[str, Meta(description="a sentence in the reader's language")]
    retry_after: float | None = None


class Notice(Outbound, frozen=True):
    """Something that concerns you or the room, besides what is said."""

    code: Literal[
        "store_back", "read_only", "writable", "muted", "unmuted", "resources", "decided", "lapsed", "report_outcome"
    ]
    ends_at: Annotated[Seconds, Meta(description="until when one is muted")] | None = None
    reason: Annotated[str, Meta(description="why one is muted, or why it was decided so")] = ""
    crisis: Annotated[Literal["self", "other"], Meta(description="whom the resources are for")] | None = None
    on_duty: Annotated[bool, Meta(description="whether a moderator is there to see it")] | None = None
    ref: Annotated[Ref, Meta(description="the message that the resources come after")] | None = None
    message: Annotated[Id, Meta(description="the message that was decided on")] | None = None
    case: CaseId | None = None
    text: Annotated[str, Meta(description="that message, while it is kept")] = ""
    verdict: Literal["publish", "remove", "dismiss", "uphold", "reverse"] | None = None
    words: Annotated[str, Meta(description="a moderator's own words")] = ""
    sanction: Literal["warn", "mute", "exclude"] | None = None
    receipt: Annotated[str, Meta(description="contests the decision without a session, within 14 days")] = ""
    appealed: Annotated[bool, Meta(description="it was contested, and is not decided yet")] = False


class Error(Outbound, frozen=True):
    """The frame before made no sense, or the connection cannot go on."""

    code: str
    message: Annotated[str, Meta(description="a sentence in the reader's language")]
    retry_after: float | None = None


Outward = (
    Welcome | Said | Withdrawn | Void | Phase | Presence | Accepted | Held | Asked | Refused | Word | Notice | Error
)
