"""The tail of a room: it reaches back as far as it says, and holds nothing that was erased."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from chat.protocol import Author, Said, Withdrawn, encode
from chat.rooms.tail import Tail
from chat.store.room_log import Stretch

LIMIT = 5
AUTHOR = Author("a", "Héron patient", 0, "mask")


def said(offset: int) -> bytes:
    return encode(Said(offset, 0, f"m{offset}", AUTHOR, "message", f"mot {offset}"))


def withdrawn(offset: int, message: int) -> bytes:
    return encode(Withdrawn(offset, 0, f"m{message}", "author"))


def filled(count: int) -> Tail:
    tail = Tail(LIMIT)
    for offset in range(1, count + 1):
        tail.append(offset, said(offset))
    return tail


def stretch(*events: bytes | None) -> Stretch:
    return Stretch("epoch", len(events), 1, 1, events)


@given(st.integers(0, 12), st.integers(0, 12))
def test_tail_reaches_back_to_its_floor_and_no_further(count: int, since: int) -> None:
    tail = filled(count)
    entries = tail.since(since, count)
    if since < count - LIMIT:
        assert entries is None
    else:
        assert entries == [(offset, said(offset)) for offset in range(since + 1, count + 1)]
    assert tail.newest(count) == [(offset, said(offset)) for offset in range(max(1, count - LIMIT + 1), count + 1)]


def test_withdrawn_message_is_held_no_more() -> None:
    tail = filled(2)
    tail.append(3, withdrawn(3, message=1))
    entries = tail.since(0, 3)
    assert entries is not None
    assert b"mot 1" not in b"".join(event for _, event in entries)
    assert [offset for offset, _ in entries] == [1, 2, 3]


@given(st.integers(1, 12), st.integers(0, 12))
def test_erased_offsets_are_void(first: int, length: int) -> None:
    tail = filled(5)
    erased = range(first, first + length)
    tail.forget(erased)
    held = b"".join(event for _, event in tail.since(0, 5) or [])
    assert [offset for offset in range(1, 6) if f"mot {offset}".encode() in held] == [
        offset for offset in range(1, 6) if offset not in erased
    ]


def test_reading_comes_out_without_what_was_erased_meanwhile() -> None:
    tail = Tail(LIMIT)
    with tail.reading():
        tail.forget(range(1, 2))
        tail.append(4, withdrawn(4, message=2))
        assert tail.remaining(stretch(said(1), said(2), said(3), None)).events == (None, None, said(3), None)


def test_what_was_erased_is_remembered_until_the_last_reading_ends() -> None:
    tail = Tail(LIMIT)
    with tail.reading():
        with tail.reading():
            tail.forget(range(1, 2))
        assert tail.remaining(stretch(said(1))).events == (None,)
    with tail.reading():
        assert tail.remaining(stretch(said(1))).events == (said(1),)
