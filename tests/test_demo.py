"""The sample community: what is said there takes everybody's way, and leaves something to do in the console."""

from __future__ import annotations

import asyncio
from pathlib import Path

from chat.demo import ROOMS
from chat.demo.conversation import converse
from chat.people.roles import Role
from tests.rooms.house import house


async def test_the_sample_community_leaves_one_case_of_each_kind(folder: Path) -> None:
    slugs = [room.slug for room in ROOMS]
    async with house(folder, *slugs) as home:
        await home.hub.accounts.add("Camille", Role.MODERATOR, "cheval exact pile agrafe", second_factor=False)
        await converse(home.hub)
        async with asyncio.timeout(10):
            while (counts := await home.office.queue.index.counts())["appeals"].open == 0:
                await asyncio.sleep(0.01)
        opened = {queue: counts[queue].open for queue in ("distress", "reported", "held", "appeals")}
        assert opened == {"distress": 1, "reported": 1, "held": 1, "appeals": 1}
        guest = await home.enters("entre-deux-chaises")
        assert len(guest.frames[0]["events"]) == 3
