"""
``sansmasque moderation``: what screening looks for, and what it makes of a text.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Column, Table

from chat import server
from chat.commands.common import Config, Data, Redis, read_settings, with_store
from chat.moderation import wordlists
from chat.moderation.model import LEARNED, Model, ModelAbsent, ModelUnusable
from chat.moderation.pipeline import screening
from chat.moderation.training.lessons import lesson
from chat.moderation.training.lines import Line
from chat.moderation.wordlists import LISTS, OURS, Words, WordsError
from chat.settings import Settings
from chat.store.commands import Store
from chat.store.desk import Desk
from chat.store.registry import Registry
from chat.verdict import Draft, Finding

app = typer.Typer(help="What the moderation of messages looks for.", no_args_is_help=True)
words = typer.Typer(help="The word lists: ours, and those that you add.", invoke_without_command=True)
app.add_typer(words, name="words")

Check = Annotated[
    bool, typer.Option("--check", help="Only read the lists, and say each mistake with its file and line.")
]


@words.callback(invoke_without_command=True)
def listing(context: typer.Context, check: Check = False, data: Data = None, config: Config = None) -> None:
    """List what is looked for, and where to add to it."""
    if context.invoked_subcommand is not None:
        return
    folder = _folder(config, data)
    read = _read(folder)
    if not check:
        _show(read, folder)
    own = len(wordlists.files(folder))
    print(f"Every line can be read, in {len(wordlists.files(OURS))} files of ours and {own} of yours.")


@words.command("try")
def attempt(text: str, data: Data = None, config: Config = None) -> None:
    """Show what would be found in TEXT; it is kept nowhere."""
    verdict = screening(_read(_folder(config, data)))(Draft(text))
    for finding in verdict.findings:
        print(f"{finding.rule}{f' ({finding.kind})' if finding.kind else ''}: {_underlined(text, finding)}")
    print(f"It would be {('published', 'held', 'refused')[verdict.outcome]}; distress: {verdict.crisis}.")


@app.command("learn")
def learn(
    yes: Annotated[bool, typer.Option("--yes", help="Use what was learned without being asked.")] = False,
    data: Data = None,
    config: Config = None,
    redis: Redis = None,
) -> None:
    """Let the second look learn from what moderators decided; shows what it brings before it is used."""
    settings = read_settings(config, data=data, redis_url=redis)
    folder = Path(settings.data)
    try:
        model = Model.load(folder)
    except (ModelAbsent, ModelUnusable) as exc:
        server.fail(str(exc))
    from chat.moderation import heads  # noqa: PLC0415  what it computes with may be absent; Model.load said so
    from chat.moderation.training import learning  # noqa: PLC0415

    lines: list[Line] = []
    with_store(settings, lambda store: _decided(store, settings, lines))
    try:
        learned = learning.learn(lines, model.heads, model.encoder)
    except learning.TooFew:
        server.fail(
            f"{len(lines)} decisions are too few to learn from: there must be dozens of removals and of the contrary."
        )
    table = Table("of the decisions held back", Column("before", justify="right"), Column("after", justify="right"))
    for name, meaning in _WORTH.items():
        table.add_row(meaning, f"{getattr(learned.before, name):.2f}", f"{getattr(learned.after, name):.2f}")
    Console().print(table)
    if not yes and not typer.confirm("Use it from the next start on?"):
        return
    heads.save(folder / LEARNED, learned.heads)
    print(f"{folder / LEARNED} is used from the next start on. Remove it to go back to ours.")


_WORTH = {
    "ranking": "removed ranked above kept",
    "found": "removed, and above one half",
    "raised": "kept, and above one half",
}


async def _decided(store: Store, settings: Settings, lines: list[Line]) -> None:
    for room in await Registry(store).all():
        desk = Desk(store, room.slug, settings)
        for case in await desk.read(await desk.tokens()):
            if line := lesson(case):
                lines.append(line)


def _folder(config: Path | None, data: str | None) -> Path:
    return Path(read_settings(config, data=data).data) / "words"


def _read(folder: Path) -> Words:
    try:
        return wordlists.load(folder)
    except WordsError as exc:
        print(exc, file=sys.stderr)
        raise typer.Exit(1) from exc


def _show(read: Words, folder: Path) -> None:
    table = Table(
        Column("list", no_wrap=True), "what it finds", Column("ours", justify="right"), Column("yours", justify="right")
    )
    for name, meaning in LISTS.items():
        yours = sum(entry.file.parent == folder for entry in read[name].entries)
        table.add_row(name, meaning, str(len(read[name].entries) - yours), str(yours))
    Console().print(table)
    print(f"Ours are in {OURS}, with how to write them in README.md.")
    print(f"Add yours in {folder}, in files such as insult.own.txt; they count from the next start on.")


def _underlined(text: str, finding: Finding) -> str:
    return " · ".join(f"« {text[start:end]} »" for start, end in finding.spans) or "the whole text"
