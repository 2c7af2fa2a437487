import pytest

from tests.moderation.rules.screening import found, kinds


@pytest.mark.parametrize(
    "text",
    [
        "Je suis au 27 rue du Moulin-Rêvé, 44120 Vertou.",
        "27, rue du Moulin Rêvé",
        "27 RUE DU MOULIN",
        "27 rue du moulin rêvé 44120 vertou",
        "27bis rue du Moulin",
        "12 ter boulevard des Imaginaires, Nantes",
        "12 bd des Imaginaires",
        "3 av. de l'Exemple",
        "3 avenue Jean-Exemple",
        "5 quai des Exemples 35000 Rennes",
        "8 impasse des Lilas",
        "14 allée des Tilleuls",
        "2 chemin de la Source",
        "12 place de la Mairie-Rêvée, 44120 Vertou",
        "12 place de la mairie 44120 vertou",
        "7 cours Exemple",
        "1 square du Songe",
        "au vingt-sept rue du Moulin",
        "rue du Moulin-Rêvé, 44120 Vertou",
        "J'habite rue du Moulin-Rêvé",
        "j'habite à 44120 Vertou",
        "mon adresse : 44120 Vertou",
        "8 Juniper Close, Leeds LS99 1AA",
        "LS99 1AA",
        "I live at 12 Imaginary Street",
        "221 Quill Road, Larkham",
        "742 Imaginary Terrace, Springfield, IL 62704",
        "PO Box 1234",
    ],
)
def test_an_address_is_found(text: str) -> None:
    assert "address" in kinds(text)


@pytest.mark.parametrize(
    "text",
    [
        "Il habite à deux rues d'ici, je le croise au marché.",
        "J'habite à 2 rues du bureau",
        "Il reste 2 places de parking",
        "3 cours de yoga par semaine",
        "1 place de manager est libre",
        "On a pris 2 routes différentes",
        "Je suis dans le 44",
        "Je vis en Bretagne, près de Rennes",
        "12 personnes sur la route",
        "2 people on the road",
        "10 minutes by road",
        "5 days in a row",
        "3 options on the way",
        "Budget 44120 Euros",
        "On a 3 sites et 2 parcs de machines",
        "Je suis à la rue, quoi",
        "Le plan d'action tient en 5 avenues possibles",
        "Salle 204, étage 3",
        "La place de la femme en entreprise",
        "Au cours de la réunion",
    ],
)
def test_what_only_resembles_an_address_is_none(text: str) -> None:
    assert "address" not in kinds(text)


def test_what_is_underlined_begins_with_the_number() -> None:
    [first, *_] = found("Viens au 27 rue du Moulin demain.", "address")
    assert first.startswith("27 rue du Moulin")
