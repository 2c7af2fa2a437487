"""
The chain of a room's decisions: what an entry says, how it follows the one before, and how a chain is checked. Pure.

An entry holds no text of anybody, but a commitment to the text that was decided on: SHA-256 over a salt, which is erased with the text,
and the text. While both are there it proves which words were judged; afterwards nothing can be guessed from it. Each entry carries the
hash of the one before, and the heads of all rooms are anchored in one more chain, so that cutting the end off a room's shows, too.
What this cannot show is a store that was put back whole, chains and anchors together: keep the last anchor elsewhere.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from typing import Final, TypeVar

import msgspec
from msgspec import Struct

from chat.store.cases import Case
from chat.store.desk import Entry


class Decision(Struct, frozen=True, omit_defaults=True):
    """
    One entry: what was decided of which case, when (seconds since 1970), why and by whom.

    ``verdict`` is that of a case, or ``undo``, ``confirm``, ``lift``. ``rules`` are those that opened the case, ``opened_at`` says when.
    """

    n: int
    at: int
    case: str
    kind: str
    verdict: str
    reason: str
    by: str
    sanction: str = ""
    rules: list[str] = []
    opened_at: int = 0
    commitment: str = ""
    prev: str = ""


class Anchor(Struct, frozen=True, omit_defaults=True):
    """That a room's chain had ``n`` entries, the last with this hash, at some time."""

    at: int
    room: str
    n: int
    head: str
    prev: str = ""


class Hashed(Struct, frozen=True):
    hash: str


class Broken(Struct, frozen=True):
    """The first entry that does not hold: which chain (a slug, or ``anchors``), which entry, counted from 1, and what is wrong."""

    chain: str
    n: int
    what: str


_hashed: Final = msgspec.json.Decoder(Hashed)
_decision: Final = msgspec.json.Decoder(Decision)
_anchor: Final = msgspec.json.Decoder(Anchor)

T = TypeVar("T", Decision, Anchor)


def commitment(salt: str, text: str) -> str:
    """Commit to a text without telling it."""
    return hashlib.sha256(f"{salt}\0{text}".encode()).hexdigest()


def seal(entry: Decision | Anchor) -> bytes:
    """Write an entry, with the hash of all that stands before it at its end."""
    body = msgspec.json.encode(entry)
    return body[:-1] + b',"hash":"' + hashlib.sha256(body).hexdigest().encode() + b'"}'


def hash_of(line: bytes) -> str:
    """Read the hash of an entry as it was written, empty for none."""
    return _hashed.decode(line).hash if line else ""


def follow(last: bytes, decision: Decision) -> Entry:
    """Write ``decision`` as the one after ``last``, the newest entry as it was written."""
    before = _decision.decode(last).n if last else 0
    prev = hash_of(last)
    return Entry(prev, seal(msgspec.structs.replace(decision, n=before + 1, prev=prev)))


def decided(case: Case, verdict: str, reason: str, by: str, at: int, sanction: str = "") -> Decision:
    """Say of a case what was decided."""
    rules = [finding.rule for finding in case.findings]
    committed = commitment(case.salt, case.text) if case.salt and case.text else ""
    return Decision(0, at, case.id, case.kind, verdict, reason, by, sanction, rules, case.opened_at, committed)


def read_decision(line: bytes) -> Decision:
    return _decision.decode(line)


def read_anchor(line: bytes) -> Anchor:
    return _anchor.decode(line)


def check(chain: str, lines: Iterable[bytes]) -> Iterator[Broken | Decision]:
    """Check a room's chain from its beginning; yields its entries, and ends with what is broken if something is."""
    prev, n = "", 0
    for n, line in enumerate(lines, 1):
        wrong = _wrong(line, prev)
        if not wrong and read_decision(line).n != n:
            wrong = "its number is not its place"
        if wrong:
            yield Broken(chain, n, wrong)
            return
        yield read_decision(line)
        prev = hash_of(line)


def check_anchors(lines: Iterable[bytes]) -> Iterator[Broken | Anchor]:
    """Check the chain of anchors, likewise."""
    prev = ""
    for n, line in enumerate(lines, 1):
        if wrong := _wrong(line, prev):
            yield Broken("anchors", n, wrong)
            return
        yield read_anchor(line)
        prev = hash_of(line)


def _wrong(line: bytes, prev: str) -> str:
    body, mark, _ = line.rpartition(b',"hash":"')
    try:
        entry = _Linked.decode(line)
    except msgspec.MsgspecError:
        return "it cannot be read"
    if not mark or hashlib.sha256(body + b"}").hexdigest() != entry.hash:
        return "it was changed after it was written"
    return "" if entry.prev == prev else "it does not follow the one before"


class _Links(Struct, frozen=True):
    hash: str
    prev: str = ""


_Linked: Final = msgspec.json.Decoder(_Links)
