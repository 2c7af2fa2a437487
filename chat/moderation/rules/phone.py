"""
Telephone numbers, in any shape: in pairs, split, said in words, with letters for figures.

``light``: what has the form of a number of one's own country or begins with +. ``standard``: also what the words around call a number
to ring. ``strict``: also what would be a number in a country nearby, whatever stands around.
"""

from __future__ import annotations

from typing import Final

import phonenumbers

from chat.moderation.details import detail, is_help_number, numbers
from chat.moderation.numbers import Run
from chat.moderation.patterns import compiled
from chat.moderation.reading import Read
from chat.verdict import Finding

SHORTEST: Final = 8  # figures; shorter ones are of a company or a service
LONGEST: Final = 16
NEARBY: Final = ("FR", "BE", "CH", "LU", "GB", "US", "DE", "ES", "IT", "PT", "NL", "IE", "MA", "TN", "DZ")
_CALL: Final = compiled(
    r"\b(?:tel|tels|telephone|telephones|phone|portable|mobile|gsm|cell|fixe|ligne|numero|num|06|appel|appelle|appelles|appeler|appelez|rappelle"
    r"|rappelez|rappeler|joindre|joignable|joins|contacte|contacter|contactez|whatsapp|signal|telegram|viber|sms|texto|textos|call|ring|text"
    r"|reach|dial|ping|number|phone number|tph|bigo|perso)\b"
)
_FRENCH: Final = compiled(r"0[1-79]\d{8}")
_BRITISH: Final = compiled(r"0(?:1\d{9}|2[03489]\d{8}|7[1-9]\d{8}|5[56]\d{8})")
_ABROAD: Final = compiled(r"(?:00)?(?:33[1-79]\d{8}|447[1-9]\d{8}|32[24]\d{7,8}|417[5-9]\d{7}|352[26]\d{7,8})")
# Whose numbers are everybody's; but a French mobile is somebody's, whatever stands before.
_HELPERS: Final = compiled(
    r"\b(?:sos|suicide ecoute|samaritans|befrienders|childline|lifeline|helpline|hotline|numero vert|ligne d'ecoute|ecoute|info[ -]service"
    r"|croix-rouge|amitie|phenix|antipoison|planning familial|france victimes|urgences|papyrus|cruse|calm|standard de l'hopital)\b"
)
_AMERICAN: Final = compiled(r"1?[2-9]\d{2}[2-9]\d{6}")


def phone(read: Read) -> Finding | None:
    return detail(read, "phone", numbers(read, lambda run: _numbers(run, read.draft.strictness)))


def _numbers(run: Run, strictness: str) -> list[Run]:
    # Of a longer run, only what has the form of a whole number.
    pieces = list(run.pieces(SHORTEST, LONGEST) if len(run.figures) <= LONGEST else run.pieces(10, 13, "02345"))
    helps = [piece.span for piece in pieces if is_help_number(_without_trunk(piece))]
    return [
        piece
        for piece in pieces
        # A part of the number of a help line is nobody's either.
        if not any(piece.span[0] < end and start < piece.span[1] for start, end in helps)
        and _is_phone(piece, strictness, piece is run)
    ]


def _is_phone(run: Run, strictness: str, whole: bool) -> bool:
    figures = _without_trunk(run)
    if not whole and not _may_be_within(run, figures):
        return False
    if len(set(figures)) < 3 or run.is_amount:
        return False
    if run.before[-1:].isalpha() and not _CALL.search(run.before) and not _in_pairs(run):
        return False  # « INC0012345678 »
    if figures.startswith("+"):
        return _is_international(figures[1:])
    if _HELPERS.search(run.before) and not (
        figures.startswith(("06", "07")) and (_in_pairs(run) or len(run.places) == 1)
    ):
        return False
    if run.is_reference and not _in_pairs(run):
        return False
    if _FRENCH.fullmatch(figures) or _BRITISH.fullmatch(figures):
        return _in_pairs(run) or "," not in run.between
    if _ABROAD.fullmatch(figures) and (len(run.places) == 1 or run.shape[0] == 2):
        return True
    if _is_american(run, figures):
        return True
    asked = strictness == "strict" or (strictness != "light" and _CALL.search(run.before) is not None)
    return asked and whole and not run.is_reference and _is_valid_nearby(run, figures)


def _may_be_within(run: Run, figures: str) -> bool:
    """Whether a part of a longer run can be a number at all; cheap, since a long run has many parts."""
    if figures[0] in "+0":
        return figures[0] == "+" or len(figures) in (10, 11) or figures.startswith("00")
    return run.shape[-3:] == (3, 3, 4) or (figures[:2] in ("33", "44", "32", "41") and 10 <= len(figures) <= 12)


def _without_trunk(run: Run) -> str:
    """Write the figures as they are dialled: +33 (0)6 is +336."""
    figures = run.figures
    prefix = run.figures.removeprefix("00")[:2]
    if run.plus or figures.startswith("00"):
        for code in ("33", "44", "32", "41"):
            if prefix == code and figures.removeprefix("00")[2:3] == "0":
                figures = code + figures.removeprefix("00")[3:]
                break
        return "+" + figures.removeprefix("00")
    return figures


def _in_pairs(run: Run) -> bool:
    return len(run.places) >= 4 and max(run.shape) <= 3


def _is_international(figures: str) -> bool:
    """Whether E.164 allows ``figures``, country code first; numbers set apart for fiction count."""
    if _ABROAD.fullmatch(figures):
        return True
    try:
        return phonenumbers.is_possible_number(phonenumbers.parse(f"+{figures}"))
    except phonenumbers.NumberParseException:
        return False


def _is_american(run: Run, figures: str) -> bool:
    """Whether it is written as Americans write it: (212) 555-0177."""
    if not _AMERICAN.fullmatch(figures):
        return False
    if max(run.shape) == 1:
        return True  # figure by figure, as one says it
    if run.shape[-3:] != (3, 3, 4):
        return False
    return (
        any(sign in run.between for sign in "-.)") or run.before.endswith("(") or _CALL.search(run.before) is not None
    )


def _is_valid_nearby(run: Run, figures: str) -> bool:
    if (
        len(run.shape) > 2
        and set(run.shape[1:]) == {3}
        and run.shape[0] <= 3
        and len(figures) % 3 == 0
        and "." not in run.between
    ):
        regions: tuple[str, ...] = ("ES", "PT", "BE")  # 612 345 678, as large numbers are written too
    else:
        regions = NEARBY
    for region in regions:
        try:
            if phonenumbers.is_valid_number(phonenumbers.parse(figures.removeprefix("+"), region)):
                return True
        except phonenumbers.NumberParseException:
            continue
    return False
