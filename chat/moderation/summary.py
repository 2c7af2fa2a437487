"""
What the console shows of a case: a summary in lists and live frames, more when it is opened. Pure.
"""

from __future__ import annotations

from msgspec import Struct

from chat.protocol import Author
from chat.store.cases import Case
from chat.store.desk import UNDO_SECONDS
from chat.verdict import Outcome


class Found(Struct, frozen=True, omit_defaults=True):
    """A finding: ``spans`` are half-open ranges of code points of the text."""

    rule: str
    category: str
    kind: str = ""
    urgent: bool = False
    spans: tuple[tuple[int, int], ...] = ()


class Sanctioned(Struct, frozen=True, omit_defaults=True):
    """What a decision put on the person; ``proposed``: for good, once somebody else confirms it."""

    kind: str
    ends_at: int | None = None
    proposed: bool = False


class Decided(Struct, frozen=True, omit_defaults=True):
    """A decision, as other moderators read it."""

    by: str
    at: int
    verdict: str
    reason: str
    words: str = ""
    undo_until: int | None = None
    sanction: Sanctioned | None = None
    reversed: bool = False


class Contesting(Struct, frozen=True):
    """What an appeal says, and when."""

    text: str
    at: int


class Summary(Struct, frozen=True, omit_defaults=True):
    """A case in a list; ``text`` is absent once it is erased."""

    id: str
    version: int
    kind: str
    room: str
    title: str
    message: str
    opened_at: int
    text: str | None = None
    lang: str = ""
    said_at: int | None = None
    author: Author | None = None
    findings: list[Found] = []
    held: bool = False
    withdrawn: bool = False
    reports: int = 0
    weight: float = 0.0
    score: float = 0.0
    claimed_by: str = ""
    lease_until: int | None = None
    escalated: bool = False
    appeal: Contesting | None = None
    decided: Decided | None = None
    contested: Decided | None = None


def summarise(case: Case, title: str, contested: Case | None = None) -> Summary:
    """Say of a case what a list needs; ``contested`` is the case that an appeal is about."""
    return Summary(
        id=case.id,
        version=case.version,
        kind=case.kind,
        room=case.slug,
        title=title,
        message=case.message,
        opened_at=case.opened_at,
        text=case.text or None,
        lang=case.lang,
        said_at=case.said_at or None,
        author=case.who,
        findings=[
            Found(each.rule, each.category, each.kind, each.urgent, each.spans)
            for each in case.findings
            if each.outcome > Outcome.PUBLISH or each.category != "private"
        ],
        held=case.held,
        withdrawn=case.state == "withdrawn",
        reports=len(case.reports),
        weight=round(case.weight, 2),
        score=round(case.score, 2),
        claimed_by=case.claimed_by,
        lease_until=case.lease_until or None,
        escalated=bool(case.escalated),
        appeal=Contesting(case.appeal, case.opened_at) if case.appeal else None,
        decided=decided(case),
        contested=decided(contested) if contested is not None else None,
    )


def decided(case: Case) -> Decided | None:
    """Say what was decided of a case, None where nothing is."""
    if case.state != "decided":
        return None
    undo_until = None if case.told else case.decided_at + UNDO_SECONDS
    return Decided(
        case.by, case.decided_at, case.verdict, case.reason, case.words, undo_until, _sanctioned(case), case.reversed
    )


def _sanctioned(case: Case) -> Sanctioned | None:
    if case.sanction is None:
        return None
    kind, seconds = case.sanction
    ends_at = case.decided_at + seconds if kind != "warn" else None
    return Sanctioned(kind, ends_at, bool(case.proposed))
