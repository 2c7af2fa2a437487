"""
Whether somebody is in danger: what the rules found and what the model thinks likely, brought together in one place.

Nothing here infers a mood; both read what is written. Pure, and without numpy: it holds where the model is absent, too.
"""

from __future__ import annotations

from msgspec import Struct

from chat.verdict import Crisis


class Likelihoods(Struct, frozen=True):
    """How likely each level of distress is, from 0 to 1; with *none* they sum to one."""

    self: float = 0.0
    other: float = 0.0
    topic: float = 0.0


class Levels(Struct, frozen=True):
    """From which likelihood on something counts, in one language; ``abuse`` is a logit, and becomes a score of one half."""

    abuse: float
    self: float
    other: float
    topic: float


class Bounds(Struct, frozen=True):
    """What was chosen on text that the model had not learned from: the levels by language, and the weight of spelling beside meaning."""

    fr: Levels
    en: Levels
    spelling: float

    def of(self, lang: str) -> Levels:
        return self.en if lang == "en" else self.fr


def crisis_of(found: Crisis, likely: Likelihoods, levels: Levels) -> Crisis:
    """
    Say who is in danger; in doubt, the more serious.

    A rule that found the author in danger is enough, and so is the model. A rule that found only the topic, or somebody else, does not
    silence a model that is sure of the author.
    """
    if found == "self" or likely.self >= levels.self:
        return "self"
    if found == "other" or likely.other >= levels.other:
        return "other"
    if found == "topic" or likely.topic >= levels.topic:
        return "topic"
    return "none"
