"""
Note what was searched in one copy, what was found there, and what could not be searched.
"""

from __future__ import annotations

import asyncio
from collections.abc import Container, Iterable
from typing import Final

from chat.privacy.leaks.memory import Unreadable
from chat.privacy.leaks.needles import NAMES, SHORT, Search

AROUND: Final = 24  # bytes on each side that are shown of what was found: they tell what it is a part of


class Ledger:
    """What was searched in one copy, and what was found there."""

    def __init__(self, level: str, search: Search) -> None:
        self.level = level
        self.bytes: dict[str, int] = {}
        self.found: dict[tuple[str, str, str], set[int]] = {}
        self.around: dict[tuple[str, str, str], str] = {}  # what stood around the first of them
        self.not_searched: list[str] = []
        self.faults: list[str] = []
        self._search = search

    async def look(self, place: str, moment: str, chunks: Iterable[bytes]) -> None:
        """Search ``chunks`` on a thread of their own."""
        await asyncio.to_thread(self._look, place, moment, chunks)

    def _look(self, place: str, moment: str, chunks: Iterable[bytes]) -> None:
        try:
            for chunk in chunks:
                self.bytes[place] = self.bytes.get(place, 0) + len(chunk)
                for find in self._search.find(chunk):
                    trace = (place, moment, find.form)
                    self.found.setdefault(trace, set()).add(find.number)
                    self.around.setdefault(trace, repr(chunk[max(0, find.start - AROUND) : find.end + AROUND])[2:-1])
        except Unreadable as exc:
            self.not_searched.append(f"{place}, {moment}: {exc}")

    def forms(self, forms: Container[str]) -> set[int]:
        """Number those of whom something was found in one of ``forms``."""
        return set[int]().union(*(who for (_, _, form), who in self.found.items() if form in forms))

    def visitors(self, *, short: bool) -> set[int]:
        """Number those of whom something was found, by short forms or by the others."""
        return self.forms([name for name in NAMES if (name in SHORT) is short])

    def fault(self, words: str) -> None:
        if words not in self.faults:
            self.faults.append(words)
