"""
The chains of decisions in the store: written to, anchored, checked. It touches the store; what an entry is, ``audit`` says.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Final, TypeVar

from chat.moderation.audit import (
    ANCHORS,
    Anchor,
    Broken,
    Decision,
    Whole,
    check,
    check_anchors,
    commitment,
    follow,
    hash_of,
    read_decision,
    seal,
)
from chat.store.audit_log import PORTION, AuditLog
from chat.store.cases import parted
from chat.store.desk import Contested, Desk, Entry

TRIES: Final = 20  # when others decide in the same room at the same moment

T = TypeVar("T")


class Chains:
    """The chains of the community; every method raises :exc:`~chat.errors.StoreAway`."""

    def __init__(self, log: AuditLog) -> None:
        self._log = log

    async def write(self, slug: str, decision: Decision, deed: Callable[[Entry], Awaitable[T]]) -> T:
        """
        Do ``deed`` with the entry that ``decision`` makes at the end of the room's chain, again when the chain has moved meanwhile.

        Raises:
            Contested: What ``deed`` raises; ``audit_moved`` when it always moved.
        """
        for _ in range(TRIES - 1):
            try:
                return await deed(follow(await self._log.last(slug), decision))
            except Contested as contested:
                if contested.code != "audit_moved":
                    raise
        return await deed(follow(await self._log.last(slug), decision))

    async def anchor(self, slug: str, now: int) -> None:
        """Anchor the head of a room's chain, unless it is already."""
        while last := await self._log.last(slug):
            entry = read_decision(last)
            if await self._log.anchored(slug) >= entry.n:
                return
            newest = await self._log.last_anchor()
            anchor = Anchor(now, slug, entry.n, hash_of(last), hash_of(newest))
            if await self._log.anchor(newest, seal(anchor), slug, entry.n):
                return

    async def rooms(self) -> list[str]:
        """List the rooms that have a chain, closed ones too."""
        return await self._log.rooms()

    async def newest(self, slug: str, count: int) -> list[Decision]:
        """Read the newest entries of a room, the newest first."""
        return [read_decision(line) for line in reversed(await self._log.entries(slug, -count, count))]

    async def verify(self, find: Callable[[str], Desk], kept: str = "") -> AsyncIterator[Broken | Whole]:
        """
        Check all chains, and that each anchor holds, and each commitment whose text is still there; ``find`` gives the desk of a room.

        ``kept`` is the hash of an anchor that was kept elsewhere, and must be there. Yields each chain, the anchors first, as it is: whole,
        or where it breaks first.
        """
        anchors = [line async for line in self._all_anchors()]
        heads: dict[str, dict[int, str]] = {}
        broken = None
        for found in check_anchors(anchors):
            if isinstance(found, Broken):
                broken = found
            else:
                # The first that spoke of an entry: one who remade a chain could have it anchored once more.
                heads.setdefault(found.room, {}).setdefault(found.n, found.head)
        if broken is None and kept and kept not in map(hash_of, anchors):
            broken = Broken(ANCHORS, len(anchors), "the anchor that was kept elsewhere is not here")
        yield broken or Whole(ANCHORS, len(anchors), hash_of(anchors[-1] if anchors else b""))
        for slug in sorted({*heads, *await self._log.rooms()}):
            yield await self._verify_room(slug, heads.get(slug, {}), find(slug))

    async def lines(self) -> AsyncIterator[tuple[str, bytes]]:
        """Read all entries as they are written, each after the name of its chain, the anchors first."""
        async for line in self._all_anchors():
            yield ANCHORS, line
        for slug in await self._log.rooms():
            async for line in self._all_entries(slug):
                yield slug, line

    async def _verify_room(self, slug: str, heads: dict[int, str], desk: Desk) -> Broken | Whole:
        lines = [line async for line in self._all_entries(slug)]
        for found in check(slug, lines):
            if isinstance(found, Broken):
                return found
            head = hash_of(lines[found.n - 1])
            if heads.get(found.n, head) != head:
                return Broken(slug, found.n, "it is not what was anchored")
            if not await self._keeps_its_word(found, desk):
                return Broken(slug, found.n, "the text is not the one that was decided on")
        if max(heads, default=0) > len(lines):
            return Broken(slug, len(lines) + 1, "entries that were anchored are missing")
        return Whole(slug, len(lines), hash_of(lines[-1] if lines else b""))

    async def _keeps_its_word(self, decision: Decision, desk: Desk) -> bool:
        place = parted(decision.case)
        if not decision.commitment or place is None:
            return True
        case = await desk.find(place[1])
        return case is None or not (case.salt and case.text) or commitment(case.salt, case.text) == decision.commitment

    async def _all_entries(self, slug: str) -> AsyncIterator[bytes]:
        for first in range(0, await self._log.length(slug), PORTION):
            for line in await self._log.entries(slug, first):
                yield line

    async def _all_anchors(self) -> AsyncIterator[bytes]:
        first = 0
        while lines := await self._log.anchors(first):
            for line in lines:
                yield line
            first += len(lines)
