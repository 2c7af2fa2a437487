"""
What is kept of one room: its order of events, who is present, who bears which name.

:class:`RoomLog` gives each script of a room its keys and arguments and reads what it answers. All times are the store's.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Final

from msgspec import Struct

from chat.errors import Refusal
from chat.protocol import Said, Withdrawn, unnumbered
from chat.settings import Settings
from chat.store import keys
from chat.store.case_log import HELD_MOST, RECALL, Opening, short_ref
from chat.store.cases import Case, new_token, read_cases
from chat.store.commands import Reply, Script, Store
from chat.store.retention import CASES, NAMES, PRESENCE, WORDS
from chat.store.sanctions import Sanction, by_author, read_record

SAY: Final = Script("common", "limits", "say")
WITHDRAW: Final = Script("common", "limits", "withdraw")
ENTER: Final = Script("common", "cases", "enter")
PULSE: Final = Script("common", "pulse")
READ: Final = Script("common", "read")
HOLD: Final = Script("common", "limits", "cases", "hold")

KNOWN_MOST: Final = 10_000  # people whose names a room keeps; beyond, those who are away lose theirs
STRETCH: Final = 1_000  # events in one reading, as read.lua says too


class Placed(Struct, frozen=True):
    """A message or its withdrawal, kept: message id and offset of the event."""

    id: str
    offset: int


class Held(Struct, frozen=True):
    """A message that only its author and the moderators see, and the token of its case."""

    id: str
    token: str


class Limit(Struct, frozen=True):
    """A bucket that a request draws from: what is said where it is empty, its name, its size, the ms until it holds one more."""

    code: str
    bucket: str
    burst: int
    interval_ms: int


class Seat(Struct, frozen=True):
    """
    A member, let in: as whom (author in JSON), as which connection of the room, how far the room was, how many are there.

    ``sanction`` is what is kept of one, over or not; ``cases`` are those about their messages, ``reported`` those that they reported.
    """

    person: bytes
    number: int
    epoch: str
    offset: int
    present: int
    sanction: Sanction | None = None
    cases: tuple[Case, ...] = ()
    reported: tuple[Case, ...] = ()


class Pulse(Struct, frozen=True):
    """The state of a room: its newest and oldest offsets, how many are present, the authors among them, in JSON, who is excluded."""

    epoch: str
    newest: int
    oldest: int
    present: int
    named: tuple[bytes, ...]
    excluded: dict[str, Sanction]


class Stretch(Struct, frozen=True):
    """Consecutive events from offset ``start``; None where nothing remains."""

    epoch: str
    newest: int
    oldest: int
    start: int
    events: tuple[bytes | None, ...]


class RoomLog:
    """The log of the room ``slug``; every method raises :exc:`~chat.errors.StoreAway`."""

    def __init__(self, store: Store, slug: str, settings: Settings) -> None:
        self._store = store
        self._settings = settings
        self._slug = slug
        self._room = keys.Room(slug)
        self._keys = (*self._room.all(), self._room.channel)
        self._all_keys = (*self._keys, *self._room.moderation())
        self.channel = self._room.channel

    async def say(
        self, author: str, ref: str, said: Said, limits: Sequence[Limit], opening: Opening | None = None
    ) -> Placed | Held:
        """
        Give a message its place, or hold it, and open its case if it is to have one; once for a ``ref``, the second time answers as the
        first did.

        Raises:
            Refusal: the code of one of ``limits`` with the seconds left, ``unknown_message`` when the one answered is gone,
                ``room_closed``, ``not_seated`` when the author is not known here, or ``held_many``.
        """
        s = self._settings
        own = (*self._refs(author), *self._buckets(limits))
        facts = (
            *unnumbered(said),
            *(
                said.id,
                author,
                said.to or "",
                s.history_events,
                WORDS.seconds(s),
                s.ref_seconds,
                short_ref(author, ref),
            ),
        )
        if opening is None:
            return _placed(await self._store.run(SAY, (*self._keys, *own), *facts, *_bounds(limits)))
        fields = opening.facts()
        case = (int(opening.held), new_token(), opening.kind, CASES.seconds(s), HELD_MOST, len(fields) // 2, *fields)
        return _placed(await self._store.run(HOLD, (*self._all_keys, *own), *facts, *case, *_bounds(limits)))

    async def recall(self, author: str, ref: str, message: str) -> bool:
        """
        Take back a message that is held; answers False where no such one is.

        Raises:
            Refusal: ``not_yours``.
        """
        facts = (message, author, self._settings.ref_seconds, short_ref(author, ref))
        reply = await self._store.run(RECALL, (*self._all_keys, *self._refs(author)), *facts)
        return reply is not None and bool(_placed(reply))

    async def withdraw(self, author: str, ref: str, withdrawn: Withdrawn, limits: Sequence[Limit]) -> Placed:
        """
        Make a message void and say that it is gone, once for a ``ref``.

        Raises:
            Refusal: ``unknown_message``, ``not_yours``, or the code of one of ``limits``.
        """
        head, tail = unnumbered(withdrawn)
        s = self._settings
        script_keys = (*self._keys, *self._refs(author), *self._buckets(limits))
        facts = (withdrawn.message, author, s.history_events, WORDS.seconds(s), s.ref_seconds, short_ref(author, ref))
        placed = _placed(await self._store.run(WITHDRAW, script_keys, head, tail, *facts, *_bounds(limits)))
        return Placed(placed.id, 0) if isinstance(placed, Held) else placed

    def _refs(self, author: str) -> tuple[str, str]:
        return self._room.refs(author), self._room.older_refs(author)

    async def enter(
        self, author: str, skeleton: str, person: bytes, *, lasting: bool = False, staff: bool = False
    ) -> Seat | Sanction:
        """
        Seat somebody, or answer the sanction that keeps them out.

        ``author`` is the id, ``person`` how they wish to be shown (empty: as they are known here); the staff are shown
        as they wish even where they are known already.

        Raises:
            Refusal: ``name_taken``, ``name_needed`` when they are not known here, ``room_closed``, ``known_only`` when
                it is locked.
        """
        s = self._settings
        times = (PRESENCE.seconds(s), s.session_seconds, NAMES.seconds(s))
        reply = await self._store.run(
            ENTER, self._all_keys, author, skeleton, person, *times, int(lasting), KNOWN_MOST, int(staff)
        )
        if reply[0] == b"excluded" and (sanction := read_record(reply[1].decode())):
            return sanction
        if reply[0] != b"seated":
            raise Refusal(reply[0].decode())
        return Seat(
            reply[1],
            int(reply[2]),
            reply[3].decode(),
            int(reply[4]),
            reply[5],
            read_record(reply[6].decode()),
            read_cases(self._slug, reply[7]),
            read_cases(self._slug, reply[8]),
        )

    async def pulse(self, here: list[str], left: list[str]) -> Pulse:
        """Say who is here (the staff after a `+`) and who has left, erase what is too old, and learn how the room is."""
        s = self._settings
        times = (WORDS.seconds(s), PRESENCE.seconds(s), s.presence_grace_seconds, NAMES.seconds(s))
        reply = await self._store.run(PULSE, self._keys, *times, *here, "", *left)
        return Pulse(reply[0].decode(), reply[1], reply[2], reply[3], tuple(reply[4]), by_author(reply[5]))

    async def read(self, first: int, last: int) -> Stretch:
        """Read the events from ``first`` to ``last``, both included, as far as they are kept; :data:`STRETCH` of them at most."""
        return _stretch(await self._store.run(READ, self._keys, first, last))

    async def is_present(self, author: str) -> bool:
        """Tell whether somebody is here, or left a moment ago."""
        until = await self._store.ask("ZSCORE", self._room.present, author)
        return until is not None and float(until) > time.time()

    async def newest(self, count: int) -> Stretch:
        """Read the newest ``count`` events."""
        return _stretch(await self._store.run(READ, self._keys, "", count))

    def _buckets(self, limits: Sequence[Limit]) -> list[str]:
        return [self._room.bucket(limit.bucket) for limit in limits]


def _bounds(limits: Sequence[Limit]) -> list[str | int]:
    return [fact for limit in limits for fact in (limit.code, limit.burst, limit.interval_ms)]


def _placed(reply: Reply) -> Placed | Held:
    outcome = reply[0].decode()
    if outcome == "held":
        return Held(reply[1].decode(), reply[2].decode())
    if outcome == "accepted":
        return Placed(reply[1].decode(), int(reply[2]))
    if outcome == "limited":
        raise Refusal(reply[1].decode(), retry_after=reply[2] / 1000)
    raise Refusal(outcome)


def _stretch(reply: Reply) -> Stretch:
    return Stretch(reply[0].decode(), reply[1], reply[2], reply[3], tuple(reply[4]))
