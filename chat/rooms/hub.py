"""
All that this process serves: its live rooms and everybody's connections.

The hub opens a room when somebody comes, hands it what the bus brings, keeps the beat (:meth:`Hub.beat`), and lets everybody go when
the server ends. No process knows the others: what one says, all hear from the bus.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import socket
import time
from collections.abc import Callable
from typing import Final
from zoneinfo import ZoneInfo

import structlog

from chat import metrics
from chat.errors import CloseCode, Closing, Refusal, StoreAway
from chat.people import staff
from chat.people.appeals import Appeals
from chat.people.door import Door
from chat.people.invitations import Invitations
from chat.people.logins import Logins
from chat.people.masters import Masters
from chat.people.passwords import Passwords
from chat.people.receipts import Receipts
from chat.people.sessions import Sessions
from chat.people.staff import Accounts
from chat.people.staff_seats import StaffSeats
from chat.people.vigil import Vigil
from chat.people.words import Words
from chat.protocol import Notice, encode
from chat.rooms.connection import LINGER_SECONDS, Connection
from chat.rooms.member import Member
from chat.rooms.outbox import Flusher
from chat.rooms.room import Room
from chat.rooms.schedule import openings_between, parse
from chat.settings import Settings
from chat.store import keys
from chat.store.bus import Bus
from chat.store.commands import Store
from chat.store.doors import Doors
from chat.store.duty import Duty
from chat.store.person_log import PersonLog
from chat.store.registry import Registry
from chat.store.room_log import RoomLog
from chat.store.sanctions import CHANNEL, Sanctions, read_record
from chat.verdict import Screen

log = structlog.get_logger()

SWEEP_SECONDS: Final = 60.0  # between two looks at the rooms that nobody is in
EMPTY_SECONDS: Final = 30.0  # an empty room stays live for those who come back
AWAY_SECONDS: Final = 30.0  # without the bus, before members are asked to come back later


class Hub:
    """
    The rooms of one process.

    ``disk_full`` looks whether writing has to stop, ``screen`` what becomes of a draft; ``opened`` is told the slug of a room in which a
    case may have been opened, or changed.
    """

    def __init__(
        self,
        settings: Settings,
        store: Store,
        masters: Masters,
        disk_full: Callable[[], bool],
        screen: Screen,
        opened: Callable[[str], None],
    ) -> None:
        self.settings = settings
        self.store = store
        self.registry = Registry(store)
        self.doors = Doors(store)
        self.person_log = PersonLog(store, settings)
        self.sessions = Sessions(store, masters, settings.session_seconds)
        self.sanctions = Sanctions(store)
        self.duty = Duty(store)
        self.receipts = Receipts(masters)
        self.screen = screen
        self.opened = opened
        self.invitations = Invitations(store, settings.session_seconds)
        self.words = Words(self.sessions, store, settings)
        self.door = Door(self.sessions, store, settings, self.openings)
        self.hashing = Passwords()
        self.accounts = Accounts(store, masters, settings.community, self.hashing)
        self.appeals = Appeals(store, settings, self.accounts, self.receipts)
        self.logins = Logins(store, masters, self.accounts, self.hashing)
        self.staff_seats = StaffSeats(self.sessions, self.registry, self.logins)
        self.vigil = Vigil(self.logins)
        self.members: set[Member] = set()
        self.rooms: dict[str, Room] = {}
        self.closed_batches: dict[str, float] = {}  # as of the last beat
        self.comeback_seconds = (1.0, 3.0)
        self.draining = False
        self.read_only = False
        self.zone = ZoneInfo(settings.zone)
        self._disk_full = disk_full
        self._flusher = Flusher()
        self._opening: dict[str, asyncio.Task[Room]] = {}
        self._channels: dict[str, Room] = {}
        self._empty_since: dict[str, float] = {}
        self._away_since: float | None = None
        self._swept_at = 0.0
        self._beating: asyncio.Task[None] | None = None
        self.bus = Bus(store.url, settings.store_timeout_seconds, self._heard, self._away, self._back)

    async def open(self) -> None:
        """Connect to the bus and begin to beat."""
        await self.bus.open()
        await self.bus.subscribe(CHANNEL)
        await self.bus.subscribe(staff.CHANNEL)
        self._beating = asyncio.get_running_loop().create_task(self._beat_on())

    # -- people and rooms

    def receive(self, sock: socket.socket, early: bytes, slug: str) -> None:
        """Take over a socket whose handshake is done."""
        connection = Connection(
            sock, self._flusher, frame_bytes=self.settings.frame_bytes, stall_bytes=self.settings.stall_bytes
        )
        member = Member(self, slug, connection)
        self.members.add(member)
        connection.start(member, early)
        if len(self.members) > self.settings.connections:
            member.close(CloseCode.DRAINING, "full", round(random.uniform(5, 30), 1))

    async def room(self, slug: str) -> Room:
        """
        Find the live room, or open it.

        Raises:
            Closing: ``room_unknown``, ``room_closed`` or ``draining``.
            StoreAway: Nobody knows.
        """
        if self.draining:
            raise Closing("draining", CloseCode.DRAINING)
        if not self.bus.connected:
            raise StoreAway
        room = self.rooms.get(slug)
        if room is not None and room.over:
            self._drop(room)
            room = None
        if room is None:
            opening = self._opening.get(slug) or asyncio.get_running_loop().create_task(self._open(slug))
            self._opening[slug] = opening
            opening.add_done_callback(lambda _: self._opening.pop(slug, None))
            room = await asyncio.shield(opening)
        self._empty_since.pop(slug, None)  # somebody is at the door
        if not room.opening(time.time()).open:
            raise Closing("room_closed", CloseCode.ROOM_CLOSED)
        return room

    async def _open(self, slug: str) -> Room:
        record = await self.registry.find(slug)
        if record is None:
            raise Closing("room_unknown", CloseCode.ROOM_CLOSED)
        room_log = RoomLog(self.store, slug, self.settings)
        room = Room(record, parse(record.hours), room_log, self.settings, self._flusher)
        # Heard first, read afterwards: what is said in between is known twice rather than not at all.
        self._channels[room_log.channel] = room
        try:
            async with asyncio.timeout(self.settings.store_timeout_seconds):
                await self.bus.subscribe(room_log.channel)
            await room.open()
        except (TimeoutError, StoreAway) as exc:
            self._drop(room)
            raise StoreAway from exc
        except BaseException:
            self._drop(room)
            raise
        self.rooms[slug] = room
        return room

    def _drop(self, room: Room) -> None:
        room.over = True  # nothing is heard for it any more: nobody may be seated there
        self.rooms.pop(room.record.slug, None)
        self._empty_since.pop(room.record.slug, None)
        self._channels.pop(room.log.channel, None)
        self.bus.unsubscribe(room.log.channel)

    async def openings(self, since: float, until: float) -> list[int]:
        """List when rooms open by their hours between two instants. Raises StoreAway."""
        records = await self.registry.all()
        return [
            opening for record in records for opening in openings_between(parse(record.hours), since, until, self.zone)
        ]

    def may_write(self) -> None:
        """Raise what keeps anybody from writing now: Refusal ``read_only``, or StoreAway."""
        if self.read_only:
            raise Refusal("read_only", retry_after=30)
        if self._away_since is not None:
            raise StoreAway

    # -- the bus

    def _heard(self, channel: str, payload: bytes) -> None:
        if channel == CHANNEL:
            try:
                self._hear_of_a_person(*payload.decode().split(" ", 1))
            except Exception as exc:  # noqa: BLE001 - as below; who it is about hears of it at their next hello
                log.error("sanction_unheard", error=exc)
            return
        if channel == staff.CHANNEL:
            self.vigil.hear(payload)
            return
        room = self._channels.get(channel)
        if room is not None:
            try:
                room.hear(payload)
            except Exception as exc:  # noqa: BLE001 - raised, it would end the bus of all
                room.failed(exc)

    def _hear_of_a_person(self, person: str, record: str) -> None:
        sanction = read_record(record)
        assert sanction is not None
        for member in tuple(self.members):
            if member.person == person:
                member.carries(sanction)

    def _away(self) -> None:
        self._away_since = time.monotonic()
        for member in tuple(self.members):  # who is far behind is let go at this word
            if member.room is not None:
                member.complain("store_away")

    def _back(self) -> None:
        self._away_since = None
        for room in self.rooms.values():
            room.fill()
            room.tell(encode(Notice("store_back")))

    # -- the beat

    async def _beat_on(self) -> None:
        while True:
            await asyncio.sleep(self.settings.presence_seconds)
            try:
                await self.beat(time.time())
            except StoreAway:
                log.warning("beat_missed")
            except Exception as exc:  # noqa: BLE001 - the beat must go on; what failed is said
                log.error("beat_failed", error=exc)

    async def beat(self, now: float) -> None:
        """Do all that is due every few seconds; ``now`` in seconds since 1970. Raises StoreAway when some of it failed."""
        metrics.CONNECTIONS.set(len(self.members))
        metrics.ROOMS.set(len(self.rooms))
        self._watch_disk()
        self._watch_connections()
        self._let_go()
        away = await self._pulse(now)
        self._retire()
        self.closed_batches = await self.doors.closed_batches(now)
        if time.monotonic() - self._swept_at > SWEEP_SECONDS:
            self._swept_at = time.monotonic()
            await self._sweep()
            await self.vigil.look(now)
        if away:
            raise StoreAway

    async def _pulse(self, now: float) -> bool:
        """Let each room know how it is; answers whether the store was away for one of them."""
        rooms = tuple(self.rooms.values())
        results = await asyncio.gather(*(room.pulse(now) for room in rooms), return_exceptions=True)
        for room, result in zip(rooms, results, strict=True):
            if isinstance(result, Exception) and not isinstance(result, StoreAway):
                log.error("pulse_failed", room=room.record.slug, error=result)
        return any(isinstance(result, StoreAway) for result in results)

    def _watch_disk(self) -> None:
        try:
            read_only = self._disk_full()
        except OSError:
            read_only = True  # the folder is gone, or its disk is: nothing can be kept there
        if read_only != self.read_only:
            self.read_only = read_only
            log.warning("rooms_read_only" if read_only else "rooms_writable")
            for room in self.rooms.values():
                room.tell(encode(Notice("read_only" if read_only else "writable")))

    def _watch_connections(self) -> None:
        now, s = asyncio.get_running_loop().time(), self.settings
        for member in tuple(self.members):
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
        if self._away_since is not None and time.monotonic() - self._away_since > AWAY_SECONDS:
            for member in tuple(self.members):
                member.close(CloseCode.BUS_LOST, "store_away", round(random.uniform(5, 15), 1))

    def _retire(self) -> None:
        now = time.monotonic()
        for slug, room in tuple(self.rooms.items()):
            if room.over:
                self._drop(room)  # with the words that it holds
            elif room.members:
                self._empty_since.pop(slug, None)
            elif now - self._empty_since.setdefault(slug, now) > EMPTY_SECONDS:
                self._drop(room)

    async def _sweep(self) -> None:
        """Let time pass in the rooms that are live nowhere, too."""
        for slug in await self.store.ask("SMEMBERS", keys.ROOMS):
            if slug.decode() not in self.rooms:
                await RoomLog(self.store, slug.decode(), self.settings).pulse([], [])

    # -- the end

    async def drain(self) -> None:
        """Answer what was asked, tell everybody when to come back, and let them go; bounded by ``drain_seconds``."""
        self.draining = True
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self.settings.drain_seconds):
                while any(member.pending for member in self.members):  # noqa: ASYNC110 - bounded, and rare
                    await asyncio.sleep(0.01)
        # Spread their return: a thousand at once would meet a server that has just begun.
        self.comeback_seconds = (1.0, 2.0 + len(self.members) / 500)
        parting = [member.connection for member in self.members]
        for member in tuple(self.members):
            member.close(CloseCode.DRAINING, "draining")
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(LINGER_SECONDS):
                while any(connection.open for connection in parting):  # noqa: ASYNC110
                    await asyncio.sleep(0.01)
        if self._beating is not None:
            self._beating.cancel()
        await self.door.close()
        self.hashing.close()
        await self.bus.close()
