"""
Let the heads learn from what moderators decided, on the operator's own machine.

A quarter of the decisions is held back to say what it brought. Beside the rest, some of our own text is seen again, so that what is
known is not lost. Nothing is written here: who calls shows the figures, asks, and saves.
"""

from __future__ import annotations

import random
import zlib
from collections.abc import Sequence
from typing import Final

import numpy as np
from msgspec import Struct, structs

from chat.moderation.features import Encoder
from chat.moderation.heads import Heads
from chat.moderation.seeing import look
from chat.moderation.training.figures import auroc, joined
from chat.moderation.training.fit import Recipe, examples, refine
from chat.moderation.training.lines import TEXT, Line, read

HELD_BACK: Final = 4  # one in so many
FEWEST: Final = 8  # of each label, among those held back: fewer say nothing
_GENTLE: Final = Recipe(epochs=3, rate=1e-4, spelling_epochs=3, spelling_rate=0.01)
_AGAIN: Final = 2000  # lines of our text seen again


class TooFew(Exception):
    """There are not enough decisions of either kind to learn from and to judge by."""


class Worth(Struct, frozen=True):
    """What heads are worth on the decisions held back."""

    ranking: float  # the chance that abuse stands above what is none
    found: float  # of the abuse, above one half
    raised: float  # of the rest, above one half


class Learned(Struct, frozen=True):
    heads: Heads
    before: Worth
    after: Worth


def learn(decided: Sequence[Line], heads: Heads, encoder: Encoder) -> Learned:
    """
    Go on from ``heads`` with ``decided``, texts with what moderators made of them; minutes of computing.

    Raises:
        TooFew: there are fewer than :data:`FEWEST` of either kind to judge by.
    """
    held = [line for line in decided if zlib.crc32(line.text.encode()) % HELD_BACK == 0]
    taken = [line for line in decided if zlib.crc32(line.text.encode()) % HELD_BACK]
    if min(sum(line.label == label for line in held) for label in (0, 1)) < FEWEST:
        raise TooFew
    ours = read([TEXT], "own")
    again = examples(random.Random(_GENTLE.seed).sample(ours, min(_AGAIN, len(ours))), encoder)
    verdicts = examples([structs.replace(line, source="verdict") for line in taken], encoder)
    after = refine(heads, joined([verdicts, again]), _GENTLE)
    return Learned(after, worth(held, heads, encoder), worth(held, after, encoder))


def worth(lines: Sequence[Line], heads: Heads, encoder: Encoder) -> Worth:
    """Judge ``heads`` on ``lines``."""
    scores = np.array(
        [seen.score for seen in look(encoder, heads, [(line.text, line.lang) for line in lines])], np.float32
    )
    abuse = np.array([line.label == 1 for line in lines])
    above = scores > 0.5
    return Worth(auroc(scores[abuse], scores[~abuse]), float(above[abuse].mean()), float(above[~abuse].mean()))
