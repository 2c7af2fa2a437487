"""
What would tell a visitor: their address in every form that a program may give it, and the headers that a proxy or a browser sends.

Pure: makes the needles of a crowd, and finds them in bytes. To search for one more form, add its line to :data:`FORMS`.
"""

from __future__ import annotations

import ipaddress
import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final, NamedTuple

from msgspec import Struct

CLIENTS: Final = 40
MARGIN: Final = 64  # bytes: longer than any needle, and than what is looked at before one


class Visitor(Struct, frozen=True):
    """
    Somebody who is to leave no trace: the address that they come from, and what their headers say.

    No header tells the address, so that a trace tells by which way it came in.
    """

    number: int
    address: str  # of 127.0.0.0/8, really theirs
    forged: str  # what the forwarding headers say
    forged_v6: str
    agent: str
    language: str
    referer: str

    def headers(self) -> list[tuple[str, str]]:
        """Everything that a proxy or a browser might tell of them."""
        return [
            ("X-Forwarded-For", f"{self.forged}, {self.forged_v6}"),
            ("Forwarded", f'for="[{self.forged_v6}]";by={self.forged};proto=https'),
            ("X-Real-IP", self.forged),
            ("X-Client-IP", self.forged),
            ("True-Client-IP", self.forged),
            ("CF-Connecting-IP", self.forged_v6),
            ("Via", f"1.1 {self.forged}"),
            ("User-Agent", f"Mozilla/5.0 ({self.agent})"),
            ("Accept-Language", f"{self.language},fr;q=0.8"),
            ("Referer", f"https://intranet.example/{self.referer}"),
        ]


def crowd(chance: random.Random, size: int) -> list[Visitor]:
    """
    Make up ``size`` visitors that nobody could be by chance.

    Their addresses share the first two bytes and have three digits in each of the others: no text is part of another one, and one
    search of what they share finds them all.
    """
    second = chance.randrange(16, 100)
    word = "".join(chance.choices("bcdfghjklmnpqrstvwxz", k=8))
    places = [(x, y) for x in range(100, 255) for y in range(100, 255)]
    visitors = []
    for number, (x, y) in enumerate(chance.sample(places, size)):
        mark = f"{number:03}"
        forged_v6 = f"2001:db8:{second:02x}{x:02x}:{y:02x}00::{number + 1:x}"
        visitors.append(
            Visitor(
                number,
                f"127.{second}.{x}.{y}",
                f"10.{second}.{y}.{x}",
                str(ipaddress.IPv6Address(forged_v6)),
                f"{word}-agent-{mark}",
                f"fr-x-{word}-{mark}",
                f"{word}-page-{mark}",
            )
        )
    return visitors


# ---------------------------------------------------------------- Forms


class Form(NamedTuple):
    """One way to write something of a visitor; ``short``: so short that chance may write it, too, wherever it stands."""

    name: str
    write: Callable[[Visitor], Iterable[bytes]]
    short: bool = False


def _packed(address: str) -> bytes:
    return ipaddress.IPv4Address(address).packed


def _hex(visitor: Visitor) -> Iterator[bytes]:
    packed = _packed(visitor.address)
    yield packed.hex().encode()
    yield packed.hex().upper().encode()
    yield _mapped_hex(packed)


def _mapped_hex(packed: bytes) -> bytes:
    return f"ffff:{packed[:2].hex()}:{packed[2:].hex()}".encode()


def _swapped_hex(visitor: Visitor) -> Iterator[bytes]:
    """As Linux writes it in /proc/net/tcp."""
    swapped = _packed(visitor.address)[::-1].hex()
    yield swapped.encode()
    yield swapped.upper().encode()


