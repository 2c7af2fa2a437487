"""Broadcast to a room with Starlette, a loop of ``send_text``: ``python -m loadtests.peers.starlette_loop PORT``."""

import sys
from collections import defaultdict

import uvicorn
from starlette.applications import Starlette
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket

rooms: defaultdict[str, set[WebSocket]] = defaultdict(set)


async def attend(member: WebSocket) -> None:
    members = rooms[member.query_params["room"]]
    await member.accept()
    members.add(member)
    try:
        async for text in member.iter_text():
            # A copy: members come and go while this loop awaits.
            for other in tuple(members):
                await other.send_text(text)
    finally:
        members.discard(member)


app = Starlette(routes=[WebSocketRoute("/", attend)])


if __name__ == "__main__":
    uvicorn.run(
        app,
        host="127.0.0.1",
        port=int(sys.argv[1]),
        loop="asyncio",
        access_log=False,
        ws_per_message_deflate=False,
        backlog=4096,
    )
