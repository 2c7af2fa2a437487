"""
Leave out of the files what is erased from the store.

The append-only file holds every write since it was last rewritten, what has been erased since included. So it is rewritten after
erasures: soon, but at most once in a while, or anyone's erasure would be an attack on the disk. :func:`decide` is pure; :class:`Rewriter`
asks the embedded store what it counts, does what was decided, and keeps the date. A store of the operator's own is left alone.
"""

from __future__ import annotations

import asyncio
import contextlib
import enum
import re
from collections.abc import AsyncIterator
from typing import Final

import hiredis
import msgspec
import structlog
from msgspec import Struct

from chat import metrics
from chat.errors import StoreAway
from chat.store import keys
from chat.store.commands import Store
from chat.store.disk import Guard

__all__ = ["Ledger", "Rewriter", "Step", "Told", "decide", "read", "rewritten"]

TIMEOUT_SECONDS: Final = 5.0
LOOK_SECONDS: Final = 5.0
END_SECONDS: Final = 10.0  # for the last rewriting, when the server ends
FORGETTING: Final = ("del", "unlink", "getdel", "hdel", "srem", "spop", "zrem", "lrem", "ltrim", "lpop", "rpop")

log = structlog.get_logger(__name__)


class Told(Struct, frozen=True):
    """What the store says of itself; ``erasures`` are counted from the start of the run ``run``, ``at`` is its clock."""

    run: str
    at: int
    erasures: int
    rewriting: bool
    failed: bool
    bytes: int


class Begun(Struct, frozen=True):
    """A rewriting under way, and what it leaves out: the first ``erasures`` of ``run``, made until ``at``."""

    run: str
    erasures: int
    at: int


class Ledger(Struct, frozen=True):
    """
    What the files leave out already: the first ``erasures`` of ``run``, made until ``at`` by the store's clock.

    ``waits_since`` and ``tried_at`` are by the caller's clock, in seconds.
    """

    run: str = ""
    erasures: int = 0
    at: int = 0
    begun: Begun | None = None
    waits_since: float | None = None
    tried_at: float = float("-inf")


class Step(enum.Enum):
    """What there is to do, or what has been done."""

    REST = enum.auto()
    BEGIN = enum.auto()
    DONE = enum.auto()
    FAILED = enum.auto()
    NO_ROOM = enum.auto()


def decide(ledger: Ledger, told: Told, now: float, *, gap_seconds: float, room: bool) -> tuple[Ledger, Step]:
    """
    Decide what to do at ``now``, and what to remember of it.

    ``gap_seconds`` is the least time between two beginnings; ``room`` tells whether the disk would hold the new file beside the old.
    """
    if told.rewriting:
        return ledger, Step.REST
    if ledger.begun is not None:
        return _ended(ledger, ledger.begun, told)
    # A run that we know nothing of: whatever was erased before it began may still be in the files.
    if told.run == ledger.run and told.erasures == ledger.erasures:
        return msgspec.structs.replace(ledger, waits_since=None), Step.REST
    ledger = msgspec.structs.replace(ledger, waits_since=now if ledger.waits_since is None else ledger.waits_since)
    if now - ledger.tried_at < gap_seconds:
        return ledger, Step.REST
    if not room:
        return ledger, Step.NO_ROOM
    begun = Begun(told.run, told.erasures, told.at)
    return msgspec.structs.replace(ledger, begun=begun, tried_at=now), Step.BEGIN


def _ended(ledger: Ledger, begun: Begun, told: Told) -> tuple[Ledger, Step]:
    if told.failed or told.run != begun.run:  # the store may have ended in the middle of it
        return msgspec.structs.replace(ledger, begun=None), Step.FAILED
    # What was erased while the file was being written counts as not left out: it may have come too late.
    done = msgspec.structs.replace(ledger, run=begun.run, erasures=begun.erasures, at=begun.at, begun=None)
    return done, Step.DONE


