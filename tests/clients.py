"""
What speaks the contract: members by way of a well-kept WebSocket library, and a bare socket for what no library would send.
"""

from __future__ import annotations

import asyncio
import base64
import itertools
import json
import os
import struct
import urllib.error
import urllib.request
from collections.abc import Callable
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Origin, Subprotocol

SUBPROTOCOL = Subprotocol("sansmasque.1")
PATIENCE_SECONDS = 20.0  # a test that waits longer has failed

Frame = dict[str, Any]

_names = itertools.count(1)
_opened: list[ClientConnection | asyncio.StreamWriter] = []


def some_name() -> str:
    """A pseudonym that nobody else has."""
    return f"Essai {next(_names)} x{os.getpid()}"


async def close_all(keep: asyncio.StreamWriter | None = None) -> None:
    """Drop every socket that a test left open, but the one to ``keep``."""
    for opened in tuple(_opened):  # held while it is aborted: a writer minds being collected before
        if opened is not keep:
            _opened.remove(opened)
            opened.transport.abort()
    await asyncio.sleep(0)


class Member:
    """One person in one room; collects what they are told, in order."""

    def __init__(self, socket: ClientConnection, welcome: Frame) -> None:
        self.socket = socket
        self.welcome = welcome
        self.frames: list[Frame] = []
        self._refs = itertools.count(1)

    @property
    def token(self) -> str:
        return str(self.welcome["you"]["session"])

    @property
    def events(self) -> list[Frame]:
        """All numbered events seen, those of the welcome first."""
        return [*self.welcome["events"], *(f for f in self.frames if f["type"] in ("said", "withdrawn"))]

    @property
    def position(self) -> Frame:
        """How far this member has seen, as ``since`` of a later hello."""
        offsets = [event.get("until", event["offset"]) for event in self.events]
        return {"epoch": self.welcome["epoch"], "offset": max([self.welcome["offset"], *offsets])}

    async def send(self, frame: Frame) -> None:
        await self.socket.send(json.dumps(frame))

    async def receive(self) -> Frame:
        """Receive one frame; raises ConnectionClosed at the end."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            frame: Frame = json.loads(await self.socket.recv())
        self.frames.append(frame)
        return frame

    async def until(self, wanted: Callable[[Frame], bool]) -> Frame:
        """Receive until a frame is ``wanted``; one already received does not count."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not wanted(frame := await self.receive()):
                pass
        return frame

    async def ask(self, frame: Frame) -> Frame:
        """Send a request under a new ref, and receive its answer."""
        ref = frame.setdefault("ref", f"r{next(self._refs)}")
        await self.send(frame)
        return await self.until(lambda answer: answer.get("ref") == ref)

    async def say(self, text: str, **more: Any) -> Frame:
        return await self.ask({"type": "say", "text": text, **more})

    async def hears(self, text: str) -> Frame:
        """Receive until ``text`` is said, unless it was before."""
        known = [f for f in self.events if f.get("text") == text]
        return known[0] if known else await self.until(lambda frame: frame.get("text") == text)

    async def closed(self) -> tuple[int, str]:
        """Receive until the connection closes; the close code and reason."""
        try:
            while True:
                await self.receive()
        except ConnectionClosed as exc:
            assert exc.rcvd is not None, "closed without a close frame"
            return exc.rcvd.code, exc.rcvd.reason

    async def leave(self) -> None:
        await self.socket.close()


async def open_socket(address: str, room: str, *, origin: str | None = None) -> ClientConnection:
    """Open the WebSocket of ``room`` at ``address`` (``http://…``), saying nothing yet."""
    socket = await connect(
        f"{address.replace('http', 'ws', 1)}/r/{room}/live",
        origin=Origin(origin or address),
        subprotocols=[SUBPROTOCOL],
        compression=None,
        ping_interval=None,
        max_size=None,
        max_queue=None,
        proxy=None,
    )
    _opened.append(socket)
    return socket


async def join(address: str, room: str, **hello: Any) -> Member:
    """Enter ``room`` and be welcomed; without a session or a pseudonym, under a name that nobody has."""
    if "session" not in hello:
        hello.setdefault("pseudonym", some_name())
    socket = await open_socket(address, room)
    await socket.send(json.dumps({"type": "hello", **hello}))
    async with asyncio.timeout(PATIENCE_SECONDS):
        frame = json.loads(await socket.recv())
    assert frame["type"] == "welcome", frame
    return Member(socket, frame)


