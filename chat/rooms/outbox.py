"""
Write to each member at most once in a turn of the loop.

The system call is the cost of fan-out: a room of a thousand is a thousand writes whatever is in them. So what a room is to hear during
one turn is gathered, joined once, and handed to every member as the same bytes; a lone message still leaves in the same turn.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, ParamSpec, Protocol

if TYPE_CHECKING:
    from chat.rooms.connection import Connection

P = ParamSpec("P")


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


class Crowd:
    """
    The connections of a room: those that can be written to at once, and the few that have something else to take first.

    A thousand writes walk through the memory of a thousand sockets, which the walk before has pushed out of the caches: each object of
    ours touched on the way costs more than the code that touches it, a fifth of a write in all. So the loop over those that are free
    touches nothing of theirs but the socket's own ``send``.
    """

    __slots__ = ("_busy", "_free")

    def __init__(self) -> None:
        self._free: dict[Connection, Callable[[bytes], int]] = {}
        self._busy: set[Connection] = set()

    def add(self, connection: Connection) -> None:
        connection.crowd = self
        self.occupy(connection)
        connection.release()

    def discard(self, connection: Connection) -> None:
        connection.crowd = None
        self._free.pop(connection, None)
        self._busy.discard(connection)

    def occupy(self, connection: Connection) -> None:
        """Set apart a connection that has frames of its own to take, or is behind."""
        self._free.pop(connection, None)
        self._busy.add(connection)

    def release(self, connection: Connection, send: Callable[[bytes], int]) -> None:
        """Take back among the others a connection that has taken all that was its own."""
        self._busy.discard(connection)
        self._free[connection] = send

    def write(self, payload: bytes, aside: bytes) -> None:
        """Write ``payload`` to each, once; who is behind gets ``aside`` later, the part of it that cannot be found in the tail."""
        busy, short = tuple(self._busy), []
        length = len(payload)
        for connection, send in self._free.items():
            try:
                count = send(payload)
            except (BlockingIOError, InterruptedError):
                count = 0
            except OSError:
                count = -1
            if count != length:
                short.append((connection, count))
        for connection, count in short:
            _apart(connection, connection.fell_short, payload, count)
        for connection in busy:
            if not connection.rest:
                _apart(connection, connection.write, payload)
            elif aside:
                _apart(connection, connection.send_frame, aside)


def _apart(connection: Connection, act: Callable[P, None], *args: P.args, **kwargs: P.kwargs) -> None:
    """Do something to one connection; a fault there is no other's."""
    try:
        act(*args, **kwargs)
    except Exception as exc:  # noqa: BLE001 - whatever it was
        connection.failed(exc)
