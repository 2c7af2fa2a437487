"""Numbers with checksums: accounts, people, companies, cards. All fictional, with sums that hold."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.moderation.numbers import luhn, mod97
from tests.moderation.rules.screening import found, kinds


@pytest.mark.parametrize(
    "text",
    [
        "mon iban pour la cagnotte : FR76 9999 9917 0519 6984 7471 054",
        "FR7699999917051969847471054",
        "fr76 9999 9917 0519 6984 7471 054 merci",
        "FR76-9999-9917-0519-6984-7471-054",
        "FR76.9999.9917.0519.6984.7471.054",
        "F R 7 6 9 9 9 9 9 9 1 7 0 5 1 9 6 9 8 4 7 4 7 1 0 5 4",
        "FR76 9999 9917 O519 6984 7471 O54",
        "ＦＲ７６ ９９９９ ９９１７ ０５１９ ６９８４ ７４７１ ０５４",
        "DE36 9999 9999 5294 9472 05",
        "virement sur DE36999999995294947205 svp",
        "GB82 WEST 1234 5698 7654 32",
        "BE68 5390 0754 7034",
        "CH93 0076 2011 6238 5295 7",
        "NL91 ABNA 0417 1643 00",
        "ES91 2100 0418 4502 0005 1332",
        "LU28 0019 4006 4475 0000",
    ],
)
def test_an_iban_is_known_by_its_sum(text: str) -> None:
    assert "iban" in kinds(text)


@pytest.mark.parametrize(
    "text",
    [
        "FR76 9999 9917 0519 6984 7471 055",
        "Réf DE36 9999 9999 5294 9472 06",
        "Dossier FR12 en cours",
        "RH 2025 0003 4712 8890 1234",
    ],
)
def test_an_iban_whose_sum_is_wrong_is_none_unless_it_is_called_one(text: str) -> None:
    assert "iban" not in kinds(text)


def test_an_iban_with_a_figure_wrong_is_one_where_it_is_called_so() -> None:
    text = "mon IBAN : FR76 9999 9917 0519 6984 7471 055"
    assert "iban" in kinds(text)
    assert "iban" not in kinds(text, "light")


@pytest.mark.parametrize(
    "text",
    [
        "sécu : 1 93 04 44 999 999 63",
        "193044499999963",
        "1-93-04-44-999-999-63",
        "1.93.04.44.999.999.63",
        "193 044 499 999 963",
        "Le numéro 256064499968340 apparaît sur ma fiche de paie.",
        "２５６０６４４９９９６８３４０",
        "mon numéro de sécurité sociale est le 1 85 05 78 006 084",
        "NIR 2 84 12 2A 004 123 11",
        "QQ 12 34 56 C".replace("QQ", "AB"),
        "my NI number is AB123456C",
        "SSN 123-45-6789",
    ],
)
def test_a_number_of_a_person_is_known(text: str) -> None:
    assert "nir" in kinds(text)


@pytest.mark.parametrize("text", ["193044499999964", "Réf. 185057800608436 bis", "EAN 3017620422003", "Lot 1 93 04 44"])
def test_fifteen_figures_without_their_key_are_nobody(text: str) -> None:
    assert "nir" not in kinds(text)


@pytest.mark.parametrize(
    "text",
    [
        "SIRET n° 999 936 289 00035",
        "99993628900035",
        "999 936 289 00035",
        "SIRET : 999.936.289.00035",
        "RCS Nantes 999 979 818",
        "siren 999979818",
        "notre SIREN, c'est 999 936 289",
        "TVA FR83 404 833 048",
        "FR83404833048",
        "La Poste : 356 000 000 00048",
    ],
)
def test_a_number_of_a_company_is_known(text: str) -> None:
    assert "siret" in kinds(text)


@pytest.mark.parametrize(
    "text", ["Il reste 999 979 818 lignes", "99993628900036", "SIREN 999 979 819", "Réf 123456789", "450 000 000 €"]
)
def test_other_nine_or_fourteen_figures_are_no_company(text: str) -> None:
    assert "siret" not in kinds(text)


@pytest.mark.parametrize(
    "text",
    [
        "CB 4000 0566 5566 5556 cryptogramme 123",
        "numéro 5555555555554444",
        "5555 5555 5555 4444 is the card on file",
        "4242-4242-4242-4242",
        "4242.4242.4242.4242 exp 12/29",
        "4 2 4 2 4 2 4 2 4 2 4 2 4 2 4 2",
        "3782 822463 10005",
        "378282246310005",
        "6011 1111 1111 1117",
        "2223 0031 2200 3222",
        "3056 9309 0259 04",
        "３５６６００２０２０３６０５０５",
        "carte réf. 4242 4242 4242 4242",
    ],
)
def test_a_card_is_known_by_its_sum(text: str) -> None:
    assert "card" in kinds(text)


@pytest.mark.parametrize(
    "text",
    [
        "Réf. 8845 1120 7763 2210 introuvable au stock.",
        "Commande 4242424242424242",
        "4242 4242 4242 4243",
        "suivi colis 4000056655665556",
        "1234 5678 9012 3456",
        "0000 0000 0000 0000",
        "3017620422003",
    ],
)
def test_other_long_numbers_are_no_card(text: str) -> None:
    assert "card" not in kinds(text)


def test_what_is_underlined_is_the_number() -> None:
    assert found("Ma CB : 4242 4242 4242 4242, exp 12/29.", "card") == ["4242 4242 4242 4242"]
    assert found("sécu 1 93 04 44 999 999 63.", "nir") == ["1 93 04 44 999 999 63"]
    assert found("Mon iban FR76 9999 9917 0519 6984 7471 054 !", "iban") == ["FR76 9999 9917 0519 6984 7471 054"]


@given(st.integers(0, 10**18))
def test_one_last_figure_in_ten_keeps_luhns_sum(number: int) -> None:
    assert sum(luhn(f"{number}{last}") for last in range(10)) == 1


def test_the_remainder_counts_letters_as_two_figures() -> None:
    assert mod97("WEST12345698765432GB82".lower()) == 1
