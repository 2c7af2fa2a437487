"""
Alert the operator that somebody is in distress and nobody is on duty: by a webhook, without any text.

It touches the network. What is sent says that it happened, and nothing of whom, where or what.
"""

from __future__ import annotations

import asyncio
import urllib.error
import urllib.request
from typing import Final

import structlog

from chat.store.duty import Duty

TIMEOUT_SECONDS: Final = 10.0
BODY: Final = b'{"event":"distress_unattended","text":"Sans Masque: someone needs a moderator, and nobody is on duty."}'

log = structlog.get_logger()


class Alerts:
    """Alerts to ``url``, at most one a minute over all servers; empty: none."""

    def __init__(self, url: str, duty: Duty) -> None:
        self._url = url
        self._duty = duty

    async def distress(self) -> None:
        """Alert the operator, unless somebody is on duty. Raises StoreAway."""
        if self._url and not await self._duty.anybody() and await self._duty.alert_due():
            await asyncio.to_thread(self._post)

    def _post(self) -> None:
        request = urllib.request.Request(  # noqa: S310 - the settings take http and https alone
            self._url, BODY, {"Content-Type": "application/json"}, method="POST"
        )
        try:
            with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS):  # noqa: S310 - as above
                log.info("operator_alerted")
        except (OSError, urllib.error.URLError) as exc:
            log.error("alert_failed", error=type(exc).__name__, remedy="see `alert_webhook` in the settings")
