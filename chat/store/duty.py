"""
Who is on duty: staff with a console open, as all servers see them; and what they tell one another.

A server says every few seconds whom it has (:meth:`Duty.here`); whoever is not said any more is off duty by the store's clock. Every method
raises :exc:`~chat.errors.StoreAway`.
"""

from __future__ import annotations

from typing import Final

import msgspec
from msgspec import Struct

from chat.store import keys
from chat.store.commands import Store
from chat.store.retention import NOTE_SECONDS, ON_DUTY_SECONDS

BEAT_SECONDS: Final = 10.0
NOTES_MOST: Final = 50


class OnDuty(Struct, frozen=True, omit_defaults=True):
    """Somebody at their console: the case that they have, and the one that they look at."""

    name: str
    role: str
    on_case: str = ""
    viewing: str = ""


class Note(Struct, frozen=True, tag_field="type", tag="note"):
    """What one moderator told the others; ``at`` in seconds since 1970."""

    by: str
    text: str
    at: int


_on_duty: Final = msgspec.json.Decoder(OnDuty)


class Duty:
    """The consoles of the community."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def here(self, people: list[OnDuty]) -> None:
        """Say who has a console open here."""
        now = await self._now()
        for each in people:
            await self._store.ask("ZADD", keys.DUTY, now + int(BEAT_SECONDS * 3), each.name)
            await self._store.ask("HSET", keys.DUTY_FACTS, each.name, msgspec.json.encode(each))
        for key in (keys.DUTY, keys.DUTY_FACTS):
            await self._store.ask("EXPIRE", key, ON_DUTY_SECONDS)

    async def gone(self, name: str) -> None:
        """Say that somebody has no console open here any more; whoever has them elsewhere says so again."""
        await self._store.ask("ZREM", keys.DUTY, name)
        await self._store.ask("HDEL", keys.DUTY_FACTS, name)

    async def names(self) -> list[str]:
        """List who is on duty."""
        found = await self._store.ask("ZRANGEBYSCORE", keys.DUTY, f"({await self._now()}", "+inf")
        return [name.decode() for name in found]

    async def people(self) -> list[OnDuty]:
        """Read who is on duty, and what they are looking at."""
        names = await self.names()
        if not names:
            return []
        facts = await self._store.ask("HMGET", keys.DUTY_FACTS, *names)
        return [_on_duty.decode(fact) for fact in facts if fact is not None]

    async def anybody(self) -> bool:
        return bool(await self.names())

    async def note(self, by: str, text: str) -> bytes:
        """Keep what somebody tells the others; answers it as it is kept."""
        note = msgspec.json.encode(Note(by, text, await self._now()))
        await self._store.ask("RPUSH", keys.NOTES, note)
        await self._store.ask("LTRIM", keys.NOTES, -NOTES_MOST, -1)
        await self._store.ask("EXPIRE", keys.NOTES, NOTE_SECONDS)
        return note

    async def notes(self) -> list[bytes]:
        """Read what was told lately, the oldest first."""
        return list(await self._store.ask("LRANGE", keys.NOTES, 0, -1))

    async def alert_due(self) -> bool:
        """Tell whether the operator is to be alerted now: once in a while, whichever server asks first."""
        return bool(await self._store.ask("SET", keys.ALERTED, 1, "NX", "EX", ON_DUTY_SECONDS))

    async def _now(self) -> int:
        return int((await self._store.ask("TIME"))[0])
