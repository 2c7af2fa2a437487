"""
Computations made ahead, so that whoever stands at the door does not wait for theirs. Runs one thread.

Making one costs the server a try: the thread makes them one after the other, apart from the loop. What stands ready is of one
effort; when the effort changes it is thrown away.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from chat.people.admission import FRESH_SECONDS, Challenge

READY: Final = 32  # made ahead
WAITING: Final = 64  # people for whom one is being made; beyond, there is only the wait


class Challenges:
    """A stock of computations; ``make(tries, now)`` makes one."""

    def __init__(self, make: Callable[[int, float], Challenge], ready: int = READY, waiting: int = WAITING) -> None:
        self._make = make
        self._most_ready = ready
        self._most_waiting = waiting
        self._ready: deque[Challenge] = deque()
        self._tries = 0
        self._waiting = 0
        self._filling: asyncio.Task[None] | None = None
        self._thread = ThreadPoolExecutor(1, "challenges")

    @property
    def ready(self) -> int:
        """How many stand ready."""
        return len(self._ready)

    async def take(self, tries: int, now: float) -> Challenge | None:
        """Answer a fresh computation of ``tries``, or None when too many people wait for one."""
        if tries != self._tries:
            self._tries = tries
            self._ready.clear()
        while self._ready and self._ready[0].expires_at < now + FRESH_SECONDS:
            self._ready.popleft()
        found = self._ready.popleft() if self._ready else await self._made_now(tries, now)
        if self._filling is None:
            self._filling = asyncio.get_running_loop().create_task(self._fill(now))
        return found

    async def _made_now(self, tries: int, now: float) -> Challenge | None:
        if self._waiting >= self._most_waiting:
            return None
        self._waiting += 1
        try:
            return await self._in_thread(tries, now)
        finally:
            self._waiting -= 1

    async def _fill(self, now: float) -> None:
        try:
            while len(self._ready) < self._most_ready:
                tries = self._tries
                made = await self._in_thread(tries, now)
                if tries == self._tries:
                    self._ready.append(made)
        finally:
            self._filling = None

    async def _in_thread(self, tries: int, now: float) -> Challenge:
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._make, tries, now)

    async def close(self) -> None:
        """Make no more."""
        if self._filling is not None:
            self._filling.cancel()
            await asyncio.gather(self._filling, return_exceptions=True)
        self._thread.shutdown(wait=False, cancel_futures=True)
