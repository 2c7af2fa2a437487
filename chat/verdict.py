"""
The words in which screening is spoken of: a draft, what a rule finds in it, and what comes of it.

Rooms are given a :data:`Screen` and know no rule; ``chat/moderation`` makes one and knows no room. Spans are half-open ranges of code
points of the text as it was written.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterable
from typing import Final, Literal

from msgspec import Struct

Category = Literal[
    "private",  # details by which somebody may be found
    "distress",
    "threat",
    "insult",
    "hate",
    "sexual",
    "doxxing",
    "solicitation",  # offers, phishing, links to them
    "flooding",  # floods and copies
    "failed",  # a rule that raised: nobody checked
    "newcomer",  # held because of who writes, not of what
    "premoderated",  # the room has everything read before
]
Crisis = Literal["none", "topic", "other", "self"]
Strictness = Literal["light", "standard", "strict", "before"]  # before: everything is read before it is published

ASKED: Final = frozenset({"name", "employer"})  # kinds of details that the author is asked about, and that are not held


class Outcome(enum.IntEnum):
    """What becomes of a draft, from the mildest to the most severe."""

    PUBLISH = 0  # the room sees it
    HOLD = 1  # only its author sees it, until a moderator decides
    REFUSE = 2  # it goes back to its author and is not stored


class Draft(Struct, frozen=True):
    """
    What somebody is about to say, and the facts that rules need, gathered beforehand.

    ``lang`` is the reader's language, not surely that of the text. ``names`` are the pseudonyms in the room, which are no names.
    ``repetition`` says whether floods and copies matter here at all; ``recent`` are the author's last messages here, newest last, with
    the seconds since each, ``others`` those of the room.
    """

    text: str
    lang: str = "fr"
    strictness: Strictness = "standard"
    names: frozenset[str] = frozenset()
    recent: tuple[tuple[str, float], ...] = ()
    others: tuple[str, ...] = ()
    repetition: bool = True


class Finding(Struct, frozen=True):
    """
    What one rule found: ``kind`` says more where the category is broad (``phone``, ``name``…; ``self``, ``other``, ``topic``).

    ``urgent`` findings go to the top and alert whoever is on duty.
    """

    rule: str
    category: Category
    outcome: Outcome
    kind: str = ""
    urgent: bool = False
    spans: tuple[tuple[int, int], ...] = ()


class Verdict(Struct, frozen=True):
    """All that the rules found in a draft, in the order of the rules."""

    findings: tuple[Finding, ...] = ()

    @property
    def outcome(self) -> Outcome:
        return max((finding.outcome for finding in self.findings), default=Outcome.PUBLISH)

    @property
    def crisis(self) -> Crisis:
        """Whether somebody is in danger, the author first; of the topic alone nothing follows."""
        kinds = {finding.kind for finding in self.findings if finding.category == "distress"}
        for crisis in ("self", "other", "topic"):
            if crisis in kinds:
                return crisis
        return "none"

    @property
    def details(self) -> tuple[str, ...]:
        """The kinds of private details, each once: ``phone email iban nir siret card address ip url handle plate name employer``."""
        return tuple(dict.fromkeys(finding.kind for finding in self.findings if finding.category == "private"))

    @property
    def held_for(self) -> list[str]:
        """What it is held for, as its author is told: kinds of details, or categories, each once."""
        return held_for(self.findings)

    @property
    def questions(self) -> tuple[Finding, ...]:
        """What the author is asked about before it is sent."""
        return tuple(finding for finding in self.findings if finding.category == "private" and finding.kind in ASKED)


def held_for(findings: Iterable[Finding]) -> list[str]:
    """Say what a message is held for, as its author is told: kinds of details, or categories, each once."""
    held = [finding for finding in findings if finding.outcome is Outcome.HOLD]
    return list(dict.fromkeys(finding.kind if finding.category == "private" else finding.category for finding in held))


Screen = Callable[[Draft], Verdict]
