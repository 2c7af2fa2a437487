"""
Run the server: the store, the hub, the application and the socket, each begun after what it needs and ended before it.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import os
import resource
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path

import prometheus_client
import structlog
import uvicorn

from chat import watch
from chat.app import create
from chat.http.border import Site, origin
from chat.http.headers import safety_headers
from chat.moderation import wordlists
from chat.moderation.office import Office
from chat.moderation.pipeline import screening
from chat.people import masters
from chat.privacy.gate import Gate
from chat.privacy.hardening import harden, refuse_openings
from chat.privacy.ingress import ingress
from chat.privacy.listener import BACKLOG, UNIX, listening
from chat.rooms.handoff import HandoffProtocol
from chat.rooms.hub import Hub
from chat.settings import Settings
from chat.store.commands import Store
from chat.store.disk import Guard
from chat.store.valkey import Role, StoreError, embedded

log = structlog.get_logger()


Prepare = Callable[[Hub], Awaitable[str]]  # what is done before anybody comes; answers what is said once we are ready


async def serve(settings: Settings, prepare: Prepare | None = None, *, readable: bool = False) -> None:
    """
    Serve until SIGTERM or SIGINT, then drain; ``readable`` is for the proof alone, see :mod:`chat.privacy.leaks.readable`.

    Raises:
        Unsafe: The walls of privacy would not stand; its message says which, and what to do.
        StoreError: The store cannot be had; its message says what to do.
        KeyUnusable: The master secret cannot be used; its message says what to do.
        CannotListen: The address cannot be listened on; its message says why.
    """
    refuse_openings(os.environ)
    harden(readable=readable)
    _allow_many_files()
    _say_what_is_due(settings)
    with listening(settings.host, settings.port) as sock:
        address = (
            settings.public_url if settings.host.startswith(UNIX) else origin(settings.host, sock.getsockname()[1])
        )
        async with (
            _house(settings) as (hub, office),
            watch.second_look(watch.Told(hub.store.url, settings, readable)),
        ):
            config = uvicorn.Config(
                create(hub, office, Site.of(settings, address)),
                loop="asyncio",
                http=ingress(Gate(safety_headers(settings))),
                ws=HandoffProtocol,
                ws_per_message_deflate=False,
                ws_max_size=settings.frame_bytes,
                lifespan="off",
                log_config=None,
                access_log=False,
                proxy_headers=False,
                headers=[*safety_headers(settings).items()],
                server_header=False,
                date_header=False,
                backlog=BACKLOG,
                timeout_graceful_shutdown=int(settings.drain_seconds),
            )
            ready = f"Sans Masque is ready at {settings.public_url or address}"
            if prepare is not None:
                ready += await prepare(hub)
            await _say_who_has_no_second_factor(hub)
            if settings.admin_port:
                prometheus_client.start_http_server(settings.admin_port, addr="127.0.0.1")
            await _Server(config, ready).serve(sockets=[sock])


@contextlib.asynccontextmanager
async def store_url(settings: Settings, role: Role = Role.SERVE, guard: Guard | None = None) -> AsyncIterator[str]:
    """Yield the address of the store: yours, or our own for the time of the block. Raises StoreError."""
    if settings.redis_url:
        yield settings.redis_url
        return

    lost: list[StoreError] = []

    def given_up(error: StoreError) -> None:
        lost.append(error)
        signal.raise_signal(signal.SIGTERM)  # members are told, then we end with what went wrong

    guard = guard or Guard(Path(settings.data), settings.disk_reserve_mib * 2**20)
    rewrite = settings.rewrite_seconds
    async with embedded(
        Path(settings.data), role=role, guard=guard, rewrite_seconds=rewrite, on_given_up=given_up
    ) as url:
        yield url
    if lost:
        raise lost[0]


@contextlib.asynccontextmanager
async def _house(settings: Settings) -> AsyncIterator[tuple[Hub, Office]]:
    data = Path(settings.data)
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    guard = Guard(data, settings.disk_reserve_mib * 2**20)
    async with store_url(settings, guard=guard) as url, contextlib.AsyncExitStack() as stack:
        store = Store(url, settings.store_timeout_seconds)
        stack.push_async_callback(store.close)
        held = masters.read(data)
        await masters.follow(store, held)
        office = Office(settings, store)
        screen = screening(wordlists.load(data / "words"))
        hub = Hub(settings, store, held, guard.look, screen, office.opened)
        for room in settings.rooms:
            await hub.registry.add(
                room.slug,
                title=room.title,
                format=room.format,
                about=room.about,
                slow=room.slow,
                hours=tuple(room.hours),
                by_invitation=room.by_invitation,
                strictness=room.strictness,
                hold_newcomers=room.hold_newcomers,
            )
        await office.open()
        stack.push_async_callback(office.close)
        await hub.open()
        stack.push_async_callback(hub.drain)
        yield hub, office


class _Server(uvicorn.Server):
    """Says when it is ready, and ends with 0 when it was asked to end."""

    def __init__(self, config: uvicorn.Config, ready: str) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[object] | None = None) -> None:  # type: ignore[override]
        await super().startup(sockets=sockets)  # type: ignore[arg-type]
        gc.collect()
        gc.freeze()  # what is there by now stays: no need to look at it again
        print(self._ready, flush=True)

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        # uvicorn raises the signal again once it is done, and so would never end with 0.
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self.handle_exit, number, None)
        try:
            yield
        finally:
            for number in (signal.SIGTERM, signal.SIGINT):
                loop.remove_signal_handler(number)


def _say_what_is_due(settings: Settings) -> None:
    """Remind whoever opens a community to people of what no program can do for them."""
    if not settings.public_url:
        return  # nobody else is meant to come yet
    if settings.admission in ("open", "proof"):
        log.warning("open_to_the_public", read="docs/questions-for-your-lawyer.md, on the duty to keep connection data")
    if not settings.contact:
        log.warning(
            "contact_missing", remedy="set `contact`: the privacy page has to say who runs this and how to reach them"
        )


async def _say_who_has_no_second_factor(hub: Hub) -> None:
    bare = sum(not account.second_factor for account in await hub.accounts.all())
    if bare:
        log.warning(
            "second_factor_missing", accounts=bare, remedy="sansmasque staff reset-totp NAME; `staff list` says who"
        )


def _allow_many_files() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < hard:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    if hard < 10_000:
        log.warning(
            "few_open_files_allowed", limit=hard, remedy="raise the hard limit of open files (ulimit -Hn) to 65536"
        )


def fail(message: str) -> None:
    """Say on stderr why the program ends, and end it with 1."""
    print(message, file=sys.stderr)
    raise SystemExit(1)
