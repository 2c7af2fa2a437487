"""Which names are borne: corpora of impersonations and of ordinary names, and what holds for any text at all."""

from __future__ import annotations

import tomllib
import unicodedata
from pathlib import Path

import pytest
import regex
from hypothesis import given, settings
from hypothesis import strategies as st

from chat.people.names import LONGEST, NameRefused, check, skeleton

CODES = {"name_short", "name_long", "name_script", "name_sign", "name_direction", "name_reserved"}

CORPUS = tomllib.loads(Path(__file__).with_name("names.toml").read_text("utf-8"))
REFUSED = [(code, name) for code, names in CORPUS["refused"].items() for name in names]
ACCEPTED = [name for names in CORPUS["accepted"].values() for name in names]


@pytest.mark.parametrize(("code", "name"), REFUSED)
def test_names_that_mislead_or_cannot_be_read_are_refused(code: str, name: str) -> None:
    with pytest.raises(NameRefused) as caught:
        check(name)
    assert caught.value.code == code


@pytest.mark.parametrize("name", ACCEPTED)
def test_ordinary_names_are_accepted_as_they_are(name: str) -> None:
    assert check(name) == unicodedata.normalize("NFKC", name)


def test_the_corpora_are_large() -> None:
    assert len({name for code, name in REFUSED if code in ("name_reserved", "name_script")}) > 150
    assert len(set(ACCEPTED)) > 150


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("name_long", "é" * 300),
        ("name_long", "a b " * 400),
        ("name_long", "x" + "\u0301" * 2000),
        ("name_long", "a" * 100_000),
        ("name_sign", "Ana\ud800"),
    ],
)
def test_what_no_person_would_type_is_refused(code: str, name: str) -> None:
    with pytest.raises(NameRefused, match=code):
        check(name)


def test_spaces_are_folded_and_case_is_kept() -> None:
    assert check(" \u3000Jean \u00a0 PAUL  ") == "Jean PAUL"


@pytest.mark.parametrize(
    "name", ["Acme", "ACME Paris", "L’équipe d’Acme", "4cme", "A.c.m.e", "Comité social", "comite-social"]
)
def test_a_community_reserves_words_of_its_own(name: str) -> None:
    with pytest.raises(NameRefused, match="name_reserved"):
        check(name, ["Acme", "Comité social"])
    assert check(name)


@pytest.mark.parametrize("name", ["Acmena", "Comité", "Social Comité"])
def test_words_of_a_community_are_whole_words(name: str) -> None:
    assert check(name, ["Acme", "Comité social"]) == name


# -- who looks like whom


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Zoé", "zoe"),
        ("Zoé", "ZOÉ"),
        ("Zoë", "Zoé"),
        ("Claire", "CIaire"),
        ("Claire", "Сlaire"),  # a Cyrillic С, were it let in
        ("Paul", "Раul"),
        ("Oscar", "0scar"),
        ("Lila", "1ila"),
        ("Marnie", "Mamie"),
        ("Jean-Paul", "Jean Paul"),
        ("Jean Paul", "jeanpaul"),
        ("O’Connor", "O'Connor"),
        ("Анна", "АННА"),
        ("ЕВА", "EBA"),
        ("сосо", "coco"),
        ("Пётр", "петр"),
        ("Ελένη", "ΕΛΕΝΗ"),
        ("Μιμή", "ΜΙΜΗ"),
        ("מִרְיָם", "מרים"),
        ("مُحَمَّد", "محمد"),
        ("Bjørn", "Bjorn"),
        ("Łukasz", "Lukasz"),
        ("Groß", "GROSS"),
        ("Işık", "isik"),
        ("ᴀɴᴀ", "Ana"),
        ("Ａｎａ", "Ana"),
        ("µm", "mm"),
    ],
)
def test_names_that_could_be_taken_for_each_other_have_one_skeleton(one: str, other: str) -> None:
    assert skeleton(one) == skeleton(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Anne", "Anna"),
        ("J. 42", "J. 43"),
        ("王芳", "王方"),
        ("か", "が"),
        ("सीता", "सती"),
        ("Юра", "Юля"),
        ("שרה", "שיר"),
        ("نور", "نار"),
    ],
)
def test_names_that_differ_have_skeletons_that_differ(one: str, other: str) -> None:
    assert skeleton(one) != skeleton(other)


def test_every_character_leads_to_letters_that_lead_no_further() -> None:
    for point in range(0x20000):
        if regex.match(r"[\p{L}\p{M}\p{N}--[\p{Han}\p{Hangul}]]", chr(point), regex.V1):
            seen = skeleton(chr(point))
            assert seen
            assert skeleton(seen) == seen, f"U+{point:04X}"


# -- whatever is written

texts = (
    st.text(max_size=30)
    | st.text("aàéœÉmrn0134lIi '’.-", max_size=30)
    | st.text("سارة٤4שר ", max_size=12)
    | st.sampled_from(ACCEPTED)
)


@settings(deadline=None)
@given(texts)
def test_check_answers_with_a_name_or_one_of_its_codes(text: str) -> None:
    try:
        name = check(text)
    except NameRefused as refused:
        assert refused.code in CODES
    else:
        assert check(name) == name
        assert 2 <= len(regex.findall(r"\X", name)) <= LONGEST
        assert len(name) <= 5 * LONGEST
        assert skeleton(name)


DISGUISES = {letter: [letter, letter.upper()] for letter in "abcdefghijklmnopqrstuvwxyz"}
for point in range(0x00A1, 0x2000):
    if chr(point).isalnum() and skeleton(chr(point)) in DISGUISES:
        DISGUISES[skeleton(chr(point))].append(chr(point))


@settings(deadline=None)
@given(
    st.sampled_from(["admin", "staff", "moderateur", "facilitatrice", "drh", "hr", "organizer", "sansmasque"]),
    st.data(),
)
def test_no_disguise_of_a_title_is_accepted(word: str, data: st.DataObject) -> None:
    disguised = "".join(data.draw(st.sampled_from(DISGUISES[letter])) for letter in word)
    with pytest.raises(NameRefused):
        check(disguised)


@settings(deadline=None)
@given(texts)
def test_skeleton_of_a_skeleton_is_itself(text: str) -> None:
    assert skeleton(skeleton(text)) == skeleton(text)


@settings(deadline=None)
@given(st.sampled_from(ACCEPTED))
def test_skeleton_is_blind_to_case_and_spaces(name: str) -> None:
    assert skeleton(name) == skeleton(name.upper()) == skeleton(name.lower()) == skeleton(name.replace(" ", ""))