def read(said: str) -> Told:
    """Read what ``INFO server persistence stats commandstats`` answers."""
    facts = dict(line.split(":", 1) for line in said.split("\r\n") if ":" in line)
    calls = [re.match(r"calls=(\d+)", facts.get(f"cmdstat_{command}", "")) for command in FORGETTING]
    expired = int(facts["expired_keys"]) + int(facts.get("expired_fields", 0))
    return Told(
        run=facts["run_id"],
        at=int(facts["server_time_usec"]) // 1_000_000,
        erasures=expired + sum(int(found[1]) for found in calls if found),
        rewriting=facts["aof_rewrite_in_progress"] != "0" or facts["aof_rewrite_scheduled"] != "0",
        failed=facts["aof_last_bgrewrite_status"] != "ok",
        bytes=int(facts["aof_current_size"]),
    )


@contextlib.asynccontextmanager
async def rewritten(url: str, guard: Guard, gap_seconds: float, *, thorough: bool = True) -> AsyncIterator[None]:
    """
    Look after the files of the embedded store at ``url`` while the block runs, and once more at its end.

    Unless ``thorough``, what earlier runs may have left in them is no reason to rewrite: the next one that is will do it.
    """
    rewriter = Rewriter(url, guard, gap_seconds)
    if not thorough:
        await rewriter.begin_here()
    task = asyncio.create_task(rewriter.run())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait([task])
        await rewriter.finish()


class Rewriter:
    """Looks after the files of the embedded store at ``url``; rewrites them when ``guard`` says that there is room."""

    def __init__(self, url: str, guard: Guard, gap_seconds: float) -> None:
        self.ledger = Ledger()
        self._store = Store(url, TIMEOUT_SECONDS)
        self._guard = guard
        self._gap_seconds = gap_seconds
        self._no_room_said = False

    async def run(self) -> None:
        """Look every few seconds, until cancelled."""
        while True:
            await asyncio.sleep(min(LOOK_SECONDS, self._gap_seconds / 2))
            try:
                await self.look(self._gap_seconds)
            except StoreAway:
                pass  # it is being started again: the next look tells that this is another run
            except Exception as exc:  # noqa: BLE001 - the looks must go on; what failed is said
                log.error("erasure_look_failed", error=exc)

    async def finish(self) -> None:
        """Rewrite once more what needs it, within :data:`END_SECONDS`, and let go of the store."""
        try:
            async with asyncio.timeout(END_SECONDS):
                step = await self.look(gap_seconds=0)
                while step is Step.BEGIN or self.ledger.begun is not None:
                    await asyncio.sleep(0.02)  # nothing announces the end of a rewriting
                    step = await self.look(gap_seconds=0)
        except (StoreAway, TimeoutError, OSError):
            log.error("files_not_rewritten_at_the_end")
        finally:
            await self._store.close()

    async def begin_here(self) -> None:
        """Care for what this run of the store erases alone. Raises StoreAway."""
        self.ledger = Ledger(run=(await self._told()).run)

    async def look(self, gap_seconds: float) -> Step:
        """Ask the store, decide, and act. Raises StoreAway."""
        now = asyncio.get_running_loop().time()
        told = await self._told()
        room = self._guard.holds(told.bytes)
        self.ledger, step = decide(self.ledger, told, now, gap_seconds=gap_seconds, room=room)
        waits = 0.0 if self.ledger.waits_since is None else now - self.ledger.waits_since
        metrics.ERASURE_WAITS.set(waits)
        await self._act(step, told, round(waits))
        return step

    async def _told(self) -> Told:
        return read((await self._store.ask("INFO", "server", "persistence", "stats", "commandstats")).decode())

    async def _act(self, step: Step, told: Told, waiting_seconds: int) -> None:
        if step is Step.BEGIN:
            try:
                await self._store.ask("BGREWRITEAOF")
            except hiredis.ReplyError as exc:  # no process to fork, or one that it began by itself meanwhile
                self.ledger = msgspec.structs.replace(self.ledger, begun=None)
                log.error("rewrite_refused", error=exc, waiting_seconds=waiting_seconds)
        elif step is Step.DONE:
            self._no_room_said = False
            await self._store.ask("SET", keys.ERASED, self.ledger.at)
            log.info("files_rewritten", bytes=told.bytes)
        elif step is Step.FAILED:
            log.error("rewrite_failed", waiting_seconds=waiting_seconds)
        elif step is Step.NO_ROOM and not self._no_room_said:
            self._no_room_said = True
            log.error("rewrite_waits_for_room", bytes=told.bytes, waiting_seconds=waiting_seconds)
