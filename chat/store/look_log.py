"""
How far the second look has read each room, and how its scores are distributed.

One process reads a room at a time, under a lease; what it found and how far it read are written in one step, so that a reader that is
killed loses nothing and opens no case twice. Every method raises :exc:`~chat.errors.StoreAway`.
"""

from __future__ import annotations

import asyncio
import secrets
from collections import Counter
from collections.abc import Sequence
from typing import Final

import msgspec
from msgspec import Struct

from chat.settings import Settings
from chat.store import keys
from chat.store.cases import Kind, new_salt, new_token
from chat.store.commands import Script, Store
from chat.store.retention import CASE_SECONDS, SCORES_SECONDS
from chat.verdict import Finding

TAKE: Final = Script("common", "look_take")
DONE: Final = Script("common", "cases", "look_done")

LEASE_SECONDS: Final = 20
PORTION: Final = 32  # events read at once
BUCKETS: Final = 100


class Portion(Struct, frozen=True):
    """Events that follow the offset ``after``, up to ``to``; ``newest`` is how far the room is."""

    after: int
    to: int
    newest: int
    events: tuple[bytes, ...]


class Doubtful(Struct, frozen=True):
    """A message to be looked at by somebody (``kind``), and whom its author is to be shown help for (``help``); either may be empty."""

    message: str
    kind: Kind | None
    help: str
    lang: str
    findings: tuple[Finding, ...]
    score: float


class Pulse(Struct, frozen=True):
    """When the second look was last there, and how many events it has not read, or were gone before it could."""

    at: int
    behind: int
    unread: int


class LookLog:
    """The reading of all rooms; ``holder`` names this reader."""

    def __init__(self, store: Store, settings: Settings) -> None:
        self._store = store
        self._settings = settings
        self._holder = secrets.token_hex(8)

    async def take(self, slug: str) -> Portion | None:
        """Take what follows in a room; None while nothing does, or another reads it."""
        room = keys.Room(slug)
        script_keys = (*room.all(), room.channel, room.second_look)
        reply = await self._store.run(TAKE, script_keys, self._holder, LEASE_SECONDS, PORTION)
        if reply is None:
            return None
        after, newest, to, events = reply
        return Portion(after, to, newest, tuple(event for event in events if event))

    async def done(self, slug: str, portion: Portion, found: Sequence[Doubtful]) -> int | None:
        """Note that a portion was read, and open the cases that follow; answers how many, None when another was first."""
        room = keys.Room(slug)
        facts = [
            fact
            for each in found
            for fact in (
                each.message,
                each.kind or "",
                new_token(),
                each.lang,
                msgspec.json.encode(each.findings),
                f"{each.score:.4f}",
                new_salt(),
                each.help,
            )
        ]
        script_keys = (*room.all(), room.channel, *room.moderation(), room.second_look)
        reply = await self._store.run(DONE, script_keys, self._holder, portion.after, portion.to, CASE_SECONDS, *facts)
        return None if reply is None else int(reply)

    async def here(self, now: int) -> None:
        """Say that the second look is there."""
        await self._store.ask("HSET", keys.SECOND_LOOK, "at", now)

    async def pulse(self, slugs: Sequence[str]) -> Pulse:
        """Tell when it was there, and how far it is behind in these rooms."""
        at = await self._store.ask("HGET", keys.SECOND_LOOK, "at")
        behind = unread = 0
        for slug in slugs:
            room = keys.Room(slug)
            newest = await self._store.ask("HMGET", room.log, "offset", "first")
            read = await self._store.ask("HMGET", room.second_look, "cursor", "unread")
            offset, first = int(newest[0] or 0), int(newest[1] or 1)
            behind += max(0, offset - int(read[0] or first - 1))
            unread += int(read[1] or 0)
        return Pulse(int(at or 0), behind, unread)

    async def count(self, lang: str, day: str, scores: Sequence[float]) -> None:
        """Add scores to the distribution of a day."""
        if not scores:
            return
        key, counts = keys.scores(lang, day), Counter(min(int(score * BUCKETS), BUCKETS - 1) for score in scores)
        # Asked at once: the store, which syncs what it answers, syncs them together.
        counted = [self._store.ask("HINCRBY", key, bucket, count) for bucket, count in counts.items()]
        await asyncio.gather(*counted, self._store.ask("EXPIRE", key, SCORES_SECONDS))

    async def distribution(self, lang: str, days: Sequence[str]) -> list[int]:
        """Add up the distributions of some days: messages by hundredths of the score."""
        counts = [0] * BUCKETS
        for day in days:
            reply = await self._store.ask("HGETALL", keys.scores(lang, day))
            for bucket, count in zip(reply[::2], reply[1::2], strict=True):
                counts[int(bucket)] += int(count)
        return counts
