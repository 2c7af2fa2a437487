from __future__ import annotations

import pytest

from chat.moderation.pipeline import screen
from chat.verdict import Draft, Finding, Outcome
from tests.moderation.rules import said


def found(text: str) -> Finding | None:
    return next((finding for finding in screen(Draft(text)).findings if finding.category == "distress"), None)


@pytest.mark.parametrize(("expected", "text"), said.read("distress"))
def test_who_is_in_danger_is_read_from_what_is_written(expected: str, text: str) -> None:
    assert screen(Draft(text)).crisis == expected


@pytest.mark.parametrize(
    "text", ["j3 v41s m3 5u1c1d3r", "je veux m o u r i r", "je veux me s*icider", "j'ai envie de mouriiiir"]
)
def test_disguised_distress_is_found(text: str) -> None:
    assert screen(Draft(text)).crisis == "self"


def test_distress_of_oneself_is_urgent_and_published() -> None:
    finding = found("Je veux mourir.")
    assert finding
    assert (finding.outcome, finding.urgent) == (Outcome.PUBLISH, True)


def test_distress_of_another_is_not_urgent() -> None:
    finding = found("Mon collègue parle de se tuer.")
    assert finding
    assert not finding.urgent


def test_spans_are_those_of_the_text_as_it_was_written() -> None:
    text = "🙂 Ça va. Je veux\u200b  mourir, là."
    finding = found(text)
    assert finding
    assert [text[start:end] for start, end in finding.spans] == ["Je veux\u200b  mourir"]


def test_distress_with_a_private_detail_is_one_held_draft() -> None:
    verdict = screen(Draft("Je veux mourir, écrivez à anne@example.org"))
    assert (verdict.crisis, verdict.outcome, verdict.details) == ("self", Outcome.HOLD, ("email",))


def test_one_sentence_in_earnest_counts_beside_one_in_jest() -> None:
    assert screen(Draft("Je suis mort de rire. Et pourtant je pense à me tuer.")).crisis == "self"


def test_what_is_denied_does_not_hide_what_is_said() -> None:
    assert screen(Draft("Je ne veux pas mourir à petit feu. J'ai décidé de me suicider.")).crisis == "self"
