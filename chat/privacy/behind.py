"""
What stands behind the ingress: uvicorn's two protocols, and how they are begun.
"""

from __future__ import annotations

import asyncio
from typing import Any, NamedTuple, Protocol, TypeAlias, cast

from uvicorn.config import Config
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.server import ServerState

from chat.privacy.head import Refused

AppState: TypeAlias = dict[str, Any]


class Uvicorn(NamedTuple):
    """What uvicorn gives each connection."""

    config: Config
    server_state: ServerState
    app_state: AppState

    def upgrade(self, transport: asyncio.Transport, handshake: bytes) -> asyncio.Protocol:
        """Give ``transport`` to the protocol of WebSockets, as uvicorn's HTTP protocol does, without reading the handshake twice."""
        protocol = cast(_Sockets, self.config.ws_protocol_class)(
            config=self.config, server_state=self.server_state, app_state=self.app_state
        )
        protocol.connection_made(transport)
        transport.set_protocol(protocol)
        protocol.data_received(handshake)
        return protocol


class _Sockets(Protocol):
    def __call__(self, *, config: Config, server_state: ServerState, app_state: AppState) -> asyncio.Protocol: ...


class Asking(Protocol):
    """Who hands requests on: told when they are answered."""

    def answered(self) -> None:
        """The answer has been written."""

    def refuse(self, refused: Refused) -> None:
        """The request cannot be read."""


class Requests(H11Protocol):
    """uvicorn's HTTP protocol, which tells ``asking`` when an answer has been written."""

    def __init__(self, asking: Asking, uvicorn: Uvicorn, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__(*uvicorn, loop)
        self._asking = asking

    def on_response_complete(self) -> None:
        super().on_response_complete()
        self._unset_keepalive_if_required()  # the ingress measures all times
        self._asking.answered()

    def send_400_response(self, msg: str) -> None:
        self._asking.refuse(Refused(400, "bad_request"))

    def forsake(self) -> None:
        """Tell the application that nobody waits for its answer any more."""
        if self.cycle is not None:
            self.cycle.disconnected = True
            self.cycle.message_event.set()
