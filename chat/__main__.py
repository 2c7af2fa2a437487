"""
The command line: ``sansmasque``, or ``python -m chat``.

Each command is a function; those that touch the store work beside a running server on the same folder as well as without one.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.console import Console
from rich.table import Table

from chat import demo as sample
from chat import server
from chat.commands import audit, doors, invitations, key, moderation, sanctions, staff
from chat.commands.common import Config, Data, Redis, read_settings, with_registry
from chat.errors import StoreAway
from chat.moderation.wordlists import WordsError
from chat.people.masters import KeyUnusable
from chat.privacy import logs
from chat.privacy.hardening import Unsafe, harden
from chat.privacy.leaks.proof import prove
from chat.privacy.leaks.report import keep, show
from chat.privacy.listener import CannotListen
from chat.rooms.schedule import ScheduleError, parse
from chat.settings import RoomSetting, Settings, as_toml, check
from chat.store.registry import Registry, RoomRecord
from chat.store.repair import repair as mend
from chat.store.valkey import StoreError
from chat.verdict import Strictness

app = typer.Typer(
    help="Sans Masque: rooms where managers help each other, under pseudonyms.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
rooms = typer.Typer(help="The rooms of the community.", no_args_is_help=True)
app.add_typer(rooms, name="rooms")
app.add_typer(sanctions.app, name="sanctions")
app.add_typer(audit.app, name="audit")
app.add_typer(doors.app, name="doors")
app.add_typer(invitations.app, name="invitations")
app.add_typer(key.app, name="key")
app.add_typer(moderation.app, name="moderation")
app.add_typer(staff.app, name="staff")

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
    _serve(
        read_settings(config, host=host, port=port, data=data, workers=workers, redis_url=redis, admin_port=admin_port)
    )


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
    settings = read_settings(config, host=host, port=port, data=data, redis_url=redis, admin_port=admin_port)
    _serve(sample.with_sample_rooms(settings), sample.open_accounts)


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
    settings = read_settings(config, data=data)
    try:
        print(asyncio.run(mend(Path(settings.data))))
    except StoreError as exc:
        server.fail(str(exc))


@app.command()
def leaks(
    data: Data = None,
    config: Config = None,
    redis: Redis = None,
    json_: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
) -> None:
    """Prove on throw-away copies of this installation that nothing of visitors is kept: no address, no header that tells them."""
    settings = read_settings(config, data=data, redis_url=redis)
    logs.configure("warning")
    with Console(stderr=True).status("starting") as status:
        report = asyncio.run(prove(settings, status.update))
    keep(report, Path(settings.data))
    if json_:
        print(msgspec.json.format(msgspec.json.encode(report)).decode())
    else:
        show(report, Console(soft_wrap=not sys.stdout.isatty()))
    if not report.passed:
        raise typer.Exit(1)


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
    by_invitation: Annotated[
        bool, typer.Option("--by-invitation", help="Only for those whose invitation is good for it.")
    ] = False,
    strictness: Annotated[
        Strictness, typer.Option(help="How closely messages are screened; `before`: all are read first.")
    ] = "standard",
    data: Data = None,
    config: Config = None,
    redis: Redis = None,
) -> None:
    """Set up a room."""
    settings = read_settings(
        config,
        data=data,
        redis_url=redis,
        rooms=[RoomSetting(slug, title, format, about, slow, list(hours or []), by_invitation, strictness)],
    )

    async def run(registry: Registry) -> None:
        room = settings.rooms[-1]
        fresh = await registry.add(
            room.slug,
            title=room.title,
            format=room.format,
            about=room.about,
            slow=room.slow,
            hours=tuple(room.hours),
            by_invitation=room.by_invitation,
            strictness=room.strictness,
        )
        if not fresh:
            server.fail(f"There is a room « {slug} » already. Close it first, or choose another short name.")
        print(f"« {title} » is open at /r/{slug}")

    try:
        parse(tuple(hours or ()))
    except ScheduleError as exc:
        server.fail(str(exc))
    with_registry(settings, run)


@rooms.command("list")
def list_(data: Data = None, config: Config = None, redis: Redis = None) -> None:
    """List the rooms."""

    async def run(registry: Registry) -> None:
        table = Table("room", "title", "format", "slow (s)", "hours", "lets in")
        for room in await registry.all():
            table.add_row(
                room.slug, room.title, room.format, str(room.slow), "; ".join(room.hours) or "always", _lets_in(room)
            )
        Console(soft_wrap=not sys.stdout.isatty()).print(table)

    with_registry(read_settings(config, data=data, redis_url=redis), run)


def _lets_in(room: RoomRecord) -> str:
    return "those known there" if room.locked else "by invitation" if room.by_invitation else "everybody"


@rooms.command("close")
def close(slug: str, data: Data = None, config: Config = None, redis: Redis = None) -> None:
    """Close a room for good, and erase what was said in it."""

    async def run(registry: Registry) -> None:
        await registry.close(slug)
        print(f"{slug} is closed, its messages are erased.")

    with_registry(read_settings(config, data=data, redis_url=redis), run)


@rooms.command("lock")
def lock(slug: str, data: Data = None, config: Config = None, redis: Redis = None) -> None:
    """Let in only those who are known in this room; those inside stay."""

    async def run(registry: Registry) -> None:
        await registry.lock(slug, locked=True)
        print(f"{slug} lets in only those who are known there, and those who come back by words or a card.")

    with_registry(read_settings(config, data=data, redis_url=redis), run)


@rooms.command("unlock")
def unlock(slug: str, data: Data = None, config: Config = None, redis: Redis = None) -> None:
    """Let everybody into this room again."""

    async def run(registry: Registry) -> None:
        await registry.lock(slug, locked=False)
        print(f"{slug} lets everybody in.")

    with_registry(read_settings(config, data=data, redis_url=redis), run)


def _serve(settings: Settings, prepare: server.Prepare | None = None) -> None:
    logs.configure(settings.log_level)
    if settings.workers != 1:
        server.fail("This version serves from one process: leave `workers` at 1.")
    try:
        asyncio.run(server.serve(settings, prepare))
    except (StoreError, KeyUnusable, CannotListen, Unsafe, WordsError) as exc:
        server.fail(str(exc))
    except StoreAway:
        server.fail(
            f"The store at {settings.redis_url or settings.data} does not answer. Is it running, and does it take our password?"
        )
    except OSError as exc:
        server.fail(f"Cannot serve: {exc.filename or 'the system says'}: {exc.strerror or type(exc).__name__}.")


def _read(path: Path) -> str:
    try:
        return path.read_text()
    except (OSError, UnicodeDecodeError) as exc:
        print(f"Cannot read {path}: {type(exc).__name__}.", file=sys.stderr)
        raise typer.Exit(1) from exc


def main() -> None:
    harden()
    app()


if __name__ == "__main__":
    main()
