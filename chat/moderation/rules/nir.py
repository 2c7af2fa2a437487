"""
Numbers by which states know people: the French NIR, Britain's National Insurance, America's Social Security.

The NIR is known by its key (INSEE: 97 less the remainder by 97), also where Corsica writes a letter. ``light`` wants the key; otherwise
thirteen or fifteen figures of its form that are called by its name are one.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from chat.moderation.details import detail, numbers, places
from chat.moderation.numbers import Run
from chat.moderation.patterns import compiled
from chat.moderation.reading import Read
from chat.verdict import Finding

_FORM: Final = compiled(r"[123478]\d{2}(?:0[1-9]|1[0-2]|[2-4]\d|[5-9]\d)\d{8}(?:\d{2})?")
_CORSICA: Final = compiled(
    r"\b([12378])[ .-]?(\d{2})[ .-]?(\d{2})[ .-]?(2[ab])[ .-]?(\d{3})[ .-]?(\d{3})(?:[ .-]{0,3}(?:cle)?[ :]{0,2}(\d{2}))?\b"
)
_CALLED: Final = compiled(r"\b(?:secu|securite sociale|nir|insee|immatricule|carte vitale|numero de ss|n° ss|ss)\b")
_INSURANCE: Final = compiled(r"\b[abceghj-prstw-z][abceghj-nprstw-z][ -]?\d{2}[ -]?\d{2}[ -]?\d{2}[ -]?[a-d]\b")
_SECURITY: Final = compiled(r"\b(?:00[1-9]|0[1-9]\d|[1-578]\d{2}|6[0-57-9]\d)[ -](?:0[1-9]|[1-9]\d)[ -](?:\d{4})\b")
_SECURITY_CALLED: Final = compiled(r"\b(?:ssn|social security|social)\b")


def nir(read: Read) -> Finding | None:
    text = read.folded.text

    def of_people(run: Run) -> Iterator[Run]:
        found = run.pieces(13, 15, "123478", _FORM.fullmatch)
        return (piece for piece in found if _has_key(piece.figures) or (not piece.is_reference and is_called()))

    def is_called() -> bool:
        return read.draft.strictness != "light" and _CALLED.search(text) is not None

    spans = numbers(read, of_people)
    if read.has_figures:
        forms = (_CORSICA, _INSURANCE, *((_SECURITY,) if _SECURITY_CALLED.search(text) else ()))
        spans += [read.folded.spans(*place) for place in places(text, *forms)]
    return detail(read, "nir", spans)


def _has_key(figures: str) -> bool:
    return len(figures) == 15 and int(figures[13:]) == 97 - int(figures[:13]) % 97
