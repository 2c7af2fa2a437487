"""
Numbers said in words, French and English, as figures: « zéro six, trente-neuf » is 06 39, « double oh » is 00.

Only what people say when they dictate a number: up to ninety-nine, figure by figure or in pairs. A comma or a stop ends a pair.
"""

from __future__ import annotations

from typing import Final

from chat.moderation.normalise import Folded
from chat.moderation.patterns import Match, classes, compiled

_UNITS: Final = {
    word: value
    for words, value in (
        ("zero zeros o oh nought nul", 0),
        ("un une one", 1),
        ("deux two", 2),
        ("trois three", 3),
        ("quatre four", 4),
        ("cinq five", 5),
        ("six", 6),
        ("sept seven", 7),
        ("huit eight", 8),
        ("neuf nine", 9),
        ("dix ten", 10),
        ("onze eleven", 11),
        ("douze twelve", 12),
        ("treize thirteen", 13),
        ("quatorze fourteen", 14),
        ("quinze fifteen", 15),
        ("seize sixteen", 16),
        ("seventeen", 17),
        ("eighteen", 18),
        ("nineteen", 19),
    )
    for word in words.split()
}
_TENS: Final = {
    word: value
    for words, value in (
        ("vingt vingts twenty", 20),
        ("trente thirty", 30),
        ("quarante forty fourty", 40),
        ("cinquante fifty", 50),
        ("soixante sixty", 60),
        ("septante seventy", 70),
        ("huitante octante eighty", 80),
        ("nonante ninety", 90),
    )
    for word in words.split()
}
_REPEATS: Final = {"double": 2, "triple": 3}
_WORDS: Final = _UNITS | _TENS
# Letter o is a figure only beside figures said in words: alone it is a word of its own in names and lists.
_SAID: Final = "(?:" + "|".join(sorted((*(_WORDS.keys() - {"o"}), *_REPEATS), key=len, reverse=True)) + ")"
_ANY: Final = rf"(?:{_SAID}|\d{{1,4}}|o[^a-z])"
_GAP: Final = r"[^a-z0-9]{0,3}"
_TRIGGER: Final = compiled(rf"(?:^|[^a-z])(?:{_SAID}{_GAP}{_ANY}{_GAP}{_ANY}|\d{_GAP}{_SAID}{_GAP}{_ANY})")
_TOKEN: Final = classes(r"[a-z]+|\d+|[^a-z\d]+")


def figures(folded: Folded) -> Folded | None:
    """Write the numbers of ``folded`` in figures; :obj:`None` where none are said in words one after the other."""
    if not _TRIGGER.search(folded.text):
        return None
    tokens = list(_TOKEN.finditer(folded.text))
    pieces: list[str] = []
    origin: list[int] = []
    at = 0
    while at < len(tokens):
        end, piece = _said(tokens, at)
        first, last = tokens[at].start(), tokens[end - 1].end()
        pieces.append(piece)
        places = folded.origin[first:last]
        # The last figure stood where the last letter did, so that the whole word is underlined.
        origin += (
            places
            if len(piece) == last - first
            else (*(places[0] for _ in piece[1:]), places[-1] if len(piece) > 1 else places[0])
        )
        at = end
    return Folded("".join(pieces), origin)


def _said(tokens: list[Match], at: int) -> tuple[int, str]:
    """Read one number from ``at``: where the next token stands, and what is written for it."""
    word = tokens[at].group() or ""
    if word in _REPEATS and (more := _next(tokens, at)) and _UNITS.get(_text(tokens, more), 10) < 10:
        return more + 1, str(_UNITS[_text(tokens, more)]) * _REPEATS[word]
    if word in _TENS:
        return _tens(tokens, at, _TENS[word])
    if word == "quatre" and (more := _next(tokens, at)) and _text(tokens, more) in ("vingt", "vingts"):
        return _tens(tokens, more, 80)
    if word == "dix" and (more := _next(tokens, at)) and _text(tokens, more) in ("sept", "huit", "neuf"):
        return more + 1, str(10 + _UNITS[_text(tokens, more)])
    if word in _UNITS and _beside_a_number(tokens, at):
        return at + 1, str(_UNITS[word])
    return at + 1, word


def _tens(tokens: list[Match], at: int, tens: int) -> tuple[int, str]:
    more = _next(tokens, at)
    if more and _text(tokens, more) in ("et", "and") and (after := _next(tokens, more)):
        more = after if _text(tokens, after) in ("un", "une", "onze") else None
    unit = _UNITS.get(_text(tokens, more), 0) if more else 0
    if not more or not 1 <= unit <= (19 if tens in (60, 80) else 9):
        return at + 1, str(tens)
    if unit == 10 and (after := _next(tokens, more)) and _text(tokens, after) in ("sept", "huit", "neuf"):
        return after + 1, str(tens + 10 + _UNITS[_text(tokens, after)])
    return more + 1, str(tens + unit)


def _next(tokens: list[Match], at: int) -> int | None:
    """Find the word that goes on with the one at ``at``, after a blank or a hyphen."""
    between = _text(tokens, at + 1)
    return at + 2 if at + 2 < len(tokens) and between.strip(" -\u00a0") == "" else None


def _text(tokens: list[Match], at: int) -> str:
    return tokens[at].group() or "" if 0 <= at < len(tokens) else ""


def _beside_a_number(tokens: list[Match], at: int) -> bool:
    """Whether the words or figures around are numbers too: « un » or « neuf » alone are words."""
    return any(_is_number(_text(tokens, near)) for near in (at - 2, at - 1, at + 1, at + 2))


def _is_number(word: str) -> bool:
    return word.isdigit() or (word in _WORDS and word != "o") or word in _REPEATS
