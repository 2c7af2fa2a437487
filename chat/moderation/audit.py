"""
The chain of a room's decisions: what an entry says, how it follows the one before, and how a chain is checked. Pure.

An entry holds no text of anybody, but a commitment to the text that was decided on: SHA-256 over a salt, which is erased with the text,
and the text. While both are there it proves which words were judged; afterwards nothing can be guessed from it. Each entry carries the
hash of the one before, and the heads of all rooms are anchored in one more chain, so that cutting the end off a room's shows, too.
What the store alone cannot show is that all of it was made anew, chains and anchors together: for that the newest anchor is kept
elsewhere, and looked for.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from typing import Final, TypeVar

import msgspec
from msgspec import Struct

from chat.store.cases import Case
from chat.store.desk import Entry

ANCHORS: Final = "(anchors)"  # no slug


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


class Whole(Struct, frozen=True):
    """That a chain holds: how many entries it has, and the hash of the newest (empty where there is none)."""

    chain: str
    entries: int
    head: str


class Broken(Struct, frozen=True):
    """The first entry that does not hold: which chain (a slug, or :data:`ANCHORS`), which entry, counted from 1, and what is wrong."""

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
    return _sealed(msgspec.json.encode(entry))


def _sealed(body: bytes) -> bytes:
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
    prev = ""
    for n, line in enumerate(lines, 1):
        entry = _read(_decision, line, prev)
        if not isinstance(entry, str) and entry.n != n:
            entry = "its number is not its place"
        if isinstance(entry, str):
            yield Broken(chain, n, entry)
            return
        yield entry
        prev = hash_of(line)


def check_anchors(lines: Iterable[bytes]) -> Iterator[Broken | Anchor]:
    """Check the chain of anchors, likewise."""
    prev = ""
    for n, line in enumerate(lines, 1):
        entry = _read(_anchor, line, prev)
        if isinstance(entry, str):
            yield Broken(ANCHORS, n, entry)
            return
        yield entry
        prev = hash_of(line)


def _read(decoder: msgspec.json.Decoder[T], line: bytes, prev: str) -> T | str:
    """Read an entry that follows the one whose hash is ``prev``; or say what is wrong with it."""
    body, _, _ = line.rpartition(b',"hash":"')
    try:
        entry = decoder.decode(line)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return "it cannot be read"
    # All of the line, or a field written after the hash would count and not be covered by it.
    if line != _sealed(body + b"}"):
        return "it was changed after it was written"
    return entry if entry.prev == prev else "it does not follow the one before"
