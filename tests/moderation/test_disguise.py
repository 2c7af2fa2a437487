import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.moderation.disguise import MOST, Vocabulary, variants
from chat.moderation.normalise import fold

VOCABULARY = Vocabulary(
    [
        "je",
        "veux",
        "vais",
        "me",
        "mourir",
        "tuer",
        "suicider",
        "ta",
        "gueule",
        "sale",
        "connard",
        "connasse",
        "encule",
        "conne",
    ]
)
HOSTILE = st.text(st.sampled_from("abcdeiorstu0135@$*.,-_/ '\n!éа\u200b"), max_size=120)


@given(st.one_of(st.text(), HOSTILE))
def test_each_character_of_each_reading_knows_where_it_stood(text: str) -> None:
    readings = variants(fold(text), VOCABULARY)
    assert len(readings) <= MOST
    for reading in readings:
        assert len(reading.origin) == len(reading.text)
        assert list(reading.origin) == sorted(reading.origin)
        assert all(0 <= place < len(text) for place in reading.origin)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("c0nn4sse", "connasse"),
        ("5u1c1d3r", "suicider"),
        ("j3 v41s m3 tu3r", "je vais me tuer"),
        ("$al0pe !", "salope !"),
        ("c0n!", "con!"),
        ("s@lope", "salope"),
        ("ta gu€ule", "ta gueule"),
        ("e n c u l é", "encule"),
        ("t.a g.u.e.u.l.e", "ta gueule"),
        ("p-a-u-v-r-e c-o-n", "pauvre con"),
        ("j e  v e u x  m o u r i r", "je veux mourir"),
        ("j e v e u x m o u r i r", "je veux mourir"),
        ("M_O_U_R_I_R", "mourir"),
        ("5 u 1 c 1 d e r", "suicider"),
        ("con,nas/se", "connasse"),
        ("je_veux_mourir", "je veux mourir"),
        ("su-ic-ide", "suicide"),
        ("taaaa gueeeeule", "ta gueule"),
        ("connnnnard", "connard"),
        ("conaaaard", "conard"),
        ("fooool", "fool"),
        ("c0nnnnn4rd", "connard"),
        ("s*icider", "suicider"),
        ("c*nne", "conne"),
        ("c*n*asse", "connasse"),
        ("e**é", "encule"),
        ("c#nnard ?", "connard ?"),
    ],
)
def test_a_disguise_is_read(written: str, read: str) -> None:
    assert read in [reading.text for reading in variants(fold(written), VOCABULARY)]


@pytest.mark.parametrize(
    "text",
    [
        "Bonjour à toutes et à tous, je commence lundi.",
        "Rendez-vous à 14h30, salle 12, avec 35 h de travail.",
        "Le 3114, le 15 ou le 112.",
        "On est confrontés à une concurrence constante ?",
        "Qu’est-ce que c’est ? Un procès-verbal, peut-être ?",
        "Réf. 8845 1120, le 03/11/2025 : 450 000 €.",
    ],
)
def test_what_is_not_disguised_has_no_other_reading(text: str) -> None:
    assert variants(fold(text), VOCABULARY) == ()


def test_what_is_read_is_named_as_it_was_written() -> None:
    written = "sale c 0 n n a r d !"
    reading = next(one for one in variants(fold(written), VOCABULARY) if "connard" in one.text)
    start = reading.text.index("connard")
    first, last = reading.spans(start, start + 7)
    assert written[first:last] == "c 0 n n a r d"
