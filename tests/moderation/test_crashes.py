"""Whatever is killed between a held message and what its author hears of it: each step happens once, or not yet."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Callable
from typing import Any

import pytest
import redis

from chat.store import keys
from chat.store.cases import parted
from tests.clients import Frame, Member, join
from tests.conftest import Server
from tests.http.desk import Desk

pytestmark = pytest.mark.usefixtures("no_socket_left")

HELD = "mon adresse : jeanne.dupre@exemple.fr"

Start = Callable[..., Server]
Kill = Callable[[Server], None]


def the_server(server: Server) -> None:
    server.kill()


def the_store(server: Server) -> None:
    os.kill(server.store_pid(), signal.SIGKILL)
    server.stop()


class Life:
    """A community whose server or store is killed again and again, always on the same folder."""

    def __init__(self, start: Start, kill: Kill) -> None:
        self._start = start
        self._kill = kill
        self.server = start()
        self.desk = Desk(self.server)

    def again(self) -> None:
        """Kill, and start again; who is logged in stays so."""
        self._kill(self.server)
        self.server = self._start()
        self.desk.server = self.server
        self.desk.cookie["Origin"] = self.server.address

    async def back(self, member: Member) -> Member:
        return await join(self.server.address, "salon", session=member.token)

    def cases(self, queue: str) -> list[Frame]:
        found: list[Frame] = self.desk.get(f"/api/console/cases?queue={queue}")["cases"]
        return found


@pytest.fixture(params=[the_server, the_store])
def life(request: Any, start: Start) -> Life:
    return Life(start, request.param)


async def test_each_step_survives_a_kill(life: Life) -> None:
    author = await join(life.server.address, "salon")
    held = await author.say(HELD, ref="un")
    life.again()
    author = await life.back(author)
    assert [each["id"] for each in author.welcome["you"]["pending"]] == [held["id"]]
    assert (await author.say(HELD, ref="un"))["case"] == held["case"], "the same answer, and one case"
    assert [case["id"] for case in await _listed(life, "held")] == [held["case"]]

    path = f"/api/console/cases/{held['case']}"
    version = life.desk.done(f"{path}/claim")["version"]
    life.again()
    life.desk.done(f"{path}/decision", {"version": version, "verdict": "publish", "reason": "fine"})
    life.again()
    author = await life.back(author)
    assert [event["id"] for event in author.events if event["type"] == "said"] == [held["id"]]
    assert author.welcome["you"]["pending"] == []
    again = life.desk.post(f"{path}/decision", {"version": version, "verdict": "remove", "reason": "details"})
    assert again.status == 409
    assert [case["id"] for case in await _listed(life, "decided")] == [held["case"]]

    with redis.Redis.from_url(life.server.store_url) as store:
        slug, token = parted(held["case"]) or ("", "")
        store.hincrby(keys.Room(slug).case(token), "decided_at", -60)  # half a minute has passed
        store.zadd(keys.Room(slug).effects, {f"tell {token}": 0})
    life.again()
    author = await life.back(author)
    told = await author.until(lambda frame: frame.get("code") == "decided")
    assert (told["message"], told["verdict"]) == (held["id"], "publish")
    assert "said" not in [event["type"] for event in author.frames], "nothing is said twice"
    assert life.server.run("audit", "verify")


async def _listed(life: Life, queue: str) -> list[Frame]:
    """Wait until what a crash left undone is done: the first look at all rooms comes with the start."""
    async with asyncio.timeout(20):
        while not (found := await asyncio.to_thread(life.cases, queue)):
            await asyncio.sleep(0.05)
        return found
