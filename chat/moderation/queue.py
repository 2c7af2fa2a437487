"""
The queue: which cases wait for somebody, in which order, and what a moderator sees of one.

Never another room, never an address, never the name behind a mask. The index over the rooms is rebuilt when it is lost; an entry that it
has too many is dropped when it is met.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable
from typing import Final

import msgspec
from msgspec import Struct

from chat.moderation.summary import Decided, Summary, decided, summarise
from chat.protocol import Said
from chat.store.case_index import QUEUES, CaseIndex, Count
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

_said: Final = msgspec.json.Decoder(Said)


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

    async def summary(self, case: Case) -> Summary:
        """Say of a case what a list shows."""
        room = await self._registry.find(case.slug)
        contested = await self._desk(case.slug).find(case.of) if case.of else None
        return summarise(case, room.title if room else case.slug, contested)

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
        queues = list(OPEN) if queue == "all" else [queue]
        begin, _, after = cursor.partition("|")
        for name in queues[queues.index(begin) if begin in queues else 0 :]:
            start = await self.index.after(name, after) if name == begin else 0
            while len(found) < PAGE and looked < SEARCHED and (ids := await self.index.page(name, start, PAGE)):
                for case in await self._read(name, ids):
                    if sees(case) and _speaks_of(case, words):
                        found.append(case)
                start, looked = start + len(ids), looked + len(ids)
                cursor = f"{name}|{ids[-1]}"
            if len(found) >= PAGE or looked >= SEARCHED:
                break
        else:
            cursor = ""
        return Page([await self.summary(case) for case in found], await self.index.counts(), cursor)

    async def _read(self, queue: str, ids: Iterable[str]) -> list[Case]:
        cases = [(case_id, await self.find(case_id)) for case_id in ids]
        for case_id, case in cases:
            if case is None or case.queue != queue:
                await self.index.place(case_id, case)
        return [case for _, case in cases if case is not None and case.queue == queue]

    async def open(self, case: Case) -> Opened:
        """Gather what a moderator sees of a case: what was said around it, the same person in this room, earlier decisions."""
        log, desk = self._log(case.slug), self._desk(case.slug)
        stretch = await log.newest(SPAN)
        events = list(stretch.events)
        said = {each.id: each for each in map(_read_said, events) if each is not None}
        place = next((i for i, event in enumerate(events) if case.message.encode() in (event or b"")), len(events))
        around = [event for event in events[max(0, place - AROUND) : place + AROUND + 1] if event]
        others = await desk.about(case.author) if case.author else []
        theirs = [Theirs(each.id, each.text, each.at) for each in said.values() if each.author.id == case.author]
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
            around=[msgspec.Raw(event) for event in around],
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


def _read_said(event: bytes | None) -> Said | None:
    return _said.decode(event) if event is not None and event.startswith(b'{"type":"said"') else None


def _speaks_of(case: Case, words: str) -> bool:
    if not words:
        return True
    where = _plain(" ".join((case.text, case.words, case.reason, case.by, case.who.name if case.who else "")))
    return all(word in where for word in _plain(words).split())


def _plain(text: str) -> str:
    bare = unicodedata.normalize("NFD", text.casefold())
    return "".join(sign for sign in bare if not unicodedata.combining(sign))
