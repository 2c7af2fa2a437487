"""The form in which a message is kept."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.errors import Refusal
from chat.rooms.text import clean


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("bonjour", "bonjour"),
        ("  bonjour \n\n", "bonjour"),
        ("un\r\ndeux\rtrois\n\nquatre", "un\ndeux\ntrois\n\nquatre"),
        ("e\u0301te\u0301", "été"),
        ("tab\tulation", "tab\tulation"),
        ("famille 👩‍👩‍👧", "famille 👩‍👩‍👧"),
        ("a" + "\u0316" * 30, "a" + "\u0316" * 30),
        ("<b>gras</b>", "<b>gras</b>"),
    ],
)
def test_clean_keeps_lines_and_words(text: str, kept: str) -> None:
    assert clean(text, 4000) == kept


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "text_empty"),
        (" \n\t ", "text_empty"),
        ("\u200b\u200d\ufeff", "text_empty"),
        ("\u0301", "text_empty"),
        ("a" * 4001, "text_long"),
        ("a" * 100_000, "text_long"),
        ("cloche\x07", "text_control"),
        ("a" + "\u0316\u0301" * 4000, "text_control"),  # a tenth of a second to normalise, for one message
        ("a" + "\u0316" * 31, "text_control"),
        ("nul\x00", "text_control"),
        ("échappe\x1b[31m", "text_control"),
    ],
)
def test_clean_refuses_with_the_reason(text: str, code: str) -> None:
    with pytest.raises(Refusal) as caught:
        clean(text, 4000)
    assert caught.value.code == code


def test_clean_counts_code_points_after_nfc() -> None:
    assert len(clean("e\u0301" * 4000, 4000)) == 4000


@given(st.text())
def test_clean_is_idempotent_or_refuses(text: str) -> None:
    try:
        kept = clean(text, 100)
    except Refusal:
        return
    assert clean(kept, 100) == kept
    assert 1 <= len(kept) <= 100
    assert unicodedata.is_normalized("NFC", kept)
