from __future__ import annotations

import pytest

from chat.moderation.pipeline import screen
from chat.verdict import Draft, Outcome, Strictness
from tests.moderation.rules import said


@pytest.mark.parametrize(("expected", "text"), said.read("abuse"))
def test_abuse_is_held_and_what_only_looks_like_it_passes(expected: str, text: str) -> None:
    verdict = screen(Draft(text))
    if expected == "none":
        assert verdict.findings == ()
    else:
        assert expected in {finding.rule for finding in verdict.findings}
        assert verdict.outcome is Outcome.HOLD


@pytest.mark.parametrize(("strictness", "held"), [("light", False), ("standard", True), ("strict", True)])
def test_mild_words_pass_where_rules_are_light(strictness: Strictness, held: bool) -> None:
    assert bool(screen(Draft("Tu es nul.", strictness=strictness)).findings) is held


@pytest.mark.parametrize(("strictness", "held"), [("light", False), ("standard", False), ("strict", True)])
def test_banter_is_held_where_rules_are_strict(strictness: Strictness, held: bool) -> None:
    assert bool(screen(Draft("T'es con 😂", strictness=strictness)).findings) is held


def test_urging_somebody_to_die_is_abuse_and_no_distress() -> None:
    verdict = screen(Draft("Va te pendre."))
    assert (verdict.outcome, verdict.crisis) == (Outcome.HOLD, "none")


def test_threats_are_urgent() -> None:
    assert screen(Draft("Je vais te casser la gueule.")).findings[0].urgent


def test_an_insult_after_a_quotation_counts() -> None:
    assert screen(Draft("« Je suis épuisée » : espèce de connasse, travaille.")).findings


def test_quotation_marks_around_a_word_do_not_hide_who_is_meant() -> None:
    assert screen(Draft('Tu es une vraie "connasse"')).findings
