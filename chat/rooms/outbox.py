"""
Write to each member at most once in a turn of the loop.

The system call is the cost of fan-out: a room of a thousand is a thousand writes whatever is in them. So what a room is to hear during
one turn is gathered, joined once, and handed to every member as the same bytes; a lone message still leaves in the same turn.
"""

from __future__ import annotations

import asyncio
from typing import Protocol


def text_frame(payload: bytes) -> bytes:
    """Frame a text message as servers do (RFC 6455, section 5.2): whole, unmasked, no extension."""
    length = len(payload)
    if length < 126:
        return b"\x81" + length.to_bytes(1, "big") + payload
    if length < 65_536:
        return b"\x81\x7e" + length.to_bytes(2, "big") + payload
    return b"\x81\x7f" + length.to_bytes(8, "big") + payload


class Flushable(Protocol):
    """Something that has gathered frames."""

    def flush(self) -> None:
        """Write them."""

    def failed(self, error: Exception) -> None:
        """End what raised ``error`` while it wrote."""


class Flusher:
    """Flushes whatever has gathered something, once a turn of the loop; rooms before members, for one write each."""

    __slots__ = ("_loop", "_members", "_rooms", "_scheduled")

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._rooms: list[Flushable] = []
        self._members: list[Flushable] = []
        self._scheduled = False

    def add(self, member: Flushable) -> None:
        self._members.append(member)
        self._schedule()

    def add_room(self, room: Flushable) -> None:
        self._rooms.append(room)
        self._schedule()

    def _schedule(self) -> None:
        if not self._scheduled:
            self._scheduled = True
            self._loop.call_soon(self._flush)

    def _flush(self) -> None:
        self._scheduled = False
        rooms, self._rooms = self._rooms, []
        members, self._members = self._members, []
        for waiting in (*rooms, *members):
            try:
                waiting.flush()
            except Exception as exc:  # noqa: BLE001 - the others must have their turn, whatever it was
                waiting.failed(exc)
