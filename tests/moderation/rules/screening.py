"""What the first stage finds in a text, for the tests of rules."""

from chat.moderation.pipeline import screen
from chat.verdict import Draft, Strictness


def kinds(text: str, strictness: Strictness = "standard", names: tuple[str, ...] = ()) -> set[str]:
    """The kinds of private details in ``text``; none of its rules may have failed."""
    verdict = screen(Draft(text, "fr", strictness, frozenset(names)))
    assert not [finding for finding in verdict.findings if finding.category == "failed"]
    return set(verdict.details)


def found(text: str, kind: str) -> list[str]:
    """What is underlined in ``text`` for ``kind``."""
    verdict = screen(Draft(text))
    return [text[start:end] for finding in verdict.findings if finding.kind == kind for start, end in finding.spans]
