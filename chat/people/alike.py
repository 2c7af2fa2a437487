"""
Which characters look alike: Unicode's table of confusable characters (UTS #39), made by ``ops/confusables.py``.
"""

from __future__ import annotations

import unicodedata
from pathlib import Path
from typing import Final


def _read() -> dict[str, str]:
    alike: dict[str, str] = {}
    for line in Path(__file__).with_name("confusables.txt").read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
            prototype, *sources = line.split()
            seen = "".join(chr(int(point, 16)) for point in prototype.split("+"))
            alike |= {chr(int(source, 16)): seen for source in sources}
    return alike


ALIKE: Final = _read()  # each character, and the prototype that it is drawn like


def small_capital(char: str) -> str:
    """Tell which letter a small capital is; Unicode's table leaves most of them alone."""
    _, small, letter = unicodedata.name(char, "").rpartition("LATIN LETTER SMALL CAPITAL ")
    return letter.lower() if small and len(letter) == 1 else ""
