"""
The list of rooms, as the store keeps it: what organisers decided, and the secret from which a room's author ids are made.
"""

from __future__ import annotations

import itertools
import secrets
from typing import Final

import msgspec
from msgspec import Struct

from chat.errors import ChatError
from chat.store import keys
from chat.store.commands import Script, Store, pairs
from chat.verdict import Strictness

CLOSE: Final = Script("common", "cases", "close")


class RoomRecord(Struct, frozen=True):
    """
    A room as it was set up; ``hours`` as written, ``slow`` in seconds; ``secret`` is the room's own and dies with it.

    While it is ``locked``, only those who are known there come in; ``by_invitation``, only who came by one that is good for it.
    """

    slug: str
    title: str
    format: str
    about: str
    slow: int
    hours: tuple[str, ...]
    secret: bytes
    locked: bool = False
    by_invitation: bool = False
    strictness: Strictness = "standard"
    hold_newcomers: bool = False


class Registry:
    """The rooms of the community; every method raises :exc:`~chat.errors.StoreAway`."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def add(
        self,
        slug: str,
        *,
        title: str,
        format: str,
        about: str = "",
        slow: int = 0,
        hours: tuple[str, ...] = (),
        by_invitation: bool = False,
        strictness: Strictness = "standard",
        hold_newcomers: bool = False,
    ) -> bool:
        """Set up a room; answers False when there is one of that name, which stays as it is."""
        room = keys.Room(slug)
        if await self._store.ask("HEXISTS", room.room, "title"):
            return False
        # The title last, with all that stands beside it: a crash in between leaves nothing that looks like a room.
        await self._store.ask("HSETNX", room.room, "secret", secrets.token_bytes(32))
        await self._store.ask("HSETNX", room.log, "epoch", secrets.token_urlsafe(9))
        await self._store.ask("SADD", keys.ROOMS, slug)
        facts: dict[str, bytes | str | int] = {
            "title": title,
            "format": format,
            "about": about,
            "slow": slow,
            "hours": msgspec.json.encode(hours),
            "strictness": strictness,
            **({"by_invitation": 1} if by_invitation else {}),
            **({"hold_newcomers": 1} if hold_newcomers else {}),
        }
        await self._store.ask("HSET", room.room, *itertools.chain.from_iterable(facts.items()))
        return True

    async def find(self, slug: str) -> RoomRecord | None:
        """Read the room, or None where there is none."""
        reply = await self._store.ask("HGETALL", keys.Room(slug).room)
        return _record(slug, pairs(reply))

    async def all(self) -> list[RoomRecord]:
        """Read every room, by title."""
        slugs = sorted(slug.decode() for slug in await self._store.ask("SMEMBERS", keys.ROOMS))
        replies = [self._store.ask("HGETALL", keys.Room(slug).room) for slug in slugs]
        rooms = [_record(slug, pairs(await reply)) for slug, reply in zip(slugs, replies, strict=True)]
        return sorted((room for room in rooms if room is not None), key=lambda room: room.title.casefold())

    async def present(self, slugs: list[str], now: float) -> dict[str, int]:
        """Count who is present in each room, those who left within the grace included."""
        replies = [self._store.ask("ZCOUNT", keys.Room(slug).present, f"({now}", "+inf") for slug in slugs]
        return {slug: int(await reply) for slug, reply in zip(slugs, replies, strict=True)}

    async def lock(self, slug: str, *, locked: bool) -> None:
        """
        Let in only those who are known in a room, or can come back as the same person; those inside stay. Or everybody again.

        Raises:
            ChatError: ``room_unknown``.
        """
        room = keys.Room(slug).room
        if not await self._store.ask("HEXISTS", room, "title"):
            raise ChatError("room_unknown")
        await (self._store.ask("HSET", room, "locked", 1) if locked else self._store.ask("HDEL", room, "locked"))

    async def close(self, slug: str) -> None:
        """
        Close a room for good: its words, names and secret are erased, whoever is in it is told.

        Raises:
            ChatError: ``room_unknown``.
        """
        room = keys.Room(slug)
        if not await self._store.ask("SREM", keys.ROOMS, slug):
            raise ChatError("room_unknown")
        if await self._store.ask("EXISTS", room.audit):
            await self._store.ask("HSETNX", keys.AUDITED, slug, 0)  # its chain outlives it
        await self._store.run(CLOSE, (*room.all(), room.channel, *room.moderation(), room.second_look))


def _record(slug: str, kept: dict[bytes, bytes]) -> RoomRecord | None:
    if b"title" not in kept:
        return None
    return RoomRecord(
        slug=slug,
        title=kept[b"title"].decode(),
        format=kept[b"format"].decode(),
        about=kept[b"about"].decode(),
        slow=int(kept[b"slow"]),
        hours=msgspec.json.decode(kept[b"hours"], type=tuple[str, ...]),
        secret=kept[b"secret"],
        locked=b"locked" in kept,
        by_invitation=b"by_invitation" in kept,
        strictness=kept.get(b"strictness", b"standard").decode(),  # type: ignore[arg-type]  # we write no other
        hold_newcomers=b"hold_newcomers" in kept,
    )
