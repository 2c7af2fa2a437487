"""One order without gap or double, whatever pub/sub does."""

from __future__ import annotations

import itertools
import json

from hypothesis import given
from hypothesis import strategies as st

from chat.rooms.sequence import AHEAD, Sequence, entries, newest, portions


def event(offset: int) -> bytes:
    return json.dumps({"type": "said", "offset": offset}).encode()


def covered(out: list[tuple[int, bytes]]) -> list[int]:
    """All offsets that the entries speak of, in order."""
    offsets: list[int] = []
    for offset, text in out:
        frame = json.loads(text)
        assert frame.get("until", frame["offset"]) == offset
        offsets += range(frame["offset"], offset + 1)
    return offsets


def test_hear_lets_the_next_event_out_at_once() -> None:
    sequence = Sequence()
    sequence.fill(1, [], 0)
    assert sequence.hear(1, event(1)) == [(1, event(1))]
    assert sequence.hear(1, event(1)) == []
    assert not sequence.gap


def test_hear_holds_back_what_stands_behind_a_gap() -> None:
    sequence = Sequence()
    sequence.fill(1, [event(1)], 1)
    assert sequence.hear(3, event(3)) == []
    assert sequence.gap
    assert sequence.fill(2, [event(2)], 2) == [(2, event(2)), (3, event(3))]
    assert not sequence.gap


def test_fill_says_what_remains_no_more() -> None:
    sequence = Sequence()
    sequence.fill(1, [event(1)], 1)
    out = sequence.fill(4, [None, event(5), None], 6)
    assert covered(out) == [2, 3, 4, 5, 6]
    assert [json.loads(text)["type"] for _, text in out] == ["void", "said", "void"]


def test_hear_keeps_no_more_than_its_bound() -> None:
    sequence = Sequence()
    for offset in range(2, AHEAD * 2):
        sequence.hear(offset, event(offset))
    assert len(sequence._ahead) == AHEAD


@given(st.data())
def test_every_event_goes_out_once_in_order_however_it_is_heard(data: st.DataObject) -> None:
    """Events are published 1..n; some are lost, doubled or late; history may be read at any moment and holds all up to then."""
    total = data.draw(st.integers(1, 40), "published")
    erased = data.draw(st.sets(st.integers(1, total)), "erased from history")
    sequence, published = Sequence(), 0
    out: list[tuple[int, bytes]] = []

    def fill() -> None:
        start = (sequence.offset or 0) + 1
        kept = [None if offset in erased else event(offset) for offset in range(start, published + 1)]
        out.extend(sequence.fill(start, kept, published))

    while published < total:
        step = data.draw(st.sampled_from(["publish", "lose", "double", "fill"]))
        if step in ("publish", "lose"):
            published += 1
            if step == "publish":
                out.extend(sequence.hear(published, event(published)))
        elif step == "double" and published:
            late = data.draw(st.integers(1, published))
            out.extend(sequence.hear(late, event(late)))
        elif step == "fill":
            fill()
    fill()
    assert covered(out) == list(range(1, total + 1))
    assert not sequence.gap


@given(st.integers(1, 1000), st.lists(st.booleans()))
def test_entries_cover_each_offset_once(start: int, kept: list[bool]) -> None:
    out = list(entries(start, [event(start + i) if keep else None for i, keep in enumerate(kept)]))
    assert covered(out) == list(range(start, start + len(kept)))
    voids = [json.loads(text)["type"] == "void" for _, text in out]
    assert not any(a and b for a, b in itertools.pairwise(voids)), "two voids in a row should be one"


def test_what_is_erased_while_it_stands_ahead_goes_out_as_void() -> None:
    sequence = Sequence()
    sequence.fill(1, [event(1)], 1)
    sequence.hear(3, event(3))
    sequence.hear(4, event(4))
    sequence.forget(range(1, 4))
    out = sequence.fill(2, [event(2)], 2)
    assert covered(out) == [2, 3, 4]
    assert [json.loads(text)["type"] for _, text in out] == ["said", "void", "said"]


some = st.lists(st.binary(min_size=1, max_size=20)).map(lambda events: list(enumerate(events, 1)))


@given(some, st.integers(1, 60))
def test_newest_are_the_last_that_fit_and_one_at_least(known: list[tuple[int, bytes]], limit: int) -> None:
    kept = newest(known, limit)
    assert kept == known[len(known) - len(kept) :]
    assert bool(kept) == bool(known)
    assert len(kept) <= 1 or sum(len(text) for _, text in kept) <= limit
    longer = known[len(known) - len(kept) - 1 :]
    assert len(kept) == len(known) or sum(len(text) for _, text in longer) > limit, "no more would fit"


@given(some, st.integers(1, 60))
def test_portions_leave_nothing_out_and_keep_to_their_bound(known: list[tuple[int, bytes]], limit: int) -> None:
    parts = list(portions(known, limit))
    assert list(itertools.chain.from_iterable(parts)) == known
    assert all(len(part) == 1 or sum(len(text) for _, text in part) <= limit for part in parts)
