import pytest

from tests.moderation.rules.screening import found, kinds


@pytest.mark.parametrize(
    "text",
    [
        "écris à camille.roux@example.org",
        "CAMILLE.ROUX@EXAMPLE.ORG",
        "camille+salon@mail.example.co.uk",
        "c_roux-2@example.fr, merci",
        "<camille@example.net>",
        "mailto:camille@example.org",
        "camille@ example.org",
        "camille @ example.org",
        "camille @ example . org",
        "camille@example,com",
        "camille@gmail",
        "camille @gmail",
        "camille arobase example point org",
        "camille arobas example point fr",
        "camille arrobase gmail point com",
        "camille point roux arobase example point org",
        "camille.roux arobase example.org",
        "Camille AROBASE exemple POINT fr",
        "camille (arobase) example (point) fr",
        "camille[at]example[dot]org",
        "camille(at)example.org",
        "camille (at) example (dot) org",
        "camille {at} example {dot} org",
        "camille_at_example_dot_org",
        "camille -at- example -dot- org",
        "camille at example dot org",
        "my mail is camille12 at gmail",
        "camille (a) example.fr",
        "c a m i l l e @ e x a m p l e . f r",
        "c a m i l l e arobase e x a m p l e point f r",
        "ｃａｍｉｌｌｅ＠ｅｘａｍｐｌｅ．ｏｒｇ",
        "camille\u200b@\u200bexample.org",
        "саmillе@ехаmрlе.оrg",
        "mon mail : camille88 chez gmail point com",
        "mon adresse c'est camille.roux chez orange",
    ],
)
def test_an_address_is_found(text: str) -> None:
    assert "email" in kinds(text)


@pytest.mark.parametrize(
    "text",
    [
        "@Hermine3 je te réponds plus tard.",
        "Rdv @ 14h en salle 3",
        "J'ai reçu 40 mails ce matin",
        "J'ai une adresse mail chez orange",
        "Le point com est à 10h, il y a un point RH après.",
        "Look at the point, at last.",
        "We met at noon, dot the i's.",
        "Il m'a mis en copie de son mail, à mon adresse perso.",
        "jo@samaritans.org",
        "1 + 1 @ 2",
        "On arrose, à base de café, le pot de départ",
    ],
)
def test_what_only_resembles_an_address_is_none(text: str) -> None:
    assert "email" not in kinds(text)


def test_what_is_underlined_is_the_address() -> None:
    assert found("Écris-moi : camille.roux@example.org, merci.", "email") == ["camille.roux@example.org"]
    assert found("C’est camille arobase example point org !", "email") == ["camille arobase example point org"]


def test_light_wants_a_sign() -> None:
    assert "email" not in kinds("camille at example dot org", "light")
    assert "email" in kinds("camille arobase example point org", "light")
