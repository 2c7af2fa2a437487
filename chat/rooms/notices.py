"""
What people are told of cases that concern them: what is held, what was decided and why, what came of their reports. Pure.
"""

from __future__ import annotations

from collections.abc import Sequence

from chat.people.receipts import Receipts
from chat.protocol import Notice, Pending, Word
from chat.store.cases import Case
from chat.verdict import held_for


def pending(cases: Sequence[Case]) -> list[Pending]:
    """List somebody's messages that nobody else sees as yet."""
    return [
        Pending(case.message, case.id, case.text, case.opened_at, held_for(case.findings))
        for case in cases
        if case.held and case.state == "open" and case.kind != "appeal"
    ]


def about(cases: Sequence[Case], receipts: Receipts) -> list[Notice | Word]:
    """List what the author of cases is to be told, or was told and may have lost with the page."""
    told: list[Notice | Word] = []
    for case in cases:
        if case.state in ("open", "decided"):
            told += [Word(word.sender, word.text, word.at) for word in case.told_words]
        if case.told and (notice := decided(case, receipts)) is not None:
            told.append(notice)
    return told


def decided(case: Case, receipts: Receipts) -> Notice | None:
    """Tell the author what was decided; None where it changed nothing for them."""
    if case.state == "lapsed":
        return Notice("lapsed", message=case.message, case=case.id)
    if case.state != "decided" or (case.verdict == "dismiss" and case.sanction is None):
        return None
    return Notice(
        "decided",
        message=case.message,
        case=case.id,
        text=case.text,
        verdict=case.verdict,  # type: ignore[arg-type]  # one that was escalated is open yet
        reason=case.reason,
        words=case.words,
        sanction=case.sanction[0] if case.sanction else None,
        receipt=receipts.write(case.id) if case.contestable else "",
        appealed=bool(case.appealed),
    )


def outcome(case: Case) -> Notice | None:
    """Tell somebody who reported a message what came of it; None before."""
    if case.state != "decided" or not case.told:
        return None
    followed = case.verdict == "remove"
    return Notice("report_outcome", message=case.message, case=case.id, verdict="remove" if followed else "dismiss")
