"""Links, machines, handles and plates."""

import pytest

from tests.moderation.rules.screening import found, kinds


@pytest.mark.parametrize(
    "text",
    [
        "https://mon-histoire.example.org",
        "http://example.com/a?b=c#d",
        "hxxps://example.com",
        "h t t p s : / / example . com",
        "HTTPS://EXAMPLE.COM",
        "https://192.0.2.4/x",
        "www.example.fr",
        "www . example . fr",
        "www point exemple point fr",
        "regardez example.com/burnout",
        "sur example.com.",
        "example.org, c'est bien",
        "(exemple-blog.fr)",
        "mon-site.example.net:8080",
        "monblog.de/moi",
        "bit.ly/3abcd",
        "t.me/exemple_fictif",
        "discord.gg/exemple-fictif-01",
        "wa.me/33639981234",
        "linktr.ee/exemple",
        "example [point] com",
        "example (dot) com",
        "example[.]com",
        "mon site : exemple point fr",
        "go to quietlead dot com",
        "e x a m p l e . c o m",
        "ｅｘａｍｐｌｅ．ｃｏｍ",
        "example\u200b.com",
        "linkedin.com/in/camille-roux-fictive",
    ],
)
def test_a_link_is_found(text: str) -> None:
    assert kinds(text) & {"url", "ip", "handle"}


@pytest.mark.parametrize(
    "text",
    [
        "Je suis fatigué.Merci de me lire",
        "C'est fini.Info à suivre.",
        "stressé.je ne dors plus.De toute façon",
        "Les salarié.e.s et cadre.s concerné.e.s",
        "Le fichier budget.xlsx et rapport.docx",
        "On fait de l'asp.net et du node.js",
        "monday.com est tombé",
        "Le point com de lundi, puis le point info.",
        "the dot com bubble",
        "Voir 3114.fr ou www.ameli.fr",
        "https://travail-emploi.gouv.fr/burn-out",
        "https://www.samaritans.org",
        "etc...puis plus rien",
        "M. le directeur, p.ex. celui-ci",
        "v2.0.1",
        "N.B. : R.A.S.",
        "À 14h.Pro ou pas ?",
    ],
)
def test_what_only_resembles_a_link_is_none(text: str) -> None:
    assert "url" not in kinds(text)


def test_strict_lets_only_help_through() -> None:
    assert "url" in kinds("https://monday.com", "strict")
    assert "url" not in kinds("https://3114.fr", "strict")


def test_what_is_underlined_is_the_link() -> None:
    assert found("Va sur example.com/burnout, vraiment.", "url") == ["example.com/burnout"]


@pytest.mark.parametrize(
    "text",
    [
        "mon poste a l'adresse 198.51.100.9",
        "198.51.100.9:8080",
        "198[.]51[.]100[.]9",
        "198 . 51 . 100 . 9",
        "198 point 51 point 100 point 9",
        "(203.0.113.77)",
        "10.1.2.3 ne répond plus",
        "192.0.2.0/24",
        "2001:db8::17 c'est la box",
        "2001:0db8:0000:0000:0000:0000:0000:0017",
        "[2001:db8::1]",
        "fe80::1ff:fe23:4567:890a%eth0",
        "00:1A:2B:3C:4D:5E",
    ],
)
def test_a_machine_is_found(text: str) -> None:
    assert "ip" in kinds(text)


@pytest.mark.parametrize(
    "text",
    [
        "version 10.4.2.1",
        "l'article 1.2.3.4 du règlement",
        "127.0.0.1",
        "Python 3.12.1",
        "300.1.2.3",
        "De 9:30 à 12:45:10",
        "std::vector et a::b",
        "1.2.3",
        "le 03.11.2025",
        "12:30",
        "Résultats : 10, 20, 30, 40",
    ],
)
def test_what_only_resembles_a_machine_is_none(text: str) -> None:
    assert "ip" not in kinds(text)


@pytest.mark.parametrize(
    "text",
    [
        "mon insta : @camille_fictive_01",
        "mon insta c'est camille_fictive",
        "insta is @quiet_lead_01",
        "mon snap : camillefictive",
        "ajoute-moi sur snap, camille_f88",
        "discord exemple_fictif#0042",
        "exemple_fictif#0042",
        "@camille_fictive sur Insta",
        "je suis camille_f sur telegram",
        "Telegram : @camille_f",
        "my twitter is @quietlead",
        "find me on linkedin: camille-roux-88",
        "@camille@mastodon.example",
        "camille.bsky.social",
        "u/quiet_lead",
        "skype live:camille.roux",
        "whatsapp : camille_88",
    ],
)
def test_a_handle_elsewhere_is_found(text: str) -> None:
    assert kinds(text) & {"handle", "url"}


@pytest.mark.parametrize(
    "text",
    [
        "@Hermine3 je te réponds plus tard.",
        "Merci @Renard_42 et @Loutre",
        "On bosse sur Slack et sur Excel.",
        "Le groupe WhatsApp de l'équipe est toxique.",
        "Teams est en panne, Slack aussi.",
        "Mon chef me suit sur LinkedIn",
        "mon discord est en panne",
        "mon insta est privé",
        "my twitter is dead",
        "LinkedIn : que des gens parfaits",
        "Signal ou Telegram, peu importe",
        "J'ai quitté Facebook en 2019",
        "Réunion zoom à 14h",
    ],
)
def test_a_pseudonym_or_the_name_of_a_service_is_no_handle(text: str) -> None:
    assert "handle" not in kinds(text)


def test_a_pseudonym_of_the_room_is_no_handle() -> None:
    assert "handle" in kinds("mon insta : @renard_42")
    assert "handle" not in kinds("mon insta : @renard_42", names=("Renard_42",))
    assert "handle" in kinds("mon insta : @renard_42", names=("Renard_4", "renard"))
    assert "handle" not in kinds("mon insta : @ petitrenard4", names=("Petit Renard4",))


@pytest.mark.parametrize(
    "text",
    ["AB-123-CD", "ab-123-cd", "ma plaque ab123cd", "AB 123 CD", "AB123CD", "voiture 1234 XY 75", "car AB12 CDE"],
)
def test_a_plate_is_found(text: str) -> None:
    assert "plate" in kinds(text)


@pytest.mark.parametrize(
    "text",
    [
        "de 200 en 300 euros",
        "on passe de 100 en 24 h",
        "le RH 200 en poche",
        "ON PASSE DE 200 EN 300",
        "il y a 1234 ab",
        "SS-123-AA",
    ],
)
def test_what_only_resembles_a_plate_is_none(text: str) -> None:
    assert "plate" not in kinds(text)
