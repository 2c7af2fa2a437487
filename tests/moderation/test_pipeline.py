import structlog

from chat.moderation.pipeline import screen
from chat.moderation.reading import Read
from chat.verdict import Draft, Finding, Outcome


def broken(read: Read) -> Finding | None:
    raise ValueError(read.draft.text)


def refusing(read: Read) -> Finding | None:
    return Finding("refusing", "flooding", Outcome.REFUSE)


def crying(read: Read) -> Finding | None:
    return Finding("crying", "distress", Outcome.PUBLISH, "self", urgent=True)


def silent(read: Read) -> Finding | None:
    return None


def test_a_draft_in_which_nothing_is_found_is_published() -> None:
    verdict = screen(Draft("Bonjour à toutes et à tous."), [silent])
    assert verdict.findings == ()
    assert verdict.outcome is Outcome.PUBLISH


def test_all_rules_run_even_after_a_refusal() -> None:
    verdict = screen(Draft("…"), [refusing, crying])
    assert [finding.rule for finding in verdict.findings] == ["refusing", "crying"]
    assert verdict.outcome is Outcome.REFUSE
    assert verdict.crisis == "self"


def test_a_rule_that_raises_counts_as_held_and_the_others_run() -> None:
    verdict = screen(Draft("…"), [broken, crying])
    assert verdict.findings[0] == Finding("broken", "failed", Outcome.HOLD)
    assert verdict.crisis == "self"
    assert verdict.outcome is Outcome.HOLD


def test_the_log_of_a_rule_that_raises_has_no_word_of_the_draft() -> None:
    with structlog.testing.capture_logs() as lines:
        screen(Draft("mot-qui-ne-sort-pas"), [broken])
    assert lines == [{"event": "rule_failed", "rule": "broken", "error": "ValueError", "log_level": "error"}]
