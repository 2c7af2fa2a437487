"""
Numbers in a text: the runs of figures that may be one number, what stands around them, and the checksums by which numbers are known.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator
from itertools import accumulate, pairwise
from typing import Final

from msgspec import Struct

from chat.moderation.patterns import classes, compiled

LONGEST: Final = 40  # figures of one number; a longer run is looked at piece by piece
BEFORE: Final = 48  # characters in which a word may say what number follows

# Figures, and letters drawn like figures among them; between two, signs, a blank, or a word that only goes on.
_GOES_ON: Final = "puis|et|ensuite|apres|enfin|then|and|next|tiret|dash|espace|space|point|dot"
_LINK: Final = rf"(?:[^a-z0-9€$£%+]{{0,4}}|[^a-z0-9€$£%+]{{1,3}}(?:{_GOES_ON})[^a-z0-9€$£%+]{{1,3}})"
_RUN: Final = compiled(rf"(?:\+[^a-z0-9]{{0,2}})?(?:\d|\bo\d)(?:{_LINK}(?:\d|[oil]\b|[oil]\d))*")
_GROUP: Final = classes(r"[a-z0-9]+")
_DATE: Final = compiled(
    r"\b(?:0?[1-9]|[12]\d|3[01])(?:/|\.|-| / )(?:0?[1-9]|1[0-2])(?:/|\.|-| / )(?:19|20)\d\d\b"
    r"|\b(?:19|20)\d\d(?:/|\.|-)(?:0?[1-9]|1[0-2])(?:/|\.|-)(?:0?[1-9]|[12]\d|3[01])\b"
    r"|(?:^|[^/\d])(?:0?[1-9]|[12]\d|3[01])/(?:0?[1-9]|1[0-2])/\d\d(?:$|[^/\d])"
    r"|\b(?:[01]?\d|2[0-3])h[0-5]\d\b|(?:^|[^:\d])(?:[01]?\d|2[0-3]):[0-5]\d(?:$|[^:\d])"
    r"|\b(?:19|20)\d\d ?[-/] ?(?:19|20)\d\d\b"
)
_REFERENCE: Final = compiled(
    r"\b(?:ref|refs|reference|references|dossier|dossiers|commande|commandes|cde|facture|factures|devis|ticket|tickets|lot|lots|contrat"
    r"|contrats|matricule|serie|incident|jira|colis|suivi|article|produit|piece|inventaire|stock|bon|bons|recepisse|badge|client"
    r"|clients|compte client|avoir|po|order|invoice|case|sku|serial|batch|parcel|tracking|quote|asset|item|part|build|version|licence"
    r"|license|code|isbn|ean|gencod|siret|siren|budget|effectif|montant|total|ca|chiffre d'affaires|revenue|amount)"
    r"(?:[^a-z0-9]{1,4}(?:n|no|num|numero|number|nr|id|de|d|du|la|le|les|commande|serie|dossier|client|is|est|was|etait)){0,3}"
    r"[^a-z0-9]{0,4}(?:[a-z]{1,4}[-_/ ]?(?:\d{1,4}[-_/])?)?$"
)
_AMOUNT: Final = compiled(
    r"^\s?(?:€|euros?\b|eur\b|k€|ke\b|k\b|m€|me\b|md\b|\$|£|usd\b|dollars?\b|pounds?\b|%|pour ?cent|percent|unites?\b|pieces?\b"
    r"|habitants|personnes|people|users|lignes|rows|heures|hours|km|kg|tonnes|millions?|milliards?|octets|mo\b|go\b|ko\b)"
)
_LETTERS: Final = str.maketrans("oil", "011")
_DOUBLED: Final = str.maketrans("0123456789", "0246813579")  # each figure twice, the figures of that added up


class Run(Struct, frozen=True):
    """
    Figures that may be one number: ``groups`` of them as they are written, with where each stands.

    ``plus``: a + stands before. ``before`` and ``after``: the words around.
    """

    figures: str
    places: tuple[tuple[int, int], ...]  # of each group, in the text
    plus: bool
    before: str
    after: str
    between: str  # the signs between its groups

    @property
    def shape(self) -> tuple[int, ...]:
        return tuple(end - start for start, end in self.places)

    @property
    def span(self) -> tuple[int, int]:
        return self.places[0][0], self.places[-1][1]

    @property
    def is_reference(self) -> bool:
        """Whether the words before say that it is the number of a thing."""
        return _REFERENCE.search(self.before) is not None

    @property
    def is_amount(self) -> bool:
        return _AMOUNT.search(self.after) is not None

    def pieces(
        self, shortest: int, longest: int, begins: str = "0123456789", form: Callable[[str], object] = bool
    ) -> Iterator[Run]:
        """
        Give each series of whole groups of ``shortest`` to ``longest`` figures that ``begins`` so, the whole run first if it is one.

        A long run has many: ``form`` drops those whose figures can't be what is looked for before anything is made of them.
        """
        figures, ends = self.figures, list(accumulate(self.shape))
        if shortest <= len(figures) <= longest and figures[0] in begins and form(figures):
            yield self
        start = last = 0
        for first, after in enumerate(ends):
            if figures[start] in begins:
                last = bisect_left(ends, start + shortest, max(last, first))
                for end in range(last, bisect_right(ends, start + longest, last)):
                    if end - first + 1 < len(ends) and form(figures[start : ends[end]]):
                        yield self._piece(first, end + 1, figures[start : ends[end]])
            start = after

    def _piece(self, first: int, last: int, figures: str) -> Run:
        after = self.after if last == len(self.places) else ""
        return Run(figures, self.places[first:last], self.plus and first == 0, self.before, after, self.between)


def runs(text: str) -> tuple[Run, ...]:
    """Find the runs of at least four figures in folded ``text``; dates and hours are none."""
    bare = _without_dates(text)
    return tuple(
        run for match in _RUN.finditer(bare) if match.end() - match.start() > 3 for run in _read(text, *match.span())
    )


def _without_dates(text: str) -> str:
    at = 0
    pieces: list[str] = []
    for date in _DATE.finditer(text):
        pieces += text[at : date.start()], "_" * (date.end() - date.start())
        at = date.end()
    return "".join(pieces) + text[at:] if pieces else text


def _read(text: str, start: int, end: int) -> Iterator[Run]:
    groups = [
        (start + group.start(), start + group.end())
        for group in _GROUP.finditer(text[start:end])
        if not (group.group() or "").strip("0123456789oil")  # else a word that only goes on
    ]
    while groups:
        some, count = [], 0
        while groups and (count == 0 or count + groups[0][1] - groups[0][0] <= LONGEST):
            count += groups[0][1] - groups[0][0]
            some.append(groups.pop(0))
        yield _run(text, some)


def _run(text: str, places: list[tuple[int, int]]) -> Run:
    figures = "".join(text[start:end] for start, end in places).translate(_LETTERS)
    first, last = places[0][0], places[-1][1]
    between = "".join(text[a[1] : b[0]] for a, b in pairwise(places))
    before = text[max(0, first - BEFORE) : first]
    plus = before.rstrip(" (").endswith("+")
    return Run(figures, tuple(places), plus, before, text[last : last + 16], between)


def luhn(figures: str) -> bool:
    """ISO/IEC 7812-1, annex B."""
    return (sum(map(int, figures[-1::-2])) + sum(map(int, figures[-2::-2].translate(_DOUBLED)))) % 10 == 0


def mod97(written: str) -> int:
    """ISO 7064: what remains of letters and figures, A as 10 to Z as 35."""
    return int("".join(str(int(char, 36)) for char in written)) % 97
