"""
The way into a room: look at the upgrade, accept it, and hand the socket over.
"""

from __future__ import annotations

from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket

from chat.http.answers import refuse
from chat.protocol import SUBPROTOCOL
from chat.rooms.handoff import EXTENSION
from chat.rooms.hub import Hub


async def live(websocket: WebSocket) -> None:
    """Refuse with 403 whatever does not come from a page of ours; a browser always says where it comes from."""
    hub: Hub = websocket.app.state.hub
    if websocket.headers.get("origin") not in websocket.app.state.origins:
        await websocket.send_denial_response(refuse(websocket, 403, "origin_refused"))
        return
    offered = websocket.scope["subprotocols"]
    if offered and SUBPROTOCOL not in offered:
        await websocket.send_denial_response(refuse(websocket, 400, "bad_request"))
        return
    await websocket.accept(SUBPROTOCOL if offered else None)
    try:
        sock, early = await websocket.scope["extensions"][EXTENSION]()
    except ConnectionError:
        return
    hub.receive(sock, early, websocket.path_params["slug"])


routes = [WebSocketRoute("/r/{slug}/live", live)]
