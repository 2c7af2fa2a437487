"""
Hear what is published in the rooms that this process has members of.

One wire to the store, sharded subscriptions. What is heard goes to one callback, in order. Pub/sub promises nothing: when the wire is
lost it is made again, the subscriptions too, and ``on_back`` lets the rooms read what they missed.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import Callable
from typing import Final

import hiredis
import structlog

from chat.store.wire import BROKEN, Reply, Wire, connect, pack

log = structlog.get_logger()

PING_SECONDS: Final = 2.0
RETRY_SECONDS: Final = (0.1, 2.0)  # the first pause between two attempts, and the longest


class Bus:
    """A subscription to many channels of the store at ``url``; silent for ``timeout_seconds``, it counts as lost."""

    def __init__(
        self,
        url: str,
        timeout_seconds: float,
        on_message: Callable[[str, bytes], None],
        on_away: Callable[[], None],
        on_back: Callable[[], None],
    ) -> None:
        self._url = url
        self._timeout = timeout_seconds
        self._on_message, self._on_away, self._on_back = on_message, on_away, on_back
        self._channels: set[str] = set()
        self._confirmed: dict[str, asyncio.Future[None]] = {}
        self._wire: _Wire | None = None
        self._task: asyncio.Task[None] | None = None
        self.connected = False

    async def open(self) -> None:
        """Connect; returns when connected for the first time, and stays connected from then on."""
        first = asyncio.get_running_loop().create_future()
        self._task = asyncio.get_running_loop().create_task(self._stay(first))
        await first

    async def close(self) -> None:
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    async def subscribe(self, channel: str) -> None:
        """Hear ``channel``; returns when the store has confirmed it. Cancellation leaves it subscribed."""
        self._channels.add(channel)
        confirmed = self._confirmed.setdefault(channel, asyncio.get_running_loop().create_future())
        if self._wire is not None:
            self._wire.say("SSUBSCRIBE", channel)
        await asyncio.shield(confirmed)

    def unsubscribe(self, channel: str) -> None:
        self._channels.discard(channel)
        self._confirmed.pop(channel, None)
        if self._wire is not None:
            self._wire.say("SUNSUBSCRIBE", channel)

    async def _stay(self, first: asyncio.Future[None]) -> None:
        pause = RETRY_SECONDS[0]
        while True:
            try:
                await self._connected(first)
                pause = RETRY_SECONDS[0]
            except BROKEN as exc:
                log.debug("bus_unreachable", error=type(exc).__name__)
            except Exception as exc:  # noqa: BLE001 - without a bus nobody hears anything: whatever it was, connect again
                log.error("bus_failed", error=exc)
            if self.connected:
                self.connected, self._wire = False, None
                log.warning("bus_lost")
                try:
                    self._on_away()
                except Exception as exc:  # noqa: BLE001 - as above
                    log.error("bus_failed", error=exc)
            await asyncio.sleep(pause * random.uniform(0.5, 1))
            pause = min(pause * 2, RETRY_SECONDS[1])

    async def _connected(self, first: asyncio.Future[None]) -> None:
        async with asyncio.timeout(self._timeout):
            wire, first_words = await connect(self._url, lambda: _Wire(self._heard))
            for command in first_words:
                wire.say(*command)
            asked = set(self._channels)
            for channel in asked:
                wire.say("SSUBSCRIBE", channel)
            await wire.ping()
            for channel in self._channels - asked:
                wire.say("SSUBSCRIBE", channel)  # wished for while we connected
        self._wire, self.connected = wire, True
        try:
            if first.done():
                log.info("bus_back")
                self._on_back()
            else:
                first.set_result(None)
            await self._watch(wire)
        finally:
            wire.close()

    async def _watch(self, wire: _Wire) -> None:
        while True:
            # A frozen store keeps its connections: only an answer shows that it lives.
            await asyncio.wait([wire.lost], timeout=PING_SECONDS)
            if wire.lost.done():
                return
            async with asyncio.timeout(self._timeout):
                await wire.ping()

    def _heard(self, kind: bytes, channel: bytes, payload: Reply) -> None:
        if kind == b"smessage":
            self._on_message(channel.decode(), payload)
        elif kind == b"ssubscribe":
            confirmed = self._confirmed.get(channel.decode())
            if confirmed is not None and not confirmed.done():
                confirmed.set_result(None)
        elif kind == b"sunsubscribe" and channel.decode() in self._channels and self._wire is not None:
            # The slot has moved away under us: ask again, wherever it is now.
            self._wire.say("SSUBSCRIBE", channel)


class _Wire(Wire):
    """Knows pushes, pongs and errors, which is all that a subscriber meets."""

    def __init__(self, heard: Callable[[bytes, bytes, Reply], None]) -> None:
        super().__init__()
        self._heard = heard
        self._pongs: list[asyncio.Future[None]] = []

    def replied(self, reply: Reply) -> None:
        if isinstance(reply, list) and len(reply) == 3:
            self._heard(*reply)
        elif reply == b"PONG" or (isinstance(reply, list) and reply[0] == b"pong"):
            for pong in self._pongs:
                if not pong.done():
                    pong.set_result(None)
            self._pongs.clear()
        elif isinstance(reply, hiredis.ReplyError):
            log.error("bus_refused", error=str(reply).partition(" ")[0])
            self.close()

    def ended(self) -> None:
        for pong in self._pongs:
            if not pong.done():
                pong.set_exception(ConnectionResetError())

    def say(self, *command: bytes | str | int) -> None:
        self.send(pack(*command))

    async def ping(self) -> None:
        if self.lost.done():
            raise ConnectionResetError
        pong: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._pongs.append(pong)
        self.say("PING")
        await pong
