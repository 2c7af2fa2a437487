"""
The chains of decisions in the store: written to, anchored, checked. It touches the store; what an entry is, ``audit`` says.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Final, TypeVar

from chat.moderation.audit import (
    Anchor,
    Broken,
    Decision,
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
        while True:
            last = await self._log.last(slug)
            if not last:
                return
            newest = await self._log.last_anchor()
            head = hash_of(last)
            anchor = Anchor(now, slug, read_decision(last).n, head, hash_of(newest))
            if await self._log.anchor(newest, seal(anchor), slug):
                return

    async def rooms(self) -> list[str]:
        """List the rooms that have a chain, closed ones too."""
        return await self._log.rooms()

    async def newest(self, slug: str, count: int) -> list[Decision]:
        """Read the newest entries of a room, the newest first."""
        return [read_decision(line) for line in reversed(await self._log.entries(slug, -count, count))]

    async def verify(self, find: Callable[[str], Desk]) -> AsyncIterator[Broken | str]:
        """
        Check all chains, and that each anchor holds, and each commitment whose text is still there; ``find`` gives the desk of a room.

        Yields the name of each chain that holds, and what is broken of the others.
        """
        heads: dict[str, dict[int, str]] = {}
        anchors = [line async for line in self._all_anchors()]
        for found in check_anchors(anchors):
            if isinstance(found, Broken):
                yield found
                return
            heads.setdefault(found.room, {})[found.n] = found.head
        yield "anchors"
        for slug in sorted({*heads, *await self._log.rooms()}):
            yield await self._verify_room(slug, heads.get(slug, {}), find(slug)) or slug

    async def _verify_room(self, slug: str, heads: dict[int, str], desk: Desk) -> Broken | None:
        lines = [line async for line in self._all_entries(slug)]
        for found in check(slug, lines):
            if isinstance(found, Broken):
                return found
            if heads.get(found.n, hash_of(lines[found.n - 1])) != hash_of(lines[found.n - 1]):
                return Broken(slug, found.n, "it is not what was anchored")
            if not await self._keeps_its_word(found, desk):
                return Broken(slug, found.n, "the text is not the one that was decided on")
        longest = max(heads, default=0)
        return Broken(slug, len(lines) + 1, "entries that were anchored are missing") if longest > len(lines) else None

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
