"""
All that the server holds of one person, and its erasure on demand.

It is told and erased by sections. To add what is held of people, write a :class:`Section` and give it to :class:`About`: ``/api/about-me``
carries it under its name, and the page ``/about-you`` shows it by a part of that name.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Final, Protocol, TypeVar

import msgspec
from msgspec import Struct

from chat.people.receipts import Receipts
from chat.people.sessions import Session, Sessions, author_id
from chat.protocol import Author, Said
from chat.settings import Settings
from chat.store.cases import Case
from chat.store.person_log import PersonLog, Trace
from chat.store.registry import Registry, RoomRecord
from chat.store.retention import WORDS
from chat.store.sanctions import Sanction, read_record

AT_ONCE: Final = 50  # rooms asked in one round trip: with a thousand of them, others still get their turn
READERS: Final = 4  # people told or erased at the same time, in one process

T = TypeVar("T")

_author = msgspec.json.Decoder(Author)
_said = msgspec.json.Decoder(Said)


class Section(Protocol):
    """One kind of what is held; both methods may raise :exc:`~chat.errors.StoreAway` and be called again."""

    name: str

    async def tell(self, session: Session) -> object:
        """Gather what is held, as something that msgspec can encode."""

    async def erase(self, session: Session) -> int:
        """Erase it, and answer how many messages that were."""


class About:
    """What is held of people; the session itself is told first and erased last, so that erasing may be tried again with its token."""

    def __init__(self, sessions: Sessions, sections: Sequence[Section]) -> None:
        self._sessions = sessions
        self._sections = sections
        self._turn = asyncio.Semaphore(READERS)

    async def tell(self, token: str) -> dict[str, object] | None:
        """Tell all that is held of the bearer of ``token``, None where there is no such session. Raises StoreAway."""
        session = await self._sessions.recognise(token)
        if session is None:
            return None
        now = int(time.time())
        told: dict[str, object] = {"at": now, "session": _session(session, now)}
        async with self._turn:
            for section in self._sections:
                told[section.name] = await section.tell(session)
        return told

    async def erase(self, token: str) -> int | None:
        """
        Erase all that is held of the bearer of ``token`` and end their session; answers how many messages went, None where there is none.

        Nobody comes in by that token any more from the first moment, so that nothing is added meanwhile.

        Raises:
            StoreAway: Some of it may be left; the same token will do to erase that, too.
        """
        session = await self._sessions.recognise(token, closing=True)
        if session is None:
            return None
        async with self._turn:
            messages = [await section.erase(session) for section in self._sections]
        await self._sessions.end(session)
        return sum(messages)


class SanctionTold(Struct, frozen=True):
    """What one may not do in a room, or in all of them: `mute` or `exclude`, until when, and why."""

    kind: str
    ends_at: int
    everywhere: bool
    reason: str


class SessionTold(Struct, frozen=True):
    """The session: when it ends (seconds since 1970), the batch of invitations one came in by, and what one may not do in any room."""

    ends_at: int
    batch: str
    sanction: SanctionTold | None


class Message(Struct, frozen=True):
    """A message that can still be read, said and to be erased at these times."""

    id: str
    at: int
    until: int
    text: str


class CaseTold(Struct, frozen=True):
    """
    A message of one's own that moderators look at (`open`), or no more: `decided`, and why, `withdrawn`, `lapsed`.

    ``held``: nobody else has seen it. The receipt contests what was decided, where that can be; whoever was sent away finds it here.
    """

    id: str
    at: int
    state: str
    text: str
    held: bool
    verdict: str
    reason: str
    receipt: str


class ReportTold(Struct, frozen=True):
    """A message that one reported, and why."""

    at: int
    message: str
    reason: str
    note: str


class InRoom(Struct, frozen=True):
    """
    What one room holds: the name there and until when it is kept at most, whether one counts as present, what one said, how many sendings
    are remembered so as not to be done twice, for how long yet the pace of one's messages is, what one may not do there, and what the
    moderators have of one.
    """

    slug: str
    title: str
    name: str
    hue: int
    known_until: int
    present: bool
    messages: list[Message]
    remembered: int
    limited_seconds: int
    sanction: SanctionTold | None
    cases: list[CaseTold]
    reports: list[ReportTold]


def _session(session: Session, now: int) -> SessionTold:
    return SessionTold(now + session.left_seconds, session.batch, _sanction(read_record(session.sanction), now))


def _sanction(sanction: Sanction | None, now: float) -> SanctionTold | None:
    if sanction is None or not sanction.left(now):
        return None
    return SanctionTold(sanction.kind, sanction.ends, sanction.everywhere, sanction.reason)


class Rooms:
    """The section of what the rooms hold."""

    name = "rooms"

    def __init__(self, registry: Registry, log: PersonLog, settings: Settings, receipts: Receipts) -> None:
        self._receipts = receipts
        self._registry = registry
        self._log = log
        self._history_seconds = WORDS.seconds(settings)

    async def tell(self, session: Session) -> list[InRoom]:
        async def told(room: RoomRecord) -> InRoom | None:
            trace = await self._log.trace(room.slug, author_id(room.secret, session.person))
            return None if trace is None else self._in_room(room, trace)

        return [room for room in await self._of_each(told) if room is not None]

    async def erase(self, session: Session) -> int:
        return sum(
            await self._of_each(lambda room: self._log.forget(room.slug, author_id(room.secret, session.person)))
        )

    async def dismiss(self, session: Session) -> None:
        """End the connections of a person who has begun a session elsewhere."""
        await self._of_each(lambda room: self._log.dismiss(room.slug, author_id(room.secret, session.person)))

    async def _of_each(self, ask: Callable[[RoomRecord], Awaitable[T]]) -> list[T]:
        rooms = await self._registry.all()
        answers: list[T] = []
        for start in range(0, len(rooms), AT_ONCE):
            answers += await asyncio.gather(*map(ask, rooms[start : start + AT_ONCE]))
        return answers

    def _in_room(self, room: RoomRecord, trace: Trace) -> InRoom:
        said = [_said.decode(event) for event in trace.events]
        author = (
            _author.decode(trace.author) if trace.author else said[-1].author if said else Author("", "", 0, "mask")
        )
        return InRoom(
            room.slug,
            room.title,
            author.name,
            author.hue,
            trace.known_until,
            trace.present_until > time.time(),
            [Message(one.id, one.at, one.at + self._history_seconds, one.text) for one in said],
            trace.refs,
            trace.limited_seconds,
            _sanction(trace.sanction, time.time()),
            [self._case(case) for case in trace.cases],
            [
                ReportTold(case.opened_at, case.message, report.reason, report.note)
                for case in trace.reported
                for report in case.reports
                if report.reporter == trace.id
            ],
        )

    def _case(self, case: Case) -> CaseTold:
        receipt = self._receipts.write(case.id) if case.told and case.contestable else ""
        return CaseTold(case.id, case.opened_at, case.state, case.text, case.held, case.verdict, case.reason, receipt)
