"""
Start the embedded Valkey, keep it up and end it: this module owns processes and files.

One call does it all::

    async with embedded(data) as url:  # unix:///…/store/valkey.sock
        ...

The store ends with the process that owns it, however that one ends; see :mod:`~chat.store.hold` for who may own it,
:mod:`~chat.store.binary` for how it is set, :mod:`~chat.store.repair` for what to do when its file is damaged.
"""

from __future__ import annotations

import asyncio
import collections
import contextlib
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import structlog

from chat.store.binary import Binary, find_binary
from chat.store.disk import Guard
from chat.store.failures import StoreCorrupt, StoreError, StoreFailed, StoreHeld, StoreMissing
from chat.store.hold import SOCKET, Role, end_orphan, hold, private_folder
from chat.store.process import Child, loaded
from chat.store.rewriting import rewritten

__all__ = [
    "Role",
    "StoreCorrupt",
    "StoreError",
    "StoreFailed",
    "StoreHeld",
    "StoreMissing",
    "Tries",
    "embedded",
]

ROOM_SECONDS = 1.0  # between two looks at a full disk

log = structlog.get_logger(__name__)


@contextlib.asynccontextmanager
async def embedded(
    data: Path,
    *,
    role: Role = Role.SERVE,
    guard: Guard | None = None,
    rewrite_seconds: float | None = None,
    on_given_up: Callable[[StoreError], None] | None = None,
) -> AsyncIterator[str]:
    """
    Yield the ``unix://`` URL of the store in ``data`` while the block runs.

    With :attr:`Role.SERVE` this process owns the store: it starts it, starts it again when it ends unasked, and ends
    it. With :attr:`Role.COMMAND` it joins the store of a live server, or owns one for the time of the block.

    The store isn't started again while ``guard`` says that the disk is full. Its files are rewritten without what was erased,
    ``rewrite_seconds`` apart at least and at the end; never where there is none. ``on_given_up`` is called once, from the
    event loop, when it could not be kept up; the URL is dead from then on. Cancellation ends the store in an orderly way.

    Raises:
        StoreMissing: there is no binary to start.
        StoreHeld: another server owns ``data``.
        StoreCorrupt: its file is damaged; see :func:`chat.store.repair.repair`.
        StoreFailed: the folder, or a wait that came to its bound.

    """
    folder = private_folder(data)
    async with hold(folder, role) as owned:
        url = f"unix://{folder / SOCKET}"
        if not owned:
            await loaded(folder / SOCKET)
            yield url
            return
        guard = guard or Guard(folder)
        await end_orphan(folder)
        async with contextlib.AsyncExitStack() as stack:
            await stack.enter_async_context(_kept_up(find_binary(), folder, guard, on_given_up))
            if rewrite_seconds is not None:
                thorough = role is Role.SERVE
                await stack.enter_async_context(rewritten(url, guard, rewrite_seconds, thorough=thorough))
            yield url


@contextlib.asynccontextmanager
async def _kept_up(
    binary: Binary, folder: Path, guard: Guard, on_given_up: Callable[[StoreError], None] | None
) -> AsyncIterator[None]:
    keeper = Keeper(binary, folder, guard, await Child.start(binary, folder))
    log.info(
        "store_started", kind=binary.kind, version=".".join(map(str, binary.version)), pid=keeper.child.process.pid
    )
    task = asyncio.create_task(keeper.keep_up(on_given_up or (lambda error: None)))
    try:
        yield
    finally:
        task.cancel()
        try:
            await asyncio.wait([task])
        finally:
            await keeper.child.end()


class Tries:
    """
    Count the tries to start again: at most ``most`` in ``window_seconds``, each four times later than the one before.

    >>> tries = Tries(most=2)
    >>> tries.delay(now=0.0), tries.delay(now=1.0), tries.delay(now=2.0), tries.delay(now=61.0)
    (0.1, 0.4, None, 0.4)

    """

    def __init__(self, most: int = 5, window_seconds: float = 60.0) -> None:
        self.most, self.window_seconds = most, window_seconds
        self._at: collections.deque[float] = collections.deque()

    def delay(self, now: float) -> float | None:
        """Return the seconds to wait before the next try, or :obj:`None` when there were enough."""
        while self._at and now - self._at[0] > self.window_seconds:
            self._at.popleft()
        if len(self._at) >= self.most:
            return None
        self._at.append(now)
        return 0.1 * 4.0 ** (len(self._at) - 1)


class Keeper:
    """Start the store again whenever it ends unasked, as long as there is room and hope."""

    def __init__(self, binary: Binary, folder: Path, guard: Guard, child: Child) -> None:
        self.binary = binary
        self.folder = folder
        self.guard = guard
        self.child = child
        self._tries = Tries()

    async def keep_up(self, on_given_up: Callable[[StoreError], None]) -> None:
        """Run until cancelled, or until the store can't be kept up; then call ``on_given_up`` with the reason."""
        try:
            while True:
                code = await self.child.ended()
                log.error("store_ended", code=code, said=list(self.child.tail))
                await self._restart()
        except StoreError as exc:
            log.error("store_given_up", code=exc.code)
            on_given_up(exc)
        except OSError as exc:  # the folder itself is gone, or its disk
            log.error("store_given_up", code=StoreFailed.code, reason=exc.strerror)
            on_given_up(StoreFailed(f"{self.folder} can't be used any more: {exc.strerror}."))

    async def _restart(self) -> None:
        await self._room()
        delay = self._tries.delay(asyncio.get_running_loop().time())
        if delay is None:
            raise StoreFailed(f"The store ended {self._tries.most} times within {self._tries.window_seconds:.0f} s.")
        await asyncio.sleep(delay)
        try:
            await end_orphan(self.folder)
            self.child = await Child.start(self.binary, self.folder)
        except StoreFailed as exc:
            log.error("store_restart_failed", reason=str(exc))
        else:
            log.warning("store_restarted", pid=self.child.process.pid)

    async def _room(self) -> None:
        """Wait until the disk has its reserve again, however long: on a full one the store would end at its first write."""
        said = False
        while self.guard.look():
            if not said:
                log.error("store_waits_for_room", reserve_bytes=self.guard.reserve_bytes)
                said = True
            await asyncio.sleep(ROOM_SECONDS)  # no file system announces free space
