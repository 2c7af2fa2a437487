"""Mending a damaged store: what is kept, what is lost, what is copied."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from chat.store.failures import StoreCorrupt, StoreFailed, StoreHeld
from chat.store.process import FILES, MANIFEST
from chat.store.repair import repair
from chat.store.valkey import embedded
from tests.store.test_valkey import connected, increment, owner, write


def damage(path: Path, at: bytes) -> bytes:
    """Break the length before ``at``, and return the file as it was."""
    whole = path.read_bytes()
    where = whole.index(at)
    path.write_bytes(whole[: where - 4] + b"#" + whole[where - 3 :])
    return whole


async def kept(data: Path) -> list[str]:
    async with embedded(data) as url, connected(url) as client:
        return sorted(key.decode() for key in await client.keys("text:*") if isinstance(key, bytes))


async def test_damage_in_the_middle_costs_what_follows(tmp_path: Path) -> None:
    await write(tmp_path, ["words"] * 9)
    path = increment(tmp_path)
    whole = damage(path, at=b"text:4")
    with pytest.raises(StoreCorrupt):
        await kept(tmp_path)
    done = await repair(tmp_path)
    assert await kept(tmp_path) == ["text:0", "text:1", "text:2", "text:3"]
    assert done.kept_bytes + done.lost_bytes == len(whole)
    assert f"{done.lost_bytes} bytes are lost" in str(done)
    assert whole[done.kept_bytes :].startswith(b"*3\r\n$3\r\nSET\r\n$6\r\ntext:4")


async def test_folder_is_copied_first_and_privately(tmp_path: Path) -> None:
    await write(tmp_path, ["words"] * 3)
    path = increment(tmp_path)
    damage(path, at=b"text:1")
    damaged = path.read_bytes()
    done = await repair(tmp_path)
    assert done.copy is not None
    assert (done.copy / FILES / path.name).read_bytes() == damaged
    assert {stat.S_IMODE(place.stat().st_mode) for place in done.copy.rglob("*") if place.is_file()} == {0o600}
    assert stat.S_IMODE(done.copy.stat().st_mode) == 0o700


async def test_increment_after_the_damage_is_not_applied(tmp_path: Path) -> None:
    await write(tmp_path, ["words"] * 3)
    path = increment(tmp_path)
    later = path.with_name("appendonly.aof.2.incr.aof")
    later.write_bytes(path.read_bytes())
    with (tmp_path / "store" / MANIFEST).open("a") as manifest:
        manifest.write(f"file {later.name} seq 2 type i\n")
    damage(path, at=b"text:2")
    assert (await repair(tmp_path)).lost_bytes > later.stat().st_size
    assert await kept(tmp_path) == ["text:0", "text:1"]


async def test_sound_store_is_left_as_it_is(tmp_path: Path) -> None:
    await write(tmp_path, ["words"] * 3)
    before = increment(tmp_path).read_bytes()
    done = await repair(tmp_path)
    assert (done.copy, done.lost_bytes) == (None, 0)
    assert "Nothing is damaged" in str(done)
    assert increment(tmp_path).read_bytes() == before


async def test_store_of_a_running_server_is_not_touched(tmp_path: Path) -> None:
    async with owner(tmp_path):
        with pytest.raises(StoreHeld):
            await repair(tmp_path)


async def test_damaged_base_needs_a_backup(tmp_path: Path) -> None:
    await write(tmp_path, ["words"])
    [base] = (tmp_path / "store" / FILES).glob("*.base.*")
    base.write_bytes(base.read_bytes()[:40] + b"??" + base.read_bytes()[42:])
    with pytest.raises(StoreFailed, match="restore a backup"):
        await repair(tmp_path)


async def test_empty_folder_has_nothing_to_repair(tmp_path: Path) -> None:
    with pytest.raises(StoreFailed, match="no store to repair"):
        await repair(tmp_path)
