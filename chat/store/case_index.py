"""
The order of cases over all rooms, in a slot of its own: an index, which says nothing that the rooms don't.

A room's script cannot reach it, so that it follows: the relay puts each changed case where it belongs, as often as it takes. Lost, it
is rebuilt from the rooms. What changed is published on :data:`CHANNEL` for the consoles. Every method raises
:exc:`~chat.errors.StoreAway`.
"""

from __future__ import annotations

from typing import Final

from msgspec import Struct

from chat.store import keys
from chat.store.cases import Case
from chat.store.commands import Script, Store, pairs
from chat.store.retention import CASE_SECONDS

CHANNEL: Final = "{moderation}:live"
QUEUES: Final = ("distress", "reported", "held", "second_look", "appeals", "decided")  # the most urgent first
PLACE: Final = Script("case_place")
WEIGHT_SPAN: Final = 10**11  # more than any time: the weight of reports comes first


_KEYS: Final = (keys.CLAIMED, *(key for queue in QUEUES for key in (keys.order(queue), keys.age(queue))))


class Count(Struct, frozen=True, omit_defaults=True):
    """How many cases stand in a queue, and since when the oldest does."""

    open: int
    oldest_at: int | None = None


class Place(Struct, frozen=True):
    """Where a case stands in a queue; lower ranks come first."""

    queue: str
    rank: float
    case: str

    def __str__(self) -> str:
        return f"{self.queue}|{self.rank!r}|{self.case}"

    @classmethod
    def read(cls, text: str) -> Place | None:
        """Read a place as it was written, None where it is none."""
        queue, _, rest = text.partition("|")
        rank, _, case = rest.partition("|")
        try:
            return cls(queue, float(rank), case) if queue in QUEUES else None
        except ValueError:
            return None


class CaseIndex:
    """The queues of the community."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def place(self, case_id: str, case: Case | None) -> None:
        """Let a case stand where it belongs, and nowhere else; None: it is no more."""
        if case is None or not case.queue:
            await self._store.run(PLACE, _KEYS, case_id, 0, 0, 0, "")
            return
        which, at = QUEUES.index(case.queue) + 1, case.decided_at or case.opened_at
        await self._store.run(PLACE, _KEYS, case_id, which, str(_rank(case)), at, case.claimed_by)

    async def page(self, queue: str, start: int, count: int) -> list[Place]:
        """List the cases of a queue, from the place ``start`` on."""
        reply = await self._store.ask("ZRANGE", keys.order(queue), start, start + count - 1, "WITHSCORES")
        return [Place(queue, float(rank), case.decode()) for case, rank in pairs(reply).items()]

    async def after(self, place: Place) -> int:
        """Tell how many stand before what follows a place; should its case have left meanwhile, those of its rank come again."""
        at = await self._store.ask("ZRANK", keys.order(place.queue), place.case)
        if at is not None:
            return int(at) + 1
        return int(await self._store.ask("ZCOUNT", keys.order(place.queue), "-inf", f"({place.rank!r}"))

    async def counts(self) -> dict[str, Count]:
        """Count the cases of each queue."""
        sizes = [self._store.ask("ZCARD", keys.age(queue)) for queue in QUEUES]
        oldest = [self._store.ask("ZRANGE", keys.age(queue), 0, 0, "WITHSCORES") for queue in QUEUES]
        return {
            queue: Count(await size, int(float(found[1])) if (found := await first) else None)
            for queue, size, first in zip(QUEUES, sizes, oldest, strict=True)
        }

    async def claimed(self) -> dict[str, str]:
        """Tell who has which case, as far as their leases may still last."""
        reply = await self._store.ask("HGETALL", keys.CLAIMED)
        return {case.decode(): by.decode() for case, by in pairs(reply).items()}

    async def forget_decided(self, now: float) -> None:
        """Let go of those that were decided so long ago that they are erased."""
        before = str(now - CASE_SECONDS)
        for each in await self._store.ask("ZRANGEBYSCORE", keys.age("decided"), "-inf", before, "LIMIT", 0, 1000):
            await self.place(each.decode(), None)

    async def is_whole(self) -> bool:
        """Tell whether it was built, and not lost since."""
        return bool(await self._store.ask("EXISTS", keys.INDEXED))

    async def whole(self) -> None:
        """Note that it is built."""
        await self._store.ask("SET", keys.INDEXED, 1)

    async def publish(self, change: bytes) -> None:
        """Tell all consoles, on whatever server."""
        await self._store.ask("SPUBLISH", CHANNEL, change)


def _rank(case: Case) -> float:
    if case.queue == "decided":
        return -case.decided_at
    if case.queue == "reported":
        return case.opened_at - round(case.weight * 100) * WEIGHT_SPAN / 100
    return case.opened_at
