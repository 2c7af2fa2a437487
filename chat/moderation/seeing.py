"""
Look at texts with the heads: cut them, embed what is not yet seen, and let the most alarming passage of each count.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import accumulate

import numpy as np
from msgspec import Struct

from chat.moderation.crisis import Likelihoods
from chat.moderation.features import Buckets, Encoder, Floats, grams, passages
from chat.moderation.heads import OUTPUTS, Heads, chances, logits
from chat.moderation.model import Look

_SELF, _OTHER, _TOPIC = (OUTPUTS.index(name) for name in ("self", "other", "topic"))


class Seen(Struct, frozen=True):
    """Texts as the heads see them: a row a passage, and the row at which each text starts."""

    embedded: Floats
    spelled: list[Buckets]
    starts: list[int]


def see(encoder: Encoder, texts: Sequence[str]) -> Seen:
    """Cut and embed ``texts``."""
    read = [passages(text) for text in texts]
    flat = [passage for some in read for passage in some]
    starts = [0, *accumulate(len(some) for some in read)][:-1]
    return Seen(encoder.embed(flat), [grams(passage.folded) for passage in flat], starts)


def worst(heads: Heads, seen: Seen) -> Floats:
    """Give a row a text, of its most alarming passage: the logit of abuse, and beside it the likelihoods of the levels of distress."""
    rows = logits(heads, seen.embedded, seen.spelled)
    if not len(rows):
        return rows
    found: Floats = np.maximum.reduceat(np.hstack([rows[:, :1], chances(rows)[:, 1:]]), seen.starts, axis=0)
    return found


def look(encoder: Encoder, heads: Heads, texts: Sequence[tuple[str, str]]) -> list[Look]:
    """Look at texts, each with its language."""
    rows = worst(heads, see(encoder, [text for text, _ in texts]))
    return [_look(row, heads.bounds.of(lang).abuse) for row, (_, lang) in zip(rows.tolist(), texts, strict=True)]


def _look(row: list[float], level: float) -> Look:
    return Look(1 / (1 + math.exp(level - row[0])), Likelihoods(row[_SELF], row[_OTHER], row[_TOPIC]))
