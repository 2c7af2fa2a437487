"""
What the rules on private details share: how a detail is found and told, and which numbers, addresses and sites are everybody's.

A rule is its patterns and what of them is innocent: :func:`places` or :func:`numbers` find, :func:`written` or :func:`detail` tell.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

from chat.moderation.numbers import Run
from chat.moderation.patterns import Match, Pattern
from chat.moderation.reading import Read
from chat.verdict import ASKED, Finding, Outcome

Span = tuple[int, int]
# Whom one may call for help, beside the short numbers (3114, 116 123, 112…): below eight figures nothing is taken for somebody's number.
HELP_NUMBERS: Final = frozenset(
    "".join(number.split())
    for number in (
        # France: SOS Amitié, Suicide Écoute, SOS Suicide Phénix, in English, Phare, bullying, carers on duty, victims
        *(
            "09 72 39 40 50",
            "01 45 39 40 00",
            "01 40 44 46 45",
            "01 46 21 46 46",
            "01 43 46 00 62",
            "01 56 44 31 31",
            "09 69 39 89 19",
        ),
        # Ireland, Australia, Canada
        *("1 833 456 4566", "1300 22 4636", "1300 659 467", "087 260 9090"),
    )
)
# Free or shared-cost numbers of organisations: nobody's own.
_OPEN: Final = (
    "080",
    "081",
    "082",
    "089",
    "+3380",
    "+3381",
    "+3382",
    "+3389",
    "+44800",
    "+44808",
    "0300",
    "0345",
    "0845",
    "0870",
)
_TOLL_FREE: Final = ("800", "833", "844", "855", "866", "877", "888")

# Sites of public services and of those who help, theirs and what lies below them.
HELP_SITES: Final = (
    *(
        "3114.fr",
        "suicide-ecoute.fr",
        "sos-amitie.com",
        "sos-amitie.org",
        "sos-suicide-phenix.org",
        "infosuicide.org",
        "la-croix-rouge-ecoute.fr",
    ),
    *(
        "filsantejeunes.com",
        "nightline.fr",
        "psycom.org",
        "arretonslesviolences.gouv.fr",
        "gouv.fr",
        "ameli.fr",
        "service-public.fr",
    ),
    *(
        "has-sante.fr",
        "inrs.fr",
        "anact.fr",
        "defenseurdesdroits.fr",
        "france-victimes.fr",
        "nhs.uk",
        "gov.uk",
        "acas.org.uk",
        "hse.gov.uk",
    ),
    *(
        "samaritans.org",
        "mind.org.uk",
        "giveusashout.org",
        "papyrus-uk.org",
        "988lifeline.org",
        "crisistextline.org",
        "who.int",
        "europa.eu",
    ),
    *("findahelpline.com", "befrienders.org", "preventionsuicide.be", "143.ch", "wikipedia.org"),
)
HELP_ADDRESSES: Final = frozenset({"jo@samaritans.org", "pat@papyrus-uk.org"})


def detail(read: Read, kind: str, spans: Iterable[Span]) -> Finding | None:
    """Tell a private detail at ``spans`` of the original: held, or asked about if it is of those kinds."""
    places = _merged(spans)
    outcome = Outcome.PUBLISH if kind in ASKED else Outcome.HOLD
    return Finding(kind, "private", outcome, kind, spans=places) if places else None


def places(text: str, *forms: Pattern, group: int = 0, when: Callable[[Match], object] = bool) -> list[Span]:
    """Say where ``group`` of each of ``forms`` stands in ``text``, but for what is innocent: where ``when`` says no."""
    return [match.span(group) for form in forms for match in form.finditer(text) if when(match)]


def written(read: Read, kind: str, spans: Iterable[Span]) -> Finding | None:
    """Tell a private detail at ``spans`` of the text without disguise."""
    return detail(read, kind, [read.folded.spans(*span) for span in spans])


def numbers(read: Read, pick: Callable[[Run], Iterable[Run]]) -> list[Span]:
    """Say where in the original the numbers stand that ``pick`` finds in a run of figures; those said in words, too."""
    return [text.spans(*number.span) for text, runs in read.numbers for run in runs for number in pick(run)]


def is_help_number(figures: str) -> bool:
    """Whether anybody may be told ``figures``; with or without the country's prefix."""
    bare = figures.removeprefix("+33").removeprefix("+44").removeprefix("+1")
    if figures in HELP_NUMBERS or bare in HELP_NUMBERS or f"0{bare}" in HELP_NUMBERS:
        return True
    return figures.startswith(_OPEN) or (
        len(bare.removeprefix("1")) == 10 and bare.removeprefix("1").startswith(_TOLL_FREE)
    )


def is_help_site(host: str) -> bool:
    return any(host == site or host.endswith(f".{site}") for site in HELP_SITES)


def _merged(spans: Iterable[Span]) -> tuple[Span, ...]:
    """Put spans in order, those that overlap together."""
    merged: list[Span] = []
    for start, end in sorted(spans):
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return tuple(merged)
