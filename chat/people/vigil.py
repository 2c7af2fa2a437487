"""
Tell whoever serves somebody of the staff that their login has ended: the sockets of the console, and seats in rooms.

What ends a login is heard from the bus at once; since the bus promises nothing, and since idleness is nobody's deed, all that are watched
are looked at from time to time, too (:meth:`Vigil.look`).
"""

from __future__ import annotations

from collections.abc import Callable

import structlog

from chat.people.logins import Logins, StaffSession

log = structlog.get_logger()


class Watch:
    """One who serves a login; whoever made it says :meth:`acts` when something is done by it, and :meth:`stop` when they are gone."""

    __slots__ = ("_active", "_end", "_vigil", "session")

    def __init__(self, vigil: Vigil, session: StaffSession, end: Callable[[], None]) -> None:
        self._vigil = vigil
        self._end = end
        self._active = False
        self.session = session

    def acts(self) -> None:
        """Note that whoever is logged in does something: they are not idle."""
        self._active = True

    def stop(self) -> None:
        self._vigil.watches.discard(self)

    def acted(self) -> bool:
        """Tell whether something was done since this was last asked."""
        active, self._active = self._active, False
        return active

    def end(self) -> None:
        self.stop()
        try:
            self._end()
        except Exception as exc:  # noqa: BLE001 - the others have to hear of it, too
            log.error("login_end_unheard", error=exc)


class Vigil:
    """All that this process serves of the staff's logins."""

    def __init__(self, logins: Logins) -> None:
        self._logins = logins
        self.watches: set[Watch] = set()

    def watch(self, session: StaffSession, end: Callable[[], None]) -> Watch:
        """Call ``end`` once when the login ends, however it does: logout, idleness, its time, another role, no account."""
        watch = Watch(self, session, end)
        self.watches.add(watch)
        return watch

    def hear(self, payload: bytes) -> None:
        """Take a word from the bus: an account, and the key of a login or ``*``."""
        account, key = payload.decode().split(" ")
        for watch in tuple(self.watches):
            if watch.session.account == account and key in ("*", watch.session.key):
                watch.end()

    async def look(self, now: float) -> None:
        """End what has ended unheard, and let those who do something not be idle. Raises StoreAway."""
        for watch in tuple(self.watches):
            session = watch.session
            found = await self._logins.look(session.account, session.key, now, acts=watch.acted())
            if found is None or found.role is not session.role:
                watch.end()
