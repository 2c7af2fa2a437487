"""
Turn what pub/sub delivers into one order, without gap or double.

Pure: numbered events come in as they are heard, possibly twice, late or not at all; they go out in order, and a gap is seen as soon
as something stands behind it. Whoever holds a sequence fills its gaps from history.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from chat.protocol import Void, encode

AHEAD: Final = 1_000  # events kept while a gap is being filled; what is beyond is found in history too

Entry = tuple[int, bytes]  # an offset and its event, or the last offset of a void and the void, in JSON


class Sequence:
    """A position in a room's order; None until the first fill."""

    __slots__ = ("_ahead", "offset")

    def __init__(self) -> None:
        self.offset: int | None = None
        self._ahead: dict[int, bytes] = {}

    @property
    def gap(self) -> bool:
        """Whether something was heard that cannot go out before history has been read."""
        return bool(self._ahead)

    def hear(self, offset: int, event: bytes) -> list[Entry]:
        """Take one event as heard; answers what can go out now."""
        if self.offset is None or offset > self.offset + 1:
            if len(self._ahead) < AHEAD:
                self._ahead[offset] = event
            return []
        if offset <= self.offset:
            return []
        self.offset = offset
        return [(offset, event), *self._drain()] if self._ahead else [(offset, event)]

    def forget(self, offsets: range) -> None:
        """Let nothing go out of what stands ahead at ``offsets``: it was erased meanwhile."""
        for offset in self._ahead.keys() & offsets:
            self._ahead[offset] = _void(offset, offset)

    def fill(self, start: int, events: Iterable[bytes | None], newest: int) -> list[Entry]:
        """
        Take what history holds from ``start`` up to ``newest``; answers what can go out now.

        What stood between the position and ``start`` is no longer kept: it goes out as void.
        """
        position = start - 1 if self.offset is None else self.offset
        missing = max(0, start - 1 - position)
        known = (*(None for _ in range(missing)), *events)
        out = [entry for entry in entries(start - missing, known) if entry[0] > position]
        self.offset = max(position, newest)
        out.extend(self._drain())
        return out

    def _drain(self) -> Iterator[Entry]:
        assert self.offset is not None
        while (event := self._ahead.pop(self.offset + 1, None)) is not None:
            self.offset += 1
            yield self.offset, event
        for offset in [offset for offset in self._ahead if offset <= self.offset]:
            del self._ahead[offset]


def entries(start: int, events: Iterable[bytes | None]) -> Iterator[Entry]:
    """Number events from ``start``, with each run of nothing as one void."""
    void, offset = 0, start - 1
    for offset, event in enumerate(events, start):
        if event is None:
            void = void or offset
            continue
        if void:
            yield offset - 1, _void(void, offset - 1)
            void = 0
        yield offset, event
    if void:
        yield offset, _void(void, offset)


def newest(some: list[Entry], limit: int) -> list[Entry]:
    """Answer the last of ``some`` entries that come to ``limit`` bytes together; one at least, where there is one."""
    size, start = 0, len(some)
    while start and (size == 0 or size + len(some[start - 1][1]) <= limit):
        start -= 1
        size += len(some[start][1])
    return some[start:]


def portions(some: list[Entry], limit: int) -> Iterator[list[Entry]]:
    """Part ``some`` entries so that each part comes to ``limit`` bytes at most, or is a single one."""
    part: list[Entry] = []
    size = 0
    for entry in some:
        if part and size + len(entry[1]) > limit:
            yield part
            part, size = [], 0
        part.append(entry)
        size += len(entry[1])
    if part:
        yield part


def _void(first: int, last: int) -> bytes:
    return encode(Void(first, last if last > first else None))
