"""What is erased leaves the files too: when, as a pure decision; and truly, by searching every byte."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import os
import signal
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from types import SimpleNamespace

import pytest
import redis.asyncio
from hypothesis import given, settings
from hypothesis import strategies as st
from structlog.testing import capture_logs

from chat.protocol import Author, Said, Withdrawn
from chat.settings import Settings
from chat.store import keys
from chat.store.commands import Store
from chat.store.disk import Guard
from chat.store.registry import Registry
from chat.store.rewriting import Ledger, Rewriter, Step, Told, decide
from chat.store.room_log import RoomLog
from chat.store.valkey import Role, embedded
from tests.clients import join
from tests.conftest import Server
from tests.store.test_valkey import connected, eventually

pytestmark = pytest.mark.usefixtures("no_socket_left")

GAP = 600.0
WORD = "Périgourdine-42"  # not ASCII: it must stand in the files as it is, for the search to mean something
PLENTY = Guard(Path("/"), 1)


def told(erasures: int = 0, *, run: str = "a", at: int = 0, rewriting: bool = False, failed: bool = False) -> Told:
    return Told(run, at, erasures, rewriting, failed, bytes=1000)


def steps(ledger: Ledger, *looks: tuple[float, Told], room: bool = True) -> list[Step]:
    taken = []
    for now, seen in looks:
        ledger, step = decide(ledger, seen, now, gap_seconds=GAP, room=room)
        taken.append(step)
    return taken


KNOWN = Ledger(run="a", erasures=3)


# -- the decision


def test_nothing_erased_needs_no_rewriting() -> None:
    assert steps(KNOWN, (0, told(3)), (10_000, told(3))) == [Step.REST, Step.REST]


def test_an_erasure_is_followed_by_a_rewriting_at_once() -> None:
    looks = [(0.0, told(4)), (5.0, told(4, rewriting=True)), (10.0, told(4)), (15.0, told(4))]
    assert steps(KNOWN, *looks) == [Step.BEGIN, Step.REST, Step.DONE, Step.REST]


def test_erasures_that_come_soon_after_wait_for_the_gap() -> None:
    looks = [(0.0, told(4)), (5.0, told(5)), (10.0, told(5)), (GAP - 1, told(90)), (GAP, told(90))]
    assert steps(KNOWN, *looks) == [Step.BEGIN, Step.DONE, Step.REST, Step.REST, Step.BEGIN]


def test_an_unknown_run_may_hold_what_was_erased_before_it() -> None:
    assert steps(Ledger(), (0, told(0))) == [Step.BEGIN]
    assert steps(KNOWN, (0, told(3, run="b"))) == [Step.BEGIN]


def test_a_failure_is_said_and_tried_again_after_the_gap() -> None:
    looks = [(0.0, told(4)), (5.0, told(4, failed=True)), (10.0, told(4, failed=True)), (GAP, told(4, failed=True))]
    assert steps(KNOWN, *looks) == [Step.BEGIN, Step.FAILED, Step.REST, Step.BEGIN]


def test_a_store_that_ended_in_the_middle_has_left_nothing_out() -> None:
    looks = [(0.0, told(4)), (5.0, told(0, run="b")), (GAP, told(0, run="b"))]
    assert steps(KNOWN, *looks) == [Step.BEGIN, Step.FAILED, Step.BEGIN]


def test_nothing_is_rewritten_while_there_is_no_room() -> None:
    assert steps(KNOWN, (0, told(4)), (9_000, told(4)), room=False) == [Step.NO_ROOM, Step.NO_ROOM]


def test_how_long_an_erasure_waits_is_counted_from_when_it_was_seen() -> None:
    ledger, _ = decide(KNOWN, told(4), 50.0, gap_seconds=GAP, room=False)
    assert decide(ledger, told(5), 80.0, gap_seconds=GAP, room=False)[0].waits_since == 50.0


@settings(max_examples=200)
@given(st.lists(st.integers(0, 20_000), max_size=40), st.integers(1, 60))
def test_erasures_leave_the_files_within_the_hour_and_rewritings_stay_apart(moments: list[int], takes: int) -> None:
    # A day of looks every five seconds; a rewriting takes `takes` seconds.
    ledger, until = KNOWN, -1
    began: list[int] = []
    left_out: dict[int, int] = {}  # when it was erased → when it had left the files
    for now in range(0, 24_000, 5):
        erasures = 3 + sum(moment <= now for moment in moments)
        seen = told(erasures, rewriting=now < until)
        ledger, step = decide(ledger, seen, now, gap_seconds=GAP, room=True)
        if step is Step.BEGIN:
            began.append(now)
            until = now + takes
        if step is Step.DONE:
            left_out |= {moment: now for moment in moments if moment <= began[-1] and moment not in left_out}
    assert set(left_out) == set(moments)
    assert all(at - moment <= 3600 for moment, at in left_out.items())
    assert all(later - earlier >= GAP for earlier, later in itertools.pairwise(began))


# -- the files


def in_files(data: Path, word: str = WORD) -> list[str]:
    """The files under ``data`` that hold the word."""
    found = []
    for path in data.rglob("*"):
        with contextlib.suppress(FileNotFoundError):  # one that a rewriting has just replaced
            if path.is_file() and word.encode() in path.read_bytes():
                found.append(path.name)
    return found


async def in_store(client: redis.asyncio.Redis, word: str = WORD) -> list[bytes]:
    """The keys that hold the word, in their name or value."""
    return [
        key
        async for key in client.scan_iter()
        if word.encode() in key or word.encode() in (await client.dump(key) or b"")
    ]


class Community:
    """A room in an embedded store, where somebody has said the word."""

    def __init__(self, data: Path, url: str, store: Store, client: redis.asyncio.Redis) -> None:
        self.data, self.store, self.client = data, store, client
        self.log = RoomLog(store, "salon", Settings())
        self.rewriter = Rewriter(url, PLENTY, GAP)

    async def say(self) -> str:
        author = Author("ab", "Héron", 0, "mask")
        await self.log.enter("ab", "heron", b'{"id":"ab"}')
        return (await self.log.say("ab", "r1", Said(0, 0, "m1", author, "message", f"Une {WORD} !"), [])).id

    async def rewritten(self) -> None:
        """Rewrite as the clock would have it, the gap being over."""
        while await self.rewriter.look(gap_seconds=0) is not Step.DONE:
            await asyncio.sleep(0.01)
        # The old files are removed by a thread of the store's, a moment after.
        await eventually(lambda: len(list(self.data.glob("store/appendonlydir/*.aof"))) == 1)


@pytest.fixture
async def community(folder: Path) -> AsyncIterator[Community]:
    data = folder / "data"
    async with embedded(data) as url, connected(url) as client:
        store = Store(url, 5)
        await Registry(store).add("salon", title="Salon", format="salon")
        here = Community(data, url, store, client)
        await here.say()
        yield here
        await here.rewriter.finish()
        await store.close()


async def test_words_of_members_stand_in_the_files_before(community: Community) -> None:
    assert in_files(community.data) == ["appendonly.aof.1.incr.aof"]
    assert await in_store(community.client) == [b"{salon}:events"]
    await community.rewritten()
    assert in_files(community.data) == ["appendonly.aof.2.base.rdb"]  # neither lost nor compressed


async def test_withdrawn_words_leave_the_files(community: Community) -> None:
    await community.log.withdraw("ab", "r2", Withdrawn(0, 0, "m1", "author"), [])
    assert await in_store(community.client) == []
    assert in_files(community.data) == ["appendonly.aof.1.incr.aof"]
    await community.rewritten()
    assert in_files(community.data) == []


async def test_expired_words_leave_the_files(community: Community) -> None:
    # What is old is decided by the store's clock and the seconds it is told: to it, all is old now.
    await RoomLog(community.store, "salon", Settings(history_seconds=0)).pulse([], [])
    assert await in_store(community.client) == []
    assert in_files(community.data) == ["appendonly.aof.1.incr.aof"]
    await community.rewritten()
    assert in_files(community.data) == []


async def test_words_that_the_store_expires_by_itself_leave_the_files(community: Community) -> None:
    await community.rewritten()
    await community.client.pexpire(keys.Room("salon").events, 1)
    await eventually(lambda: _is_empty(community.client))
    assert in_files(community.data) == ["appendonly.aof.2.base.rdb"]
    await community.rewritten()  # that it is due was found out without anybody's command
    assert in_files(community.data) == []


async def _is_empty(client: redis.asyncio.Redis) -> bool:
    return await in_store(client) == []


async def test_words_of_a_room_that_is_closed_leave_the_files(community: Community) -> None:
    await community.rewritten()
    await Registry(community.store).close("salon")
    await community.rewritten()
    assert in_files(community.data) == []
    assert in_files(community.data, "heron") == []


async def test_the_date_is_kept_and_is_not_after_the_fact(community: Community) -> None:
    before = int((await community.client.time())[0])
    await community.rewritten()
    kept = int(await community.client.get(keys.ERASED) or 0)
    assert before <= kept <= int((await community.client.time())[0])


async def test_a_rewriting_that_is_killed_is_said_and_tried_again(community: Community) -> None:
    await community.log.withdraw("ab", "r2", Withdrawn(0, 0, "m1", "author"), [])
    await community.client.config_set("rdb-key-save-delay", 10_000_000)  # ten seconds a key: time to kill it
    assert await community.rewriter.look(gap_seconds=0) is Step.BEGIN
    with capture_logs() as logs:
        _kill_rewriting(int((await community.client.info("server"))["process_id"]))
        await eventually(lambda: _looks_failed(community))
    assert [entry["event"] for entry in logs if entry["log_level"] == "error"] == ["rewrite_failed"]
    assert in_files(community.data) == ["appendonly.aof.1.incr.aof"]
    await community.client.config_set("rdb-key-save-delay", 0)
    await community.rewritten()
    assert in_files(community.data) == []


def _kill_rewriting(store: int) -> None:
    [child] = Path(f"/proc/{store}/task/{store}/children").read_text().split()
    os.kill(int(child), signal.SIGKILL)


async def _looks_failed(community: Community) -> bool:
    return await community.rewriter.look(gap_seconds=GAP) is Step.FAILED


async def test_nothing_is_rewritten_on_a_disk_nearly_full(community: Community) -> None:
    full = Guard(community.data, 1000, lambda path: SimpleNamespace(f_bavail=1001, f_frsize=1))
    rewriter = Rewriter(community.store.url, full, GAP)
    with capture_logs() as logs:
        assert [await rewriter.look(0), await rewriter.look(0)] == [Step.NO_ROOM, Step.NO_ROOM]
    assert [entry["event"] for entry in logs] == ["rewrite_waits_for_room"]
    assert in_files(community.data) == ["appendonly.aof.1.incr.aof"]
    await rewriter.finish()
    assert in_files(community.data) == ["appendonly.aof.1.incr.aof"]


async def test_a_store_that_says_no_is_asked_again(community: Community) -> None:
    await community.client.acl_setuser(
        "default", enabled=True, nopass=True, commands=["+@all", "-bgrewriteaof"], keys="*"
    )
    with capture_logs() as logs:
        assert await community.rewriter.look(gap_seconds=0) is Step.BEGIN
    assert [entry["event"] for entry in logs] == ["rewrite_refused"]
    await community.client.acl_setuser("default", enabled=True, nopass=True, commands=["+@all"], keys="*")
    assert await community.rewriter.look(gap_seconds=0) is Step.BEGIN


# -- the server


async def said_and_withdrawn(server: Server) -> None:
    member = await join(server.address, "salon")
    said = await member.say(f"Une {WORD} !")
    await member.ask({"type": "withdraw", "message": said["id"]})
    await member.leave()


async def test_a_server_rewrites_by_itself(start: Callable[..., Server]) -> None:
    server = start(rewrite_seconds=1)
    await said_and_withdrawn(server)
    await eventually(lambda: in_files(server.data) == [])


async def test_a_server_that_ends_leaves_nothing_erased_behind(start: Callable[..., Server]) -> None:
    server = start(rewrite_seconds=3000)
    await said_and_withdrawn(server)
    assert in_files(server.data) != []
    assert server.stop() == 0
    assert in_files(server.data) == []


async def test_what_a_killed_server_left_is_rewritten_by_the_next(start: Callable[..., Server]) -> None:
    server = start(rewrite_seconds=3000)
    await said_and_withdrawn(server)
    server.kill()
    half = (
        server.data / "store" / "temp-rewriteaof-bg-4242.aof"
    )  # as a rewriting leaves it that is killed with the store
    half.write_text(WORD)
    assert half.name in in_files(server.data)
    assert len(in_files(server.data)) == 2
    start(rewrite_seconds=3000)
    await eventually(lambda: in_files(server.data) == [])


async def test_a_command_without_a_server_leaves_nothing_erased_behind(start: Callable[..., Server]) -> None:
    server = start()
    await (await join(server.address, "salon")).say(f"Une {WORD} !")
    server.stop()
    assert in_files(server.data) != []
    server.run("rooms", "close", "salon")
    assert in_files(server.data) == []


async def test_a_command_that_erases_nothing_leaves_the_files_as_they_are(folder: Path) -> None:
    data = folder / "data"
    async with embedded(data, role=Role.COMMAND, rewrite_seconds=GAP) as url, connected(url) as client:
        await client.set("k", "v")
    assert [path.name for path in data.rglob("*.aof")] == ["appendonly.aof.1.incr.aof"]
