"""
The relay: what follows a change of a case outside its room's slot, or later.

A script of the room leaves words in the room's effects, in the same step as the change; the relay does what they say and strikes them off.
Each may be done twice, by two processes or after a crash, and comes to the same: it is read from the case as it is by then. Whoever has
changed something nudges the relay; a look at all rooms finds what a crash left.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Final

import structlog

from chat.errors import StoreAway
from chat.moderation.chains import Chains
from chat.moderation.queue import Queue
from chat.store.cases import Case
from chat.store.desk import UNDO_SECONDS, Desk
from chat.store.registry import Registry

SWEEP_SECONDS: Final = 30.0  # between two looks at all rooms
TASKS: Final = 1000  # rooms that are waited for at the same time; the look at all of them does the rest

log = structlog.get_logger()


class Relay:
    """Does what is due; ``changed`` is told each case that is not as it was, or its id when it is no more."""

    def __init__(
        self,
        queue: Queue,
        chains: Chains,
        registry: Registry,
        desk: Callable[[str], Desk],
        changed: Callable[[str, Case | None], Awaitable[None]],
    ) -> None:
        self._queue = queue
        self._chains = chains
        self._registry = registry
        self._desk = desk
        self._changed = changed
        self._running: dict[str, asyncio.Task[None]] = {}
        self._again: set[str] = set()
        self._sweeping: asyncio.Task[None] | None = None

    def open(self) -> None:
        """Begin to look at all rooms, now and every now and then."""
        self._sweeping = asyncio.get_running_loop().create_task(self._sweep_on())

    async def close(self) -> None:
        """Stop; what is left is done by whoever starts next."""
        tasks = [*self._running.values(), *([self._sweeping] if self._sweeping else [])]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def nudge(self, slug: str) -> None:
        """Do soon what is due in a room."""
        self._begin(slug)

    def nudge_later(self, slug: str) -> None:
        """The same, and again once a decision made now can be undone no more."""
        self._begin(slug)
        asyncio.get_running_loop().call_later(UNDO_SECONDS + 1, self._begin, slug)

    def _begin(self, slug: str) -> None:
        if slug in self._running:
            self._again.add(slug)
        elif len(self._running) < TASKS:
            task = asyncio.get_running_loop().create_task(self._run(slug))
            self._running[slug] = task
            task.add_done_callback(lambda _: self._ended(slug))

    def _ended(self, slug: str) -> None:
        del self._running[slug]
        if slug in self._again:
            self._again.discard(slug)
            self._begin(slug)

    async def _run(self, slug: str) -> None:
        try:
            await self.work(slug, time.time())
        except StoreAway:
            log.warning("effects_waiting", room=slug)
        except Exception as exc:  # noqa: BLE001 - the effects stay, and are tried again
            log.error("effects_failed", room=slug, error=exc)

    async def work(self, slug: str, now: float) -> None:
        """Do all that is due in a room at ``now``; what fails is said, and left for the next time. Raises StoreAway."""
        desk = self._desk(slug)
        while effects := await desk.effects(now):
            # All at once: each reads how things are by then, so that their order does not matter.
            outcomes = await asyncio.gather(*(self._done(slug, desk, effect, now) for effect in effects))
            done = [effect for effect, outcome in zip(effects, outcomes, strict=True) if outcome]
            await desk.done(done)
            if len(done) < len(effects):
                return  # too early for the rest, by the store's clock, or it failed

    async def _done(self, slug: str, desk: Desk, effect: str, now: float) -> bool:
        try:
            return await self._do(slug, desk, effect, now)
        except StoreAway:
            return False
        except Exception as exc:  # noqa: BLE001 - one case that cannot be read must not keep the others from being told
            log.error("effect_failed", room=slug, error=exc)
            return False

    async def _do(self, slug: str, desk: Desk, effect: str, now: float) -> bool:
        deed, token, *_ = effect.split(" ")
        match deed:
            case "index":
                case_id = f"{slug}~{token}"
                await self._changed(case_id, await self._queue.place(case_id))
            case "tell":
                return await desk.tell(token)
            case "anchor":
                await self._chains.anchor(slug, int(now))
        return True

    async def _sweep_on(self) -> None:
        while True:
            try:
                await self.sweep(time.time())
            except StoreAway:
                log.warning("sweep_missed")
            except Exception as exc:  # noqa: BLE001 - the next look must come
                log.error("sweep_failed", error=exc)
            await asyncio.sleep(SWEEP_SECONDS)

    async def sweep(self, now: float) -> None:
        """Do what is due anywhere, and end what nobody decided in time. Raises StoreAway."""
        await self._queue.rebuild()
        await self._queue.index.forget_decided(now)
        for room in await self._registry.all():
            await self._desk(room.slug).lapse()
            await self.work(room.slug, now)
        for slug in await self._chains.rooms():
            await self._chains.anchor(slug, int(now))  # of rooms that were closed before it was done
