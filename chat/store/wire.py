"""
One connection to the store: RESP, read by ``hiredis`` on a bare asyncio protocol.

A general client takes ten times as long for a message that it hears, and more than twice as long for a request. What is left of a
client here is to connect, to pass on each reply in its order, and to say when the connection is over. ``commands.py`` asks over one
of these, ``bus.py`` hears over another.
"""

from __future__ import annotations

import asyncio
import ssl
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from typing import Any, Final, TypeVar

import hiredis
from redis.asyncio.connection import parse_url

Reply = (
    Any  # what the store answers: bytes, int, None, hiredis.ReplyError, and lists of them; read once, in this folder
)
Command = tuple[bytes | str | int, ...]

BROKEN: Final = (OSError, TimeoutError, hiredis.HiredisError)  # what connecting raises when it cannot be done


class Wire(asyncio.Protocol, ABC):
    """A connection; each reply goes to :meth:`replied`, the end to :meth:`ended`."""

    def __init__(self) -> None:
        self._reader = hiredis.Reader()
        self._transport: asyncio.Transport | None = None
        self.lost: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.lost.done():
            self.lost.set_result(None)
        self.ended()

    def data_received(self, data: bytes) -> None:
        self._reader.feed(data)
        gets = self._reader.gets
        while (reply := gets()) is not False:
            self.replied(reply)

    def send(self, packed: bytes) -> None:
        """Send what :func:`pack` made, one request or several; nothing when the connection is over."""
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write(packed)

    def close(self) -> None:
        """End the connection at once."""
        if self._transport is not None:
            self._transport.abort()

    @abstractmethod
    def replied(self, reply: Reply) -> None:
        """Take the next reply."""

    @abstractmethod
    def ended(self) -> None:
        """Hear that the connection is over."""


WireT = TypeVar("WireT", bound=Wire)


def pack(*command: bytes | str | int) -> bytes:
    """Write one command as RESP."""
    packed: bytes = hiredis.pack_command(command)  # type: ignore[arg-type]  # its stub does not know that numbers will do
    return packed


async def connect(url: str, make: Callable[[], WireT]) -> tuple[WireT, list[Command]]:
    """
    Connect to ``url`` (``redis://``, ``rediss://`` or ``unix://``); answers the wire and what has to be said on it first.

    Raises:
        OSError: Nobody answers there, or the certificate is not to be trusted.
    """
    loop, where = asyncio.get_running_loop(), parse_url(url)
    if "path" in where:
        _, wire = await loop.create_unix_connection(make, where["path"])
    else:
        tls = _tls(where) if url.startswith("rediss:") else None
        _, wire = await loop.create_connection(make, where.get("host", "localhost"), where.get("port", 6379), ssl=tls)
    first: list[Command] = []
    if where.get("password"):
        first.append(("AUTH", *filter(None, (where.get("username"), where["password"]))))
    if where.get("db"):
        first.append(("SELECT", where["db"]))
    return wire, first


def _tls(where: Mapping[str, Any]) -> ssl.SSLContext:
    """Check the store's certificate, by the options that the address carries."""
    context = ssl.create_default_context(cafile=where.get("ssl_ca_certs"))
    if "ssl_certfile" in where:
        context.load_cert_chain(where["ssl_certfile"], where.get("ssl_keyfile"))
    return context
