"""
``sansmasque key``: replace the master secret, and end what the one before still opens.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Final

import typer

from chat import server
from chat.commands.common import Config, Data, Redis, read_settings, with_store
from chat.people import masters
from chat.people.masters import KEY, PREVIOUS, KeyUnusable, Masters
from chat.people.passwords import Passwords
from chat.people.staff import Accounts
from chat.settings import Settings
from chat.store.commands import Store

app = typer.Typer(help="The key by which people are known: one file in the data folder.", no_args_is_help=True)

Yes = Annotated[bool, typer.Option("--yes", help="Do it, knowing what ends by it.")]

ENDS: Final = (
    "With it end the sessions that began under it, the words that were given before the next one and not used since, and the sanctions "
    "in all rooms that are kept under it; whoever comes by a card of then is somebody new, and carries no sanction."
)


@app.command("rotate")
def rotate(yes: Yes = False, data: Data = None, config: Config = None, redis: Redis = None) -> None:
    """Make a new key; the one before stays valid as the previous one."""
    settings = read_settings(config, data=data, redis_url=redis)
    folder = Path(settings.data)
    if _held(folder).previous is not None:
        if not yes:
            server.fail(f"A previous key is there already, and this would replace it. {ENDS} Say --yes to do it.")
        # What the store knows must not fall behind by two, or it would be taken for another server's.
        with_store(settings, lambda store: _follow(store, settings))
        print(f"The previous key is replaced. {ENDS}")
    with _said():
        masters.rotate(folder)
    print(f"{folder / KEY} is new, {folder / PREVIOUS} is the one before; both are valid.")
    print(
        "Copy both files to the other servers on this store, then restart every server: until then they know the one before alone."
    )


@app.command("forget-previous")
def forget_previous(yes: Yes = False, data: Data = None, config: Config = None, redis: Redis = None) -> None:
    """Remove the previous key, and with it all that it opens."""
    settings = read_settings(config, data=data, redis_url=redis)
    folder = Path(settings.data)
    if _held(folder).previous is None:
        server.fail("There is no previous key.")
    if not yes:
        server.fail(f"This removes the previous key. {ENDS} Say --yes to do it.")
    with_store(settings, lambda store: _follow(store, settings))
    with _said():
        masters.forget(folder)
    print(f"{folder / PREVIOUS} is removed. {ENDS}")
    print("Remove it from the other servers on this store, too, then restart every server: until then they know it.")


async def _follow(store: Store, settings: Settings) -> None:
    """Leave nothing in the store that only the previous key opens, and that can be sealed anew."""
    held = _held(Path(settings.data))
    await masters.follow(store, held)
    await Accounts(store, held, settings.community, Passwords()).reseal()


def _held(folder: Path) -> Masters:
    with _said():
        if not (folder / KEY).exists():
            server.fail(f"There is no key in {folder}: a server makes it when it first starts.")
        return masters.read(folder)


@contextlib.contextmanager
def _said() -> Iterator[None]:
    """Say what is wrong with a key or its folder, and end."""
    try:
        yield
    except KeyUnusable as exc:
        server.fail(str(exc))
    except OSError as exc:
        server.fail(f"Cannot use {exc.filename}: {exc.strerror}.")
