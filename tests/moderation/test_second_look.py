"""The second look: it opens a case once whatever is killed, helps whoever is in distress, and reads on where it stopped."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
import redis
from hypothesis import given
from hypothesis import strategies as st

from chat.moderation.languages import guess
from chat.moderation.model import Model
from chat.moderation.second_look import SecondLook
from chat.moderation.threshold import ENOUGH, LEAST, threshold
from chat.store import keys
from chat.store.look_log import PORTION, LookLog
from chat.verdict import Verdict
from tests.clients import join
from tests.conftest import Server
from tests.rooms.house import ROOM, House, house

pytestmark = pytest.mark.usefixtures("no_socket_left")

VEILED = "Je range mes affaires, j’écris à mes filles, demain tout sera plus léger sans moi."
HOSTILE = "Tu es vraiment une sous-merde, tout le monde ici aimerait que tu disparaisses de ce salon."
PLAIN = "Bonjour, merci pour l’accueil."


@pytest.fixture(scope="module")
def model() -> Model:
    return Model.load()


@pytest.fixture
async def home(folder: Path) -> AsyncIterator[House]:
    async with house(folder, screen=lambda _: Verdict(), say_seconds=0, newcomer_seconds=0) as running:
        yield running


def reader(home: House, model: Model) -> SecondLook:
    return SecondLook(model, lambda _: Verdict(), home.hub.store, home.hub.settings)


async def queued(home: House, queue: str) -> list[str]:
    await home.office.relay.sweep(time.time() + 1)
    page = await home.office.queue.page(queue, "", "", lambda _: True)
    return [case.text or "" for case in page.cases]


async def test_what_it_doubts_is_a_case_once_however_often_it_looks(home: House, model: Model) -> None:
    for text in (PLAIN, HOSTILE):
        await home.says(text)
    for _ in range(3):
        await reader(home, model).look(time.time())
        await home.ask("HDEL", keys.Room(ROOM).second_look, "cursor", "holder")  # as after a store that was put back
    assert await queued(home, "second_look") == [HOSTILE]


async def test_whoever_wrote_in_distress_is_shown_help_and_stands_at_the_top(home: House, model: Model) -> None:
    author = await home.enters()
    author.send({"type": "say", "ref": "un", "text": VEILED})
    await author.hears(VEILED)
    await reader(home, model).look(time.time())
    notice = await author.until(lambda frame: frame.get("code") == "resources")
    assert notice["crisis"] == "self"
    assert await queued(home, "distress") == [VEILED]


async def test_one_reads_while_the_other_waits_and_takes_over_when_the_lease_is_over(home: House, model: Model) -> None:
    await home.says(HOSTILE)
    first, second = (LookLog(home.hub.store, home.hub.settings) for _ in range(2))
    portion = await first.take(ROOM)
    assert portion is not None
    assert await second.take(ROOM) is None
    await home.ask("HSET", keys.Room(ROOM).second_look, "lease", 1)
    again = await second.take(ROOM)
    assert again == portion
    assert await first.done(ROOM, portion, []) is None, "too late: another reads now"
    assert await second.done(ROOM, portion, []) == 0


async def test_what_was_gone_before_it_was_read_is_counted(home: House, model: Model) -> None:
    log = LookLog(home.hub.store, home.hub.settings)
    for i in range(3):
        await home.says(f"mot {i}")
    await home.ask("HSET", keys.Room(ROOM).second_look, "cursor", 0)
    await home.ask("HSET", keys.Room(ROOM).log, "first", 3)
    portion = await log.take(ROOM)
    assert portion is not None
    assert (portion.after, (await log.pulse([ROOM])).unread) == (2, 2)


async def test_a_portion_has_its_bound(home: House) -> None:
    author = await home.enters()
    for i in range(PORTION + 1):
        author.send({"type": "say", "ref": str(i), "text": f"mot {i}"})
    await author.hears(f"mot {PORTION}")
    portion = await LookLog(home.hub.store, home.hub.settings).take(ROOM)
    assert portion is not None
    assert (len(portion.events), portion.to, portion.newest) == (PORTION, PORTION, PORTION + 1)


async def test_killed_it_is_started_again_and_reads_what_it_missed(start: Callable[..., Server]) -> None:
    server = start(second_look=True)
    member = await join(server.address, "salon")
    with redis.Redis.from_url(server.store_url) as store:
        await _until(lambda: store.hget(keys.SECOND_LOOK, "at"))
        os.kill(_reader_of(server), signal.SIGKILL)
        await member.say(VEILED)
        await member.until(lambda frame: frame.get("code") == "resources")
        assert store.zcard(keys.Room("salon").queue) == 1
        assert VEILED.encode() not in server.log.read_bytes()


def _reader_of(server: Server) -> int:
    children = Path(f"/proc/{server.process.pid}/task/{server.process.pid}/children").read_text().split()
    (pid,) = (int(pid) for pid in children if b"second_look" in Path(f"/proc/{pid}/cmdline").read_bytes())
    return pid


async def _until(found: Callable[[], object]) -> None:
    async with asyncio.timeout(60):
        while not found():
            await asyncio.sleep(0.05)


@given(st.lists(st.integers(0, 400), min_size=100, max_size=100), st.floats(0.001, 0.5))
def test_no_more_is_shown_than_can_be_read_unless_it_is_likely(counts: list[int], share: float) -> None:
    level = threshold(counts, share)
    assert LEAST <= level <= 0.5
    above = sum(count for step, count in enumerate(counts) if step / 100 >= level)
    if LEAST < level < 0.5 and sum(counts) >= ENOUGH:
        assert above <= share * sum(counts)


def test_few_messages_say_nothing_about_the_level() -> None:
    assert threshold([ENOUGH - 1] + [0] * 99, 0.05) == 0.5


@pytest.mark.parametrize(
    ("text", "lang"),
    [("Je ne sais plus quoi faire de mon équipe.", "fr"), ("I don't know what to do with my team.", "en"), ("", "fr")],
)
def test_the_language_is_guessed_by_small_words(text: str, lang: str) -> None:
    assert guess(text) == lang
