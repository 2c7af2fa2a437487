"""
Floods and copies: walls of letters, the same words over and over, what one just said, what others just said.

Held rather than refused: somebody in distress repeats themself, too, and must be seen. Short answers may be given as often as one likes.
"""

from __future__ import annotations

from collections import Counter
from typing import Final

import regex

from chat.moderation.reading import Read
from chat.verdict import Finding, Outcome, Strictness

SHORTEST: Final = 16  # letters and figures below which the same text may be said again
RECENT_SECONDS: Final = 600
LATEST: Final = 50  # of the room's messages that are compared
_AGAIN: Final[dict[Strictness, int]] = {"light": 3, "standard": 2, "strict": 1, "before": 2}  # times it was said before
_WALL: Final[dict[Strictness, int]] = {"light": 80, "standard": 40, "strict": 20, "before": 40}  # one sign, that often
_RUN: Final = regex.compile(r"([^\s=.*~#_-])\1{19,}")
_OTHER: Final = regex.compile(r"[\W_]+")
_MOST_REPEATED: Final = 4  # a text of 16 words or more says each word so often at most, on average
_CAPITALS: Final = 120  # letters, in a strict room, nearly all of them capitals


def flooding(read: Read) -> Finding | None:
    """Hold a text that shouts, repeats itself, or was just said by the same person."""
    draft = read.draft
    if not draft.repetition:
        return None
    if _wall(draft.text, _WALL[draft.strictness]) or _over_and_over(read.folded.text):
        return _held("wall")
    if draft.strictness == "strict" and _shouts(draft.text):
        return _held("capitals")
    before = [text for text, since in draft.recent if since <= RECENT_SECONDS]
    return _held("again") if _said(draft.text, before) >= _AGAIN[draft.strictness] else None


def copies(read: Read) -> Finding | None:
    """Hold what others said here in the same words."""
    draft = read.draft
    if not draft.repetition:
        return None
    said = _said(draft.text, draft.others[-LATEST:])
    return Finding("copies", "flooding", Outcome.HOLD, "copy") if said >= _AGAIN[draft.strictness] else None


def _held(kind: str) -> Finding:
    return Finding("flooding", "flooding", Outcome.HOLD, kind)


def _wall(text: str, longest: int) -> bool:
    """Say whether one character stands more than ``longest`` times in a row; lines and dots are drawn with that many."""
    half = longest // 2
    # A run that is longer fills one of the pieces of half its length: most texts are seen to have none by a few comparisons.
    if not any(text[at] * half == text[at : at + half] for at in range(0, len(text) - half + 1, half)):
        return False
    return any(len(run[0]) > longest for run in _RUN.finditer(text))


def _over_and_over(text: str) -> bool:
    words = text.split()
    return len(words) >= 16 and len(words) >= _MOST_REPEATED * len(Counter(words))


def _shouts(text: str) -> bool:
    letters = [char for char in text if char.isalpha()]
    return len(letters) >= _CAPITALS and sum(char.isupper() for char in letters) > 0.9 * len(letters)


def _said(text: str, before: list[str] | tuple[str, ...]) -> int:
    """Count how often ``text`` is in ``before``, whatever its capitals, spaces and signs."""
    bare = _bare(text) if before else ""
    if len(bare) < SHORTEST:
        return 0
    # What differs much in length is no copy: don't strip it to find out.
    near = (other for other in before if 0.5 < (len(other) + 1) / (len(text) + 1) < 2)
    return sum(_bare(other) == bare for other in near)


def _bare(text: str) -> str:
    return _OTHER.sub("", text.casefold())
