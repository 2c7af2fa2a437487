"""Frames: what is understood, what is refused, and the page that describes them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat import protocol, protocol_page
from chat.errors import Complaint
from chat.protocol import (
    Author,
    Hello,
    History,
    Said,
    Say,
    Since,
    Void,
    Withdraw,
    Withdrawn,
    decode,
    encode,
    unnumbered,
)

refs = st.text(min_size=1, max_size=64)
ids = st.text(st.characters(codec="ascii", categories=["L", "N"]), min_size=1, max_size=32)
offsets = st.integers(0, 2**53)
frames = st.one_of(
    st.builds(
        Hello,
        session=st.none() | st.text(max_size=128),
        pseudonym=st.none() | st.text(max_size=256),
        since=st.none() | st.builds(Since, st.text(max_size=64), offsets),
    ),
    st.builds(Say, refs, st.text(), st.text(max_size=16), st.none() | ids, st.booleans()),
    st.builds(Withdraw, refs, ids),
    st.builds(History, refs, offsets),
)


@given(frames)
def test_decode_gives_back_what_was_encoded(frame: Any) -> None:
    assert decode(encode(frame)) == frame


@given(
    st.text()
    | st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(), lambda j: st.lists(j) | st.dictionaries(st.text(), j)
    ).map(json.dumps)
)
def test_decode_of_anything_is_a_frame_or_a_complaint(text: str) -> None:
    try:
        assert isinstance(decode(text), Hello | Say | Withdraw | History)
    except Complaint as complaint:
        assert complaint.code in {"frame_invalid", "frame_unreadable"}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "frame_unreadable"),
        ('{"type":"history","ref":"a","before":1', "frame_unreadable"),
        ('{"type":"history","ref":"a","before":1}{}', "frame_unreadable"),
        ('{"a":' * 50_000, "frame_unreadable"),
        ('{"type":"say","ref":"a","text":"\\ud800"}', "frame_unreadable"),
        ("null", "frame_invalid"),
        ("[]", "frame_invalid"),
        ("{}", "frame_invalid"),
        ('{"type":"shout","ref":"a"}', "frame_invalid"),
        ('{"type":"say","ref":"a"}', "frame_invalid"),
        ('{"type":"say","ref":"","text":"a"}', "frame_invalid"),
        ('{"type":"say","ref":"' + "r" * 65 + '","text":"a"}', "frame_invalid"),
        ('{"type":"say","ref":1,"text":"a"}', "frame_invalid"),
        ('{"type":"say","ref":"a","text":"a","colour":"red"}', "frame_invalid"),
        ('{"type":"hello","since":{"epoch":"e","offset":-1}}', "frame_invalid"),
        ('{"type":"history","ref":"a","before":1.5}', "frame_invalid"),
    ],
)
def test_decode_complains_of_what_no_client_of_ours_would_send(text: str, code: str) -> None:
    with pytest.raises(Complaint) as caught:
        decode(text)
    assert caught.value.code == code


@given(st.text(), st.text(min_size=1, max_size=24))
def test_unnumbered_halves_make_the_event_whatever_is_said(text: str, name: str) -> None:
    said = Said(0, 0, "id", Author("author", name, 3, "mask"), "message", text)
    head, tail = unnumbered(said)
    whole = json.loads(head + b'42,"at":1700000000' + tail)
    assert (whole["offset"], whole["at"], whole["text"], whole["author"]["name"]) == (42, 1_700_000_000, text, name)


def test_unnumbered_halves_of_a_withdrawal_make_the_event() -> None:
    head, tail = unnumbered(Withdrawn(0, 0, "id", "author"))
    assert json.loads(head + b'7,"at":1' + tail) == {
        "type": "withdrawn",
        "offset": 7,
        "at": 1,
        "message": "id",
        "by": "author",
    }


def test_empty_optional_fields_are_left_out() -> None:
    assert encode(Void(3)) == b'{"type":"void","offset":3}'


def test_the_page_of_the_protocol_is_up_to_date() -> None:
    page = Path(__file__).parent.parent / "docs" / "protocol.md"
    assert page.read_text() == protocol_page.page(), "run: python -m chat.protocol_page > docs/protocol.md"


def test_every_frame_is_described() -> None:
    page = protocol_page.page()
    for union in (protocol.Inward, protocol.Outward):
        for struct in union.__args__:
            assert f"### `{struct.__name__.lower()}`" in page
