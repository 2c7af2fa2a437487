"""
The queue: which cases wait for somebody, in which order, and what a moderator sees of one.

Never another room, never an address, never the name behind a mask. The index over the rooms is rebuilt when it is lost; an entry that it
has too many is dropped when it is met.
"""

from __future__ import annotations

import asyncio
import unicodedata
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Final

import msgspec
from msgspec import Struct

from chat.moderation.summary import Decided, Summary, decided, summarise
from chat.protocol import Said
from chat.store.case_index import QUEUES, CaseIndex, Count, Place
from chat.store.cases import Case, parted
from chat.store.desk import Desk
from chat.store.registry import Registry
from chat.store.room_log import RoomLog

PAGE: Final = 100  # cases in one answer
SEARCHED: Final = 2000  # decided cases that are looked through, the newest first
AROUND: Final = 10  # events before and after the one that is judged
SPAN: Final = 400  # events looked through for what the same person said
THEIRS: Final = 20
OPEN: Final = QUEUES[:-1]

SAID: Final = b'{"type":"said"'


class _Event(Struct, frozen=True):
    """What is asked of an event to find it."""

    at: int
    id: str = ""


_said: Final = msgspec.json.Decoder(Said)
_event: Final = msgspec.json.Decoder(_Event)


class Page(Struct, frozen=True, omit_defaults=True):
    """Some cases of a queue, the most urgent first, and where to go on."""

    cases: list[Summary]
    counts: dict[str, Count]
    cursor: str = ""


class Theirs(Struct, frozen=True, omit_defaults=True):
    """What the same person said in this room."""

    id: str
    text: str
    at: int
    held: bool = False


class Reported(Struct, frozen=True, omit_defaults=True):
    """A report, without whose it is."""

    reason: str
    note: str = ""


class Wrote(Struct, frozen=True):
    """A private word to the author."""

    by: str
    text: str
    at: int


class Earlier(Struct, frozen=True, omit_defaults=True):
    """A decision on the same person in this room, and what it was about."""

    decided: Decided
    text: str | None = None


class Opened(Struct, frozen=True):
    """All that a moderator sees of a case."""

    case: Summary
    around: list[msgspec.Raw]
    theirs: list[Theirs]
    earlier: list[Earlier]
    reports: list[Reported]
    words: list[Wrote]
    present: bool


