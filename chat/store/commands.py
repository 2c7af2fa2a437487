"""
Talk to the store: one script a request, what is asked in one turn of the loop sent together.

:class:`Store` is the only way from the rest of the house to Redis or Valkey for asking; hearing is ``bus.py``. Scripts stand in
``lua/``, each with its keys and arguments in its first line. A request that fails or takes too long raises
:exc:`~chat.errors.StoreAway`: it may or may not have happened, and asking again with the same ref is safe. Nothing is retried here.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
from collections import deque
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

import hiredis
import structlog
from msgspec import Struct

from chat.errors import StoreAway
from chat.store.wire import BROKEN, Reply, Wire, connect, pack

__all__ = ["Reply", "Script", "Store", "pairs"]

QUEUE: Final = 10_000  # requests unanswered; beyond, the store counts as away

log = structlog.get_logger()


def pairs(reply: Sequence[bytes]) -> dict[bytes, bytes]:
    """Read what the store answers of a hash or with scores: names and values in turn."""
    return dict(zip(reply[::2], reply[1::2], strict=True))


class Script:
    """A script of ``lua/`` and the hash by which the store knows it."""

    __slots__ = ("sha", "text")

    def __init__(self, *names: str) -> None:
        folder = Path(__file__).parent / "lua"
        self.text = "\n".join((folder / f"{name}.lua").read_text() for name in names)
        self.sha = hashlib.sha1(self.text.encode(), usedforsecurity=False).hexdigest()


class _Request(Struct):
    """A command as RESP, whom its reply is for, and until when it counts, by the loop's clock."""

    packed: bytes
    reply: asyncio.Future[Reply] | None
    deadline: float
    script: Script | None = None


class _Wire(Wire):
    """Sends requests and gives each its reply, in order; ends when one is not answered in time."""

    def __init__(self) -> None:
        super().__init__()
        self._loop = asyncio.get_running_loop()
        self._asked: deque[_Request] = deque()
        self._known: set[str] = set()  # scripts that this connection has brought along
        self._watch: asyncio.TimerHandle | None = None

    @property
    def unanswered(self) -> int:
        return len(self._asked)

    def ask(self, requests: Sequence[_Request]) -> None:
        if self.lost.done():
            _fail(requests)
            return
        packed = []
        for request in requests:
            if request.script is not None and request.script.sha not in self._known:
                # A store that was restarted has forgotten its scripts, and so has whoever took its place.
                self._known.add(request.script.sha)
                load = _Request(pack("SCRIPT", "LOAD", request.script.text), None, request.deadline)
                self._asked.append(load)
                packed.append(load.packed)
            self._asked.append(request)
            packed.append(request.packed)
        self.send(b"".join(packed))
        if self._watch is None:
            self._watch = self._loop.call_at(self._asked[0].deadline, self._look)

    def replied(self, reply: Reply) -> None:
        if isinstance(reply, hiredis.ReplyError) and str(reply).startswith("NOSCRIPT"):
            self._known.clear()  # somebody flushed them: the next one brings it again
        _settle(self._asked.popleft().reply, reply)

    def ended(self) -> None:
        if self._watch is not None:
            self._watch.cancel()
        _fail(self._asked)
        self._asked.clear()

    def _look(self) -> None:
        self._watch = None
        if self._asked and self._asked[0].deadline <= self._loop.time():
            self.close()
        elif self._asked:
            self._watch = self._loop.call_at(self._asked[0].deadline, self._look)


class Store:
    """A connection to the store at ``url`` (``redis://``, ``rediss://`` or ``unix://``), with a time limit in seconds."""

    def __init__(self, url: str, timeout_seconds: float) -> None:
        self.url = url
        self.timeout_seconds = timeout_seconds
        self._loop = asyncio.get_running_loop()
        self._waiting: list[_Request] = []
        self._wire: _Wire | None = None
        self._connecting: asyncio.Task[None] | None = None

    async def close(self) -> None:
        """Let go of the store; what is not answered yet is answered by :exc:`StoreAway`."""
        if self._connecting is not None:
            self._connecting.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._connecting
        if self._wire is not None:
            self._wire.close()
            await self._wire.lost

    def run(self, script: Script, keys: Sequence[str], *args: bytes | str | int) -> asyncio.Future[Reply]:
        """
        Run ``script``; the future raises :exc:`StoreAway`.

        Requests are sent in the order of these calls. Cancelling the future does not take a request back.
        """
        return self._ask(pack("EVALSHA", script.sha, len(keys), *keys, *args), script)

    def ask(self, *command: bytes | str | int) -> asyncio.Future[Reply]:
        """Send one plain command, under the same rules as :meth:`run`."""
        return self._ask(pack(*command), None)

    def _ask(self, packed: bytes, script: Script | None) -> asyncio.Future[Reply]:
        reply: asyncio.Future[Reply] = self._loop.create_future()
        if len(self._waiting) + (self._wire.unanswered if self._wire is not None else 0) >= QUEUE:
            reply.set_exception(StoreAway())
            return reply
        if not self._waiting:
            self._loop.call_soon(self._send)
        self._waiting.append(_Request(packed, reply, self._loop.time() + self.timeout_seconds, script))
        return reply

    def _send(self) -> None:
        if self._wire is not None and not self._wire.lost.done():
            waiting, self._waiting = self._waiting, []
            self._wire.ask(waiting)
        elif self._connecting is None:
            self._connecting = self._loop.create_task(self._connect())

    async def _connect(self) -> None:
        try:
            async with asyncio.timeout(self.timeout_seconds):
                self._wire = await self._greeted()
        except (*BROKEN, StoreAway) as exc:
            log.debug("store_unreachable", error=type(exc).__name__)
            waiting, self._waiting = self._waiting, []
            _fail(waiting)
        finally:
            self._connecting = None
        if self._waiting:
            self._send()

    async def _greeted(self) -> _Wire:
        """Connect, and say who we are."""
        wire, first_words = await connect(self.url, _Wire)
        try:
            for command in first_words:
                greeting = _Request(
                    pack(*command), self._loop.create_future(), self._loop.time() + self.timeout_seconds
                )
                wire.ask([greeting])
                assert greeting.reply is not None
                await greeting.reply
        except BaseException:
            wire.close()
            raise
        return wire


def _fail(requests: Iterable[_Request]) -> None:
    for request in requests:
        _settle(request.reply, StoreAway())


def _settle(future: asyncio.Future[Reply] | None, reply: Reply) -> None:
    if future is None or future.done():
        return
    if isinstance(reply, hiredis.ReplyError) and _is_ours(reply):
        future.set_exception(reply)
    elif isinstance(reply, Exception):
        future.set_exception(StoreAway())
    else:
        future.set_result(reply)


def _is_ours(error: hiredis.ReplyError) -> bool:
    """Tell a mistake of ours (a wrong script) from a state of the store (loading, out of memory, read-only, no disk)."""
    return not str(error).startswith(
        (
            *("LOADING", "BUSY", "OOM", "MISCONF", "READONLY", "MASTERDOWN", "NOREPLICAS", "CLUSTERDOWN", "TRYAGAIN"),
            *("NOSCRIPT", "NOAUTH", "WRONGPASS"),
        )
    )
