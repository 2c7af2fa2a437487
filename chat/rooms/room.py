"""
A room that this process has members of.

What is said comes in one way, from the bus (:meth:`Room.hear`), whoever said it and wherever, and goes out to all members as the same
bytes (:meth:`Room.flush`). The tail of the room's order is held here, so that joining is one step without waiting: whatever is not
in the tail at that moment comes live, whatever is in it does not. Presence and the position are checked with every pulse.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Collection
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

import msgspec
import structlog
from msgspec import Struct

from chat import metrics
from chat.errors import CloseCode, StoreAway
from chat.protocol import Author, Phase, Place, State, Void, Withdrawn, encode
from chat.rooms import concerns
from chat.rooms.limits import Limits
from chat.rooms.outbox import Flusher, text_frame
from chat.rooms.saying import KINDS
from chat.rooms.schedule import Hours, Opening, state_at
from chat.rooms.seats import Seats
from chat.rooms.sequence import Entry, Sequence
from chat.rooms.tail import Tail
from chat.settings import Settings
from chat.store.registry import RoomRecord
from chat.store.room_log import STRETCH, Placed, RoomLog, Seat, Stretch

if TYPE_CHECKING:
    from chat.rooms.member import Member

log = structlog.get_logger()

TURN_BYTES: Final = 65_536  # gathered at most before they are written


class Heard(Struct, frozen=True):
    """What a room needs to know of an event that it passes on."""

    type: str
    offset: int
    until: int | None = None


_heard = msgspec.json.Decoder(Heard)


class Room:
    """A live room; made by the hub, which hands it what the bus brings."""

    def __init__(
        self, record: RoomRecord, hours: Hours, room_log: RoomLog, settings: Settings, flusher: Flusher
    ) -> None:
        self.record = record
        self.log = room_log
        self.limits = Limits(settings)
        self.seats = Seats()
        self.epoch = ""
        self.flushed = 0  # up to where members were written to
        self.oldest = 0
        self.over = False  # closed, failed, of another order or left alone by now: whoever comes needs it opened anew
        self.empty_since: float | None = None  # as the clock that only goes forward counts; the beat's to note
        self._hours = hours
        self._zone = ZoneInfo(settings.zone)
        self._settings = settings
        self._flusher = flusher
        self._sequence = Sequence()
        self.tail = Tail(settings.welcome_events)
        self._turn: list[bytes] = []  # frames to leave at the end of this turn of the loop
        self._turn_bytes = 0
        self._aside: list[bytes] = []  # those of them that carry no offset
        self._delivered = 0  # up to where events were gathered
        self._expected = 0
        self._filling: asyncio.Task[None] | None = None

    # -- what is heard

    @property
    def offset(self) -> int:
        """The newest offset that went out here."""
        return self._sequence.offset or 0

    async def open(self) -> None:
        """Read the newest history; what was heard meanwhile follows it. Raises StoreAway."""
        self._take(await self._read(self.log.newest(self._settings.welcome_events)))
        if self._sequence.gap:
            self.fill()

    def hear(self, payload: bytes) -> None:
        """Take what the bus brought for this room: an event, a void, or a signal between processes."""
        if self.over:
            return
        if payload.startswith(b"!"):
            self._signal(*payload[1:].decode().split(" "))
            return
        heard = _heard.decode(payload)
        if heard.type == "void":
            self._void(heard.offset, heard.until or heard.offset)
            return
        for entry in self._sequence.hear(heard.offset, payload):
            self._deliver(entry)
        if self._sequence.gap and self._sequence.offset is not None:
            self.fill()

    def _void(self, first: int, last: int) -> None:
        offsets = range(first, last + 1)
        self.tail.forget(offsets)
        self._sequence.forget(offsets)
        last = min(last, self.offset)  # what is ahead of us comes as void in its place
        if first <= last:
            self.tell(encode(Void(first, last if last > first else None)))

    def _deliver(self, entry: Entry) -> None:
        offset, event = entry
        self._delivered = offset
        if not event.startswith(b'{"type":"void"'):
            self.tail.append(offset, event)
        self._gather(text_frame(event))

    def _signal(self, name: str, *facts: str) -> None:
        if name == "closed":
            self.end("room_closed", CloseCode.ROOM_CLOSED)
        elif name == "opened":
            author, seat = facts
            self.seats.opened(author, int(seat))
        elif facts and (member := self.seats.of(facts[0])) is not None:
            concerns.hear(member, name, *facts[1:])

    # -- what is missing

    def fill(self) -> asyncio.Task[None]:
        """Read from history what this room has not heard; one reading at a time."""
        if self._filling is None:
            metrics.GAPS.inc()
            self._filling = asyncio.get_running_loop().create_task(self._fill())
        return self._filling

    async def _fill(self) -> None:
        newest = self.offset + 1
        try:
            before = -1
            # Until nothing is missing, or reading brings nothing more: what is heard ahead may be of an order that is no more.
            while (self._sequence.gap or self.offset < newest) and self.offset > before and not self.over:
                before = self.offset
                stretch = await self.read(self.offset + 1, self.offset + STRETCH)
                self._take(stretch)
                newest = stretch.newest
        except StoreAway:
            log.warning("gap_not_filled", room=self.record.slug)  # the next pulse tries again
        except Exception as exc:  # noqa: BLE001 - nobody waits for it but those who are here
            self.failed(exc)
        finally:
            self._filling = None

    def _take(self, stretch: Stretch) -> None:
        if self.epoch not in ("", stretch.epoch):
            # Another order than the one our offsets are of: nobody here can be caught up, all have to come again.
            self.end("store_away", CloseCode.BUS_LOST)
            return
        self.oldest = stretch.oldest
        if not self.epoch:
            self.epoch, self.tail.floor = stretch.epoch, stretch.start - 1
        for entry in self._sequence.fill(stretch.start, stretch.events, stretch.start - 1 + len(stretch.events)):
            self._deliver(entry)
        self._delivered = self.offset

    async def read(self, first: int, last: int) -> Stretch:
        """Read events from what is kept, but what was erased while the answer was on its way. Raises StoreAway."""
        return await self._read(self.log.read(first, last))

    async def _read(self, question: Awaitable[Stretch]) -> Stretch:
        with self.tail.reading():
            return self.tail.remaining(await question)

    # -- what goes out

    def tell(self, payload: bytes) -> None:
        """Send every member something that has no place in the order."""
        frame = text_frame(payload)
        self._aside.append(frame)
        self._gather(frame)

    def _gather(self, frame: bytes) -> None:
        if not self._turn:
            self._flusher.add_room(self)
        self._turn.append(frame)
        self._turn_bytes += len(frame)
        if self._turn_bytes > TURN_BYTES:
            self.flush()  # who is behind by then is behind by that much, not by a whole reading of history

    def flush(self) -> None:
        """Write what was gathered, once to each member; who is behind gets only what could not be found in the tail later."""
        if not self._turn:
            return
        payload = self._turn[0] if len(self._turn) == 1 else b"".join(self._turn)
        aside = b"".join(self._aside)
        self._turn.clear()
        self._aside.clear()
        self._turn_bytes = 0
        self.flushed = self._delivered
        self.seats.crowd.write(payload, aside)

    def since(self, offset: int, until: int | None = None) -> list[Entry] | None:
        """Answer all that came after ``offset`` (up to ``until``), or None when the tail does not reach back so far."""
        return self.tail.since(offset, self.offset if until is None else until)

    def newest(self) -> list[Entry]:
        """Answer the newest events, beginning with one that is there."""
        return self.tail.newest(self.offset)

    # -- who is here

    @property
    def members(self) -> Collection[Member]:
        """Who is here through this process."""
        return self.seats.members

    def seat(self, member: Member, seat: Seat) -> None:
        """Let a member in; whoever sat here under the same id in an older connection leaves."""
        self.flush()  # what is gathered is in the tail already: the newcomer must not hear it twice
        self.flushed = self.offset
        self.seats.seat(member, seat)

    async def pulse(self, now: float) -> None:
        """Refresh who is here, erase what is too old, and see that nothing was missed. ``now`` in seconds since 1970."""
        if self.opening(now).open is False:
            self.close("room_closed", CloseCode.ROOM_CLOSED)
        pulse = await self.seats.pulse(self.log)
        if self.epoch and pulse.epoch != self.epoch:
            self.end("store_away", CloseCode.BUS_LOST)
            return
        if self.offset < self._expected:
            self.fill()  # pub/sub lost something and nothing came after it to tell
        self._expected = pulse.newest
        for author, sanction in pulse.excluded.items():
            if (member := self.seats.of(author)) is not None:  # pub/sub lost the word, or it came while they sat down
                concerns.sanctioned(member, sanction)
        self.oldest = pulse.oldest
        presence = self.seats.presence(pulse)
        if presence is not None:
            self.tell(encode(presence))

    # -- what is done here

    def opening(self, now: float) -> Opening:
        """Tell whether the room is open at ``now``, and until or from when."""
        return state_at(self._hours, now, self._zone)

    async def withdraw(self, author: Author, ref: str, message: str) -> Placed:
        """Take back a message of ``author``'s, held or said. Raises Refusal or StoreAway."""
        if await self.log.recall(author.id, ref, message):
            return Placed(message, 0)
        withdrawn = Withdrawn(offset=0, at=0, message=message, by="author")
        return await self.log.withdraw(author.id, ref, withdrawn, self.limits.withdrawing(author.id))

    def place(self, now: float) -> Place:
        """Describe the room to a member."""
        opening, record = self.opening(now), self.record
        state: State = "open" if opening.open else "closed"
        return Place(
            record.slug,
            record.title,
            record.format,
            state,
            self._settings.history_seconds,
            record.about,
            opening.opens_at,
            opening.closes_at,
        )

    def phase(self, now: float) -> Phase:
        """Describe what the room is doing."""
        opening = self.opening(now)
        return Phase(0, "open" if opening.open else "closed", KINDS, opening.closes_at, self.record.slow)

    def end(self, code: str, close: CloseCode) -> None:
        """Send everybody away for good: this is no longer the room that people come to."""
        self.over = True
        self.close(code, close)

    def failed(self, error: Exception) -> None:
        """End because of a fault of ours: whoever was here comes again, to a room that is opened anew."""
        metrics.FAILED.inc()
        log.error("room_failed", room=self.record.slug, error=error)
        self.end("internal", CloseCode.FAILED)

    def close(self, code: str, close: CloseCode) -> None:
        """Send everybody away."""
        for member in tuple(self.members):
            member.close(close, code)
