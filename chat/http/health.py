"""
Whether the server lives, and whether it can serve.
"""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from chat.errors import StoreAway
from chat.http.access import Declared
from chat.http.answers import answer
from chat.people.roles import Permission
from chat.rooms.hub import Hub


async def live(request: Request) -> Response:
    return answer({"status": "ok", "checks": {"loop": "ok"}})


async def ready(request: Request) -> Response:
    """Answer 503 while nothing can be kept: store or bus away, disk full, or the server about to end."""
    hub: Hub = request.app.state.hub
    checks = {
        "store": await _store(hub),
        "bus": "ok" if hub.bus.connected else "away",
        "disk": "full" if hub.read_only else "ok",
        "serving": "draining" if hub.draining else "ok",
    }
    healthy = all(check == "ok" for check in checks.values())
    return answer({"status": "ok" if healthy else "unavailable", "checks": checks}, 200 if healthy else 503)


async def _store(hub: Hub) -> str:
    try:
        await hub.store.ask("PING")
    except StoreAway:
        return "away"
    return "ok"


routes = [Declared("/health/live", live, Permission.LOOK), Declared("/health/ready", ready, Permission.LOOK)]
