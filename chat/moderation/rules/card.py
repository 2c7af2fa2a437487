"""
Bank cards: the lengths and first figures that issuers use (ISO/IEC 7812), and Luhn's sum.

The number of a thing (« Réf. 4… ») counts only where the words around speak of a card as well.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from chat.moderation.details import detail, numbers
from chat.moderation.numbers import Run, luhn
from chat.moderation.patterns import compiled
from chat.moderation.reading import Read
from chat.verdict import Finding

_ISSUED: Final = compiled(
    r"4\d{12}(?:\d{3}){0,2}"  # Visa
    r"|5[1-5]\d{14}|2(?:22[1-9]|2[3-9]\d|[3-6]\d\d|7[01]\d|720)\d{12}"  # Mastercard
    r"|3[47]\d{13}"  # American Express
    r"|3(?:0[0-5]|[689]\d)\d{11}"  # Diners
    r"|6(?:011|4[4-9]\d|5\d\d)\d{12}|35\d{14}"  # Discover, JCB
    r"|(?:50|5[6-9]|6\d)\d{14,17}"  # Maestro, UnionPay
)
_CALLED: Final = compiled(
    r"\b(?:cb|carte|cartes|card|visa|mastercard|amex|american express|cryptogramme|cvv|cvc|expir\w*)\b"
)


def card(read: Read) -> Finding | None:
    def cards(run: Run) -> Iterator[Run]:
        found = run.pieces(13, 19, "23456", _is_issued)
        return (piece for piece in found if not piece.is_reference or _CALLED.search(read.folded.text))

    return detail(read, "card", numbers(read, cards))


def _is_issued(figures: str) -> bool:
    return luhn(figures) and _ISSUED.fullmatch(figures) is not None
