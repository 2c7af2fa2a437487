"""The keys on the disk: made once, read by their owner alone, replaced without a moment without one."""

from __future__ import annotations

import multiprocessing
import os
import signal
import stat
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from types import FrameType
from typing import Any

import pytest
import structlog

from chat.people import masters
from chat.people.masters import KEY, NEXT, PREVIOUS, KeyUnusable, Masters, fingerprint, follow
from chat.store import keys
from chat.store.commands import Store
from tests.conftest import Server

ONE, OTHER, THIRD = (bytes([number]) * 32 for number in (1, 2, 3))
clean = multiprocessing.get_context("forkserver")
clean.set_forkserver_preload(["chat.people.masters"])


# -- files


def test_first_key_is_made_once_and_its_owner_alone_may_read_it(tmp_path: Path) -> None:
    mask = os.umask(0)
    try:
        held = masters.read(tmp_path)
        masters.rotate(tmp_path)
    finally:
        os.umask(mask)
    assert (len(held.current), held.previous) == (32, None)
    assert masters.read(tmp_path) == masters.read(tmp_path)
    assert {path.name: stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()} == {
        KEY: 0o600,
        PREVIOUS: 0o600,
    }


def test_first_key_that_many_make_at_once_is_one(tmp_path: Path) -> None:
    with clean.Pool(8) as pool:
        made = pool.map(masters.read, [tmp_path] * 16, chunksize=1)
    assert len({held.current for held in made}) == 1


def test_rotation_keeps_the_key_before_and_no_other(tmp_path: Path) -> None:
    first = masters.read(tmp_path)
    masters.rotate(tmp_path)
    second = masters.read(tmp_path)
    assert second.previous == first.current != second.current
    masters.rotate(tmp_path)
    third = masters.read(tmp_path)
    assert third.all == (third.current, second.current)
    assert len({first.current, *third.all}) == 3
    masters.forget(tmp_path)
    assert masters.read(tmp_path) == Masters(third.current)
    assert [path.name for path in tmp_path.iterdir()] == [KEY]


def test_rotation_that_is_killed_anywhere_leaves_the_key_and_can_be_done_again(tmp_path: Path) -> None:
    found: set[tuple[bool, bool]] = set()
    for line in range(1000):
        folder = tmp_path / str(line)
        folder.mkdir()
        for name, key in ((KEY, ONE), (PREVIOUS, OTHER)):
            (folder / name).write_bytes(key)
            (folder / name).chmod(0o600)
        process = clean.Process(target=_rotate_up_to, args=(folder, line))
        process.start()
        process.join(20)
        assert len((folder / KEY).read_bytes()) == 32
        held = masters.read(folder)
        assert ONE in held.all
        found.add((held.current == ONE, held.previous == OTHER))
        if process.exitcode == 0:
            break
        assert process.exitcode == -signal.SIGKILL
        masters.rotate(folder)
        assert masters.read(folder).previous == held.current
        assert {path.name for path in folder.iterdir()} == {KEY, PREVIOUS}
    else:
        pytest.fail("never done")
    # Before anything, with the key twice, and done: nothing else was ever there.
    assert found == {(True, True), (True, False), (False, False)}


def _rotate_up_to(folder: Path, line: int) -> None:
    """Rotate the keys, and be killed before the given line of the module is run."""
    left = line

    def trace(frame: FrameType, event: str, _: Any) -> Any:
        nonlocal left
        if frame.f_code.co_filename != masters.__file__:
            return None
        if event == "line":
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)
            left -= 1
        return trace

    sys.settrace(trace)
    masters.rotate(folder)


def test_what_a_killed_rotation_was_writing_is_forgotten_too(tmp_path: Path) -> None:
    masters.read(tmp_path)
    (tmp_path / NEXT).write_bytes(ONE)
    masters.forget(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [KEY]


@pytest.mark.parametrize("name", [KEY, PREVIOUS])
@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o610])
def test_key_that_others_may_use_is_refused(tmp_path: Path, name: str, mode: int) -> None:
    masters.read(tmp_path)
    masters.rotate(tmp_path)
    (tmp_path / name).chmod(mode)
    with pytest.raises(KeyUnusable, match=f"chmod 600 {tmp_path / name}"):
        masters.read(tmp_path)


@pytest.mark.parametrize("content", [b"", b"x" * 31, b"x" * 33])
def test_key_that_was_copied_by_half_is_refused(tmp_path: Path, content: bytes) -> None:
    masters.read(tmp_path)
    (tmp_path / KEY).write_bytes(content)
    for use in (masters.read, masters.rotate):
        with pytest.raises(KeyUnusable, match="is no key"):
            use(tmp_path)
    assert (tmp_path / KEY).read_bytes() == content


# -- which is meant


def test_key_is_found_by_its_fingerprint_and_the_oldest_stands_for_those_that_are_gone() -> None:
    held = Masters(ONE, OTHER)
    assert [held.of(fingerprint(key)) for key in (ONE, OTHER, THIRD)] == [ONE, OTHER, OTHER]
    assert held.of("") == OTHER
    assert Masters(ONE).of(fingerprint(OTHER)) == ONE


@pytest.fixture
async def store(server: Server) -> AsyncIterator[Store]:
    store = Store(server.store_url, 5.0)
    yield store
    await store.close()


async def test_store_follows_a_rotation_and_a_strange_key_is_told(store: Store) -> None:
    await store.ask("DEL", keys.SECRET_MARK)
    with structlog.testing.capture_logs() as logs:
        await follow(store, Masters(ONE))
        await follow(store, Masters(OTHER, ONE))
        assert await store.ask("GET", keys.SECRET_MARK) == fingerprint(OTHER).encode()
        await follow(store, Masters(OTHER, ONE))
        assert logs == []
        await follow(store, Masters(ONE))
    assert [line["event"] for line in logs] == ["master_key_differs"]
    assert await store.ask("GET", keys.SECRET_MARK) == fingerprint(OTHER).encode()
