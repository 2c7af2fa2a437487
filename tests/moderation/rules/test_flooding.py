from __future__ import annotations

import pytest

from chat.moderation.pipeline import screen
from chat.moderation.rules.flooding import LATEST, RECENT_SECONDS, SHORTEST
from chat.verdict import Draft, Outcome, Strictness

LONG = "Quelqu'un a un modèle d'entretien annuel ?"


def kinds(draft: Draft) -> list[str]:
    return [finding.kind for finding in screen(draft).findings if finding.category == "flooding"]


def test_a_wall_of_one_letter_is_held() -> None:
    assert kinds(Draft("a" * 41)) == ["wall"]
    assert kinds(Draft("a" * 40)) == []


@pytest.mark.parametrize("text", ["-" * 200, "nooooon", "ha" * 20, "1 000 000 000 €", "\n" * 100 + "fin"])
def test_lines_and_emphasis_pass(text: str) -> None:
    assert kinds(Draft(text)) == []


def test_the_same_words_over_and_over_are_held() -> None:
    assert kinds(Draft("MASK OFF " * 8)) == ["wall"]
    assert kinds(Draft("C'est trop. " * 3)) == []


@pytest.mark.parametrize(("strictness", "times"), [("strict", 1), ("standard", 2), ("light", 3)])
def test_saying_the_same_again_is_held_at_the_bound_of_the_room(strictness: Strictness, times: int) -> None:
    again = tuple((LONG.upper() + "!", 30.0) for _ in range(times))
    assert kinds(Draft(LONG, strictness=strictness, recent=again)) == ["again"]
    assert kinds(Draft(LONG, strictness=strictness, recent=again[1:])) == []


def test_what_was_said_long_ago_may_be_said_again() -> None:
    assert kinds(Draft(LONG, recent=((LONG, RECENT_SECONDS + 1.0), (LONG, RECENT_SECONDS + 1.0)))) == []


def test_short_answers_may_be_given_as_often_as_one_likes() -> None:
    short = "o" * (SHORTEST - 1)
    assert kinds(Draft(short, recent=((short, 1.0),) * 5, others=(short,) * 5)) == []


def test_copies_of_what_others_said_are_held() -> None:
    assert kinds(Draft(LONG, others=(LONG, "autre chose", LONG.lower()))) == ["copy"]
    assert kinds(Draft(LONG, others=(LONG, "autre chose"))) == []


def test_only_the_latest_of_others_are_compared() -> None:
    assert kinds(Draft(LONG, others=(LONG, LONG, *("autre chose",) * LATEST))) == []


def test_a_long_text_in_capitals_is_held_in_a_strict_room_only() -> None:
    shouted = "ON NE PEUT PLUS TRAVAILLER ICI SANS QU'ON NOUS EXPLIQUE NOTRE MÉTIER, " * 3
    assert kinds(Draft(shouted)) == []
    assert kinds(Draft(shouted, strictness="strict")) == ["capitals"]


def test_distress_said_again_is_never_refused() -> None:
    text = "je veux mourir ce soir"
    verdict = screen(Draft(text, recent=((text, 5.0),) * 4))
    assert (verdict.crisis, verdict.outcome) == ("self", Outcome.HOLD)
