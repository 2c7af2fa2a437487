"""
Turn examples into heads: networks over the meaning, a linear layer over the spelling; numpy alone, and one seed, one result.

Both learn abuse by itself and the levels of distress beside each other; a line of which nobody said its level teaches abuse alone.
:func:`fit` starts anew; :func:`refine` goes on from heads that are there, gently, so that what they know is not lost.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np
import numpy.typing as npt
from msgspec import Struct

from chat.moderation.crisis import Bounds, Levels
from chat.moderation.features import BUCKETS, EMBEDDED, Buckets, Encoder, Floats, grams, passage
from chat.moderation.heads import OUTPUTS, Heads, Network, chances, spell
from chat.moderation.training.lines import Line

_LEVELS: Final = OUTPUTS[1:]
_ALL: Final = Levels(0.0, 0.0, 0.0, 0.0)
_WEIGHT: Final = {"own": 8.0, "public": 1.0, "verdict": 16.0}  # public lines are many and of other places


class Recipe(Struct, frozen=True):
    """What was chosen by trials on blocks that were left out."""

    networks: int = 4
    width: int = 256
    epochs: int = 12
    spelling_epochs: int = 20
    batch: int = 256
    rate: float = 1e-3
    spelling_rate: float = 0.3
    decay: float = 0.1  # of the networks' weights, per step and rate
    drop: float = 0.4  # of the hidden layer, and a third of it of what comes in
    mix: float = 1.0  # of spelling beside meaning
    seed: int = 20261125


class Examples(Struct, frozen=True):
    """Lines as numbers: a row each; ``weight`` has a column for abuse and one for distress."""

    embedded: Floats
    spelled: list[Buckets]
    wanted: Floats
    weight: Floats

    def take(self, rows: npt.NDArray[np.intp]) -> Examples:
        return Examples(self.embedded[rows], [self.spelled[row] for row in rows], self.wanted[rows], self.weight[rows])


def examples(lines: Sequence[Line], encoder: Encoder) -> Examples:
    """Embed and hash ``lines``; about a millisecond a line."""
    read = [passage(line.text) for line in lines]
    wanted, weight = np.zeros((len(lines), len(OUTPUTS)), np.float32), np.zeros((len(lines), 2), np.float32)
    for row, line in enumerate(lines):
        wanted[row, 0] = line.label
        weight[row] = _WEIGHT[line.source], _WEIGHT[line.source] * (line.crisis is not None)
        if line.crisis is not None:
            wanted[row, 1 + _LEVELS.index(line.crisis)] = 1
    return Examples(encoder.embed(read), [grams(one.folded) for one in read], wanted, weight)


def fit(known: Examples, recipe: Recipe) -> Heads:
    """Train heads from nothing. At their bounds everything counts: choose others."""
    networks = tuple(_network(known, recipe, at) for at in range(recipe.networks))
    weights, bias = np.zeros((BUCKETS, len(OUTPUTS)), np.float32), np.zeros(len(OUTPUTS), np.float32)
    _learn_spelling(weights, bias, known, recipe, np.random.default_rng(recipe.seed))
    return Heads(networks, weights, bias, Bounds(_ALL, _ALL, recipe.mix))


def refine(heads: Heads, known: Examples, recipe: Recipe) -> Heads:
    """Go on from ``heads`` with small steps."""
    networks = []
    for at, network in enumerate(heads.networks):
        parts = [np.array(part) for part in (network.inward, network.hidden, network.outward, network.bias)]
        _learn(parts, known, recipe, np.random.default_rng(recipe.seed + at))
        networks.append(Network(*parts))
    weights, bias = np.array(heads.spelling), np.array(heads.bias)
    _learn_spelling(weights, bias, known, recipe, np.random.default_rng(recipe.seed))
    return Heads(tuple(networks), weights, bias, heads.bounds)


def _network(known: Examples, recipe: Recipe, at: int) -> Network:
    chance = np.random.default_rng(recipe.seed + at)
    inward = chance.standard_normal((EMBEDDED, recipe.width), np.float32) * np.float32(np.sqrt(2 / EMBEDDED))
    outward = chance.standard_normal((recipe.width, len(OUTPUTS)), np.float32) * np.float32(np.sqrt(1 / recipe.width))
    parts = [inward, np.zeros(recipe.width, np.float32), outward, np.zeros(len(OUTPUTS), np.float32)]
    _learn(parts, known, recipe, chance)
    return Network(*parts)


def _learn(parts: list[Floats], known: Examples, recipe: Recipe, chance: np.random.Generator) -> None:
    """Adam with decoupled decay and a cosine of the rate; changes ``parts`` in place."""
    first, second = [np.zeros_like(part) for part in parts], [np.zeros_like(part) for part in parts]
    batches = list(_batches(len(known.embedded), recipe.epochs, recipe.batch, chance))
    for step, rows in enumerate(batches, 1):
        seen = known.embedded[rows] * _mask((len(rows), EMBEDDED), recipe.drop / 3, chance)
        before = seen @ parts[0] + parts[1]
        kept: Floats = _mask(before.shape, recipe.drop, chance) * (before > 0).astype(np.float32)
        hidden: Floats = (before * kept).astype(np.float32)
        wrong = _wrong(hidden @ parts[2] + parts[3], known, rows)
        back = (wrong @ parts[2].T) * kept
        slopes = [seen.T @ back, back.sum(axis=0), hidden.T @ wrong, wrong.sum(axis=0)]
        rate = np.float32(recipe.rate * 0.5 * (1 + np.cos(np.pi * step / len(batches))))
        for at, slope in enumerate(slopes):
            first[at] += np.float32(0.1) * (slope - first[at])
            second[at] += np.float32(0.001) * (slope * slope - second[at])
            mean, spread = first[at] / np.float32(1 - 0.9**step), np.sqrt(second[at] / np.float32(1 - 0.999**step))
            if parts[at].ndim > 1:
                parts[at] *= 1 - rate * np.float32(recipe.decay)
            parts[at] -= rate * mean / (spread + np.float32(1e-8))


def _learn_spelling(
    weights: Floats, bias: Floats, known: Examples, recipe: Recipe, chance: np.random.Generator
) -> None:
    """Adagrad, whose steps are long where a bucket is rare; changes both in place."""
    square, square_bias = np.full(BUCKETS, 1e-4, np.float32), np.full(len(OUTPUTS), 1e-2, np.float32)
    # Which buckets a batch touches, and the place of each among them: quicker than sorting.
    present, place = np.zeros(BUCKETS, np.bool_), np.zeros(BUCKETS, np.intp)
    for rows in _batches(len(known.spelled), recipe.spelling_epochs, recipe.batch, chance):
        spelled = [known.spelled[row] for row in rows]
        wrong = _wrong(spell(weights, bias, spelled), known, rows)
        flat, sizes = np.concatenate(spelled), np.array([len(buckets) for buckets in spelled])
        each = np.repeat(wrong / np.sqrt(sizes)[:, None], sizes, axis=0)
        present[flat] = True
        touched = np.flatnonzero(present)
        present[touched] = False
        place[touched] = np.arange(len(touched))
        slope = np.stack(
            [np.bincount(place[flat], each[:, at], len(touched)) for at in range(len(OUTPUTS))], axis=1
        ).astype(np.float32)
        square[touched] += np.einsum("ij,ij->i", slope, slope)
        weights[touched] -= np.float32(recipe.spelling_rate) * slope / np.sqrt(square[touched])[:, None]
        square_bias += wrong.sum(axis=0) ** 2
        bias -= np.float32(recipe.spelling_rate) * wrong.sum(axis=0) / np.sqrt(square_bias)


def _batches(count: int, epochs: int, size: int, chance: np.random.Generator) -> Iterator[npt.NDArray[np.intp]]:
    for _ in range(epochs):
        order = chance.permutation(count)
        yield from (order[start : start + size] for start in range(0, count, size))


def _mask(shape: tuple[int, ...], share: float, chance: np.random.Generator) -> Floats:
    return (chance.random(shape, np.float32) >= share).astype(np.float32) / np.float32(1 - share)


def _wrong(rows: Floats, known: Examples, batch: npt.NDArray[np.intp]) -> Floats:
    """Give the slope of the loss by the logits: the likelihoods less what was wanted, weighed."""
    weight = known.weight[batch]
    by_output = np.hstack([weight[:, :1], np.repeat(weight[:, 1:], len(_LEVELS), axis=1)])
    wrong: Floats = ((chances(rows) - known.wanted[batch]) * by_output / np.float32(len(batch))).astype(np.float32)
    return wrong
