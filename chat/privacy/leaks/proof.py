"""
The proof: visit throw-away copies of this installation in every way there is, then search all that they hold and wrote.

One copy for each log level, the most talkative first and longest. The same search has to find everybody in a plain web server, or it
proves nothing.
"""

from __future__ import annotations

import asyncio
import random
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final, get_args

import msgspec
from starlette.routing import BaseRoute

from chat import app, protocol
from chat.privacy import logs
from chat.privacy.leaks import acts, copies, drivers
from chat.privacy.leaks.clients import Client
from chat.privacy.leaks.ledger import Ledger
from chat.privacy.leaks.memory import memory
from chat.privacy.leaks.needles import Search
from chat.privacy.leaks.report import Report
from chat.privacy.leaks.rounds import AFTER, AT_THE_END, CONNECTED, FAULTS, Round, Say, choose
from chat.privacy.leaks.verdict import CHANCE, judge
from chat.settings import Settings

CONTROL: Final = "the control"
YOUR_STORE: Final = "your own store (the copies had one each): see what it logs of slow commands"


async def prove(settings: Settings, say: Say, routes: Sequence[BaseRoute] = app.ROUTES) -> Report:
    """
    Search copies of the installation that ``settings`` describe; ``say`` is told how far it is.

    Nothing is raised for what goes wrong: the report says it, and is not passed.
    """
    nothing = Report(at=int(time.time()), levels=list(logs.LEVELS), moments=[CONNECTED, *AFTER.values(), AT_THE_END])
    if sys.platform != "linux":
        reason = "anything: visitors with addresses of their own, and the memory of processes, can be had on Linux only"
        return msgspec.structs.replace(nothing, not_searched=[reason])
    if settings.redis_url:
        nothing = msgspec.structs.replace(nothing, not_searched=[YOUR_STORE])
    if faults := drivers.missing(routes):
        return msgspec.structs.replace(nothing, failures=faults)
    began = time.monotonic()
    chance = random.Random()
    with tempfile.TemporaryDirectory(prefix="sm-") as folder:
        control = await search_control(Path(folder, "control"), chance, say)
        ledgers = await _rounds(settings, Path(folder), routes, chance, say)
    return judge(
        msgspec.structs.replace(
            nothing,
            seconds=round(time.monotonic() - began, 1),
            routes=len(set(drivers.table(routes))),
            frames=len(get_args(protocol.Inward)) + len(get_args(protocol.Outward)),
        ),
        control,
        ledgers,
    )


async def search_control(folder: Path, chance: random.Random, say: Say) -> Ledger:
    """Search a plain web server, started in ``folder``, while everybody is connected to it; what goes wrong is in the ledger."""
    say("the control: visiting a plain web server")
    folder.mkdir()
    ledger = Ledger(CONTROL, Search([]))
    try:
        async with copies.control(folder) as copy:
            visitors = await choose(copy.processes(), chance)
            ledger = Ledger(CONTROL, Search(visitors))
            clients = [Client(visitor, copy.where, []) for visitor in visitors]
            await asyncio.gather(*map(acts.visit_control, clients))
            say("the control: searching its memory")
            for pid in copy.processes():
                await ledger.look("memory", CONNECTED, memory(pid))
            for client in clients:
                client.vanish()
    except FAULTS as exc:
        ledger.fault(str(exc) or type(exc).__name__)
    return ledger


async def _rounds(
    settings: Settings, folder: Path, routes: Sequence[BaseRoute], chance: random.Random, say: Say
) -> list[Ledger]:
    # One after the other begins; they are done while the first one waits.
    async with asyncio.TaskGroup() as group:
        tasks = [
            group.create_task(_level(settings, folder, level, () if number else tuple(AFTER), routes, chance, say))
            for number, level in enumerate(logs.LEVELS)
        ]
    return [ledger for task in tasks for ledger in task.result()]


async def _level(
    settings: Settings,
    folder: Path,
    level: str,
    waits: Sequence[float],
    routes: Sequence[BaseRoute],
    chance: random.Random,
    say: Say,
) -> list[Ledger]:
    """Search one copy; should a short form be found, another one with other visitors: chance does not write twice."""
    ledgers: list[Ledger] = []
    while not ledgers or (len(ledgers) == 1 and 0 < len(ledgers[0].visitors(short=True)) <= CHANCE):
        place = folder / f"{level}-{len(ledgers)}"
        place.mkdir()
        ledgers.append(await search_copy(settings, place, level, waits, routes, chance, say))
    return ledgers


async def search_copy(
    settings: Settings,
    folder: Path,
    level: str,
    waits: Sequence[float],
    routes: Sequence[BaseRoute],
    chance: random.Random,
    say: Say,
) -> Ledger:
    """Visit and search one copy, started in ``folder``; what goes wrong is in the ledger."""
    ledger = Ledger(level, Search([]))
    try:
        async with copies.throwaway(settings, level, folder) as copy:
            visitors = await choose(copy.processes(), chance)
            round_ = Round(copy, level, visitors, routes, say)
            ledger = round_.ledger
            await round_.run(waits)
    except FAULTS as exc:
        ledger.fault(str(exc) or type(exc).__name__)
    return ledger
