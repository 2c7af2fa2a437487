"""
What may be said, as far as form goes: pure functions on text.
"""

from __future__ import annotations

import unicodedata
from typing import Final

import regex

from chat.errors import Refusal

_CONTROL: Final = regex.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")  # category Cc, but for the ends of lines and tabs
# More marks on one letter than any writing has (UAX #15, stream-safe text); normalising takes the square of their number.
_PILE: Final = regex.compile(r"\p{M}{31}")


def clean(text: str, limit: int) -> str:
    """
    Bring a message to the form in which it is kept: NFC, line ends as ``\\n``, no blank lines around it.

    Raises:
        Refusal: ``text_empty``, ``text_long`` beyond ``limit`` code points, ``text_control`` for what nobody could see or
            read.
    """
    if len(text) > 4 * limit:  # before any work on it: normalising can shorten, not by more than this
        raise Refusal("text_long")
    if _PILE.search(text):
        raise Refusal("text_control")
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n")).strip()
    if not text or all(unicodedata.category(sign) in ("Zs", "Cf", "Mn", "Cc") for sign in text):
        raise Refusal("text_empty")
    if len(text) > limit:
        raise Refusal("text_long")
    if _CONTROL.search(text):
        raise Refusal("text_control")
    return text
