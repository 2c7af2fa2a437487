"""
``sansmasque sanctions``: keep somebody from writing in a room, or from coming in, for a while.
"""

from __future__ import annotations

import sys
from datetime import datetime
from typing import Annotated, Final
from zoneinfo import ZoneInfo

import typer
from rich.console import Console
from rich.table import Column, Table

from chat import server
from chat.commands.common import Config, Data, Redis, read_settings, with_store
from chat.store.commands import Store
from chat.store.retention import SANCTION_SECONDS
from chat.store.sanctions import Kind, Sanctions

MOST_MINUTES: Final = SANCTION_SECONDS // 60
REASON_CHARACTERS: Final = 280

app = typer.Typer(
    help="Who may not write in a room, or not come in, until when. For good takes two moderators: here it ends after "
    f"{SANCTION_SECONDS // 86_400} days at most.",
    no_args_is_help=True,
)

# Ids are chance: one may begin with a hyphen and is no option.
ANY_ID = {"ignore_unknown_options": True}
_ID: Final = Column("person", no_wrap=True)
Who = Annotated[str, typer.Argument(help="The id of the person in this room, or of a message of theirs.")]
Minutes = Annotated[int, typer.Option(min=1, help="How long; 30 days (43200) at most.")]
Reason = Annotated[str, typer.Option(help="What the person is told, in a few words.")]
Everywhere = Annotated[
    bool, typer.Option("--everywhere", help="In every room, from the next time they are in this one.")
]


def _imposing(kind: Kind, does: str, done: str) -> None:
    """Make the command that imposes a sanction of ``kind``; ``does`` is its help, ``done`` what is said of the person after it."""

    @app.command(kind, help=does, context_settings=ANY_ID)
    def impose(
        slug: str,
        who: Who,
        minutes: Minutes,
        reason: Reason = "",
        everywhere: Everywhere = False,
        data: Data = None,
        config: Config = None,
        redis: Redis = None,
    ) -> None:
        if minutes > MOST_MINUTES:
            server.fail(
                f"A sanction from the shell ends after {MOST_MINUTES} minutes (30 days) at most: one for good takes two moderators, "
                "so that nobody decides it alone."
            )
        if len(reason) > REASON_CHARACTERS:
            server.fail(f"The reason is longer than {REASON_CHARACTERS} characters.")

        async def run(store: Store) -> None:
            author = await Sanctions(store).impose(slug, who, kind, minutes * 60, reason, everywhere=everywhere)
            print(f"{author} {done} for {minutes} min.")
            print(
                "It follows them through a reload, a new tab, six words or a card; nothing carries it after a fresh start."
            )

        with_store(read_settings(config, data=data, redis_url=redis), run)


_imposing("mute", "Let somebody read, and not write.", "may read but not write")
_imposing("exclude", "Send somebody away, at once, and let them come in no more.", "may not come in")


@app.command("lift", context_settings=ANY_ID)
def lift(slug: str, author: str, data: Data = None, config: Config = None, redis: Redis = None) -> None:
    """End a sanction now."""

    async def run(store: Store) -> None:
        await Sanctions(store).lift(slug, author)
        print(f"The sanction on {author} is lifted.")

    with_store(read_settings(config, data=data, redis_url=redis), run)


@app.command("people")
def people(slug: str, data: Data = None, config: Config = None, redis: Redis = None) -> None:
    """List whom a room knows by name, and the id that a sanction needs."""

    async def run(store: Store) -> None:
        table = Table(_ID, "name")
        for author, name in sorted((await Sanctions(store).people(slug)).items(), key=lambda item: item[1]):
            table.add_row(author, name)
        Console(soft_wrap=not sys.stdout.isatty()).print(table)

    with_store(read_settings(config, data=data, redis_url=redis), run)


@app.command("list")
def list_(slug: str, data: Data = None, config: Config = None, redis: Redis = None) -> None:
    """List the sanctions of a room."""
    settings = read_settings(config, data=data, redis_url=redis)

    async def run(store: Store) -> None:
        table = Table(_ID, "sanction", "until", "where", "reason")
        for author, sanction in sorted((await Sanctions(store).all(slug)).items(), key=lambda item: item[1].ends):
            until = datetime.fromtimestamp(sanction.ends, ZoneInfo(settings.zone))
            where = "everywhere" if sanction.everywhere else "here"
            table.add_row(author, sanction.kind, f"{until:%Y-%m-%d %H:%M}", where, sanction.reason)
        Console(soft_wrap=not sys.stdout.isatty()).print(table)

    with_store(settings, run)
