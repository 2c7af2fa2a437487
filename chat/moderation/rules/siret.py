"""
Numbers of companies, by which an employer is known: SIRET, SIREN, the French VAT number.

Fourteen figures are a SIRET where both they and the SIREN at their head keep Luhn's sum (La Poste's many excepted); nine are a SIREN
only where the words around say so, since one number of nine figures in ten keeps the sum.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from chat.moderation.details import detail, numbers, places
from chat.moderation.numbers import Run, luhn
from chat.moderation.patterns import Match, compiled
from chat.moderation.reading import Read
from chat.verdict import Finding

POST: Final = "356000000"  # whose SIRET add up to a multiple of five
_CALLED: Final = compiled(
    r"\b(?:siren|siret|rcs|kbis|tva|immatricul\w*|numero d'entreprise|n° d'entreprise|registre du commerce|company number)\b"
)
_VAT: Final = compiled(r"\bfr[ .-]?([0-9]{2})[ .-]?(\d{3})[ .-]?(\d{3})[ .-]?(\d{3})\b")


def siret(read: Read) -> Finding | None:
    named = bool(read.numbers) and _CALLED.search(read.folded.text) is not None

    def companies(run: Run) -> Iterator[Run]:
        yield from run.pieces(14, 14, form=_is_siret)
        if named:
            yield from run.pieces(9, 9, form=luhn)

    spans = numbers(read, companies)
    if read.has_figures:
        spans += [read.folded.spans(*vat) for vat in places(read.folded.text, _VAT, when=_keeps_its_key)]
    return detail(read, "siret", spans)


def _is_siret(figures: str) -> bool:
    if figures.startswith(POST) and sum(map(int, figures)) % 5 == 0:
        return True
    return luhn(figures) and luhn(figures[:9])


def _keeps_its_key(vat: Match) -> bool:
    siren = "".join(vat.group(part) or "" for part in (2, 3, 4))
    return int(vat.group(1) or 0) == (12 + 3 * (int(siren) % 97)) % 97
