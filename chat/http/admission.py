"""
The door: how one gets a session. It is open for now: whoever asks is let in.
"""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from chat.errors import StoreAway
from chat.http.answers import answer, refuse
from chat.rooms.hub import Hub


async def look(request: Request) -> Response:
    return answer({"mode": request.app.state.hub.settings.admission})


async def knock(request: Request) -> Response:
    """Start a session, as a first ``hello`` without one does."""
    hub: Hub = request.app.state.hub
    try:
        if await hub.registry.doors_closed():
            return refuse(request, 403, "doors_closed")
        session = await hub.sessions.start()
    except StoreAway:
        return refuse(request, 503, "store_away", retry_after=3)
    return answer({"session": session.token})


routes = [Route("/api/admission", look), Route("/api/admission", knock, methods=["POST"])]
