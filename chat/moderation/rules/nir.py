"""
Numbers by which states know people: the French NIR, Britain's National Insurance, America's Social Security.

The NIR is known by its key (INSEE: 97 less the remainder by 97), also where Corsica writes a letter. ``light`` wants the key; otherwise
thirteen or fifteen figures of its form that are called by its name are one.
"""

from __future__ import annotations

from typing import Final

from chat.moderation.details import detail
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
    named = bool(read.numbers) and read.draft.strictness != "light" and _CALLED.search(text) is not None
    spans = [
        folded.spans(*piece.span)
        for folded, runs in read.numbers
        for run in runs
        for piece in run.pieces(13, 15, "123478")
        if _is_nir(piece, named)
    ]
    if not read.has_figures:
        return detail(read, "nir", spans)
    spans += [read.folded.spans(*match.span()) for match in _CORSICA.finditer(text)]
    spans += [read.folded.spans(*match.span()) for match in _INSURANCE.finditer(text)]
    if _SECURITY_CALLED.search(text):
        spans += [read.folded.spans(*match.span()) for match in _SECURITY.finditer(text)]
    return detail(read, "nir", spans)


def _is_nir(run: Run, named: bool) -> bool:
    figures = run.figures
    if not _FORM.fullmatch(figures):
        return False
    keyed = len(figures) == 15 and int(figures[13:]) == 97 - int(figures[:13]) % 97
    return keyed or (named and not run.is_reference)
