"""
Threats, insults, hate, sexual advances and the unmasking of people: held, until a person decides.

The lists are small and precise; what they don't know is the second look's. Who tells what was said to them is no offender, nor who
speaks ill of themself or of a boss who isn't here.
"""

from __future__ import annotations

from chat.moderation.reading import Read, Rule
from chat.moderation.speech import laughed, quoted, reported
from chat.moderation.wordlists import Hit
from chat.verdict import Category, Finding, Outcome, Strictness


def _listed(category: Category, *, urgent: bool = False) -> Rule:
    """Make the rule that holds what the list ``category`` finds, unless it is reported or said in jest."""

    def rule(read: Read) -> Finding | None:
        for reading, found in read.found:
            if hits := [hit for hit in found.get(category, ()) if _is_meant(read, reading.text, hit)]:
                spans = tuple(reading.spans(hit.start, hit.end) for hit in hits)
                return Finding(category, category, Outcome.HOLD, urgent=urgent, spans=spans)
        return None

    rule.__name__ = category
    return rule


threat = _listed("threat", urgent=True)
insult = _listed("insult")
hate = _listed("hate")
sexual = _listed("sexual")
doxxing = _listed("doxxing", urgent=True)


def _is_meant(read: Read, text: str, hit: Hit) -> bool:
    return _counts(text, hit, read.draft.strictness) and not quoted(text, hit) and not reported(text, hit, read.words)


def _counts(text: str, hit: Hit, strictness: Strictness) -> bool:
    """Say whether what may be banter counts here: never in a light room, always in a strict one, else unless it laughs."""
    if hit.entry.mark != "~" or strictness == "strict":
        return True
    return strictness != "light" and not laughed(text, hit)
