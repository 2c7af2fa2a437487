"""
The consoles that are open on this server: kept in step with the cases, with one another, and with who is on duty.

What changes on any server is published on the index's channel; each server hears it and hands it to its consoles, whose queues are bounded:
one that does not keep up is let go, and reads everything anew. Somebody's cases are free again a moment after their last console
is gone, wherever it was.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from typing import Final

import msgspec
import structlog
from msgspec import Struct

from chat.errors import StoreAway
from chat.moderation.decisions import Staff, sees
from chat.moderation.queue import Queue
from chat.moderation.summary import Summary
from chat.store.bus import Bus
from chat.store.case_index import CHANNEL, Count
from chat.store.cases import Case
from chat.store.duty import BEAT_SECONDS, Duty, OnDuty

QUEUED: Final = 200  # frames that a console may be behind
CONSOLES: Final = 200  # open at the same time
GRACE_SECONDS: Final = 5.0  # for a console that is loaded anew, before its cases are free
COUNT_SECONDS: Final = 0.5  # between two countings

log = structlog.get_logger()


class Counts(Struct, frozen=True, tag_field="type", tag="counts"):
    """How many cases wait, by queue."""

    counts: dict[str, Count]
    second_look: dict[str, int] = {}


class OnTheDesk(Struct, frozen=True, tag_field="type", tag="duty"):
    """Who is on duty."""

    staff: list[OnDuty]


class Told(Struct, frozen=True, tag_field="type", tag="case", omit_defaults=True):
    """That a case changed: ``opened``, ``claimed``, ``decided``, ``changed`` or ``gone``."""

    change: str
    case: Summary | None = None
    id: str = ""


class _Subject(Struct, frozen=True):
    """What decides for whom a case is."""

    kind: str
    escalated: bool = False


class _Change(Struct, frozen=True):
    """What servers tell one another: that who is on duty has changed, or a frame for the consoles."""

    type: str
    case: _Subject | None = None


_change: Final = msgspec.json.Decoder(_Change)
DUTY_CHANGED: Final = b'{"type":"duty_changed"}'


class Console:
    """One open console; frames for it wait in ``frames``, None at the end."""

    def __init__(self, staff: Staff) -> None:
        self.staff = staff
        self.viewing = ""
        self.logged_out = False
        self.frames: asyncio.Queue[bytes | None] = asyncio.Queue(QUEUED)

    def tell(self, frame: bytes) -> bool:
        """Queue a frame; answers False when there are too many."""
        try:
            self.frames.put_nowait(frame)
        except asyncio.QueueFull:
            return False
        return True


class Consoles:
    """The open consoles of one server."""

    def __init__(
        self,
        url: str,
        timeout_seconds: float,
        queue: Queue,
        duty: Duty,
        release: Callable[[str, str], Awaitable[None]],
        lag: Callable[[], Awaitable[dict[str, int]]],
    ) -> None:
        self._queue = queue
        self._duty = duty
        self._release = release
        self._lag = lag
        self._open: set[Console] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._counting: asyncio.TimerHandle | None = None
        self._beating: asyncio.Task[None] | None = None
        self._bus = Bus(url, timeout_seconds, self._heard, lambda: None, self._back)

    async def open(self) -> None:
        """Hear what changes, and say every few seconds who is here."""
        await self._bus.open()
        await self._bus.subscribe(CHANNEL)
        self._beating = asyncio.get_running_loop().create_task(self._beat())

    async def close(self) -> None:
        for console in tuple(self._open):
            self._end(console)
        for task in (*self._tasks, *([self._beating] if self._beating else [])):
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
        await self._bus.close()

    async def join(self, staff: Staff) -> Console | None:
        """Open a console: counts, who is on duty and the latest notes wait for it. None when too many are open. Raises StoreAway."""
        if len(self._open) >= CONSOLES:
            return None
        console = Console(staff)
        self._open.add(console)
        try:
            await self._greet(console)
        except BaseException:
            self.leave(console)
            raise
        return console

    async def _greet(self, console: Console) -> None:
        await self._duty.here(self._here())
        console.tell(msgspec.json.encode(await self._count()))
        console.tell(msgspec.json.encode(await self._who()))
        for note in await self._duty.notes():
            console.tell(note)
        await self._queue.index.publish(DUTY_CHANGED)

    def leave(self, console: Console) -> None:
        """Close a console; if it was their last one, what they had is free after the grace."""
        self._open.discard(console)
        if not any(other.staff.name == console.staff.name for other in self._open):
            self._spawn(self._off_duty(console.staff.name))

    def log_out(self, console: Console) -> None:
        """Close the console of somebody whose login has ended."""
        console.logged_out = True
        self._end(console)

    def _end(self, console: Console) -> None:
        while console.frames.full():
            console.frames.get_nowait()
        console.frames.put_nowait(None)

    async def view(self, console: Console, case_id: str) -> None:
        """Say which case somebody looks at, or none. Raises StoreAway."""
        console.viewing = case_id
        await self._duty.here(self._here())
        await self._queue.index.publish(DUTY_CHANGED)

    async def note(self, staff: Staff, text: str) -> None:
        """Tell all moderators something. Raises StoreAway."""
        await self._queue.index.publish(await self._duty.note(staff.name, text))

    async def changed(self, case_id: str, case: Case | None) -> None:
        """Tell all consoles of a case that is not as it was. Raises StoreAway."""
        told = Told("gone", id=case_id)
        if case is not None and case.queue:
            told = Told(_change_of(case), await self._queue.summary(case))
        await self._queue.index.publish(msgspec.json.encode(told))

    # -- what is heard

    def _heard(self, _: str, payload: bytes) -> None:
        change = _change.decode(payload)
        if change.type == "duty_changed":
            self._spawn(self._tell_duty())
            return
        for console in tuple(self._open):
            if change.case is None or sees(console.staff, change.case.kind, escalated=change.case.escalated):
                self._give(console, payload)
        if change.type == "case" and self._counting is None:
            self._counting = asyncio.get_running_loop().call_later(COUNT_SECONDS, self._recount)

    def _give(self, console: Console, frame: bytes) -> None:
        if not console.tell(frame):
            self._end(console)

    def _recount(self) -> None:
        self._counting = None
        self._spawn(self._tell_counts())

    async def _tell_counts(self) -> None:
        frame = msgspec.json.encode(await self._count())
        for console in tuple(self._open):
            self._give(console, frame)

    async def _tell_duty(self) -> None:
        if not self._open:
            return
        await self._duty.here(self._here())  # somebody may have said that they are gone, who left another server
        frame = msgspec.json.encode(await self._who())
        for console in tuple(self._open):
            self._give(console, frame)

    def _back(self) -> None:
        for console in tuple(self._open):  # what was missed is not known: each reads everything anew
            self._end(console)

    # -- who is here

    def _here(self) -> list[OnDuty]:
        return [OnDuty(each.staff.name, each.staff.role.value, viewing=each.viewing) for each in self._open]

    async def _who(self) -> OnTheDesk:
        claimed = {by: case for case, by in (await self._queue.index.claimed()).items()}
        people = await self._duty.people()
        return OnTheDesk([msgspec.structs.replace(each, on_case=claimed.get(each.name, "")) for each in people])

    async def _count(self) -> Counts:
        return Counts(await self._queue.index.counts(), await self._lag())

    async def _off_duty(self, name: str) -> None:
        await self._duty.gone(name)
        await self._queue.index.publish(DUTY_CHANGED)
        await asyncio.sleep(GRACE_SECONDS)
        if name not in await self._duty.names():
            await self._release_all(name)

    async def _release_all(self, name: str) -> None:
        for case_id, by in (await self._queue.index.claimed()).items():
            if by == name:
                await self._release(name, case_id)

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(BEAT_SECONDS)
            if self._open:
                with contextlib.suppress(StoreAway):  # they are said again at the next beat
                    await self._duty.here(self._here())

    def _spawn(self, work: Awaitable[None]) -> None:
        task = asyncio.ensure_future(self._guarded(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _guarded(self, work: Awaitable[None]) -> None:
        try:
            await work
        except StoreAway:
            log.warning("consoles_behind")
        except Exception as exc:  # noqa: BLE001 - the others must hear of what comes next
            log.error("consoles_failed", error=exc)


def _change_of(case: Case) -> str:
    if case.state == "decided":
        return "decided"
    if case.claimed_by:
        return "claimed"
    return "opened" if case.version == 1 else "changed"
