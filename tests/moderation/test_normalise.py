import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.moderation.normalise import fold


@given(st.text())
def test_each_folded_character_knows_where_it_stood(text: str) -> None:
    folded = fold(text)
    assert len(folded.origin) == len(folded.text)
    assert list(folded.origin) == sorted(folded.origin)
    assert all(0 <= place < len(text) for place in folded.origin)


@given(st.text(), st.data())
def test_a_range_maps_back_into_the_original(text: str, data: st.DataObject) -> None:
    folded = fold(text)
    start = data.draw(st.integers(0, len(folded.text)))
    end = data.draw(st.integers(start, len(folded.text)))
    first, last = folded.spans(start, end)
    assert 0 <= first <= last <= len(text)
    assert (first == last) == (start == end)


@given(st.text())
def test_folding_twice_changes_nothing(text: str) -> None:
    once = fold(text).text
    assert fold(once).text == once


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("Déjà vu, Noël, cœur, façon", "deja vu, noel, coeur, facon"),
        ("l’équipe « à bout » …", 'l\'equipe " a bout " ...'),
        ("m\u200bo\u200du\u00adr\u2060i\ufeffr", "mourir"),
        ("\u202emourir\u202c", "mourir"),
        ("ｍｏｕｒｉｒ ０６", "mourir 06"),
        ("𝗺𝗼𝘂𝗿𝗶𝗿 𝓶𝓸𝓾𝓻𝓲𝓻", "mourir mourir"),
        ("ѕаlе оrdurе", "sale ordure"),
        ("SАLОРЕ", "salope"),
        ("ΝΗΜΥ", "nhmy"),
        ("🇨🇴🇳", "con"),
        ("0️⃣6️⃣", "06"),
        ("①② ٠٦", "12 06"),
        ("ᴍᴏᴜʀɪʀ", "mourir"),
        ("s̶a̶l̶e̶", "sale"),
        ("salarié·e·s", "salarie·e·s"),
        ("450\u202f000\u00a0€", "450 000 €"),
    ],
)
def test_a_disguise_comes_off(written: str, read: str) -> None:
    assert fold(written).text == read


def test_what_was_found_is_named_as_it_was_written() -> None:
    written = "gros b\u200ba\u200bt…"
    folded = fold(written)
    start = folded.text.index("bat")
    first, last = folded.spans(start, start + 3)
    assert written[first:last] == "b\u200ba\u200bt"
