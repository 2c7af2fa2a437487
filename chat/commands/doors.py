"""
``sansmasque doors``: let nobody new into the community for a while.
"""

from __future__ import annotations

import typer

from chat.commands.common import Config, Data, Redis, read_settings, with_store
from chat.store.commands import Store
from chat.store.doors import Doors

app = typer.Typer(help="Whether anybody new is let into the community.", no_args_is_help=True)


@app.command("close")
def close(data: Data = None, config: Config = None, redis: Redis = None) -> None:
    """Let nobody new in; those who have a session come and go."""

    async def run(store: Store) -> None:
        await Doors(store).close()
        print("Nobody new is let in, until `sansmasque doors open`.")

    with_store(read_settings(config, data=data, redis_url=redis), run)


@app.command("close-batch")
def close_batch(batch: str, data: Data = None, config: Config = None, redis: Redis = None) -> None:
    """Let nobody new in by a batch of invitations, and those who came by it within the last hour write slowly, for an hour."""

    async def run(store: Store) -> None:
        await Doors(store).close_batch(batch)
        print(
            "Nobody new comes in by it. Who came within the last hour writes slowly for an hour; nobody else is concerned."
        )

    with_store(read_settings(config, data=data, redis_url=redis), run)


@app.command("open")
def open_(data: Data = None, config: Config = None, redis: Redis = None) -> None:
    """Let people in again."""

    async def run(store: Store) -> None:
        await Doors(store).open()
        print("The doors are open.")

    with_store(read_settings(config, data=data, redis_url=redis), run)
