"""
Sentences said, and what rules make of them: files beside this one, ``expected | text`` a line.
"""

from __future__ import annotations

from pathlib import Path


def read(name: str) -> list[tuple[str, str]]:
    lines = Path(__file__).with_name(f"{name}.txt").read_text("utf-8").splitlines()
    said = [line.partition(" | ")[::2] for line in lines if line and not line.startswith("#")]
    assert all(text for _, text in said)
    return said
