"""
Take a WebSocket from uvicorn once its handshake is done.

Starlette routes the upgrade, looks at it and accepts; from then on nothing of uvicorn stands between socket and room. The order of
steps matters: stop reading, so that nothing is taken after us; wait until the 101 has left; keep what came in behind the handshake;
leave the transport without a protocol; duplicate the socket, so that ending the transport does not end the connection; leave uvicorn's
set of connections, since we drain ours ourselves.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Any, Final, cast

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.http11 import Response
from websockets.server import ServerProtocol

EXTENSION: Final = (
    "sansmasque.handoff"  # under the scope's "extensions": an async function that answers (socket, early bytes)
)
STAY: Final = "sansmasque.stay"  # likewise: a function that leaves it to uvicorn
EARLY_BYTES: Final = 65_536

Handoff = Callable[[], Awaitable[tuple[socket.socket, bytes]]]


class _Handshake(ServerProtocol):
    """websockets' side of the handshake; what it refuses carries ``headers``, as every answer does."""

    def __init__(self, headers: list[tuple[bytes, bytes]], frame_bytes: int) -> None:
        super().__init__(max_size=frame_bytes, logger=logging.getLogger("uvicorn.error"))
        self._headers = [(name.decode(), value.decode()) for name, value in headers]

    def send_response(self, response: Response) -> None:
        if response.status_code != HTTPStatus.SWITCHING_PROTOCOLS:
            response.headers.pop("date", None)
            response.headers.setdefault("cache-control", "no-store")
            response.headers.update(self._headers)
        super().send_response(response)


class HandoffProtocol(WebSocketsSansIOProtocol):
    """uvicorn's WebSocket protocol up to the handshake; then the way out of it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.conn = _Handshake(self.default_headers, self.config.ws_max_size)
        self.default_headers = []  # of no use on a 101
        self._early = bytearray()
        self._staying = False

    def data_received(self, data: bytes) -> None:
        if not self.handshake_initiated or self._staying:
            super().data_received(data)
        elif len(self._early) + len(data) <= EARLY_BYTES:
            self._early += data
        else:
            self.transport.abort()  # nobody has that much to say before being heard

    async def run_asgi(self) -> None:
        # Wanted by `take`: told when the buffer is empty rather than low.
        self.transport.set_write_buffer_limits(0)
        cast(dict[str, object], self.scope["extensions"]).update({EXTENSION: self.take, STAY: self.stay})
        await super().run_asgi()

    async def send(self, message: Any) -> None:
        await super().send(message)
        if message["type"] == "websocket.http.response.body" and not message.get("more_body", False):
            self.handshake_complete = (
                True  # or uvicorn complains of each upgrade that is denied, as often as anyone asks
            )

    def stay(self) -> None:
        """Leave the WebSocket to uvicorn, once it is accepted: for the few that nothing hangs on, such as consoles."""
        self._staying = True
        early, self._early = bytes(self._early), bytearray()
        if early:
            super().data_received(early)

    async def take(self) -> tuple[socket.socket, bytes]:
        """
        Answer the plain socket, and what came in behind the handshake.

        Raises:
            ConnectionError: The peer has gone.
        """
        self.transport.pause_reading()
        self.stop_keepalive()
        await self.writable.wait()
        if self.disconnected or self.transport.is_closing():
            self.handshake_complete = True  # nobody is left to shake hands with, which is no fault of the application
            raise ConnectionResetError
        sock = self.transport.get_extra_info("socket").dup()
        self.transport.set_protocol(asyncio.Protocol())
        self.connections.discard(self)
        self.transport.abort()
        self.queue = asyncio.Queue()
        with contextlib.suppress(AttributeError):
            del self.scope, self.request, self.response
        return sock, bytes(self._early)
