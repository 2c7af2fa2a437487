"""
Threats, insults, hate, sexual advances and the unmasking of people: held, until a person decides.

The lists are small and precise; what they don't know is the second look's. Who tells what was said to them is no offender, nor who
speaks ill of themself or of a boss who isn't here.
"""

from __future__ import annotations

from chat.moderation.normalise import Folded
from chat.moderation.reading import Read, Rule
from chat.moderation.speech import laughed, quoted, reported
from chat.moderation.wordlists import Hit, Words
from chat.verdict import Category, Finding, Outcome, Strictness


def threat(words: Words) -> Rule:
    return _listed("threat", words, urgent=True)


def insult(words: Words) -> Rule:
    return _listed("insult", words)


def hate(words: Words) -> Rule:
    return _listed("hate", words)


def sexual(words: Words) -> Rule:
    return _listed("sexual", words)


def doxxing(words: Words) -> Rule:
    return _listed("doxxing", words, urgent=True)


def _listed(category: Category, words: Words, *, urgent: bool = False) -> Rule:
    """Make the rule that holds what the list ``category`` finds, unless it is reported or said in jest."""

    def rule(read: Read) -> Finding | None:
        for reading in read.readings:
            if hits := _hits(category, reading, words, read.draft.strictness):
                spans = tuple(reading.spans(hit.start, hit.end) for hit in hits)
                return Finding(category, category, Outcome.HOLD, urgent=urgent, spans=spans)
        return None

    rule.__name__ = category
    return rule


def _hits(category: Category, reading: Folded, words: Words, strictness: Strictness) -> list[Hit]:
    text = reading.text
    return [
        hit
        for hit in words[category].find(text)
        if _counts(text, hit, strictness) and not quoted(text, hit) and not reported(text, hit, words)
    ]


def _counts(text: str, hit: Hit, strictness: Strictness) -> bool:
    """Say whether what may be banter counts here: never in a light room, always in a strict one, else unless it laughs."""
    if hit.entry.mark != "~" or strictness == "strict":
        return True
    return strictness != "light" and not laughed(text, hit)
