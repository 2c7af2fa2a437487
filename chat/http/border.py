"""
Whether a request is meant for us and comes from a page of ours: looked at before any route.

*Host*: another name that leads here (DNS rebinding) would let another site's pages pass for ours. *Origin* and *Sec-Fetch-Site*: a
browser says from which page it asks whenever that could matter, so a WebSocket without Origin and a change asked for by another site are
refused. A program that is no browser says neither; it shows a session by itself and carries nothing along, so it may. A cookie is
what browsers carry along: with one, nothing is changed without the word of a page of ours.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final
from urllib.parse import urlsplit

from msgspec import Struct
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from chat.http.answers import deny
from chat.settings import Settings

LOOPBACK: Final = ("127.0.0.1", "localhost", "::1")  # no other site can go by these names (RFC 6761)
SAFE: Final = ("GET", "HEAD", "OPTIONS", "TRACE")  # RFC 9110, section 9.2.1

_HOST: Final = re.compile(r"(?:\[([0-9a-f:.]+)\]|([a-z0-9._-]+))(?::[0-9]{1,5})?", re.IGNORECASE | re.ASCII)


class Site(Struct, frozen=True):
    """The names that we go by, and the origins whose pages may speak to us."""

    hosts: frozenset[str]
    origins: frozenset[str]

    @classmethod
    def of(cls, settings: Settings, address: str) -> Site:
        """Describe a server that listens at ``address``, under each name that a loopback address goes by."""
        own = {settings.public_url.rstrip("/") or address, *settings.origins}
        listening = urlsplit(address)
        if listening.hostname in LOOPBACK and not settings.public_url:
            own |= {origin(name, listening.port or 80) for name in LOOPBACK}
        names = {urlsplit(where).hostname or "" for where in (*own, address)}
        return cls(frozenset({*names, *LOOPBACK} - {""}), frozenset(own - {""}))

    def objection(self, kind: str, method: str, headers: Mapping[str, str]) -> tuple[int, str] | None:
        """Say what is wrong with a request, as a status and a code; ``headers`` by names in small letters, None where it may pass."""
        if _name(headers.get("host", "")) not in self.hosts:
            return 421, "host_unknown"
        asked_from, fetched = headers.get("origin"), headers.get("sec-fetch-site")
        if kind == "websocket":
            return None if asked_from in self.origins else (403, "origin_refused")
        if method in SAFE:
            return None
        strange = asked_from is not None and asked_from not in self.origins
        carried = asked_from is None and fetched is None and "cookie" in headers
        if strange or carried or fetched not in (None, "same-origin", "none"):
            return 403, "origin_refused"
        return None


class Border:
    """Let through to ``app`` what ``site`` has no objection to."""

    def __init__(self, app: ASGIApp, site: Site) -> None:
        self.app = app
        self.site = site

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        objection = self.site.objection(scope["type"], scope.get("method", ""), Headers(scope=scope))
        if objection is None:
            await self.app(scope, receive, send)
        else:
            await deny(scope, receive, send, *objection)


def origin(host: str, port: int) -> str:
    """Write where a server listens without TLS as an origin."""
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _name(host: str) -> str:
    found = _HOST.fullmatch(host)
    return (found[1] or found[2]).lower() if found else ""
