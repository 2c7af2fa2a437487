"""
The newest events of a room, held in memory: what a newcomer is shown, and what whoever is behind or comes back has missed.

Pure. A tail holds words, so it lets go of those that are erased, also where a reading of history began before and ends after: such a
reading is asked for within :meth:`Tail.reading` and comes out without them.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import msgspec
from msgspec import Struct

from chat.rooms.sequence import Entry, entries
from chat.store.room_log import Stretch


class _Named(Struct, frozen=True):
    """What there is of ids in an event: its own, or that of the message that was withdrawn."""

    id: str | None = None
    message: str | None = None


_named = msgspec.json.Decoder(_Named)


class Tail:
    """At most ``limit`` events in their order; what is missing above the floor is void."""

    __slots__ = ("_erased", "_events", "_gone", "_limit", "_readings", "floor")

    def __init__(self, limit: int) -> None:
        self.floor = 0  # the offset above which everything that remains is here
        self._limit = limit
        self._events: dict[int, bytes] = {}
        self._readings = 0  # of history, under way
        self._erased: list[range] = []  # offsets, and ids, that were erased meanwhile
        self._gone: set[str] = set()

    def append(self, offset: int, event: bytes) -> None:
        """Hold one more event; a withdrawal takes along what it withdraws."""
        if event.startswith(b'{"type":"withdrawn"'):
            self._withdraw(_named.decode(event).message)
        self._events[offset] = event
        while len(self._events) > self._limit:
            self.floor = next(iter(self._events))
            del self._events[self.floor]

    def _withdraw(self, message: str | None) -> None:
        for offset in [offset for offset, event in self._events.items() if _named.decode(event).id == message]:
            del self._events[offset]
        if self._readings and message is not None:
            self._gone.add(message)

    def forget(self, offsets: range) -> None:
        """Let go of what was erased."""
        for offset in [o for o in self._events if o in offsets] if len(offsets) > len(self._events) else offsets:
            self._events.pop(offset, None)
        if self._readings:
            self._erased.append(offsets)

    def since(self, offset: int, until: int) -> list[Entry] | None:
        """Answer all that came after ``offset`` up to ``until``, or None when the tail does not reach back so far."""
        if offset < self.floor:
            return None
        return list(entries(offset + 1, (self._events.get(o) for o in range(offset + 1, until + 1))))

    def newest(self, until: int) -> list[Entry]:
        """Answer the newest events up to ``until``, beginning with one that is there."""
        start = next(iter(self._events), until + 1)
        return list(entries(start, (self._events.get(o) for o in range(start, until + 1))))

    @contextlib.contextmanager
    def reading(self) -> Iterator[None]:
        """Remember what is erased as long as a reading of history is under way."""
        self._readings += 1
        try:
            yield
        finally:
            self._readings -= 1
            if not self._readings:
                self._erased.clear()
                self._gone.clear()

    def remaining(self, stretch: Stretch) -> Stretch:
        """Leave out of what was read what was erased meanwhile."""
        if not self._erased and not self._gone:
            return stretch
        events = [self._unless_gone(*numbered) for numbered in enumerate(stretch.events, stretch.start)]
        return msgspec.structs.replace(stretch, events=tuple(events))

    def _unless_gone(self, offset: int, event: bytes | None) -> bytes | None:
        if event is None or any(offset in erased for erased in self._erased):
            return None
        return None if _named.decode(event).id in self._gone else event
