"""
Read a text as a person would: without what disguises it, and knowing where each character stood.

:func:`fold` takes off invisible characters, accents, capitals and letters that only look like ours. What is disguised by other means than
characters, ``disguise`` reads. Nothing here knows what is forbidden.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

import regex
from msgspec import Struct

from chat.people.alike import ALIKE, small_capital

# What NFKC leaves apart although a reader doesn't: quotation marks, dashes, blanks that show as nothing or as a space.
_SAME: Final = (
    dict.fromkeys("«»“”„‟‹›〝〞", '"')
    | dict.fromkeys("‘’‚‛′ʼʹˈ´`", "'")
    | dict.fromkeys("‐‑‒–—―−﹣⁃", "-")
    | dict.fromkeys("\u2800\u2028\u2029", " ")
    | dict.fromkeys("\u115f\u1160\u3164\uffa0\u034f\u180e", "")
    | dict.fromkeys("。｡", ".")
    | {"·": "·", "•": "•", "€": "€", "£": "£", "°": "°"}
)
_LETTER: Final = regex.compile(r"(?:LATIN|REGIONAL INDICATOR SYMBOL) .*?LETTER (?:SMALL CAPITAL )?([A-Z])(?: WITH .*)?")


class Folded(Struct, frozen=True):
    """A text without disguise; ``origin[i]`` is where its character ``i`` stood in the original, in code points, never decreasing."""

    text: str
    origin: Sequence[int]

    def spans(self, start: int, end: int) -> tuple[int, int]:
        """Say which half-open range of the original the range of this text came from."""
        if start >= end:
            at = self.origin[start] if start < len(self.origin) else (self.origin[-1] + 1 if self.origin else 0)
            return at, at
        return self.origin[start], self.origin[end - 1] + 1


def fold(text: str) -> Folded:
    """Fold ``text``: UTS #39 confusables (to ASCII only), NFKC, without marks, invisible characters and case."""
    if _EVEN.fullmatch(text):
        return Folded(text.translate(_PLAIN), range(len(text)))
    pieces = [_folded(char) for char in text]
    origin = [place for place, piece in enumerate(pieces) for _ in piece]
    return Folded("".join(pieces), origin)


@lru_cache(maxsize=8192)
def _folded(char: str) -> str:
    if char in _SAME:
        return _SAME[char]
    return "".join(_bare(part) for part in unicodedata.normalize("NFKD", char))


def _bare(char: str) -> str:
    category = unicodedata.category(char)
    if category[0] == "M" or category == "Cf" or (category == "Cc" and char not in "\t\n"):
        return ""
    if char.isascii():
        return char.lower()
    figure = unicodedata.digit(char, None)
    if figure is not None:
        return str(figure)
    return _drawn(char) or char.casefold()


def _drawn(char: str) -> str:
    """Say which ASCII letters or signs ``char`` is drawn like, or nothing."""
    letter = small_capital(char) or _named(char)
    if letter:
        return letter.lower()
    forms = (char, char.casefold(), char.upper())
    seen = [
        bare
        for form in forms
        if (bare := _without_marks(ALIKE.get(form, ""))) and bare.isascii() and bare.isprintable()
    ]
    # A capital iota is drawn like l; read i before l, as its small form is.
    return next((bare for bare in seen if bare != "l"), seen[0] if seen else "").lower()


def _named(char: str) -> str:
    """Read the letter in the name of what is a letter in a frame, a flag or with a stroke."""
    name = _LETTER.fullmatch(unicodedata.name(char, ""))
    return name[1] if name else ""


def _without_marks(text: str) -> str:
    return "".join(char for char in unicodedata.normalize("NFD", text) if unicodedata.category(char)[0] != "M")


# What most texts are made of, each folded to one character: they need no list of places.
_PLAIN: Final = {
    ord(char): piece
    for char in map(chr, (*range(0x20, 0x7F), 9, 10, *range(0xA0, 0x180), *range(0x2010, 0x2070), 0x20AC))
    if len(piece := _folded(char)) == 1
}
_EVEN: Final = regex.compile("[" + "".join(regex.escape(chr(point), special_only=False) for point in _PLAIN) + "]*")
