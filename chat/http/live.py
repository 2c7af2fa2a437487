"""
The way into a room: look at the upgrade, accept it, and hand the socket over.
"""

from __future__ import annotations

from starlette.websockets import WebSocket

from chat.http.access import DeclaredSocket
from chat.http.answers import refuse
from chat.people.roles import Permission
from chat.protocol import SUBPROTOCOL
from chat.rooms.handoff import EXTENSION
from chat.rooms.hub import Hub


async def live(websocket: WebSocket) -> None:
    hub: Hub = websocket.app.state.hub
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


routes = [DeclaredSocket("/r/{slug}/live", live, Permission.KNOCK)]
