"""
Whose words they are, and how they are meant, as far as that can be seen in writing: quotation, report, laughter.

Works on folded text, where every quotation mark is ``"``.
"""

from __future__ import annotations

from typing import Final

import regex

from chat.moderation.wordlists import Hit, Words

REPORTED_WITHIN: Final = 70  # characters of the same sentence after "he told me"
_END: Final = regex.compile(r"[.!?\n]+(?=\s|$|\")")
_QUOTE: Final = regex.compile(r'"[^"\n]{1,600}"')
_YOU: Final = regex.compile(
    r"""(?:\b(?:t'?es|tu es|vous etes|toi|you'?re|you are|ur|espece d[e'])\s*[\w ]{0,12}|^)\s*$"""
)
_LAUGHTER: Final = regex.compile(
    r"\b(?:lol+|mdr+|ptdr+|xd+|lmao+|rofl|a?ha(?:ha)+h?|hi(?:hi)+|hehe+|jpp|promis)\b|[😂🤣😄😅😆😁🙃😜😝😹💀😭😉😊]|[:;]-?[)dp]"
)


def sentence(text: str, at: int) -> tuple[int, int]:
    """Return the bounds of the sentence of ``text`` in which ``at`` stands."""
    start = 0
    for end in _END.finditer(text):
        if end.end() > at:
            return start, end.end()
        start = end.end()
    return start, len(text)


def laughed(text: str, hit: Hit) -> bool:
    """Say whether the sentence of the hit, or what closes it, laughs."""
    start, end = sentence(text, hit.start)
    return _LAUGHTER.search(text, start, min(len(text), end + 6)) is not None


def quoted(text: str, hit: Hit) -> bool:
    """Say whether the hit stands in quotation marks that aren't there to shout at somebody."""
    for mark in _QUOTE.finditer(text):
        if mark.start() < hit.end and hit.start < mark.end():
            return _YOU.search(text[: mark.start()]) is None or mark.start() == 0
    return False


def reported(text: str, hit: Hit, words: Words, within: int = REPORTED_WITHIN) -> bool:
    """Say whether the hit follows words such as "he told me that" within ``within`` characters of its sentence."""
    start, _ = sentence(text, hit.start)
    frames = words["reported"].find(text[start : hit.end])
    return any(
        0 <= hit.start - (start + frame.end) <= within or frame.start + start < hit.start < frame.end + start
        for frame in frames
    )
