"""uvicorn in the process of the test, behind the walls: for what cannot be seen from outside."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import uvicorn

from chat.privacy.gate import Gate, Limits
from chat.privacy.ingress import ingress
from chat.privacy.listener import MuteListener, listening
from chat.rooms.handoff import EXTENSION, HandoffProtocol

Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]
App = Callable[[dict[str, Any], Receive, Send], Awaitable[None]]

PATIENCE_SECONDS = 20.0


@contextlib.asynccontextmanager
async def uvicorn_on(mute: MuteListener, app: App, gate: Gate | None = None) -> AsyncIterator[None]:
    """Serve ``app`` on ``mute`` as ``chat.server`` does, without its application."""
    config = uvicorn.Config(
        app,
        http="h11" if gate is None else ingress(gate),
        ws=HandoffProtocol,
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        date_header=False,
    )
    server = uvicorn.Server(config)
    config.load()
    server.lifespan = config.lifespan_class(config)
    await server.startup(sockets=[mute])
    try:
        yield
    finally:
        await server.shutdown(sockets=[mute])


@contextlib.asynccontextmanager
async def behind_the_ingress(app: App, **limits: Any) -> AsyncIterator[int]:
    """Serve ``app`` behind an ingress with these limits; yields the port."""
    gate = Gate({"x-safe": "yes"}, Limits(**limits))
    with listening("127.0.0.1", 0) as mute:
        async with uvicorn_on(mute, app, gate):
            yield mute.getsockname()[1]


class Echo:
    """Answers each request with what it was told of it; hands on sockets with what came behind their handshake."""

    def __init__(self) -> None:
        self.scopes: list[dict[str, Any]] = []
        self.early: list[bytes] = []

    async def __call__(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        self.scopes.append(scope)
        if scope["type"] == "websocket":
            take = scope["extensions"][EXTENSION]
            await receive()
            await send({"type": "websocket.accept"})
            sock, early = await take()
            sock.close()
            self.early.append(early)
            return
        body, more = b"", True
        while more:
            message = await receive()
            body += message.get("body", b"")
            more = message.get("more_body", False)
        said = {"method": scope["method"], "target": scope["raw_path"].decode(), "body": body.decode("latin-1")}
        answer = json.dumps(
            {**said, "headers": [[k.decode(), v.decode("latin-1")] for k, v in scope["headers"]]}
        ).encode()
        length = str(len(answer)).encode()
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", length)]})
        await send({"type": "http.response.body", "body": answer})


class Answer:
    """One answer of HTTP, as it was read."""

    def __init__(self, head: bytes, body: bytes) -> None:
        line, *fields = head.decode().rstrip().split("\r\n")
        self.status = int(line.split()[1])
        self.headers = {name.lower(): value for name, value in (field.split(": ", 1) for field in fields)}
        self.body = body

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class Wire:
    """A client without any rule: bytes out, answers in."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    async def answer(self) -> Answer:
        """Read one answer; EOFError when there is none, or not a whole one."""
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                head = await self.reader.readuntil(b"\r\n\r\n")
                size = next(
                    (int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")), 0
                )
                return Answer(head, await self.reader.readexactly(size))
        except (asyncio.IncompleteReadError, ConnectionError) as exc:
            raise EOFError from exc

    async def answers(self) -> list[Answer]:
        """Read every answer up to the end of the stream."""
        found = []
        with contextlib.suppress(EOFError):
            while True:
                found.append(await self.answer())
        return found

    async def write(self, *pieces: bytes) -> None:
        """Write each piece in a segment of its own."""
        for piece in pieces:
            self.writer.write(piece)
            await asyncio.sleep(0)


@contextlib.asynccontextmanager
async def wire(port: int, host: str = "127.0.0.1") -> AsyncIterator[Wire]:
    reader, writer = await asyncio.open_connection(host, port)
    try:
        yield Wire(reader, writer)
    finally:
        writer.transport.abort()
        await asyncio.sleep(0)
