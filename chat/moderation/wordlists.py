"""
Word lists: what is looked for in messages, in files that people can read and add to.

Reads files. Ours are in ``words/``, an operator's in the folder ``words`` of the data; the name of a file says its list,
``insult.fr.txt`` belongs to ``insult``. To add a list, name it in :data:`LISTS` and look it up in a rule.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Container, Iterable, Iterator, Mapping
from functools import cache, cached_property
from itertools import pairwise
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
CONTEXT: Final = frozenset({"reported", "earnest", "past"})  # how words are meant: asked only where others were found
_END: Final = regex.compile(r"[.!?](?![0-9])")  # of a sentence; not within 0.5
_LINE: Final = regex.compile(r"(?:@(?P<name>\w+)\s*=\s*(?P<value>.+)|(?P<mark>[!~<]?)\s*(?P<text>.+))")


Span = tuple[int, int]


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
    """Entries that are found together: a message that contains none of their words is not looked at any further."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self.entries = tuple(entries)

    @cached_property
    def _owners(self) -> dict[str, list[Entry]]:
        """Of each anchor, the entries it stands for."""
        owners: dict[str, list[Entry]] = {}
        for entry in self.entries:
            for anchor in entry.found_by.anchors:
                owners.setdefault(anchor, []).append(entry)
        return owners

    @cached_property
    def _anchors(self) -> tuple[ahocorasick_rs.AhoCorasick, list[tuple[list[Entry], bool]]] | None:
        """What finds anchors, and of each its entries and whether a word must end behind it."""
        if not self._owners:
            return None
        found = ahocorasick_rs.AhoCorasick([anchor.rstrip("*") for anchor in self._owners])
        return found, [(entries, not anchor.endswith("*")) for anchor, entries in self._owners.items()]

    def find(self, text: str, but: Container[str] = ()) -> list[Hit]:
        """Find in folded ``text`` what counts, in the order of the text; not in the sentences ``but``."""
        found: list[Hit] = []
        exceptions: list[tuple[Entry, Span]] = []
        # Bytes of ASCII stand where its characters do: RE2 is spared counting them, and many patterns are tried.
        written = text.encode() if text.isascii() else text
        for entry, where in self._worth_trying(text, but):
            if entry.mark == "!":
                exceptions.append((entry, where))
            else:
                found.extend(_hits(entry, written, where))
        if not found:  # as in most: there is nothing to except
            return found
        buts = [hit for entry, where in exceptions for hit in _hits(entry, written, where)]
        counts = [hit for hit in found if not any(_excepts(one, hit) for one in buts)]
        return sorted(counts, key=lambda hit: (hit.start, -hit.end))

    def _worth_trying(self, text: str, but: Container[str]) -> Iterator[tuple[Entry, Span]]:
        """Give the entries of which an anchor stands in ``text``, each with the sentence: no expression goes beyond one."""
        if self._anchors is None:
            return
        anchors, owners = self._anchors
        ends: list[int] = []
        tried: set[tuple[int, int]] = set()
        for anchor, start, end in anchors.find_matches_as_indexes(text, overlapping=True):
            entries, whole = owners[anchor]
            if text[start - 1 : start].isalnum() or (whole and text[end : end + 1].isalnum()):
                continue
            ends = ends or _ends(text)
            at = bisect_right(ends, start, hi=len(ends) - 1)
            where = ends[at - 1], ends[at]
            if but and text[slice(*where)] in but:
                continue
            for entry in entries:
                if (id(entry), at) not in tried:
                    tried.add((id(entry), at))
                    yield entry, where


class Words(Mapping[str, WordList]):
    """
    The lists, each by its name.

    ``sought``: the entries of all but those of :data:`CONTEXT`, to be found in one pass over a text. ``vocabulary``: the words by which
    what is disguised is read again, those of abuse and of one's own distress.
    """

    def __init__(self, entries: Iterable[Entry]) -> None:
        every = tuple(entries)
        self._lists = {name: WordList(entry for entry in every if entry.list == name) for name in LISTS}
        self.sought = WordList(entry for entry in every if entry.list not in CONTEXT)
        disguised = [self[name] for name in ("insult", "hate", "threat", "sexual", "distress-self")]
        words = (word for some in disguised for entry in some.entries for word in entry.found_by.words)
        self.vocabulary = Vocabulary(word for word in words if len(word) >= SHORTEST)

    def __getitem__(self, name: str) -> WordList:
        return self._lists[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._lists)

    def __len__(self) -> int:
        return len(self._lists)


def sentences(text: str) -> Iterator[str]:
    """Cut folded ``text`` where no expression goes on."""
    return (text[start:end] for start, end in pairwise(_ends(text)))


def _ends(text: str) -> list[int]:
    return [0, *(mark.start() for mark in _END.finditer(text)), len(text)]


def _hits(entry: Entry, text: str | bytes, where: Span) -> Iterator[Hit]:
    start, end = where
    for match in entry.found_by.pattern.finditer(text[start:end]):
        yield Hit(start + match.start(), start + match.end(), entry)


def _excepts(one: Hit, hit: Hit) -> bool:
    """Whether ``one``, of an exception, touches ``hit`` of the same list."""
    return one.entry.list == hit.entry.list and one.start < hit.end and hit.start < one.end


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
    return Words(entries)


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
