"""
Hash the staff's passwords, slowly and one after the other. Runs one thread.

Argon2id with 19 MiB, two passes and one lane (OWASP's second choice, RFC 9106): some 20 ms here. It has a thread and a queue of its own, so
that whoever tries passwords takes nothing from members: beyond :data:`WAITING` the next one is told to come back.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Final, TypeVar

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError

from chat.errors import ChatError

WAITING: Final = 16  # a third of a second's work
SHORTEST: Final = 8  # characters (NIST SP 800-63B, section 3.1.1.2)
LONGEST: Final = 256

T = TypeVar("T")

_argon2: Final = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1, type=Type.ID)
# Of no password that anybody knows: a name of nobody takes as long as one of somebody.
_NOBODY: Final = "$argon2id$v=19$m=19456,t=2,p=1$t2AfpblzpDgytYM3AwMUqg$Abr7XYxZkhoOV5t+a7TuzGi31FBuOkFfbZ4TrpAJahM"


def check(password: str) -> str:
    """Return ``password``. Raises ChatError ``password_short`` or ``password_long``."""
    if len(password) < SHORTEST:
        raise ChatError("password_short")
    if len(password) > LONGEST:
        raise ChatError("password_long")
    return password


class Passwords:
    """One thread that hashes; :meth:`matches` and :meth:`hashed` raise ChatError ``staff_busy`` when too many wait for it."""

    def __init__(self, waiting: int = WAITING) -> None:
        self._most_waiting = waiting
        self._waiting = 0
        self._thread = ThreadPoolExecutor(1, "passwords")
        self.runs = 0  # how many hashes were computed

    async def hashed(self, password: str) -> str:
        return await self._in_thread(lambda: _argon2.hash(password))

    async def matches(self, hashed: str | None, password: str) -> bool:
        """Tell whether ``password`` is the one that was ``hashed``; with None, for nobody, it takes as long and is not."""
        return await self._in_thread(lambda: _matches(hashed or _NOBODY, password)) and hashed is not None

    async def _in_thread(self, work: Callable[[], T]) -> T:
        if self._waiting >= self._most_waiting:
            raise ChatError("staff_busy", retry_after=1)
        self._waiting += 1
        self.runs += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._thread, work)
        finally:
            self._waiting -= 1

    def close(self) -> None:
        self._thread.shutdown(wait=False, cancel_futures=True)


def _matches(hashed: str, password: str) -> bool:
    try:
        return _argon2.verify(hashed, password)
    except (VerificationError, InvalidHashError):
        return False
