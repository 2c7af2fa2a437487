"""
Visit a server as somebody would from elsewhere: sockets bound to an address of one's own, headers that tell everything.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import socket
from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any

from websockets.client import ClientProtocol
from websockets.exceptions import InvalidState
from websockets.frames import Frame, Opcode
from websockets.http11 import Response
from websockets.typing import Origin, Subprotocol
from websockets.uri import parse_uri

from chat.privacy.leaks.lines import PATIENCE_SECONDS, Answer, Failure, Line
from chat.privacy.leaks.needles import Visitor
from chat.protocol import SUBPROTOCOL


class Where:
    """A server to visit: its port, and what it is called by those who come through the front door."""

    def __init__(self, port: int, origin: str, room: str, host: str = "127.0.0.1") -> None:
        self.port = port
        self.origin = origin
        self.room = room
        self.host = host

    @property
    def name(self) -> str:
        """What stands in ``Host``."""
        return self.origin.partition("://")[2]


class Client:
    """One visitor of one server; ``facts`` fill in the placeholders of paths, such as ``{room}``."""

    def __init__(self, visitor: Visitor, where: Where, cards: list[str]) -> None:
        self.visitor = visitor
        self.where = where
        self.heard = bytearray()
        self.seen: set[str] = set()  # types of the frames received, those within others too
        self.facts: dict[str, str] = {"room": where.room}
        self.cards = cards  # invitations not yet shown
        self.session = ""  # the token to show next
        self.stay: Stay | None = None
        self.lines: list[Line] = []
        self.refs = itertools.count(1)

    def path(self, template: str) -> str:
        for name, fact in self.facts.items():
            template = template.replace("{" + name + "}", fact)
        return template

    @contextlib.asynccontextmanager
    async def line(self) -> AsyncIterator[Line]:
        """Connect; what is open at the end of the block is cut off."""
        line = await self.connect()
        try:
            yield line
        finally:
            line.cut()

    async def connect(self) -> Line:
        """Connect, from the visitor's own address."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            ends = await asyncio.open_connection(
                self.where.host, self.where.port, local_addr=(self.visitor.address, 0), family=socket.AF_INET
            )
        self.lines.append(Line(*ends, self.heard))
        return self.lines[-1]

    def vanish(self) -> None:
        """Cut every line, without a word."""
        self.stay = None
        while self.lines:
            self.lines.pop().cut()

    async def ask(
        self,
        verb: str,
        path: str,
        body: Any = None,
        *,
        form: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Ask for ``path`` with all that might tell the visitor in the headers; ``body`` is sent as JSON, ``form`` as a form."""
        content = self.path(form).encode() if form is not None else b"" if body is None else json.dumps(body).encode()
        own = {"Origin": self.where.origin, "Sec-Fetch-Site": "same-origin", "Connection": "close", **(headers or {})}
        if verb in ("POST", "PUT", "PATCH", "DELETE"):
            kind = "application/json" if form is None else "application/x-www-form-urlencoded"
            own |= {"Content-Type": kind, "Content-Length": str(len(content))}
        async with self.line() as line:
            line.write(self.request(verb, self.path(path), own) + content)
            return Answer(await line.rest())

    def shown(self) -> dict[str, str]:
        """The header that shows the visitor's session."""
        return {"Authorization": f"Bearer {self.session}"}

    def request(self, verb: str, path: str, headers: Mapping[str, str]) -> bytes:
        """Write a request line and its headers, the telling ones first."""
        lines = [
            f"{verb} {path} HTTP/1.1",
            f"Host: {self.where.name}",
            *(f"{name}: {value}" for name, value in self.visitor.headers()),
            *(f"{name}: {value}" for name, value in headers.items()),
        ]
        return ("\r\n".join(lines) + "\r\n\r\n").encode()

    async def enter(self, path: str, **changes: str | None) -> Stay:
        """Open a WebSocket at ``path``; ``changes`` replace ``Origin`` and the subprotocol, or leave them out."""
        stay = Stay(self, await self.connect(), self.path(path), changes)
        try:
            await stay.shake_hands()
        except BaseException:
            stay.line.cut()
            raise
        return stay


class Stay:
    """An open WebSocket of a client."""

    def __init__(
        self,
        client: Client,
        line: Line,
        path: str,
        changes: Mapping[str, str | None],
    ) -> None:
        self.client = client
        self.line = line
        origin = changes.get("origin", client.where.origin)
        protocol = changes.get("subprotocol", SUBPROTOCOL)
        self._protocol = ClientProtocol(
            parse_uri(f"ws://{client.where.name}{path}"),
            origin=None if origin is None else Origin(origin),
            subprotocols=None if protocol is None else [Subprotocol(protocol)],
        )

    async def shake_hands(self) -> None:
        """Raises Failure when the upgrade is denied."""
        request = self._protocol.connect()
        for name, value in self.client.visitor.headers():
            request.headers[name] = value
        self._protocol.send_request(request)
        self._flush()
        async with asyncio.timeout(PATIENCE_SECONDS):
            events = await self._events()
        if not (events and isinstance(events[0], Response) and self._protocol.handshake_exc is None):
            raise Failure(f"the WebSocket at {self._protocol.uri.path} was not opened")
        self._unread = events[1:]

    async def _events(self) -> list[Any]:
        while True:
            data = await self.line.some()
            if data:
                self._protocol.receive_data(data)
            else:
                self._protocol.receive_eof()
            self._flush()
            if events := self._protocol.events_received():
                return list(events)
            if not data:
                return []

    def _flush(self) -> None:
        for data in self._protocol.data_to_send():
            if data:
                self.line.write(data)

    async def send(self, frame: Mapping[str, Any]) -> None:
        await self.send_text(json.dumps(frame))

    async def send_text(self, text: str) -> None:
        """Send a frame of text. Raises Failure when the connection was closed."""
        try:
            self._protocol.send_text(text.encode())
        except InvalidState as exc:
            raise Failure("a connection was closed in the middle of the conversation") from exc
        self._flush()

    async def receive(self) -> dict[str, Any]:
        """Receive one frame; EOFError at the end."""
        while True:
            while self._unread:
                event = self._unread.pop(0)
                if isinstance(event, Frame) and event.opcode is Opcode.TEXT:
                    frame: dict[str, Any] = json.loads(bytes(event.data))
                    self.client.seen.update(_types(frame))
                    return frame
            self._unread = await self._events()
            if not self._unread:
                raise EOFError

    async def until(self, wanted: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """Receive until a frame is wanted. Raises Failure when none comes."""
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                while not wanted(frame := await self.receive()):
                    pass
        except (TimeoutError, EOFError) as exc:
            raise Failure("a frame that was to come did not come") from exc
        return frame

    async def answered(self, frame: Mapping[str, Any]) -> dict[str, Any]:
        """Send a request, and receive what answers it."""
        ref = f"proof-{next(self.client.refs)}"
        await self.send({**frame, "ref": ref})
        return await self.until(lambda answer: answer.get("ref") == ref)

    async def leave(self) -> None:
        """Say goodbye, and hear the rest."""
        self._protocol.send_close(1000)
        self._flush()
        await self.rest()

    async def rest(self) -> None:
        """Receive until the server has ended the connection."""
        with contextlib.suppress(EOFError, TimeoutError):
            async with asyncio.timeout(PATIENCE_SECONDS):
                while True:
                    await self.receive()
        self.line.cut()


def _types(frame: Any) -> set[str]:
    match frame:
        case dict():
            own = {frame["type"]} if isinstance(frame.get("type"), str) else set()
            return own.union(*map(_types, frame.values()))
        case list():
            return set[str]().union(*map(_types, frame))
    return set()
