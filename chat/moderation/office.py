"""
The moderators' office on one server: everything that their console asks of, put together.

Rooms know of it two functions only: the screen, and :meth:`Office.opened`, by which they say that a case may have been opened.
"""

from __future__ import annotations

import time
from typing import Final

from chat.moderation.alerts import Alerts
from chat.moderation.audit import Decision
from chat.moderation.chains import Chains
from chat.moderation.consoles import Consoles
from chat.moderation.decisions import Decisions
from chat.moderation.queue import Queue
from chat.moderation.relay import Relay
from chat.moderation.sanctions import OnSomebody, in_force
from chat.settings import Settings
from chat.store.audit_log import AuditLog
from chat.store.case_index import CaseIndex
from chat.store.cases import Case, parted
from chat.store.commands import Store
from chat.store.desk import Contested, Desk
from chat.store.duty import Duty
from chat.store.look_log import LookLog, Pulse
from chat.store.registry import Registry
from chat.store.room_log import RoomLog
from chat.store.sanctions import Sanctions

AWAY_SECONDS: Final = 15  # without a sign of the second look
LAG_SECONDS: Final = 5.0  # between two looks at how far it is
ALERT_AGE_SECONDS: Final = 300  # after which an open case of distress alerts nobody any more: it stands at the top


def _cries(case: Case, now: float) -> bool:
    """Tell whether somebody was just found to be in distress, and nobody has taken the case."""
    fresh = case.state == "open" and not case.claimed_by and now - case.opened_at < ALERT_AGE_SECONDS
    return fresh and any(finding.urgent for finding in case.findings)


class Office:
    """Made with the store; :meth:`open` begins to hear, :meth:`close` ends it."""

    def __init__(self, settings: Settings, store: Store) -> None:
        self._settings = settings
        self._store = store
        registry = Registry(store)
        self.registry = registry
        self.duty = Duty(store)
        self.chains = Chains(AuditLog(store))
        self.queue = Queue(CaseIndex(store), registry, self.desk, lambda slug: RoomLog(store, slug, settings))
        self.relay = Relay(self.queue, self.chains, registry, self.desk, self._changed)
        self.decisions = Decisions(self.chains, self.desk, self.relay.nudge_later)
        self.consoles = Consoles(
            store.url, settings.store_timeout_seconds, self.queue, self.duty, self._release, self.lag
        )
        self._look_log = LookLog(store, settings)
        self._pulse, self._lag_at, self._began = Pulse(0, 0, 0), 0.0, int(time.time())
        self._alerts = Alerts(settings.alert_webhook, self.duty)

    async def open(self) -> None:
        await self.consoles.open()
        self.relay.open()

    async def close(self) -> None:
        await self.relay.close()
        await self.consoles.close()

    def desk(self, slug: str) -> Desk:
        """Find the desk of a room."""
        return Desk(self._store, slug, self._settings)

    def opened(self, slug: str) -> None:
        """Take note that a case may have been opened in a room, or changed there."""
        self.relay.nudge(slug)

    async def _changed(self, case_id: str, case: Case | None) -> None:
        await self.consoles.changed(case_id, case)
        if case is not None and _cries(case, time.time()):
            await self._alerts.distress()  # again while nobody has taken it: the alerts know how often is enough

    async def _release(self, name: str, case_id: str) -> None:
        place = parted(case_id)
        if place is None:
            return
        try:
            await self.desk(place[0]).claim(place[1], name, admin=True, renew=False)
        except Contested:
            return  # decided, or somebody else's by now
        self.relay.nudge(place[0])

    async def lag(self) -> dict[str, int]:
        """Tell since when the second look is away, if it is, and how many messages it has not read: ``away_since``, ``behind``."""
        if not self._settings.second_look:
            return {}
        now = time.time()
        if now - self._lag_at > LAG_SECONDS:
            slugs = [room.slug for room in await self.registry.all()]
            self._pulse, self._lag_at = await self._look_log.pulse(slugs), now
        lag = {"behind": self._pulse.behind, "unread": self._pulse.unread}
        away = now - self._pulse.at > AWAY_SECONDS
        return {"away_since": self._pulse.at or self._began, **lag} if away else lag

    async def newest_decisions(self, count: int) -> list[list[Decision]]:
        """Read the newest entries of every room's chain, ``count`` of each at most, the newest first."""
        return [await self.chains.newest(slug, count) for slug in await self.chains.rooms()]

    async def sanctions(self) -> list[OnSomebody]:
        """List whom a sanction is on."""
        return await in_force(self.registry, Sanctions(self._store), self.desk)
