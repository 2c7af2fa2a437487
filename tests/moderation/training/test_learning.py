"""Learning from decisions: it brings something on decisions held back, and needs enough of them."""

from __future__ import annotations

import pytest

from chat.moderation import heads
from chat.moderation.features import Encoder
from chat.moderation.model import WEIGHTS
from chat.moderation.training.learning import TooFew, learn
from chat.moderation.training.lines import Line


def decided(count: int) -> list[Line]:
    """A community where one word, harmless elsewhere, is an insult, and another, rude elsewhere, is not."""
    bad = [Line(f"Tu n'es qu'un zorglub, numéro {at}, et tu le resteras.", "fr", 1) for at in range(count)]
    good = [Line(f"Quel connard ce tableur, encore {at} cellules à remplir.", "fr", 0) for at in range(count)]
    return bad + good


def test_learning_tells_apart_what_moderators_did() -> None:
    learned = learn(decided(80), heads.load(WEIGHTS), Encoder())

    assert learned.after.ranking > learned.before.ranking or learned.after.ranking == 1.0
    assert learned.after.found - learned.after.raised > learned.before.found - learned.before.raised
    assert learned.heads.bounds == heads.load(WEIGHTS).bounds


def test_learning_from_a_handful_is_refused() -> None:
    with pytest.raises(TooFew):
        learn(decided(4), heads.load(WEIGHTS), Encoder())
