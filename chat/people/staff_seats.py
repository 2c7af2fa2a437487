"""
Seat the staff in rooms: a member's session, of one room, that carries their role there.

They are somebody else in each room, as members are, and the same one whenever they come back. The session's record names the login that it
came from: with that it ends.
"""

from __future__ import annotations

import hashlib
import hmac

from chat.people.logins import Logins, StaffSession
from chat.people.sessions import Session, Sessions
from chat.store.registry import Registry


class StaffSeats:
    """The staff's seats; every method raises :exc:`~chat.errors.StoreAway`."""

    def __init__(self, sessions: Sessions, registry: Registry, logins: Logins) -> None:
        self._sessions = sessions
        self._registry = registry
        self._logins = logins

    async def take(self, staff: StaffSession, slug: str) -> Session | None:
        """Begin a session of a room, None where there is no such room. One that they had there is over."""
        if await self._registry.find(slug) is None:
            return None
        person = hmac.new(staff.seed, b"seat:" + slug.encode(), hashlib.sha256).digest()
        return await self._sessions.again(person, "", lasting=True, seat=f"{staff.account} {staff.key} {slug}")

    async def holder(self, session: Session, slug: str, now: float) -> StaffSession | None:
        """Find who of the staff holds a seat in the room ``slug``; None where it is of another room, or the login is over."""
        account, key, room = session.seat.split(" ")
        return await self._logins.look(account, key, now, acts=True) if room == slug else None
