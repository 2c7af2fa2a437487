"""Training: one seed, one file; what is learned from a block is not judged on it."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest
from msgspec import structs

from chat.moderation import heads, seeing
from chat.moderation.features import Encoder
from chat.moderation.training.__main__ import some, train, twins
from chat.moderation.training.degrade import degrade
from chat.moderation.training.figures import FOLDS, auroc, folds, held_out
from chat.moderation.training.fit import Recipe, examples, fit
from chat.moderation.training.lines import TEXT, Line, read

SMALL = Recipe(networks=1, width=16, epochs=6, spelling_epochs=4, batch=64)


@pytest.fixture(scope="module")
def lines() -> list[Line]:
    """A block of each file of the project's own text."""
    every = read([TEXT], "own")
    return [line for line in every if int(line.block.rpartition(":")[2]) % 5 == 0][:1200]


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    return Encoder()


def test_training_twice_gives_the_same_file_that_tells_abuse_from_talk(lines: list[Line], encoder: Encoder) -> None:
    some_lines = random.Random(3).sample(lines, 600)
    beside = examples([structs.replace(line, source="public", crisis=None) for line in some_lines[:20]], encoder)

    made, found = train(some_lines, beside, encoder, SMALL)

    assert heads.dump(made) == heads.dump(train(some_lines, beside, encoder, SMALL)[0])
    texts = [(line.text, line.lang) for line in some_lines]
    scores = np.array([look.score for look in seeing.look(encoder, made, texts)], np.float32)
    abuse = np.array([line.label == 1 for line in some_lines])
    assert auroc(scores[abuse], scores[~abuse]) > 0.9
    assert {"fr.self.veiled", "en.self.veiled"} <= found.keys()


def test_what_is_learned_by_heart_is_no_merit(lines: list[Line], encoder: Encoder) -> None:
    drawn = random.Random(5)
    chance_lines = [structs.replace(line, label=drawn.randrange(2)) for line in drawn.sample(lines, 300)]
    known, nothing = examples(chance_lines, encoder), examples([], encoder)
    seen = seeing.see(encoder, [line.text for line in chance_lines])
    abuse = np.array([line.label == 1 for line in chance_lines])

    by_heart = seeing.worst(fit(known, SMALL), seen)[:, 0]
    judged = held_out(chance_lines, seen, known, known, nothing, SMALL)[:, 0]

    assert auroc(by_heart[abuse], by_heart[~abuse]) > 0.9
    assert auroc(judged[abuse], judged[~abuse]) < 0.65


def test_folds_keep_neighbours_together(lines: list[Line]) -> None:
    of = dict(zip((line.block for line in lines), folds(lines).tolist(), strict=True))

    assert [of[line.block] for line in lines] == folds(lines).tolist()
    assert set(of.values()) == set(range(FOLDS))


def test_some_of_the_lines_are_whole_blocks(lines: list[Line]) -> None:
    half = some(lines, 0.5)

    assert 0.3 < len(half) / len(lines) < 0.7
    assert all(line in half for line in lines if line.block == half[0].block)


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_hasty_writing_depends_on_its_chance_alone(lang: str) -> None:
    text = "Je suis désolé, j'ai tout préparé pour vous, I'm going to tell you tonight."

    found = {degrade(text, lang, random.Random(seed)) for seed in range(40)}

    assert found == {degrade(text, lang, random.Random(seed)) for seed in range(40)}
    assert len(found) > 10


def test_twins_keep_what_their_lines_teach(lines: list[Line]) -> None:
    assert [(twin.label, twin.crisis, twin.block) for twin in twins(lines)] == [
        (line.label, line.crisis, line.block) for line in lines
    ]


def test_auroc_counts_equals_half() -> None:
    assert auroc(np.array([1, 2], np.float32), np.array([1, 0], np.float32)) == 0.875


def test_every_line_of_our_text_can_be_read() -> None:
    every = read([TEXT], "own")

    assert {line.lang for line in every} == {"fr", "en"}
    assert {line.label for line in every} == {0, 1}
    assert all(line.crisis is not None and line.kind for line in every)
    assert not any(line.label and line.crisis == "self" for line in every)
    assert all(Path(TEXT / line.block.rpartition(":")[0]).exists() for line in every)
