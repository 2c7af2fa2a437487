"""
What can go wrong with the embedded store, each with what to do about it.

::

    StoreError
    ├── StoreMissing   no usable binary on this machine
    ├── StoreHeld      another process of ours owns the folder
    ├── StoreCorrupt   the append-only file is damaged before its end
    └── StoreFailed    anything else: the folder, the binary, a wait that came to its bound
"""

from __future__ import annotations

from pathlib import Path

__all__ = ["StoreCorrupt", "StoreError", "StoreFailed", "StoreHeld", "StoreMissing"]


class StoreError(Exception):
    """The embedded store can't be had; ``str()`` says what happened and what to do, in English."""

    code = "store_error"


class StoreMissing(StoreError):
    """No binary that can serve: none at all, or only ones that are too old."""

    code = "store_missing"


class StoreHeld(StoreError):
    """Another process owns the folder. ``pid`` is 0 when it didn't write who it is."""

    code = "store_held"

    def __init__(self, folder: Path, pid: int, since: str) -> None:
        self.folder, self.pid, self.since = folder, pid, since
        super().__init__(
            f"{folder} is in use by process {pid} since {since}: stop that one first, or choose another folder with --data."
        )


class StoreCorrupt(StoreError):
    """The append-only file is damaged before its end: more would be lost than an unfinished write."""

    code = "store_corrupt"

    def __init__(self, folder: Path, detail: str) -> None:
        self.folder, self.detail = folder, detail
        super().__init__(
            f"The store's file in {folder} is damaged ({detail}). Restore a backup with `sansmasque restore FILE`, "
            "or run `sansmasque repair`: it copies the folder first, then cuts the file at the damage and says how much is lost."
        )


class StoreFailed(StoreError):
    """The store didn't start, answer or end as it should."""

    code = "store_failed"
