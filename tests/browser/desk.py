"""
The moderators' office beside the running server, on the same store.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor

from msgspec import Struct

from chat.moderation.office import Office
from chat.people.roles import Role
from chat.settings import Settings
from chat.store import keys
from chat.store.cases import Case, Choice, parted
from chat.store.commands import Store
from chat.store.desk import UNDO_SECONDS, Imposed, Ruling
from tests.conftest import Server


class Person(Struct, frozen=True):
    """A member of staff."""

    name: str
    role: Role = Role.MODERATOR


AURORE, IDRISS = Person("Aurore"), Person("Idriss")

Work = Callable[[Office, Store], Awaitable[Case]]


class Desk:
    """The office, asked from outside any loop: a browser holds that of this thread."""

    def __init__(self, site: Server, room: str, pool: ThreadPoolExecutor) -> None:
        self._site = site
        self._room = room
        self._pool = pool

    def decide(
        self, queue: str, verdict: Choice, staff: Person = AURORE, words: str = "", sanction: Imposed | None = None
    ) -> Case:
        """Decide the one case of ``queue`` in the room, and let half a minute pass, so that its author is told."""

        async def work(office: Office, store: Store) -> Case:
            case = await self._only(office, queue)
            slug, token = parted(case.id) or ("", "")
            version, _ = await office.decisions.claim(staff, case.id)
            ruling = Ruling(token, version, staff.name, verdict, "details", words, sanction)
            await office.decisions.decide(staff, case.id, ruling)
            await store.ask("HINCRBY", keys.Room(slug).case(token), "decided_at", -UNDO_SECONDS - 1)
            for effect in await store.ask("ZRANGE", keys.Room(slug).effects, 0, -1):
                await store.ask("ZADD", keys.Room(slug).effects, 0, effect)
            await office.relay.work(slug, 1)
            return case

        return self._run(work)

    def say(self, queue: str, words: str) -> Case:
        """Write a private word to the author of the one case of ``queue``."""

        async def work(office: Office, _: Store) -> Case:
            case = await self._only(office, queue)
            await office.decisions.claim(AURORE, case.id)
            await office.decisions.say(AURORE, case.id, words)
            return case

        return self._run(work)

    async def _only(self, office: Office, queue: str) -> Case:
        async with asyncio.timeout(10):
            while True:
                page = await office.queue.page(queue, "", "", lambda case: case.id.startswith(f"{self._room}~"))
                if page.cases and (found := await office.queue.find(page.cases[0].id)):
                    return found
                await asyncio.sleep(0.02)

    def _run(self, work: Work) -> Case:
        async def run() -> Case:
            store = Store(self._site.store_url, 5)
            office = Office(Settings(), store)
            try:
                return await work(office, store)
            finally:
                await office.relay.close()
                await store.close()

        return self._pool.submit(lambda: asyncio.run(run())).result(30)
