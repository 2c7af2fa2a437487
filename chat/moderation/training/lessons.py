"""
What a decided case teaches, if anything: its text was abuse or was not, as moderators saw it.
"""

from __future__ import annotations

from typing import Final

from chat.moderation.training.lines import Line
from chat.store.cases import Case

_NOT_SPEECH: Final = frozenset(
    {"private", "flooding", "failed", "newcomer", "premoderated"}
)  # held for what is no abuse


def lesson(case: Case) -> Line | None:
    """
    Read the lesson of ``case``; nothing where it is undecided or erased, where it was about a life, or removed for what was not abuse.
    """
    if case.state != "decided" or not case.text or case.kind in {"distress", "appeal"}:
        return None
    removed = case.verdict == "remove"
    if case.verdict not in {"remove", "publish", "dismiss"}:
        return None
    if removed and case.kind == "held" and all(finding.category in _NOT_SPEECH for finding in case.findings):
        return None
    # What an appeal reversed was wrong: it teaches the contrary.
    return Line(case.text, case.lang or "fr", int(removed != case.reversed), source="verdict")
