"""Broadcast to a room with ``websockets.broadcast``: ``python -m loadtests.peers.websockets_broadcast PORT``."""

import asyncio
import sys
from collections import defaultdict

from websockets.asyncio.server import ServerConnection, broadcast, serve

rooms: defaultdict[str, set[ServerConnection]] = defaultdict(set)


async def attend(member: ServerConnection) -> None:
    assert member.request is not None
    members = rooms[member.request.path]
    members.add(member)
    try:
        async for text in member:
            broadcast(members, text)
    finally:
        members.discard(member)


async def main(port: int) -> None:
    async with serve(attend, "127.0.0.1", port, compression=None, backlog=4096) as server:
        print(f"http://127.0.0.1:{port}", flush=True)
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))
