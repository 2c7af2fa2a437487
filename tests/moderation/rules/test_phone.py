import pytest

from tests.moderation.rules.screening import found, kinds

# Numbers set apart for fiction (Arcep, Ofcom, NANPA), in the shapes in which people give theirs.
SHAPES = """
06 39 98 12 34
0639981234
06.39.98.12.34
06-39-98-12-34
06/39/98/12/34
06_39_98_12_34
06,39,98,12,34
06·39·98·12·34
06 - 39 - 98 - 12 - 34
06  39  98  12  34
06 39 981 234
0639 98 12 34
063 998 12 34
06 3998 1234
(06) 39 98 12 34
06 (39) 98 [12] 34
0 6 3 9 9 8 1 2 3 4
0.6.3.9.9.8.1.2.3.4
0-6-3-9-9-8-1-2-3-4
0 . 6 . 3 . 9 . 9 . 8 . 1 . 2 . 3 . 4
+33639981234
+33 6 39 98 12 34
+33 (0)6 39 98 12 34
+33(0) 6.39.98.12.34
+ 33 6 39 98 12 34
0033639981234
0033 6 39 98 12 34
33 6 39 98 12 34
33639981234
O6 39 98 12 34
06 39 98 l2 34
o6.39.98.12.34
zéro six 39 98 12 34
zero6 39 98 12 34
06 trente-neuf 98 12 34
06 39 98, puis 12 34
06 39 puis 98 puis 12 et 34
06 point 39 point 98 point 12 point 34
06 tiret 39 tiret 98 tiret 12 tiret 34
zéro six trente-neuf quatre-vingt-dix-huit douze trente-quatre
zéro six, trente neuf, quatre vingt dix huit, douze, trente quatre
ZERO SIX TRENTE NEUF QUATRE VINGT DIX HUIT DOUZE TRENTE QUATRE
zero-six trente-neuf nonante-huit douze trente-quatre
zéro six trois neuf neuf huit un deux trois quatre
zéro, six, trois, neuf, neuf, huit, un, deux, trois, quatre
zéro sept soixante et onze soixante-dix-sept quatre-vingt-onze vingt et un
０６ ３９ ９８ １２ ３４
0️⃣6️⃣3️⃣9️⃣9️⃣8️⃣1️⃣2️⃣3️⃣4️⃣
06 ❤️ 39 ❤️ 98 ❤️ 12 ❤️ 34
0\u200b6\u200b3\u200b9\u200b9\u200b8\u200b1\u200b2\u200b3\u200b4
06*39*98*12*34
06|39|98|12|34
06:39:98:12:34
01 99 00 12 34
02.61.91.12.34
03-53-01-12-34
04 65 71 12 34
05 36 49 12 34
07700 900123
07700900123
0 7700 900 123
+44 7700 900123
+44 (0)7700 900123
0044 7700 900123
020 7946 0123
01632 960123
0113 496 0123
oh seven seven double oh nine double oh one two three
zero seven seven zero zero nine zero zero one two three
(212) 555-0123
212-555-0123
212.555.0123
+1 212 555 0123
1-212-555-0123
two one two five five five zero one two three
+32 470 12 34 56
0470 12 34 56
+41 79 123 45 67
079 123 45 67
+49 151 23456789
+352 621 123 456
+212 612 345 678
"""

NONE = """
Le 3114, jour et nuit.
Appelle le 3114 ou le 15.
SOS Amitié : 09 72 39 40 50
le 09.72.39.40.50 répond à toute heure
+33 9 72 39 40 50
zéro neuf, soixante-douze, trente-neuf, quarante, cinquante
Suicide Écoute au 01 45 39 40 00
Fil Santé Jeunes : 0 800 235 236
Croix-Rouge Écoute, 0 800 858 858
Le 116 123 est gratuit, le 116 117 aussi.
116 006 pour les victimes, 119 pour les enfants, 3919 pour les femmes
le 17, le 18, le 112 et le 114 par sms
Alcool Info Service 0 980 980 930
Samaritans are on 116 123, Shout is 85258.
Text HOME to 741741 or call 988.
Childline 0800 1111
1-800-273-8255 was the old lifeline number
In Kenya you can ring Befrienders on 0722 178 177.
Dial 999 or 111, or 911 over there.
Bon de commande 7700412358 égaré.
Commande n° 0612345678 en retard
Réf. 0145 3940 0012
Dossier 2025-000347-12
Facture 2025-11-000871
Ticket INC0012345678
Budget 2026 : 450 000 € contre 612 000 €.
Un chiffre d'affaires de 12 450 000 € en 2024
Environ 10 000 000 de personnes
Comité le 03/11/2025 à 9 h 30.
Du 03/11/25 au 07/11/25
Du 03.11.2025 au 07.11.2025, de 09:30 à 17:45
Entre 2019 et 2024, 12 départs sur 35
2020-2021-2022-2023
Version 3.12.1 puis 10.0.22631.4460
Le ratio passe de 0,39 à 0,98
02 35 % de hausse
Salle 204, étage 3, bâtiment 12
Réunions à 9h, 10h30, 11h15, 14h00 et 16h45
Les scores : 12-10, 9-11, 11-8, 6-11
1 2 3 4 5 6 7 8 9 10
10 9 8 7 6 5 4 3 2 1
un, deux, trois, quatre, cinq, six, sept, huit, neuf, dix
deux ou trois fois par mois, quatre au plus
zéro formation, six mois d'attente
00000000
1000000000
Il me reste 06 jours de congé et 12 RTT
Latitude 48.8566, longitude 2.3522
Températures 21,5 22,0 19,8 20,1
Article L1152-1 et articles 6 et 7
ISO 9001:2015, ISO 45001:2018
Code 44120
PO 7700412358 is lost.
Revenue of 1 234 567 890 last year
Order 212-555-0123 was shipped late
we went 9-5, 9-6, 8-7 and then 12-12
EAN 3017620422003
Semaine 12, 13, 14 et 15
"""


@pytest.mark.parametrize("number", SHAPES.strip().encode().decode("utf-8").replace("\\u200b", "\u200b").splitlines())
@pytest.mark.parametrize("frame", ["{}", "Appelle-moi au {} ce soir.", "C'est le {}"])
def test_a_number_is_found_in_any_shape(number: str, frame: str) -> None:
    assert "phone" in kinds(frame.format(number))


@pytest.mark.parametrize("text", NONE.strip().splitlines())
def test_another_number_is_none(text: str) -> None:
    assert kinds(text) == set()


def test_what_is_underlined_is_the_number() -> None:
    assert found("Écris ou appelle au 06 39 98 12 34 ce soir.", "phone") == ["06 39 98 12 34"]
    assert found("c’est le zéro six, trente-neuf, quatre-vingt-dix-huit, vingt, onze !", "phone") == [
        "zéro six, trente-neuf, quatre-vingt-dix-huit, vingt, onze"
    ]


def test_a_number_abroad_without_its_code_counts_where_it_is_called_one() -> None:
    text = "{} 612 345 678"
    assert "phone" in kinds(text.format("mon portable :"))
    assert "phone" not in kinds(text.format("mon portable :"), "light")
    assert "phone" not in kinds(text.format("il y en a"))
