"""
The command line: ``sansmasque``, or ``python -m chat``.

Each command is a function; those that touch the store work beside a running server on the same folder as well as without one.
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable, Coroutine
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from chat import demo as sample
from chat import server
from chat.errors import ChatError, StoreAway
from chat.locales import sentence
from chat.privacy import logs
from chat.privacy.listener import CannotListen
from chat.rooms.schedule import ScheduleError, parse
from chat.settings import RoomSetting, Settings, SettingsError, as_toml, check, load
from chat.store.commands import Store
from chat.store.registry import Registry
from chat.store.repair import repair as mend
from chat.store.valkey import Role, StoreError

app = typer.Typer(
    help="Sans Masque: rooms where managers help each other, under pseudonyms.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
rooms = typer.Typer(help="The rooms of the community.", no_args_is_help=True)
app.add_typer(rooms, name="rooms")

Config = Annotated[Path | None, typer.Option("--config", help="Settings in TOML; `sansmasque config` prints them all.")]
Data = Annotated[str | None, typer.Option("--data", help="The folder of the store and of the secret key.")]
Redis = Annotated[str | None, typer.Option("--redis", help="A store of yours: redis://, rediss:// or unix://.")]
Host = Annotated[str | None, typer.Option(help="The address to listen on, or unix:/path for a socket.")]
Port = Annotated[int | None, typer.Option(help="The port to listen on; 0 takes a free one.")]
Admin = Annotated[int | None, typer.Option("--admin-port", help="Serve /metrics on this port of 127.0.0.1.")]


@app.command()
def serve(
    host: Host = None,
    port: Port = None,
    data: Data = None,
    config: Config = None,
    workers: Annotated[int | None, typer.Option(help="Processes that serve; one for now.")] = None,
    redis: Redis = None,
    admin_port: Admin = None,
) -> None:
    """Run the server, until SIGTERM."""
    _serve(_settings(config, host=host, port=port, data=data, workers=workers, redis_url=redis, admin_port=admin_port))


@app.command()
def demo(
    host: Host = None,
    port: Port = None,
    data: Data = None,
    config: Config = None,
    redis: Redis = None,
    admin_port: Admin = None,
) -> None:
    """Run the server with a sample community."""
    settings = _settings(config, host=host, port=port, data=data, redis_url=redis, admin_port=admin_port)
    _serve(sample.with_sample_rooms(settings))


@app.command()
def config(
    check_file: Annotated[Path | None, typer.Option("--check", help="Say each mistake in this file.")] = None,
) -> None:
    """Print every setting with its default, unit and meaning, as a file that --config takes."""
    if check_file is None:
        print(as_toml(), end="")
        return
    mistakes = check(_read(check_file))
    for mistake in mistakes:
        print(f"{check_file}:{mistake.line or '?'}: {mistake.key}: {mistake.message}", file=sys.stderr)
    if mistakes:
        raise typer.Exit(1)
    print(f"{check_file}: no mistake.")


@app.command()
def repair(data: Data = None, config: Config = None) -> None:
    """Cut a damaged store at the damage, after copying it whole."""
    settings = _settings(config, data=data)
    try:
        print(asyncio.run(mend(Path(settings.data))))
    except StoreError as exc:
        server.fail(str(exc))


@rooms.command("add")
def add(
    slug: str,
    title: Annotated[str, typer.Option(help="What the lobby calls it.")],
    format: Annotated[str, typer.Option(help="`salon`: open within its hours.")] = "salon",
    about: Annotated[str, typer.Option(help="One sentence for the lobby.")] = "",
    slow: Annotated[int, typer.Option(help="Seconds between two messages of one person.")] = 0,
    hours: Annotated[
        list[str] | None, typer.Option(help='Weekly opening hours, as in "Tue 12:00-13:00"; may be repeated.')
    ] = None,
    data: Data = None,
    config: Config = None,
    redis: Redis = None,
) -> None:
    """Set up a room."""
    settings = _settings(
        config, data=data, redis_url=redis, rooms=[RoomSetting(slug, title, format, about, slow, list(hours or []))]
    )

    async def run(registry: Registry) -> None:
        room = settings.rooms[-1]
        fresh = await registry.add(
            room.slug, title=room.title, format=room.format, about=room.about, slow=room.slow, hours=tuple(room.hours)
        )
        if not fresh:
            server.fail(f"There is a room « {slug} » already. Close it first, or choose another short name.")
        print(f"« {title} » is open at /r/{slug}")

    try:
        parse(tuple(hours or ()))
    except ScheduleError as exc:
        server.fail(str(exc))
    _with_registry(settings, run)


@rooms.command("list")
def list_(data: Data = None, config: Config = None, redis: Redis = None) -> None:
    """List the rooms."""

    async def run(registry: Registry) -> None:
        table = Table("room", "title", "format", "slow (s)", "hours")
        for room in await registry.all():
            table.add_row(room.slug, room.title, room.format, str(room.slow), "; ".join(room.hours) or "always")
        Console(soft_wrap=not sys.stdout.isatty()).print(table)

    _with_registry(_settings(config, data=data, redis_url=redis), run)


@rooms.command("close")
def close(slug: str, data: Data = None, config: Config = None, redis: Redis = None) -> None:
    """Close a room for good, and erase what was said in it."""

    async def run(registry: Registry) -> None:
        await registry.close(slug)
        print(f"{slug} is closed, its messages are erased.")

    _with_registry(_settings(config, data=data, redis_url=redis), run)


def _serve(settings: Settings) -> None:
    logs.configure(settings.log_level)
    if settings.workers != 1:
        server.fail("This version serves from one process: leave `workers` at 1.")
    try:
        asyncio.run(server.serve(settings))
    except (StoreError, CannotListen) as exc:
        server.fail(str(exc))
    except StoreAway:
        server.fail(
            f"The store at {settings.redis_url or settings.data} does not answer. Is it running, and does it take our password?"
        )
    except OSError as exc:
        server.fail(f"Cannot serve: {exc.filename or 'the system says'}: {exc.strerror or type(exc).__name__}.")


def _settings(config: Path | None, **flags: Any) -> Settings:
    try:
        return load(config, os.environ, {name: value for name, value in flags.items() if value is not None})
    except SettingsError as exc:
        for mistake in exc.mistakes:
            where = f"{config}:{mistake.line}: " if mistake.line else ""
            print(f"{where}{mistake.key}: {mistake.message}", file=sys.stderr)
        raise typer.Exit(1) from exc


def _read(path: Path) -> str:
    try:
        return path.read_text()
    except (OSError, UnicodeDecodeError) as exc:
        print(f"Cannot read {path}: {type(exc).__name__}.", file=sys.stderr)
        raise typer.Exit(1) from exc


def _with_registry(settings: Settings, run: Callable[[Registry], Awaitable[None]]) -> None:
    async def go() -> None:
        async with server.store_url(settings, Role.COMMAND) as url:
            store = Store(url, settings.store_timeout_seconds)
            try:
                await run(Registry(store))
            finally:
                await store.close()

    _run(go())


def _run(command: Coroutine[Any, Any, None]) -> None:
    logs.configure("warning")
    try:
        asyncio.run(command)
    except StoreError as exc:
        server.fail(str(exc))
    except StoreAway:
        server.fail("The store does not answer.")
    except ChatError as exc:
        server.fail(sentence(exc.code, "en"))


def main() -> None:
    app()


if __name__ == "__main__":
    main()
