"""
One connection of a visitor, byte by byte; each byte that the server sends is kept, to be searched.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
import socket
import struct
from typing import Any, Final

PATIENCE_SECONDS: Final = 30.0

_STATUS: Final = re.compile(rb"^HTTP/1\.[01] (\d{3})")


class Failure(Exception):
    """The server did not do what the proof needs it to do; the message says what."""


class Answer:
    """What came back for one request."""

    def __init__(self, received: bytes) -> None:
        head, _, self.body = received.partition(b"\r\n\r\n")
        found = _STATUS.match(head)
        self.status = int(found[1]) if found else 0

    def json(self) -> Any:
        return json.loads(self.body)


class Line:
    """One connection, byte by byte."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, heard: bytearray) -> None:
        self._reader = reader
        self._writer = writer
        self._heard = heard

    def write(self, data: bytes) -> None:
        self._writer.write(data)

    async def some(self) -> bytes:
        """Receive what there is; nothing at the end."""
        try:
            data = await self._reader.read(65_536)
        except ConnectionError:
            return b""
        self._heard += data
        return data

    async def rest(self, seconds: float = PATIENCE_SECONDS) -> bytes:
        """Receive all until the end, or until there is nothing more for ``seconds``."""
        received = b""
        with contextlib.suppress(TimeoutError):
            while True:
                async with asyncio.timeout(seconds):
                    data = await self.some()
                if not data:
                    break
                received += data
        return received

    def cut(self) -> None:
        """End the connection with a reset, as a lost network or a killed browser does."""
        sock = self._writer.get_extra_info("socket")
        with contextlib.suppress(OSError):
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._writer.transport.abort()
