"""
All that this process serves: its live rooms and everybody's connections.

The hub opens a room when somebody comes, hands it what the bus brings, and lets everybody go when the server ends; what is due every few
seconds is its beat's (:mod:`chat.rooms.beat`). No process knows the others: what one says, all hear from the bus.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import socket
import time
from collections.abc import Callable
from zoneinfo import ZoneInfo

import structlog

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
from chat.rooms import concerns
from chat.rooms.beat import Beat
from chat.rooms.connection import LINGER_SECONDS, Connection
from chat.rooms.member import Member
from chat.rooms.outbox import Flusher
from chat.rooms.room import Room
from chat.rooms.schedule import openings_between, parse
from chat.settings import Settings
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
        self.away_since: float | None = None  # as the clock that only goes forward counts; None: the bus is there
        self.zone = ZoneInfo(settings.zone)
        self._flusher = Flusher()
        self._opening: dict[str, asyncio.Task[Room]] = {}
        self._channels: dict[str, Room] = {}
        self.beat = Beat(self, disk_full)
        self.bus = Bus(store.url, settings.store_timeout_seconds, self._heard, self._away, self._back)

    async def open(self) -> None:
        """Connect to the bus and begin to beat."""
        await self.bus.open()
        await self.bus.subscribe(CHANNEL)
        await self.bus.subscribe(staff.CHANNEL)
        self.beat.start()

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
            self.drop(room)
            room = None
        if room is None:
            opening = self._opening.get(slug) or asyncio.get_running_loop().create_task(self._open(slug))
            self._opening[slug] = opening
            opening.add_done_callback(lambda _: self._opening.pop(slug, None))
            room = await asyncio.shield(opening)
        room.empty_since = None  # somebody is at the door
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
            self.drop(room)
            raise StoreAway from exc
        except BaseException:
            self.drop(room)
            raise
        self.rooms[slug] = room
        return room

    def drop(self, room: Room) -> None:
        """Let go of a room, with the words that it holds."""
        room.over = True  # nothing is heard for it any more: nobody may be seated there
        self.rooms.pop(room.record.slug, None)
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
        if self.away_since is not None:
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
                concerns.carries(member, sanction)

    def _away(self) -> None:
        self.away_since = time.monotonic()
        for member in tuple(self.members):  # who is far behind is let go at this word
            if member.room is not None:
                member.complain("store_away")

    def _back(self) -> None:
        self.away_since = None
        for room in self.rooms.values():
            room.fill()
            room.tell(encode(Notice("store_back")))

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
        self.beat.stop()
        await self.door.close()
        self.hashing.close()
        await self.bus.close()
