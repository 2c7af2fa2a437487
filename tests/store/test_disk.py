"""The guard of the disk, on disks of any size."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

from chat.store.disk import Guard, free_bytes


def test_free_bytes_are_those_this_user_may_write(tmp_path: Path) -> None:
    assert free_bytes(tmp_path, lambda _: SimpleNamespace(f_bavail=3, f_frsize=4096)) == 12_288
    assert free_bytes(tmp_path) > 0


def test_guard_closes_under_the_reserve_and_opens_with_a_margin(tmp_path: Path) -> None:
    free = [100]
    guard = Guard(tmp_path, reserve_bytes=100, statvfs=lambda _: SimpleNamespace(f_bavail=free[0], f_frsize=1))
    seen = []
    for free[0] in (100, 99, 100, 149, 150, 100, 99):
        seen.append((free[0], guard.look()))
    assert seen == [(100, False), (99, True), (100, True), (149, True), (150, False), (100, False), (99, True)]
    assert guard.read_only


def test_guard_holds_what_leaves_the_reserve(tmp_path: Path) -> None:
    guard = Guard(tmp_path, reserve_bytes=100, statvfs=lambda _: SimpleNamespace(f_bavail=140, f_frsize=1))
    assert [guard.holds(extra) for extra in (0, 40, 41)] == [True, True, False]
    guard.read_only = True  # until there is a margin, nothing is begun
    assert not guard.holds(0)
