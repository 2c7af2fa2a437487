"""
One round: visitors who do all that can be done with one copy, and the search of all that it holds meanwhile and afterwards.
"""

from __future__ import annotations

import asyncio
import itertools
import random
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Final

from starlette.routing import BaseRoute

from chat.errors import ChatError, StoreAway
from chat.privacy.leaks import acts, drivers, memory
from chat.privacy.leaks.clients import Client
from chat.privacy.leaks.copies import Copy
from chat.privacy.leaks.ledger import Ledger
from chat.privacy.leaks.lines import Failure
from chat.privacy.leaks.needles import CLIENTS, Search, Visitor, crowd

CONNECTED: Final = "while they are connected"
AFTER: Final = {1.0: "1 s after they left", 15.0: "15 s after they left"}
AT_THE_END: Final = "at the end"
TRIES: Final = 5
SHARES: Final = 8  # into which the refusals are divided among the visitors: there are many, and each answers all alike
CARDS: Final = 2  # for each visitor: to be there, and to be erased

FAULTS: Final = (Failure, ChatError, StoreAway, OSError, TimeoutError, EOFError)
_PLACES: Final = {"stdout": "standard output", "stderr": "the log", "data": "the data folder"}

Say = Callable[[str], None]


class Round:
    """One copy, from its start to its end."""

    def __init__(
        self, copy: Copy, level: str, visitors: Sequence[Visitor], routes: Sequence[BaseRoute], say: Say
    ) -> None:
        self.copy = copy
        self.clients = [Client(visitor, copy.where, []) for visitor in visitors]
        self.ledger = Ledger(level, Search(visitors))
        self._routes = routes
        self._say = say

    async def cards(self, count: int) -> list[str]:
        return await self.copy.cards(count)

    async def moderate(self, case_id: str) -> None:
        await self.copy.moderate(case_id)

    def store_pid(self) -> int:
        return self.copy.store_pid()

    async def run(self, waits: Sequence[float]) -> None:
        """Do all that can be done; search while everybody is there, ``waits`` seconds after they have left, and at the end."""
        try:
            await self._run(waits)
        finally:
            for client in self.clients:
                client.vanish()

    async def _run(self, waits: Sequence[float]) -> None:
        await self._visit()
        await self._look_everywhere(CONNECTED)
        await self._once(acts.lose_the_store)
        await self._all(self._go)
        left_at = time.monotonic()
        for seconds in waits:
            await asyncio.sleep(left_at + seconds - time.monotonic())
            await self._look_at_memory(AFTER[seconds])
        await self._end()
        for fault in drivers.unseen(set[str]().union(*(client.seen for client in self.clients))):
            self.ledger.fault(fault)

    # -- what is done

    async def _visit(self) -> None:
        self._tell("every route and error")
        cards = iter(await self.cards(CARDS * len(self.clients)))
        for client in self.clients:
            client.cards += itertools.islice(cards, CARDS)
        await self._all(self._drive_routes)
        await self._all(self._try_refusals)
        self._tell("nonsense, closed doors, a conversation")
        for act in drivers.DONE_BY_ALL:
            await self._all(act)
        await self._once(acts.count_heads)
        await self._once(acts.be_moderated)

    async def _drive_routes(self, client: Client) -> None:
        page = await client.ask("GET", "/")
        client.facts |= drivers.facts(page.body)
        for line, driver in drivers.ROUTES.items():
            await driver(client, line.partition(" ")[0])

    async def _try_refusals(self, client: Client) -> None:
        own = itertools.islice(drivers.refusals(self._routes), client.visitor.number % SHARES, None, SHARES)
        for verb, path in own:
            answer = await client.ask(verb, path)
            if not 400 <= answer.status < 500:
                raise Failure(f"{verb} {path} answered {answer.status}, and was to be refused")

    async def _go(self, client: Client) -> None:
        if client.visitor.number % 2:
            await acts.leave(client)
        else:
            client.vanish()

    async def _end(self) -> None:
        self._tell("the end of the server, with everybody in it")
        await self._all(acts.say_hello)
        code, _ = await asyncio.gather(self.copy.end(), self._all(acts.be_sent_away))
        if code != 0:
            self.ledger.fault(f"The copy ended with {code}.")
        await self._look_at_files(AT_THE_END)
        await self.ledger.look("answers", AT_THE_END, [bytes(client.heard) for client in self.clients])

    async def _all(self, act: acts.Act) -> None:
        async def do(client: Client) -> None:
            try:
                await act(client)
            except FAULTS as exc:
                self.ledger.fault(f"{act.__name__.strip('_')}: {exc or type(exc).__name__}")

        await asyncio.gather(*map(do, self.clients))

    async def _once(self, incident: acts.Incident) -> None:
        try:
            await incident(self)
        except FAULTS as exc:
            self.ledger.fault(f"{incident.__name__}: {exc or type(exc).__name__}")

    # -- what is searched

    async def _look_everywhere(self, moment: str) -> None:
        await self._look_at_memory(moment)
        await self.ledger.look("metrics", moment, [await asyncio.to_thread(self.copy.metrics)])
        await self.ledger.look(
            "what the store says of connections and commands", moment, [await self.copy.store_says()]
        )
        await self._look_at_files(moment)

    async def _look_at_memory(self, moment: str) -> None:
        self._tell(f"searching memory {moment}")
        for pid, name in self.copy.processes().items():
            await self.ledger.look(f"memory of the {name}", moment, memory.memory(pid))

    async def _look_at_files(self, moment: str) -> None:
        for path, content in memory.files(self.copy.folder):
            await self.ledger.look(_named(path.relative_to(self.copy.folder)), moment, [content])

    def _tell(self, words: str) -> None:
        self._say(f"{self.ledger.level}: {words}")


def _named(path: Path) -> str:
    return _PLACES.get(path.parts[0], "other files")


async def choose(pids: Iterable[int], chance: random.Random) -> list[Visitor]:
    """
    Choose visitors of whom nothing is in the memory of ``pids`` before they come: what is found afterwards came with them.

    Pointers and random bytes write short forms, too. Raises Failure when so few are left that something else must be wrong.
    """
    for _ in range(TRIES):
        people = crowd(chance, 2 * CLIENTS)
        there = await asyncio.to_thread(_there, list(pids), Search(people))
        visitors = [visitor for visitor in people if visitor.number not in there][:CLIENTS]
        if len(visitors) == CLIENTS:
            return visitors
    raise Failure("no visitors can be made up of whom nothing is in memory before they come")


def _there(pids: list[int], search: Search) -> set[int]:
    there: set[int] = set()
    for pid in pids:
        try:
            there.update(find.number for chunk in memory.memory(pid) for find in search.find(chunk))
        except memory.Unreadable:
            continue  # it will be said of the searches that count
    return there
