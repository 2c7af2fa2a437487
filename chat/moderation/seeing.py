"""
Look at texts with the heads: cut them, embed what is not yet seen, and let the most alarming passage of each count.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate, pairwise

import numpy as np

from chat.moderation.crisis import Likelihoods
from chat.moderation.features import Encoder, Floats, grams, passages
from chat.moderation.heads import OUTPUTS, Heads, chances, logits
from chat.moderation.model import Look

_SELF, _OTHER, _TOPIC = (OUTPUTS.index(name) for name in ("self", "other", "topic"))


def look(encoder: Encoder, heads: Heads, texts: Sequence[tuple[str, str]]) -> list[Look]:
    """Look at texts, each with its language."""
    read = [passages(text) for text, _ in texts]
    flat = [passage for some in read for passage in some]
    rows = logits(heads, encoder.embed(flat), [grams(passage.folded) for passage in flat])
    ends = [0, *accumulate(len(some) for some in read)]
    return [
        _seen(rows[start:end], heads.bounds.of(lang).abuse)
        for (start, end), (_, lang) in zip(pairwise(ends), texts, strict=True)
    ]


def _seen(rows: Floats, level: float) -> Look:
    if not len(rows):
        return Look(0.0, Likelihoods())
    worst = float(rows[:, 0].max())
    likely = chances(rows).max(axis=0)
    return Look(
        float(1 / (1 + np.exp(level - worst))),
        Likelihoods(float(likely[_SELF]), float(likely[_OTHER]), float(likely[_TOPIC])),
    )