FORMS: Final = (
    # ::ffff:127.0.0.1 holds the plain text, so that it is found by it.
    Form("address, as text", lambda v: [v.address.encode()]),
    Form("address, as wide text", lambda v: [v.address.encode("utf-16-le"), v.address.encode("utf-32-le")]),
    Form("address, in hexadecimal", _hex),
    Form("address, in hexadecimal, bytes swapped", _swapped_hex),
    Form("address, as a number", lambda v: [str(int(ipaddress.IPv4Address(v.address))).encode()]),
    Form("address, packed", lambda v: [_packed(v.address)], short=True),
    Form("address, packed, bytes swapped", lambda v: [_packed(v.address)[::-1]], short=True),
    Form("forwarded address", lambda v: [v.forged.encode(), v.forged_v6.encode()]),
    Form("user agent", lambda v: [v.agent.encode()]),
    Form("language", lambda v: [v.language.encode()]),
    Form("referer", lambda v: [v.referer.encode()]),
)
# What stands before a packed address when it is none by chance: (name, how many bytes before, what).
SURE: Final = (
    ("sockaddr_in", 4, b"\x02\x00"),
    ("address, packed, v4-mapped", 2, b"\xff\xff"),
)
# Eight digits of a longer row of digits, such as a hash, may be there by chance; a row of its own may not.
IN_A_ROW: Final = "address, within a longer row of digits"
DIGITS: Final = {
    "address, in hexadecimal": frozenset(b"0123456789abcdefABCDEF"),
    "address, in hexadecimal, bytes swapped": frozenset(b"0123456789abcdefABCDEF"),
    "address, as a number": frozenset(b"0123456789"),
}
NAMES: Final = (*(form.name for form in FORMS), *(name for name, _, _ in SURE), IN_A_ROW)
SHORT: Final = frozenset({*(form.name for form in FORMS if form.short), IN_A_ROW})
OF_HEADERS: Final = frozenset({"forwarded address", "user agent", "language", "referer"})
OF_ADDRESS: Final = frozenset(NAMES) - OF_HEADERS


# ---------------------------------------------------------------- Search


class Find(NamedTuple):
    """A needle that was found: its form, the number of the visitor whom it tells, and where it stands."""

    form: str
    number: int
    start: int
    end: int


class _Family(NamedTuple):
    """Needles of one form and one length; ``anchor`` is what they share, ``before`` of their bytes stand before it."""

    form: str
    length: int
    anchor: bytes
    before: int
    needles: dict[bytes, int]


class Search:
    """Finds a crowd in bytes; made once, used for everything that a copy left."""

    def __init__(self, visitors: Sequence[Visitor]) -> None:
        self._families = [family for form in FORMS for family in _families(form, visitors)]

    def find(self, chunk: bytes) -> Iterator[Find]:
        """Yield each needle in ``chunk``, as often as it stands there."""
        for family in self._families:
            at = chunk.find(family.anchor)
            while at >= 0:
                start = at - family.before
                number = family.needles.get(chunk[start : start + family.length]) if start >= 0 else None
                if number is not None:
                    end = start + family.length
                    yield Find(_judged(family.form, chunk, start, end), number, start, end)
                at = chunk.find(family.anchor, at + 1)


def _families(form: Form, visitors: Sequence[Visitor]) -> Iterator[_Family]:
    groups: dict[tuple[int, int], dict[bytes, int]] = {}
    for visitor in visitors:
        for kind, needle in enumerate(form.write(visitor)):
            groups.setdefault((kind, len(needle)), {})[needle] = visitor.number
    for (_, length), needles in groups.items():
        first = _shared(needles)
        last = _shared(needle[::-1] for needle in needles)[::-1]
        assert first or last, "needles of one form share something, or the search would be slow"
        anchor, before = (first, 0) if len(first) >= len(last) else (last, length - len(last))
        yield _Family(form.name, length, anchor, before, needles)


def _shared(needles: Iterable[bytes]) -> bytes:
    """Return how all ``needles`` begin."""
    lowest, highest = min(needles := list(needles)), max(needles)
    return next((lowest[:i] for i, byte in enumerate(lowest) if byte != highest[i]), lowest)


def _judged(form: str, chunk: bytes, start: int, end: int) -> str:
    """Name a form by what stands around it."""
    around = {*chunk[max(0, start - 1) : start], *chunk[end : end + 1]}
    if around & DIGITS.get(form, frozenset()):
        return IN_A_ROW
    if form == "address, packed":
        for name, before, sign in SURE:
            if start >= before and chunk.startswith(sign, start - before):
                return name
    return form
