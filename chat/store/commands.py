"""
Talk to the store: one script a request, what is asked at the same time sent in one round trip.

:class:`Store` is the only way from the rest of the house to Redis or Valkey for asking; hearing is ``bus.py``. Scripts stand in
``lua/``, each with its keys and arguments in its first line. A request that fails or takes too long raises
:exc:`~chat.errors.StoreAway`: it may or may not have happened, and asking again with the same ref is safe. Nothing is retried here.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections import deque
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final, cast

import redis.asyncio as redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import NoScriptError, RedisError, ResponseError

from chat.errors import StoreAway

QUEUE: Final = 10_000  # requests waiting; beyond, the store counts as away
BATCH: Final = 256  # requests in one round trip

Reply = Any  # what Lua answers: bytes, int, None and lists of them; read once, in this folder


class Script:
    """A script of ``lua/`` and the hash by which the store knows it."""

    __slots__ = ("sha", "text")

    def __init__(self, *names: str) -> None:
        folder = Path(__file__).parent / "lua"
        self.text = "\n".join((folder / f"{name}.lua").read_text() for name in names)
        self.sha = hashlib.sha1(self.text.encode(), usedforsecurity=False).hexdigest()


class Store:
    """A connection to the store at ``url`` (``redis://``, ``rediss://`` or ``unix://``), with a time limit in seconds."""

    def __init__(self, url: str, timeout_seconds: float) -> None:
        self.url = url
        self.timeout_seconds = timeout_seconds
        self.client: redis.Redis = redis.from_url(
            url,
            retry=Retry(NoBackoff(), 0),  # the default sends a write again and again to a store that is merely slow
            socket_timeout=timeout_seconds,
            socket_connect_timeout=timeout_seconds,
            max_connections=16,
        )
        self._waiting: deque[tuple[tuple[Any, ...], asyncio.Future[Reply]]] = deque()
        self._sender: asyncio.Task[None] | None = None

    async def close(self) -> None:
        if self._sender is not None:
            await asyncio.gather(self._sender, return_exceptions=True)
        await self.client.aclose()

    def run(self, script: Script, keys: Sequence[str], *args: bytes | str | int) -> asyncio.Future[Reply]:
        """
        Run ``script``; the future raises :exc:`StoreAway`.

        Requests are sent in the order of these calls. Cancelling the future does not take a request back.
        """
        return self._ask(_Evaluation(script, (len(keys), *keys, *args)))

    def ask(self, *command: bytes | str | int) -> asyncio.Future[Reply]:
        """Send one plain command, under the same rules as :meth:`run`."""
        return self._ask(command)

    def _ask(self, request: tuple[Any, ...]) -> asyncio.Future[Reply]:
        future: asyncio.Future[Reply] = asyncio.get_running_loop().create_future()
        if len(self._waiting) >= QUEUE:
            future.set_exception(StoreAway())
            return future
        self._waiting.append((request, future))
        if self._sender is None:
            self._sender = asyncio.get_running_loop().create_task(self._send())
        return future

    async def _send(self) -> None:
        # One batch under way at a time: what is asked meanwhile makes the next one, so that load makes batches, not delay.
        try:
            while self._waiting:
                batch = [self._waiting.popleft() for _ in range(min(BATCH, len(self._waiting)))]
                replies = await self._round_trip([request for request, _ in batch])
                for (_, future), reply in zip(batch, replies, strict=True):
                    _settle(future, reply)
        finally:
            self._sender = None

    async def _round_trip(self, requests: list[tuple[Any, ...]]) -> list[Reply]:
        try:
            replies = await self._execute(requests)
            unknown = {i: r for i, r in enumerate(requests) if isinstance(replies[i], NoScriptError)}
            if unknown:
                # A store that was restarted has forgotten its scripts; one that does not know a script has not run it.
                await self._load({cast(_Evaluation, request).script for request in unknown.values()})
                for i, reply in zip(unknown, await self._execute(list(unknown.values())), strict=True):
                    replies[i] = reply
        except (RedisError, OSError, TimeoutError):
            return [StoreAway()] * len(requests)
        return replies

    async def _execute(self, requests: list[tuple[Any, ...]]) -> list[Reply]:
        pipeline = self.client.pipeline(transaction=False)
        for request in requests:
            pipeline.execute_command(*request)
        return await pipeline.execute(raise_on_error=False)

    async def _load(self, scripts: set[Script]) -> None:
        for script in scripts:
            await self.client.script_load(script.text)


class _Evaluation(tuple[Any, ...]):
    """An EVALSHA that remembers its script, should the store not know it."""

    script: Script

    def __new__(cls, script: Script, rest: tuple[Any, ...]) -> _Evaluation:
        evaluation = super().__new__(cls, ("EVALSHA", script.sha, *rest))
        evaluation.script = script
        return evaluation


def _settle(future: asyncio.Future[Reply], reply: Reply) -> None:
    if future.done():
        return
    if isinstance(reply, ResponseError) and not isinstance(reply, NoScriptError) and _is_ours(reply):
        future.set_exception(reply)
    elif isinstance(reply, Exception):
        future.set_exception(StoreAway())
    else:
        future.set_result(reply)


def _is_ours(error: ResponseError) -> bool:
    """Tell a mistake of ours (a wrong script) from a state of the store (loading, out of memory, read-only, no disk)."""
    return not str(error).startswith(
        ("LOADING", "BUSY", "OOM", "MISCONF", "READONLY", "MASTERDOWN", "NOREPLICAS", "CLUSTERDOWN", "TRYAGAIN")
    )
