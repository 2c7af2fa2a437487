"""
``sansmasque audit``: check the chains of moderators' decisions, and take them elsewhere.
"""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, BinaryIO

import msgspec
import typer
from msgspec import Struct
from rich.console import Console
from rich.table import Table

from chat import server
from chat.commands.common import Config, Data, Redis, read_settings, with_store
from chat.moderation.audit import ANCHORS, Broken
from chat.moderation.chains import Chains
from chat.store.audit_log import AuditLog
from chat.store.commands import Store
from chat.store.desk import Desk

app = typer.Typer(
    help="What moderators decided, in chains that show when an entry was changed or taken out.", no_args_is_help=True
)

Kept = Annotated[
    str, typer.Option("--anchor", help="The newest anchor that an earlier check printed: it must be there still.")
]


class Exported(Struct, frozen=True, omit_defaults=True):
    """One line of an export: an entry as it is written, or as text where it is no line of JSON any more."""

    chain: str
    entry: msgspec.Raw | None = None
    unreadable: str = ""


@app.command("verify")
def verify(anchor: Kept = "", data: Data = None, config: Config = None, redis: Redis = None) -> None:
    """Check every chain; end with 1 and the first broken entry of each that does not hold."""
    settings = read_settings(config, data=data, redis_url=redis)
    screen = Console(soft_wrap=not sys.stdout.isatty(), highlight=False)

    async def run(store: Store) -> None:
        table = Table("chain", "entries", "newest")
        broken: list[Broken] = []
        newest = ""
        async for chain in Chains(AuditLog(store)).verify(lambda slug: Desk(store, slug, settings), anchor):
            if isinstance(chain, Broken):
                broken.append(chain)
                continue
            table.add_row(chain.chain, str(chain.entries), chain.head)
            if chain.chain == ANCHORS:
                newest = chain.head
        screen.print(table)
        for chain in broken:
            screen.print(f"{chain.chain}: entry {chain.n} is broken: {chain.what}.", markup=False)
        if broken:
            raise typer.Exit(1)
        screen.print("Every chain holds." if newest else "Nothing has been decided yet.")
        if newest:
            screen.print(f"Keep this elsewhere, and give it to the next check: --anchor {newest}")

    with_store(settings, run)


@app.command("export")
def export(
    file: Annotated[
        Path | None, typer.Argument(help="A file that is not there yet; without one, they are printed.")
    ] = None,
    data: Data = None,
    config: Config = None,
    redis: Redis = None,
) -> None:
    """Write all entries as they are kept, as JSON lines: no text of anybody, but who decided what, when and why."""

    async def run(store: Store) -> None:
        with _opened(file) as out:
            async for chain, line in Chains(AuditLog(store)).lines():
                out.write(msgspec.json.encode(_exported(chain, line)) + b"\n")

    with_store(read_settings(config, data=data, redis_url=redis), run)


def _exported(chain: str, line: bytes) -> Exported:
    try:
        msgspec.json.decode(line)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        pass  # an export must show a broken entry, too
    else:
        if b"\n" not in line:
            return Exported(chain, msgspec.Raw(line))
    return Exported(chain, unreadable=line.decode(errors="replace"))


@contextlib.contextmanager
def _opened(file: Path | None) -> Iterator[BinaryIO]:
    if file is None:
        yield sys.stdout.buffer
        return
    try:
        # Never over another export, which may be the one that shows a difference.
        with open(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
            yield out
    except OSError as exc:
        server.fail(f"Cannot write {file}: {exc.strerror}.")