async def turned_away(address: str, room: str, **hello: Any) -> tuple[Frame, int]:
    """Say hello where one is not let in, under a name that nobody has; the error and the close code."""
    socket = await open_socket(address, room)
    await socket.send(json.dumps({"type": "hello", "pseudonym": some_name(), **hello}))
    async with asyncio.timeout(PATIENCE_SECONDS):
        error = json.loads(await socket.recv())
        await socket.wait_closed()
    assert socket.close_code is not None
    return error, socket.close_code


class Bare:
    """A WebSocket client without any rule: sends what it is told, byte by byte."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    @classmethod
    async def open(cls, address: str, room: str, early: bytes = b"") -> Bare:
        """Shake hands with ``room``; ``early`` is sent in the same breath as the request."""
        host, _, port = address.removeprefix("http://").rpartition(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        _opened.append(writer)
        key = base64.b64encode(os.urandom(16)).decode()
        writer.write(
            f"GET /r/{room}/live HTTP/1.1\r\nHost: {host}:{port}\r\nOrigin: {address}\r\nUpgrade: websocket\r\n"
            f"Connection: Upgrade\r\nSec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n"
            f"Sec-WebSocket-Protocol: {SUBPROTOCOL}\r\n\r\n".encode()
            + early
        )
        async with asyncio.timeout(PATIENCE_SECONDS):
            head = await reader.readuntil(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 101"), head
        return cls(reader, writer)

    @classmethod
    def over(cls, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> Bare:
        """Speak over a stream whose handshake is done."""
        _opened.append(writer)
        return cls(reader, writer)

    def write(self, data: bytes) -> None:
        self.writer.write(data)

    def frame(self, opcode: int, payload: bytes = b"", *, fin: bool = True, rsv: int = 0, masked: bool = True) -> bytes:
        """Build a frame as a client would (RFC 6455, section 5.2), or as none should."""
        return build_frame(opcode, payload, fin=fin, rsv=rsv, masked=masked)

    def text(self, frame: Frame) -> None:
        self.write(build_frame(1, json.dumps(frame).encode()))

    async def receive(self) -> tuple[int, bytes]:
        """Receive one frame: opcode and payload; EOFError at the end of the stream."""
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                first, second = await self.reader.readexactly(2)
                assert first & 0x70 == 0, "reserved bits from the server"
                assert second & 0x80 == 0, "a masked frame from the server"
                length = second & 0x7F
                if length == 126:
                    (length,) = struct.unpack("!H", await self.reader.readexactly(2))
                elif length == 127:
                    (length,) = struct.unpack("!Q", await self.reader.readexactly(8))
                return first & 0x0F, await self.reader.readexactly(length)
        except (asyncio.IncompleteReadError, ConnectionError) as exc:
            raise EOFError from exc

    async def close(self) -> None:
        self.writer.close()


def unframed(opcode: int, payload: bytes) -> Frame:
    """Read what a frame carries; a close as `{"type": "close", "code", "reason"}`, a ping or pong as its kind."""
    if opcode == 1:
        frame: Frame = json.loads(payload)
        return frame
    if opcode == 8:
        return {"type": "close", "code": int.from_bytes(payload[:2], "big"), "reason": payload[2:].decode()}
    return {"type": {9: "ping", 10: "pong"}[opcode]}


def build_frame(opcode: int, payload: bytes = b"", *, fin: bool = True, rsv: int = 0, masked: bool = True) -> bytes:
    """Build one WebSocket frame (RFC 6455, section 5.2)."""
    head = bytes([(0x80 if fin else 0) | rsv << 4 | opcode])
    mask_bit, length = (0x80 if masked else 0), len(payload)
    if length < 126:
        head += bytes([mask_bit | length])
    elif length < 65_536:
        head += bytes([mask_bit | 126]) + struct.pack("!H", length)
    else:
        head += bytes([mask_bit | 127]) + struct.pack("!Q", length)
    if not masked:
        return head + payload
    mask = os.urandom(4)
    return head + mask + bytes(byte ^ mask[i % 4] for i, byte in enumerate(payload))


async def ask(address: str, method: str, path: str, token: str | None = None, body: Any = None) -> tuple[int, Any]:
    """Ask something over HTTP, showing a session if there is one; the status and what the answer says."""
    request = urllib.request.Request(
        address + path, method=method, data=None if body is None else json.dumps(body).encode()
    )
    request.add_header("Content-Type", "application/json")
    if token is not None:
        request.add_header("Authorization", f"Bearer {token}")
    return await asyncio.to_thread(_answer, request)


def _answer(request: urllib.request.Request) -> tuple[int, Any]:
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE_SECONDS) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.load(error)
