"""
The chains of decisions as they are kept: one list a room, and one of their heads. What they mean is ``chat/moderation/audit.py``'s.

Every method raises :exc:`~chat.errors.StoreAway`.
"""

from __future__ import annotations

from typing import Final

from chat.store import keys
from chat.store.commands import Script, Store

ANCHOR: Final = Script("anchor")
PORTION: Final = 500  # entries in one reading


class AuditLog:
    """The chains of the community."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def rooms(self) -> list[str]:
        """List the rooms that have a chain, closed ones too."""
        return sorted(slug.decode() for slug in await self._store.ask("HKEYS", keys.AUDITED))

    async def anchored(self, slug: str) -> int:
        """Tell how many entries of a room are anchored."""
        return int(await self._store.ask("HGET", keys.AUDITED, slug) or 0)

    async def last(self, slug: str) -> bytes:
        """Read the newest entry of a room, empty where there is none."""
        return await self._store.ask("LINDEX", keys.Room(slug).audit, -1) or b""

    async def entries(self, slug: str, first: int = 0, count: int = PORTION) -> list[bytes]:
        """Read entries of a room from the place ``first`` on, the oldest first; negative places count from the end."""
        return list(await self._store.ask("LRANGE", keys.Room(slug).audit, first, first + count - 1))

    async def length(self, slug: str) -> int:
        return int(await self._store.ask("LLEN", keys.Room(slug).audit))

    async def last_anchor(self) -> bytes:
        return await self._store.ask("LINDEX", keys.ANCHORS, -1) or b""

    async def anchors(self, first: int, count: int = PORTION) -> list[bytes]:
        """Read anchors from the place ``first`` on, the oldest first."""
        return list(await self._store.ask("LRANGE", keys.ANCHORS, first, first + count - 1))

    async def anchor(self, after: bytes, line: bytes, slug: str, n: int) -> bool:
        """Add an anchor of the room ``slug`` at its entry ``n`` after the anchor ``after``; answers False where that is not the newest."""
        return bool(await self._store.run(ANCHOR, (keys.ANCHORS, keys.AUDITED), after, line, slug, n))
