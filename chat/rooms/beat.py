"""
What a process does every few seconds: look at the disk and at each connection, pulse its rooms, let go of what nobody is in.

To add something that is due with each beat, give it its place in :meth:`Beat.once`.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

import structlog

from chat import metrics
from chat.errors import CloseCode, StoreAway
from chat.protocol import Notice, encode
from chat.store import keys
from chat.store.room_log import RoomLog

if TYPE_CHECKING:
    from chat.rooms.hub import Hub

log = structlog.get_logger()

SWEEP_SECONDS: Final = 60.0  # between two looks at the rooms that nobody is in
EMPTY_SECONDS: Final = 30.0  # an empty room stays live for those who come back
AWAY_SECONDS: Final = 30.0  # without the bus, before members are asked to come back later


class Beat:
    """The beat of one hub; ``disk_full`` looks whether writing has to stop."""

    def __init__(self, hub: Hub, disk_full: Callable[[], bool]) -> None:
        self._hub = hub
        self._disk_full = disk_full
        self._swept_at = 0.0
        self._beating: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._beating = asyncio.get_running_loop().create_task(self._on())

    def stop(self) -> None:
        if self._beating is not None:
            self._beating.cancel()

    async def _on(self) -> None:
        while True:
            await asyncio.sleep(self._hub.settings.presence_seconds)
            try:
                await self.once(time.time())
            except StoreAway:
                log.warning("beat_missed")
            except Exception as exc:  # noqa: BLE001 - the beat must go on; what failed is said
                log.error("beat_failed", error=exc)

    async def once(self, now: float) -> None:
        """Do all that is due; ``now`` in seconds since 1970. Raises StoreAway when some of it failed."""
        hub = self._hub
        metrics.CONNECTIONS.set(len(hub.members))
        metrics.ROOMS.set(len(hub.rooms))
        self._watch_disk()
        self._watch_connections()
        self._let_go()
        away = await self._pulse(now)
        self._retire()
        hub.closed_batches = await hub.doors.closed_batches(now)
        if time.monotonic() - self._swept_at > SWEEP_SECONDS:
            self._swept_at = time.monotonic()
            await self._sweep()
            await hub.vigil.look(now)
        if away:
            raise StoreAway

    def _watch_disk(self) -> None:
        hub = self._hub
        try:
            read_only = self._disk_full()
        except OSError:
            read_only = True  # the folder is gone, or its disk is: nothing can be kept there
        if read_only != hub.read_only:
            hub.read_only = read_only
            log.warning("rooms_read_only" if read_only else "rooms_writable")
            for room in hub.rooms.values():
                room.tell(encode(Notice("read_only" if read_only else "writable")))

    def _watch_connections(self) -> None:
        now, s = asyncio.get_running_loop().time(), self._hub.settings
        for member in tuple(self._hub.members):
            connection = member.connection
            silent, stalled = now - connection.heard_at, connection.stalled_since
            if now > member.ends_at:
                member.close(CloseCode.SESSION_ENDED, "session_ended")
            elif stalled is not None and now - stalled > s.stall_seconds:
                member.close(CloseCode.TOO_SLOW, "too_slow")
            elif silent > s.idle_seconds:
                member.close(CloseCode.IDLE, "idle")
            elif silent > s.ping_seconds:
                connection.ping()

    def _let_go(self) -> None:
        away_since = self._hub.away_since
        if away_since is not None and time.monotonic() - away_since > AWAY_SECONDS:
            for member in tuple(self._hub.members):
                member.close(CloseCode.BUS_LOST, "store_away", round(random.uniform(5, 15), 1))

    async def _pulse(self, now: float) -> bool:
        """Let each room know how it is; answers whether the store was away for one of them."""
        rooms = tuple(self._hub.rooms.values())
        results = await asyncio.gather(*(room.pulse(now) for room in rooms), return_exceptions=True)
        for room, result in zip(rooms, results, strict=True):
            if isinstance(result, Exception) and not isinstance(result, StoreAway):
                log.error("pulse_failed", room=room.record.slug, error=result)
        return any(isinstance(result, StoreAway) for result in results)

    def _retire(self) -> None:
        now = time.monotonic()
        for room in tuple(self._hub.rooms.values()):
            if room.members:
                room.empty_since = None
            elif room.empty_since is None:
                room.empty_since = now
            if room.over or (room.empty_since is not None and now - room.empty_since > EMPTY_SECONDS):
                self._hub.drop(room)

    async def _sweep(self) -> None:
        """Let time pass in the rooms that are live nowhere, too."""
        hub = self._hub
        for slug in await hub.store.ask("SMEMBERS", keys.ROOMS):
            if slug.decode() not in hub.rooms:
                await RoomLog(hub.store, slug.decode(), hub.settings).pulse([], [])
