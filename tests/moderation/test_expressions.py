from __future__ import annotations

import pytest

from chat.moderation.expressions import LONGEST, Malformed, expression


def found(written: str, text: str, **names: str) -> bool:
    by = expression(written, names)
    match = by.pattern.search(text) is not None
    # What is found contains an anchor, or the list would never have tried.
    assert not match or any(anchor.rstrip("*") in text for anchor in by.anchors)
    return match


@pytest.mark.parametrize(
    ("written", "finds", "passes"),
    [
        ("mourir", ["mourir", "(mourir)", "je veux mourir."], ["mourirai", "nourrir"]),
        ("Été", ["ete"], ["et"]),
        ("suicid*", ["suicide", "me suicider"], ["insuicid"]),
        ("j'ai", ["j'ai", "jai", "j ai"], ["je ai"]),
        ("est-ce", ["est-ce", "est ce", "estce"], ["est que ce"]),
        ("envie de mourir", ["envie  de\nmourir", 'envie de "mourir"'], ["envie, de mourir", "envie de. mourir"]),
        ("dormir, toujours", ["dormir, toujours", "dormir toujours"], ["dormir. toujours"]),
        ("(veux|vais) mourir", ["veux mourir", "vais mourir"], ["veut mourir"]),
        ("[plus] jamais", ["jamais", "plus jamais"], ["plusjamais"]),
        ("jamais [de la vie]", ["jamais", "jamais de la vie"], ["de la vie"]),
        (
            "veux .. mourir",
            ["veux mourir", "veux a b c d mourir"],
            ["veux a b c d e mourir", "veux, mourir", "veux. mourir"],
        ),
        ("soir ... adieu", ["soir, mes amis, adieu", "soir adieu"], ["soir. adieu", "soir " + "a " * 13 + "adieu"]),
        ("(d'|de) exister", ["d'exister", "d exister", "de exister"], ["exister"]),
        ("un * rouge", ["un chat rouge"], ["un rouge", "un chat tres rouge"]),
        ("^ connard", ["connard", "salut, connard", '"connard', "- connard"], ["quel connard"]),
    ],
)
def test_what_is_written_finds_what_it_says(written: str, finds: list[str], passes: list[str]) -> None:
    assert [text for text in finds if not found(written, text)] == []
    assert [text for text in passes if found(written, text)] == []


def test_names_stand_for_what_they_name() -> None:
    assert found("{je} mourir", "je vais mourir", je="je {vais}", vais="(vais|veux)")
    assert found("{si} mourir", "mourir", si="[si]")


@pytest.mark.parametrize(
    ("written", "why"),
    [
        ("(a|b", "missing"),
        ("a)", "outside"),
        ("a|b", "outside"),
        ("[a] [b]", "must be there"),
        (".. mort", "gap"),
        ("mort ..", "gap"),
        ("{je} meurs", "named"),
        ("m?rt", "no word"),
        ("* *", "look for"),
        ("a {b", "brace"),
    ],
)
def test_what_is_malformed_says_why(written: str, why: str) -> None:
    with pytest.raises(Malformed, match=why):
        expression(written, {})


def test_names_in_a_circle_end() -> None:
    with pytest.raises(Malformed, match="circle"):
        expression("{a}", {"a": "{b}", "b": "{a}"})


def test_an_expression_has_a_bound() -> None:
    with pytest.raises(Malformed, match="longer"):
        expression("a" * (LONGEST + 1), {})
