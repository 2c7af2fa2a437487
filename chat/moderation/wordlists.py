"""
Word lists: what is looked for in messages, in files that people can read and add to.

Reads files. Ours are in ``words/``, an operator's in the folder ``words`` of the data; the name of a file says its list,
``insult.fr.txt`` belongs to ``insult``. To add a list, name it in :data:`LISTS` and look it up in a rule.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Final

import ahocorasick_rs
import regex
from msgspec import Struct

from chat.moderation.disguise import Vocabulary
from chat.moderation.expressions import Expression, Malformed, expression

OURS: Final = Path(__file__).parent / "words"
SHORTEST: Final = 4  # letters of a word that stars may hide
MOST_BYTES: Final = 256 * 1024  # of one file
LISTS: Final = {
    "distress-self": "somebody says of themself that they think of dying",
    "distress-other": "somebody fears for another",
    "distress-topic": "suicide is spoken of",
    "threat": "threats, blackmail, and urging somebody to harm themself",
    "insult": "insults aimed at somebody",
    "hate": "insults of groups, and of people for belonging to one",
    "sexual": "sexual advances and insults",
    "doxxing": "asking who somebody is, or telling it",
    "solicitation": "offers, recruiting, and asking for codes or money",
    "reported": "words that tell what somebody else said or wrote",
    "earnest": "words that say that it is no joke",
    "past": "words that say that it was long ago, or is over",
}
_END: Final = regex.compile(r"[.!?](?![0-9])")  # of a sentence; not within 0.5
_LINE: Final = regex.compile(r"(?:@(?P<name>\w+)\s*=\s*(?P<value>.+)|(?P<mark>[!~<]?)\s*(?P<text>.+))")


class Fault(Struct, frozen=True):
    """A line that can't be read; ``line`` 0 is the whole file."""

    file: Path
    line: int
    why: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.why}" if self.line else f"{self.file}: {self.why}"


class WordsError(Exception):
    """Word lists that can't be read, each fault with its file and line."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__("\n".join(map(str, faults)))
        self.faults = faults


class Entry(Struct, frozen=True):
    """One line of a list; ``mark`` is ``~``, ``<``, ``!`` or nothing, see the README."""

    list: str
    file: Path
    line: int
    text: str
    found_by: Expression
    mark: str = ""


class Hit(Struct, frozen=True):
    """Where an entry was found in a folded text."""

    start: int
    end: int
    entry: Entry


class WordList:
    """The entries of one list, found together: a message that contains none of their words is not looked at any further."""

    def __init__(self, entries: Iterable[Entry] = ()) -> None:
        self.entries = tuple(entries)
        owners: dict[str, list[int]] = {}
        for at, entry in enumerate(self.entries):
            for anchor in entry.found_by.anchors:
                owners.setdefault(anchor, []).append(at)
        # Of each anchor: the entries it stands for, and whether a word must end behind it.
        self._owners = [(entries, not anchor.endswith("*")) for anchor, entries in owners.items()]
        self._anchors = ahocorasick_rs.AhoCorasick([anchor.rstrip("*") for anchor in owners]) if owners else None

    def find(self, text: str) -> list[Hit]:
        """Find in folded ``text`` what counts, in the order of the text."""
        found: list[Hit] = []
        exceptions: list[tuple[Entry, tuple[int, int]]] = []
        for at, where in self._worth_trying(text):
            entry = self.entries[at]
            if entry.mark == "!":
                exceptions.append((entry, where))
            else:
                found.extend(_hits(entry, text, where))
        if not found:  # as in most: there is nothing to except
            return found
        buts = [but for entry, where in exceptions for but in _hits(entry, text, where)]
        counts = [hit for hit in found if not any(_touch(hit, but) for but in buts)]
        return sorted(counts, key=lambda hit: (hit.start, -hit.end))

    def _worth_trying(self, text: str) -> Iterator[tuple[int, tuple[int, int]]]:
        """Give the entries of which an anchor stands in ``text``, each with the sentence: no expression goes beyond one."""
        if self._anchors is None:
            return
        ends = None
        tried = set()
        for anchor, start, end in self._anchors.find_matches_as_indexes(text, overlapping=True):
            entries, whole = self._owners[anchor]
            if text[start - 1 : start].isalnum() or (whole and text[end : end + 1].isalnum()):
                continue
            ends = ends or [0, *(mark.start() for mark in _END.finditer(text)), len(text)]
            at = bisect_right(ends, start, hi=len(ends) - 1)
            for entry in entries:
                if (entry, at) not in tried:
                    tried.add((entry, at))
                    yield entry, (ends[at - 1], ends[at])


Words = dict[str, WordList]


def _hits(entry: Entry, text: str, where: tuple[int, int]) -> Iterator[Hit]:
    start, end = where
    for match in entry.found_by.pattern.finditer(text[start:end]):
        yield Hit(start + match.start(), start + match.end(), entry)


def _touch(one: Hit, other: Hit) -> bool:
    return one.start < other.end and other.start < one.end


def load(folder: Path | None = None) -> Words:
    """
    Read our lists and those in ``folder``, if it is there; every list of :data:`LISTS` is in the answer.

    Raises:
        WordsError: with every fault in every file.
    """
    entries: list[Entry] = []
    faults: list[Fault] = []
    for file in (*files(OURS), *(files(folder) if folder else ())):
        for got in _read(file):
            (faults if isinstance(got, Fault) else entries).append(got)  # type: ignore[arg-type]
    if faults:
        raise WordsError(faults)
    return {name: WordList(entry for entry in entries if entry.list == name) for name in LISTS}


def vocabulary(words: Words) -> Vocabulary:
    """Return the words by which what is disguised is read again: those of abuse and of one's own distress."""
    lists = [words[name] for name in ("insult", "hate", "threat", "sexual", "distress-self")]
    some = (word for entries in lists for entry in entries.entries for word in entry.found_by.words)
    return Vocabulary(word for word in some if len(word) >= SHORTEST)


@cache
def ours() -> Words:
    """The lists that come with the program, read once."""
    return load()


def files(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.txt")) if folder.is_dir() else []


def _read(file: Path) -> Iterator[Entry | Fault]:
    name = file.name.partition(".")[0]
    if name not in LISTS:
        yield Fault(file, 0, f"{name!r} is no list; the name of a file begins with one of: {', '.join(LISTS)}")
        return
    try:
        if file.stat().st_size > MOST_BYTES:
            yield Fault(file, 0, f"it is larger than {MOST_BYTES // 1024} KiB")
            return
        lines = file.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as exc:
        yield Fault(file, 0, f"it can't be read as UTF-8 text ({type(exc).__name__})")
        return
    yield from _parsed(name, file, lines)


def _parsed(name: str, file: Path, lines: list[str]) -> Iterator[Entry | Fault]:
    names: dict[str, str] = {}
    for number, line in enumerate(lines, 1):
        content = line.partition("#")[0].strip()
        if not content:
            continue
        found = _LINE.fullmatch(content)
        assert found, "any line is a name or an expression"
        if found["name"]:
            names[found["name"]] = found["value"]
            continue
        try:
            by = expression(found["text"], names)
        except Malformed as exc:
            yield Fault(file, number, str(exc))
            continue
        yield Entry(name, file, number, found["text"], by, found["mark"])
