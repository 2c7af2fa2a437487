"""
Number plates: France's since 2009 and before, Britain's.

A plate without hyphens counts in capitals only, or where a car is spoken of: « de 300 en 300 » has the form of one. ``light`` wants the
hyphens or the car.
"""

from __future__ import annotations

from typing import Final

from chat.moderation.details import places, written
from chat.moderation.patterns import Match, compiled
from chat.moderation.reading import Read
from chat.verdict import Finding

_FRENCH: Final = compiled(r"\b([a-hj-np-tv-z]{2})([ .-]?)(\d{3})([ .-]?)([a-hj-np-tv-z]{2})\b")
_OLD: Final = compiled(r"\b\d{2,4} ?[a-z]{2,3} ?(?:\d{2}|2[ab]|97[1-6])\b")
_BRITISH: Final = compiled(r"\b[a-hj-pr-y][a-hj-y]\d{2} ?[a-hj-pr-z]{3}\b")
_CAR: Final = compiled(
    r"\b(?:plaque\w*|immatricul\w*|voiture\w*|vehicule\w*|bagnole|caisse|clio|peugeot|renault|citroen|tesla|moto|scooter|camion\w*|parking|gare\w*"
    r"|plate\w*|registration|reg|car|cars|van|vehicle)\b"
)
_NO_PLATE: Final = frozenset(("ss", "ww"))  # never given (arrêté du 9 février 2009)


def plate(read: Read) -> Finding | None:
    if not read.has_figures:
        return None
    text = read.folded.text
    car = _CAR.search(text) is not None
    spans = places(text, _FRENCH, when=lambda match: _is_french(read, match, car))
    if car:
        spans += places(text, _OLD, _BRITISH, when=lambda match: _in_capitals(read, match.span()))
    return written(read, "plate", spans)


def _is_french(read: Read, match: Match, car: bool) -> bool:
    if match.group(1) in _NO_PLATE or match.group(5) == "ss":
        return False
    hyphens = match.group(2) == match.group(4) == "-"
    capitals = _in_capitals(read, match.span()) and not (read.draft.text.isupper() and len(read.draft.text) > 20)
    return car or hyphens or (capitals and read.draft.strictness != "light" and match.group(2) == match.group(4))


def _in_capitals(read: Read, span: tuple[int, int]) -> bool:
    start, end = read.folded.spans(*span)
    return read.draft.text[start:end].isupper()
