"""
Watch the room left on the disk: this module asks the file system, and writes nothing.

With every write fsynced, Valkey ends itself when the disk is full. The server stops writing well before: it
becomes read-only under a reserve, says so, and comes back by itself.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

__all__ = ["RESERVE_BYTES", "Guard", "Statvfs", "free_bytes"]

RESERVE_BYTES = 64 * 1024 * 1024  # room for a rewrite of a small store's file, and for an operator to work


class Room(Protocol):
    """What is read of :class:`os.statvfs_result`."""

    @property
    def f_bavail(self) -> int: ...
    @property
    def f_frsize(self) -> int: ...


Statvfs = Callable[[Path], Room]


def free_bytes(path: Path, statvfs: Statvfs = os.statvfs) -> int:
    """Return the bytes that this user may still write on the file system of ``path``."""
    room = statvfs(path)
    return room.f_bavail * room.f_frsize


class Guard:
    """
    Say when the store should be read-only: under the reserve, until half as much again is free.

    Without that margin one erasure would open the door and the next message close it.
    """

    def __init__(self, path: Path, reserve_bytes: int = RESERVE_BYTES, statvfs: Statvfs = os.statvfs) -> None:
        self.path = path
        self.reserve_bytes = reserve_bytes
        self.read_only = False
        self._statvfs = statvfs

    def look(self) -> bool:
        """Measure, and return whether the store is to be read-only from now on."""
        free = free_bytes(self.path, self._statvfs)
        needed = self.reserve_bytes * 1.5 if self.read_only else self.reserve_bytes
        self.read_only = free < needed
        return self.read_only

    def holds(self, extra_bytes: int) -> bool:
        """Say whether so much more could be written and the reserve be left."""
        return not self.read_only and free_bytes(self.path, self._statvfs) - extra_bytes >= self.reserve_bytes
