"""
``sansmasque invitations``: cards to cut out and to draw by lot, or one link for an event.
"""

from __future__ import annotations

import os
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from chat import server
from chat.commands.common import Config, Data, Redis, read_settings, with_store
from chat.commands.sheet import sheet
from chat.people.invitations import FEWEST, MOST_CARDS, MOST_SEATS, Batch, Invitations
from chat.settings import Settings
from chat.store.commands import Store
from chat.store.registry import Registry
from chat.store.retention import BATCH_DAYS

app = typer.Typer(help="Invitations into the community, and into rooms by invitation.", no_args_is_help=True)


@app.command("issue")
def issue(
    count: Annotated[int, typer.Option(help=f"How many cards, or seats of a link; {FEWEST} at least.")],
    room: Annotated[list[str] | None, typer.Option(help="A room it is good for; may be repeated; none: all.")] = None,
    link: Annotated[bool, typer.Option("--link", help="One link with so many seats, instead of cards.")] = False,
    days: Annotated[int, typer.Option(help="How long it is good.")] = 90,
    page: Annotated[Path | None, typer.Option(help="Where to write the page to print.")] = None,
    lang: Annotated[str, typer.Option(help="The language of the page: fr or en.")] = "fr",
    data: Data = None,
    config: Config = None,
    redis: Redis = None,
) -> None:
    """Make a batch of cards, or a link; the page to print is the only place where their secrets are."""
    settings = read_settings(config, data=data, redis_url=redis)
    rooms = tuple(dict.fromkeys(room or ()))
    most = MOST_SEATS if link else MOST_CARDS
    if not FEWEST <= count <= most:
        server.fail(f"Choose {FEWEST} to {most}: of fewer, a batch would name people.")
    if not 1 <= days <= BATCH_DAYS:
        server.fail(f"Choose 1 to {BATCH_DAYS} days.")

    async def run(store: Store) -> None:
        registry = Registry(store)
        for slug in rooms:
            if await registry.find(slug) is None:
                server.fail(f"There is no room « {slug} »: see `sansmasque rooms list`.")
        invitations = Invitations(store, settings.session_seconds)
        name, made = await invitations.issue("link" if link else "cards", count, rooms, days)
        addresses = [_address(settings, rooms, secret) for secret in made]
        path = page or Path(f"invitations-{name}.html")
        _write(path, sheet(settings.community, list(zip(made, addresses, strict=True)), count, link=link, lang=lang))
        print(f"Batch {name}: {'one link with' if link else 'cards:'} {count}, good for {days} days.")
        print(f"Print {path}, then delete it: it holds the secrets, and nothing else does.")
        if link:
            print(addresses[0])

    with_store(settings, run)


@app.command("list")
def list_(data: Data = None, config: Config = None, redis: Redis = None) -> None:
    """List the batches that are not over; of cards, nobody knows which were used."""
    settings = read_settings(config, data=data, redis_url=redis)

    async def run(store: Store) -> None:
        table = Table("batch", "kind", "count", "rooms", "until", "state")
        for batch in await Invitations(store, settings.session_seconds).all():
            until = f"{datetime.fromtimestamp(batch.ends_at, UTC):%Y-%m-%d}"
            table.add_row(
                batch.name, batch.kind, str(batch.count), ", ".join(batch.rooms) or "all", until, _state(batch)
            )
        Console(soft_wrap=not sys.stdout.isatty()).print(table)

    with_store(settings, run)


@app.command("revoke")
def revoke(batch: str, data: Data = None, config: Config = None, redis: Redis = None) -> None:
    """Let nobody new in by a batch; those who came by it stay."""
    settings = read_settings(config, data=data, redis_url=redis)

    async def run(store: Store) -> None:
        await Invitations(store, settings.session_seconds).revoke(batch)
        print(f"Nobody new comes in by {batch}; those who came by it stay.")

    with_store(settings, run)


def _state(batch: Batch) -> str:
    return "revoked" if batch.closed else "full" if batch.full else "open"


def _address(settings: Settings, rooms: tuple[str, ...], secret: str) -> str:
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    site = settings.public_url.rstrip("/") or f"http://{host}:{settings.port}"
    # Behind the `#`, so that no server on the way and no log sees it.
    return f"{site}/{f'r/{rooms[0]}' if len(rooms) == 1 else ''}#invitation={secret}"


def _write(path: Path, text: str) -> None:
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as exc:
        server.fail(f"Cannot write {path}: {exc.strerror}.")
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
