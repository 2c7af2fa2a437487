"""
Offers, recruiting, and asking for codes or money: held.

One sign is enough where it is plain; half signs (a price, "my programme", "write to me in private") need a second one beside them.
"""

from __future__ import annotations

from typing import Final

from chat.moderation.patterns import compiled
from chat.moderation.reading import Read
from chat.moderation.speech import quoted, reported
from chat.moderation.wordlists import Hit
from chat.verdict import Finding, Outcome, Strictness

_PRICE: Final = compiled(r"(?:-\s?)?\b\d[\d ,.]*\s?(?:%|€|\$|£|(?:euros?|dollars?|pounds?|usd|eur)\b)|[$£€]\s?\d")
_NEEDED: Final[dict[Strictness, int]] = {"light": 3, "standard": 2, "strict": 2, "before": 2}  # half signs


def solicitation(read: Read) -> Finding | None:
    reading, lists = read.found[0]
    text = reading.text
    hits = [
        hit for hit in lists.get("solicitation", ()) if not quoted(text, hit) and not reported(text, hit, read.words)
    ]
    if not hits:
        return None
    halves = _apart([hit for hit in hits if hit.entry.mark == "~"])
    signs = len(halves) + (_PRICE.search(text) is not None)
    if all(hit.entry.mark == "~" for hit in hits) and signs < _NEEDED[read.draft.strictness]:
        return None
    spans = tuple(reading.spans(hit.start, hit.end) for hit in hits)
    return Finding("solicitation", "solicitation", Outcome.HOLD, spans=spans)


def _apart(hits: list[Hit]) -> list[Hit]:
    """Drop what touches a sign before it: "write to me in private" is one sign, whatever lines find it."""
    apart: list[Hit] = []
    for hit in hits:
        if not apart or hit.start >= apart[-1].end:
            apart.append(hit)
    return apart
