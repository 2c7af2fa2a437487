"""
Say what heads are worth on lines that they had not learned from, and choose the bounds by it.

Rates are of the project's lines, in their mixture, and not of a community's days: they choose between trainings and bring bounds near
to where they should be. What counts is said in the model card, from suites by other hands.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from chat.moderation.crisis import Bounds, Levels
from chat.moderation.features import Floats
from chat.moderation.heads import OUTPUTS
from chat.moderation.seeing import Seen, worst
from chat.moderation.training.fit import Examples, Recipe, fit
from chat.moderation.training.lines import Line

Rows = npt.NDArray[np.bool_]
Figures = dict[str, float]

FOLDS: Final = 4
WRONGLY: Final = 0.01  # of innocent talk may be taken for distress, hard lines included: other people's days are nearer to these than ours
REVIEWED: Final = 0.05  # of a quiet day: what moderators can read beside all else
_SELF, _OTHER, _TOPIC = (OUTPUTS.index(level) for level in ("self", "other", "topic"))


def held_out(
    lines: Sequence[Line], seen: Seen, known: Examples, hasty: Examples, beside: Examples, recipe: Recipe
) -> Floats:
    """
    Give what is worst in each line (:func:`~chat.moderation.seeing.worst`), by heads that had not seen its block: learned from the other
    blocks, their hasty twins and ``beside``.
    """
    fold, rows = folds(lines), np.zeros((len(lines), len(OUTPUTS)), np.float32)
    for at in range(FOLDS):
        learned = np.flatnonzero(fold != at)
        heads = fit(joined([known.take(learned), hasty.take(learned), beside]), recipe)
        rows[fold == at] = worst(heads, seen)[fold == at]
    return rows


def folds(lines: Sequence[Line]) -> npt.NDArray[np.int64]:
    return np.array([zlib.crc32(line.block.encode()) % FOLDS for line in lines])


def joined(parts: Sequence[Examples]) -> Examples:
    """Put examples one after the other."""
    return Examples(
        np.vstack([part.embedded for part in parts]),
        [buckets for part in parts for buckets in part.spelled],
        np.vstack([part.wanted for part in parts]),
        np.vstack([part.weight for part in parts]),
    )


def choose(lines: Sequence[Line], rows: Floats, mix: float) -> Bounds:
    """Choose by language: for abuse by what can be read on a quiet day, for distress by what may be raised wrongly."""
    return Bounds(_levels(lines, rows, "fr"), _levels(lines, rows, "en"), mix)


def _levels(lines: Sequence[Line], rows: Floats, lang: str) -> Levels:
    quiet, innocent = (_where(lines, lang, kind) for kind in (_everyday, _innocent))

    def level(column: int, least: float) -> float:
        return max(least, float(np.quantile(rows[innocent, column], 1 - WRONGLY)))

    return Levels(
        float(np.quantile(rows[quiet, 0], 1 - REVIEWED)), level(_SELF, 0.1), level(_OTHER, 0.2), level(_TOPIC, 0.3)
    )


def _where(lines: Sequence[Line], lang: str, kind: Callable[[Line], bool]) -> Rows:
    return np.array([line.lang == lang and kind(line) for line in lines])


def _innocent(line: Line) -> bool:
    return line.label == 0 and line.crisis == "none"


def _everyday(line: Line) -> bool:
    return _innocent(line) and ("everyday" in line.block or line.kind == "everyday")


def _idiom(line: Line) -> bool:
    return _innocent(line) and "idiom" in line.kind


def _burnout(line: Line) -> bool:
    return _innocent(line) and "burnout" in line.kind


def figures(lines: Sequence[Line], rows: Floats, bounds: Bounds) -> Figures:
    """Count, by language: abuse found within 5 % and 10 % of everyday lines, its ranking, distress found and wrongly raised."""
    found: Figures = {}
    for lang in ("fr", "en"):
        here = np.array([line.lang == lang for line in lines])
        found |= {f"{lang}.{name}": value for name, value in _figures(lines, rows, here, bounds.of(lang)).items()}
    return found


def _figures(lines: Sequence[Line], rows: Floats, here: Rows, levels: Levels) -> Figures:
    raised = rows[:, _SELF] >= levels.self
    noticed = raised | (rows[:, _OTHER] >= levels.other)
    abuse = here & np.array([line.label == 1 for line in lines])
    quiet = here & np.array([_everyday(line) for line in lines])
    hard = here & ~quiet & np.array([_innocent(line) for line in lines])
    own = {level: here & np.array([line.crisis == level for line in lines]) for level in ("self", "other", "topic")}
    veiled = own["self"] & np.array(["veiled" in line.kind for line in lines])
    idiom, tired = (here & np.array([kind(line) for line in lines]) for kind in (_idiom, _burnout))
    found = {
        "abuse.recall.05": _above(rows[abuse, 0], rows[quiet, 0], 0.05),
        "abuse.recall.10": _above(rows[abuse, 0], rows[quiet, 0], 0.10),
        "abuse.auroc.everyday": auroc(rows[abuse, 0], rows[quiet, 0]),
        "abuse.auroc.hard": auroc(rows[abuse, 0], rows[hard, 0]),
    }
    rates = {
        "self.plain": (own["self"] & ~veiled, raised), "self.veiled": (veiled, raised),
        "other.noticed": (own["other"], noticed), "topic.as_self": (own["topic"], raised),
        "alarm.idiom": (idiom, noticed), "alarm.burnout": (tired, noticed), "alarm.everyday": (quiet, noticed),
    }  # fmt: skip
    return found | {name: float(hit[where].mean()) for name, (where, hit) in rates.items() if where.any()}


def _above(bad: Floats, good: Floats, share: float) -> float:
    return float((bad > np.quantile(good, 1 - share)).mean()) if len(bad) and len(good) else float("nan")


def auroc(bad: Floats, good: Floats) -> float:
    """Give the chance that one of ``bad`` stands above one of ``good``; equals count half."""
    if not len(bad) or not len(good):
        return float("nan")
    ordered = np.sort(good)
    below = np.searchsorted(ordered, bad, "left") + np.searchsorted(ordered, bad, "right")
    return float(below.mean() / 2 / len(good))
