"""
What the lobby shows: the rooms, whether they are open, and how many are there.
"""

from __future__ import annotations

import time

from msgspec import Struct
from starlette.requests import Request
from starlette.responses import Response

from chat.errors import StoreAway
from chat.http.access import Declared, bearer
from chat.http.answers import answer, refuse
from chat.people.roles import Permission
from chat.rooms.hub import Hub
from chat.rooms.schedule import parse, state_at
from chat.store.registry import RoomRecord

FRESH_SECONDS = 2.0  # one reading of the store serves all who ask meanwhile
FEW = 4  # up to so many are « a few »: a smaller number would point at people


class Listed(Struct, omit_defaults=True):
    """A room in the list; ``members`` is 0, null for 1 to 4, else exact; times in seconds since 1970."""

    slug: str
    title: str
    format: str
    state: str
    members: int | None
    about: str = ""
    opens_at: int | None = None
    closes_at: int | None = None


class Lobby:
    """The list of rooms, read at most once in :data:`FRESH_SECONDS`; those by invitation only for who may enter them."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._read_at = float("-inf")
        self._listed: list[Listed] = []
        self._by_invitation: set[str] = set()

    async def rooms(self, now: float, token: str = "") -> list[Listed]:
        """List the rooms as of ``now`` that the holder of ``token`` may know of. Raises StoreAway."""
        if now - self._read_at >= FRESH_SECONDS:
            records = await self._hub.registry.all()
            present = await self._hub.registry.present([record.slug for record in records], now)
            self._listed = [self._list(record, present[record.slug], now) for record in records]
            self._by_invitation = {record.slug for record in records if record.by_invitation}
            self._read_at = now
        if not self._by_invitation:
            return self._listed
        session = await self._hub.sessions.recognise(token) if token else None
        batch = await self._hub.invitations.find(session.batch) if session else None
        invited = {slug for slug in self._by_invitation if batch is not None and batch.covers(slug)}
        return [room for room in self._listed if room.slug not in self._by_invitation - invited]

    def _list(self, record: RoomRecord, present: int, now: float) -> Listed:
        opening = state_at(parse(record.hours), now, self._hub.zone)
        return Listed(
            slug=record.slug,
            title=record.title,
            format=record.format,
            state="open" if opening.open else "closed",
            members=None if 1 <= present <= FEW else present,
            about=record.about,
            opens_at=opening.opens_at,
            closes_at=opening.closes_at,
        )


async def rooms(request: Request) -> Response:
    try:
        return answer(await request.app.state.lobby.rooms(time.time(), bearer(request)))
    except StoreAway:
        return refuse(request, 503, "store_away", retry_after=3)


routes = [Declared("/api/rooms", rooms, Permission.LOOK)]
