"""
Whether anybody new is let in: into the whole community, or by a batch of invitations.
"""

from __future__ import annotations

from chat.store import keys
from chat.store.commands import Store, pairs
from chat.store.retention import CLOSED_BATCH_SECONDS


class Doors:
    """The doors of the community; every method raises :exc:`~chat.errors.StoreAway`."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def close_batch(self, batch: str) -> None:
        """
        Let nobody new in by a batch of invitations, and those who came by it lately write slowly, for an hour; its other members are
        not concerned.
        """
        now = int((await self._store.ask("TIME"))[0])
        await self._store.ask("ZADD", keys.CLOSED_BATCHES, now, batch)
        if await self._store.ask("HEXISTS", keys.batch(batch), "kind"):
            await self._store.ask("HSET", keys.batch(batch), "closed", 1)
        await self._store.ask("EXPIRE", keys.CLOSED_BATCHES, CLOSED_BATCH_SECONDS)

    async def closed_batches(self, now: float) -> dict[str, float]:
        """Read whose door was closed within the hour before ``now``, and when."""
        since = now - CLOSED_BATCH_SECONDS
        reply = await self._store.ask("ZRANGEBYSCORE", keys.CLOSED_BATCHES, str(since), "+inf", "WITHSCORES")
        return {batch.decode(): float(at) for batch, at in pairs(reply).items()}

    async def close(self) -> None:
        """Let nobody new in, in the whole community; those who have a session come and go."""
        await self._store.ask("SET", keys.DOORS, "closed")

    async def open(self) -> None:
        """Let people in again."""
        await self._store.ask("DEL", keys.DOORS)

    async def closed(self) -> bool:
        return bool(await self._store.ask("EXISTS", keys.DOORS))
