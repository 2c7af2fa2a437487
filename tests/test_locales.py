"""What the server says: the same codes in every language, none missing, none left over."""

from __future__ import annotations

import re
from pathlib import Path

from msgspec.structs import asdict

from chat.errors import CloseCode
from chat.locales import CATALOGUES, KEPT, best, sentence

CHAT = Path(__file__).parent.parent / "chat"

# What scripts answer when nothing is wrong.
WELL = {
    *("accepted", "held", "seated", "limited", "sanctioned", "ok", "said"),
    *("decided", "undone", "confirmed", "lifted", "appealed"),
}


def test_catalogues_have_the_same_codes() -> None:
    assert CATALOGUES["fr"].keys() == CATALOGUES["en"].keys()


def test_every_sentence_is_used_and_every_code_has_one() -> None:
    sources = "\n".join(path.read_text() for path in [*CHAT.rglob("*.py"), *CHAT.rglob("*.lua")])
    quoted = set(re.findall(r"""["']([a-z]+(?:_[a-z]+)*)["']""", sources))
    unused = CATALOGUES["fr"].keys() - quoted
    assert not unused
    raised = set(
        re.findall(
            r'(?:Refusal|Complaint|Closing|ChatError|NameRefused|NotAllowed|Contested|complain)\("([a-z_]+)"', sources
        )
    )
    raised |= set(re.findall(r"return \{'([a-z_]+)'", sources)) - WELL
    raised |= set(re.findall(rf'CloseCode\.(?:{"|".join(CloseCode.__members__)}), "([a-z_]+)"', sources))
    assert raised
    assert raised <= CATALOGUES["fr"].keys()


def test_french_is_typeset_as_french() -> None:
    kept = {f"{name}.{field}": text for name, words in KEPT["fr"].items() for field, text in asdict(words).items()}
    for code, text in {**CATALOGUES["fr"], **kept}.items():
        assert "'" not in text, code
        assert not re.search(r"[^\u202f\u00a0][;:!?»]", text), code
        assert not re.search(r"«[^\u202f\u00a0]", text), code


def test_best_picks_a_language_we_have() -> None:
    assert [best(tag) for tag in ("en", "en-GB", "EN", "fr-CA", "de", "", None)] == [
        "en",
        "en",
        "en",
        "fr",
        "fr",
        "fr",
        "fr",
    ]


def test_sentence_is_in_the_language_asked_for() -> None:
    assert sentence("text_empty", "fr") != sentence("text_empty", "en")