class Queue:
    """The cases of all rooms; every method raises :exc:`~chat.errors.StoreAway`."""

    def __init__(
        self, index: CaseIndex, registry: Registry, desk: Callable[[str], Desk], log: Callable[[str], RoomLog]
    ) -> None:
        self.index = index
        self._registry = registry
        self._desk = desk
        self._log = log

    async def find(self, case_id: str) -> Case | None:
        """Find a case by its id, None where there is none."""
        place = parted(case_id)
        return await self._desk(place[0]).find(place[1]) if place else None

    async def summaries(self, cases: Sequence[Case]) -> list[Summary]:
        """Say of cases what a list shows."""
        slugs = list({case.slug for case in cases})
        rooms = await asyncio.gather(*map(self._registry.find, slugs))
        titles = {slug: room.title if room else slug for slug, room in zip(slugs, rooms, strict=True)}
        contested = await asyncio.gather(*map(self._contested, cases))
        return [summarise(case, titles[case.slug], other) for case, other in zip(cases, contested, strict=True)]

    async def summary(self, case: Case) -> Summary:
        """Say the same of one."""
        (summary,) = await self.summaries([case])
        return summary

    async def _contested(self, case: Case) -> Case | None:
        return await self._desk(case.slug).find(case.of) if case.of else None

    async def place(self, case_id: str) -> Case | None:
        """Let a case stand where it belongs now; answers it."""
        case = await self.find(case_id)
        await self.index.place(case_id, case)
        return case

    async def page(self, queue: str, cursor: str, words: str, sees: Callable[[Case], bool]) -> Page:
        """
        List cases of ``queue`` (``all``: of all that are open) that the caller ``sees``, from ``cursor`` on.

        ``words`` look for decided cases, accents and capitals forgiven.
        """
        found: list[Case] = []
        looked = 0
        last = None
        async for place, case in self._walk(OPEN if queue == "all" else (queue,), Place.read(cursor)):
            looked += 1
            if sees(case) and _speaks_of(case, words):
                found.append(case)
            if len(found) == PAGE or looked == SEARCHED:
                last = place
                break
        return Page(await self.summaries(found), await self.index.counts(), str(last or ""))

    async def _walk(self, queues: Sequence[str], after: Place | None) -> AsyncIterator[tuple[Place, Case]]:
        """Go through queues in their order, from behind ``after`` on; what stands where it should not is put right."""
        begin = queues.index(after.queue) if after is not None and after.queue in queues else 0
        for queue in queues[begin:]:
            start = await self.index.after(after) if after is not None and after.queue == queue else 0
            while places := await self.index.page(queue, start, PAGE):
                cases = await asyncio.gather(*(self.find(place.case) for place in places))
                for place, case in zip(places, cases, strict=True):
                    if case is None or case.queue != queue:
                        await self.index.place(place.case, case)
                    else:
                        start += 1
                        yield place, case

    async def open(self, case: Case) -> Opened:
        """Gather what a moderator sees of a case: what was said around it, the same person in this room, earlier decisions."""
        log, desk = self._log(case.slug), self._desk(case.slug)
        events = [event for event in (await log.newest(SPAN)).events if event is not None]
        said = [_said.decode(event) for event in events if event.startswith(SAID)]
        others = await desk.about(case.author) if case.author else []
        theirs = [Theirs(each.id, each.text, each.at) for each in said if each.author.id == case.author]
        theirs += [
            Theirs(each.message, each.text, each.opened_at, True)
            for each in others
            if each.held and each.state == "open"
        ]
        earlier = [
            Earlier(verdict, other.text or None)
            for other in others
            if (verdict := decided(other)) and other.token != case.token
        ]
        return Opened(
            case=await self.summary(case),
            around=[msgspec.Raw(event) for event in _around(case, events)],
            theirs=sorted(theirs, key=lambda each: each.at)[-THEIRS:],
            earlier=earlier,
            reports=[Reported(each.reason, each.note) for each in case.reports],
            words=[Wrote(each.sender, each.text, each.at) for each in case.told_words],
            present=bool(case.author) and await log.is_present(case.author),
        )

    async def rebuild(self) -> int:
        """Fill the index from the rooms, should it have been lost; answers how many cases were placed."""
        if await self.index.is_whole():
            return 0
        placed = 0
        for room in await self._registry.all():
            for token in await self._desk(room.slug).tokens():
                await self.place(f"{room.slug}~{token}")
                placed += 1
        await self.index.whole()
        return placed


def _around(case: Case, events: Sequence[bytes]) -> Sequence[bytes]:
    """Choose the events around a message; where it was never published, or is gone, those around its time."""
    known = [_event.decode(event) for event in events]
    if not known or known[0].at > (case.said_at or case.opened_at):
        return ()  # all that was said around it is gone, or too long ago
    at = next((place for place, event in enumerate(known) if event.id == case.message), None)
    if at is None:
        at = sum(event.at <= (case.said_at or case.opened_at) for event in known)
    return events[max(0, at - AROUND) : at + AROUND + 1]


def _speaks_of(case: Case, words: str) -> bool:
    if not words:
        return True
    where = _plain(" ".join((case.text, case.words, case.reason, case.by, case.who.name if case.who else "")))
    return all(word in where for word in _plain(words).split())


def _plain(text: str) -> str:
    bare = unicodedata.normalize("NFD", text.casefold())
    return "".join(sign for sign in bare if not unicodedata.combining(sign))
