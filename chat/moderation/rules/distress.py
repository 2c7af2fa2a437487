"""
Written expressions of distress: of one's own, about somebody else, or as a subject.

No violation: nothing is ever held for it. What was written decides, never a mood: exhaustion, anger and sadness are ordinary here.
Idioms, jokes, negation and what is long over are traps; each list names its own.
"""

from __future__ import annotations

from collections.abc import Mapping

from chat.moderation.normalise import Folded
from chat.moderation.reading import Read
from chat.moderation.speech import laughed, quoted, reported
from chat.moderation.wordlists import Hit, Words
from chat.verdict import Finding, Outcome

_AT_ONCE = 18  # characters: "he wrote: I want to die", not "he told me to go and since then I want to die"


def distress(read: Read) -> Finding | None:
    found: dict[str, tuple[tuple[int, int], ...]] = {}
    for reading, lists in read.found:
        for kind, hits in _kinds(reading.text, lists, read.words).items():
            if hits:
                found.setdefault(kind, _spans(reading, hits))
    reading, lists = read.found[0]
    if not found and (topics := lists.get("distress-topic")):
        found["topic"] = _spans(reading, topics)
    # The author first, then another: a topic matters only where nobody is in danger.
    for kind in ("self", "other", "topic"):
        if kind in found:
            return Finding("distress", "distress", Outcome.PUBLISH, kind, kind == "self", found[kind])
    return None


def _spans(reading: Folded, hits: list[Hit]) -> tuple[tuple[int, int], ...]:
    return tuple(reading.spans(hit.start, hit.end) for hit in hits)


def _kinds(text: str, lists: Mapping[str, list[Hit]], words: Words) -> dict[str, list[Hit]]:
    others = [hit for hit in lists.get("distress-other", ()) if _meant(text, hit, words)]
    kinds: dict[str, list[Hit]] = {"self": [], "other": others, "topic": []}
    for hit in lists.get("distress-self", ()):
        if _meant(text, hit, words) and not any(hit.start < other.end and other.start < hit.end for other in others):
            kinds[_whose(text, hit, words)].append(hit)
    return kinds


def _meant(text: str, hit: Hit, words: Words) -> bool:
    """Say whether it is no joke."""
    return hit.entry.mark != "~" or not laughed(text, hit) or bool(words["earnest"].find(text))


def _whose(text: str, hit: Hit, words: Words) -> str:
    if hit.entry.mark == "<" and words["past"].find(text):
        return "topic"
    if (quoted(text, hit) and reported(text, hit, words)) or reported(text, hit, words, _AT_ONCE):
        return "other"
    return "self"
