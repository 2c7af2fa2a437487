"""
A case: something that moderators are to look at, as the room's slot keeps it.

This module gives it its form. A case is named by its room and a token, ``slug~token``, so that no index is needed to find it.
``room_log`` opens cases with the messages they are about, ``case_log`` is what members ask of them, ``desk`` what staff do with them.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Sequence
from typing import Final, Literal

import msgspec
from msgspec import Struct

from chat.protocol import Author
from chat.store.commands import Reply, pairs
from chat.verdict import Finding

Kind = Literal["distress", "reported", "held", "second_look", "appeal"]
State = Literal["open", "decided", "withdrawn", "lapsed"]  # lapsed: nobody decided in time
Choice = Literal["publish", "remove", "dismiss", "escalate", "uphold", "reverse"]
SanctionKind = Literal["warn", "mute", "exclude"]

_ID: Final = re.compile(r"([a-z0-9][a-z0-9-]{0,47})~([0-9a-f]{16})")

_author: Final = msgspec.json.Decoder(Author)
_findings: Final = msgspec.json.Decoder(tuple[Finding, ...])
_report: Final = msgspec.json.Decoder(tuple[str, str])


class Report(Struct, frozen=True):
    """What a member reported, and how much that weighs: 1 for somebody of whom nothing is known, up to 2, down to 0."""

    reporter: str
    weight: float
    reason: str
    note: str


class Word(Struct, frozen=True, rename={"sender": "from"}):
    """What a member of staff said to the author of a case alone; ``at`` in seconds since 1970."""

    sender: str
    text: str
    at: int


_word: Final = msgspec.json.Decoder(Word)


def read_word(word: bytes) -> Word:
    """Read a word as it is kept."""
    return _word.decode(word)


class Case(Struct, frozen=True):
    """
    A case as it is kept; what is empty is unknown, erased or not yet.

    Times are seconds since 1970: ``said_at`` when the message was published (a ``held`` one never was), ``lease_until`` how
    long ``claimed_by`` has it. ``of`` is the token of the case that an appeal is about, ``appealed`` that of its appeal. ``sanction`` is a
    kind and its seconds, ``record`` how it is kept, ``proposed`` who proposed it for good.
    """

    slug: str
    token: str
    kind: Kind
    state: State
    version: int
    held: bool
    message: str
    author: str
    who: Author | None
    text: str
    lang: str
    findings: tuple[Finding, ...]
    score: float
    opened_at: int
    said_at: int
    claimed_by: str
    lease_until: int
    escalated: str
    verdict: str
    reason: str
    words: str
    by: str
    decided_at: int
    sanction: tuple[SanctionKind, int] | None
    record: str
    proposed: str
    told: bool
    of: str
    appeal: str
    appealed: str
    reversed: bool
    salt: str
    reports: tuple[Report, ...]
    told_words: tuple[Word, ...]

    @property
    def id(self) -> str:
        return f"{self.slug}~{self.token}"

    @property
    def queue(self) -> str:
        """Name the list of the console in which it stands; empty where it is of interest to nobody any more."""
        if self.state == "decided":
            return "decided"
        return {"appeal": "appeals"}.get(self.kind, self.kind) if self.state == "open" else ""

    @property
    def weight(self) -> float:
        """How much its reports weigh together."""
        return sum(report.weight for report in self.reports)

    @property
    def contestable(self) -> bool:
        """Whether its author may contest what was decided, and has not: it took something from them."""
        took = self.verdict == "remove" or self.sanction is not None
        return self.state == "decided" and self.kind != "appeal" and not self.appealed and took

    @property
    def erased(self) -> bool:
        """Whether its words are gone, its author having erased what is held of them."""
        return not self.author


def new_token() -> str:
    return secrets.token_hex(8)


def new_salt() -> str:
    """Make the salt under which the chain of decisions commits to the text of a case."""
    return secrets.token_hex(16)


def parted(case_id: str) -> tuple[str, str] | None:
    """Part the id of a case into the slug of its room and its token; None where it is of no case."""
    found = _ID.fullmatch(case_id)
    return (found[1], found[2]) if found else None


def read_case(slug: str, token: str, reply: Sequence[bytes]) -> Case | None:
    """Read the fields of a case and their values in turn; None where there is none."""
    kept = {name.decode(): value for name, value in pairs(reply).items()}
    if "state" not in kept:
        return None

    def text(name: str) -> str:
        return kept.get(name, b"").decode()

    def number(name: str) -> int:
        return int(kept.get(name, 0))

    kind, _, seconds = text("sanction").partition(" ")
    return Case(
        slug=slug,
        token=token,
        kind=text("kind"),  # type: ignore[arg-type]  # the scripts write no other
        state=text("state"),  # type: ignore[arg-type]
        version=number("version"),
        held="held" in kept,
        message=text("message"),
        author=text("author"),
        who=_author.decode(kept["who"]) if "who" in kept else None,
        text=text("text"),
        lang=text("lang"),
        findings=_findings.decode(kept["findings"]) if "findings" in kept else (),
        score=float(kept.get("score", 0)),
        opened_at=number("opened_at"),
        said_at=number("said_at"),
        claimed_by=text("claimed_by"),
        lease_until=number("lease_until"),
        escalated=text("escalated"),
        verdict=text("verdict"),
        reason=text("reason"),
        words=text("words"),
        by=text("by"),
        decided_at=number("decided_at"),
        sanction=(kind, int(seconds)) if kind else None,  # type: ignore[arg-type]
        record=text("record"),
        proposed=text("proposed"),
        told="told" in kept,
        of=text("of"),
        appeal=text("appeal"),
        appealed=text("appealed"),
        reversed="reversed" in kept,
        salt=text("salt"),
        reports=tuple(_read_report(name[2:], value) for name, value in sorted(kept.items()) if name.startswith("r:")),
        told_words=tuple(_word.decode(value) for name, value in sorted(kept.items()) if name.startswith("w:")),
    )


def read_cases(slug: str, reply: Reply) -> tuple[Case, ...]:
    """Read several cases, each as its token and its fields."""
    cases = (read_case(slug, token.decode(), fields) for token, fields in reply)
    return tuple(case for case in cases if case is not None)


def _read_report(reporter: str, value: bytes) -> Report:
    weight, _, words = value.partition(b" ")
    reason, note = _report.decode(words)
    return Report(reporter, float(weight), reason, note)
