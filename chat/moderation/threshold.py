"""
From which score on the moderators are shown a message again: as much as they can review. Pure.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

ENOUGH: Final = 500  # messages of a week; with fewer, the model's own level counts
LEAST: Final = 0.2  # a quiet week must not bring up what nobody doubts


def threshold(counts: Sequence[int], share: float, usual: float = 0.5) -> float:
    """
    Find the score that a ``share`` of messages reaches, from how many fell into each of ``len(counts)`` equal steps of it.

    Never above ``usual`` where abuse begins to be likely, whatever a bad week has brought: nobody gets used to it.
    """
    total = sum(counts)
    if total < ENOUGH:
        return usual
    above = 0
    for step in reversed(range(len(counts))):
        above += counts[step]
        if above > share * total:
            return min(usual, max(LEAST, (step + 1) / len(counts)))
    return LEAST
