"""
What commands share: their options, the settings, and the store for the time of a command.
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable, Coroutine
from pathlib import Path
from typing import Annotated, Any

import typer

from chat import server
from chat.errors import ChatError, StoreAway
from chat.locales import sentence
from chat.privacy import logs
from chat.settings import Settings, SettingsError, load
from chat.store.commands import Store
from chat.store.registry import Registry
from chat.store.valkey import Role, StoreError

Config = Annotated[Path | None, typer.Option("--config", help="Settings in TOML; `sansmasque config` prints them all.")]
Data = Annotated[str | None, typer.Option("--data", help="The folder of the store and of the secret key.")]
Redis = Annotated[str | None, typer.Option("--redis", help="A store of yours: redis://, rediss:// or unix://.")]


def read_settings(config: Path | None, **flags: Any) -> Settings:
    """Read the settings, or say every mistake in them and end."""
    try:
        return load(config, os.environ, {name: value for name, value in flags.items() if value is not None})
    except SettingsError as exc:
        for mistake in exc.mistakes:
            where = f"{config}:{mistake.line}: " if mistake.line else ""
            print(f"{where}{mistake.key}: {mistake.message}", file=sys.stderr)
        raise typer.Exit(1) from exc


def with_registry(settings: Settings, run: Callable[[Registry], Awaitable[None]]) -> None:
    """Run something on the list of rooms."""
    with_store(settings, lambda store: run(Registry(store)))


def with_store(settings: Settings, run: Callable[[Store], Awaitable[None]]) -> None:
    """Run something on the store, beside a server or without one; what goes wrong is said, and ends the program with 1."""

    async def go() -> None:
        async with server.store_url(settings, Role.COMMAND) as url:
            store = Store(url, settings.store_timeout_seconds)
            try:
                await run(store)
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
