"""Names of people and of employers: asked about, never held."""

import pytest

from chat.moderation.pipeline import screen
from chat.verdict import Draft, Outcome
from tests.moderation.rules.screening import found, kinds

NAMED = [
    "Moi c'est Sylvie Brandecourbe.",
    "Je m'appelle Norbert Tarvoisin",
    "je m'appelle norbert tarvoisin",
    "Ma cheffe, Mme Tarvoisine, m'épuise.",
    "M. Tarvoisin m'a convoquée",
    "monsieur Tarvoisin",
    "Monsieur de Tarvoisin",
    "Mr Quillsworth shouted again",
    "Mrs. Quillsworth",
    "Dr Quillsworth",
    "Maître Tarvoisin, l'avocat",
    "mme tarvoisine m'a hurlé dessus",
    "Norbert Tarvoisin m'a insultée",
    "Norbert TARVOISIN m'a insultée",
    "TARVOISIN Norbert m'a insultée",
    "c'est Jean-Marc Tarvoisin qui décide",
    "Marie-Laure d’Estrelin",
    "Fatima Benzarouf et moi",
    "I'm Barnaby Quillsworth, by the way.",
    "My manager Alison Quillsworth",
    "my name is Alison Quillsworth",
    "he is called alison quillsworth",
    "Ask Kevin O'Quillan",
    "Mon chef s'appelle Tarvoisin",
    "mon nom de famille est Tarvoisin",
    "Ludovic Le Tarvoisec",
    "Élodie Tarvoisin",
]
NOBODY = [
    "Ma collègue Nadia est partie.",
    "Nadia RH m'a appelée",
    "Merci Sophie !",
    "Bonjour Sophie, merci",
    "Sophie Merci beaucoup",
    "@Hermine3 je te réponds",
    "Madame la directrice",
    "Monsieur le maire",
    "mme la directrice",
    "Monsieur Tout-le-Monde",
    "Le lundi Marie arrive",
    "La rue Jean Jaurès est bloquée",
    "Je suis Directeur Adjoint",
    "Je suis Manager depuis 2019",
    "I'm Head of Sales",
    "Camille de Lyon me conseille",
    "Pierre et Marie sont partis",
    "Bonne Année à tous",
    "Le Code du Travail",
    "ON A EU LE MARCHÉ NADIA",
    "Bonjour, Merci Madame",
    "mr propre",
]
EMPLOYED = [
    "Je bosse chez Plastimousse, à l'usine de Vierzonnet.",
    "je bosse chez plastimousse",
    "Je suis la DRH de Plastimousse",
    "Directeur de l'Ehpad Les Myosotis de Bourg-l'Exemple depuis mars.",
    "Norbert, patron de Plastimousse, m'a insultée.",
    "I'm the plant director of Quillsworth Foods in Larkham.",
    "I work at Quillsworth Foods",
    "I work for Quillsworth",
    "Manager at Quillsworth",
    "Je travaille pour Plastimousse",
    "Je travaille à la SNCF",
    "je suis cadre chez EDF",
    "salariée de Carrefour depuis dix ans",
    "La société Plastimousse",
    "Plastimousse SAS",
    "SARL Plastimousse",
    "Quillsworth Ltd",
    "Le groupe Plastimousse recrute",
    "Le CHU de Bourgexemple",
    "Le lycée Imaginaire",
    "Ma boîte s'appelle Plastimousse",
    "Mon employeur, Plastimousse, refuse",
    "My company is called Quillsworth",
    "Responsable logistique chez Plastimousse",
    "chef d'équipe chez Plastimousse",
    "CEO of Quillsworth Foods",
    "Renault m'a licenciée",
]
NO_EMPLOYER = [
    "Je ne donnerai pas le nom de ma boîte.",
    "Je dirige une agence bancaire dans le sud.",
    "On bosse sur Slack et sur Excel.",
    "Chez nous, c'est pareil",
    "Je travaille chez moi",
    "je bosse chez un client",
    "On dîne chez Nadia",
    "Je travaille à Nantes",
    "Je travaille à Paris pour la semaine",
    "Directrice régionale de Bretagne",
    "Responsable de Lyon",
    "Je suis responsable de Nadia",
    "Chef de Projet dans une PME",
    "DRH dans l'industrie",
    "Le groupe WhatsApp de l'équipe",
    "Une association loi 1901",
    "Je suis responsable du CSE",
    "I work at home",
    "I work for myself",
    "Manager in a bank",
    "I won't name the company.",
    "Mon entreprise est en redressement",
    "Le train SNCF est en retard",
    "Directeur de Production",
]


@pytest.mark.parametrize("text", NAMED)
def test_somebody_named_in_full_is_found(text: str) -> None:
    assert "name" in kinds(text)


@pytest.mark.parametrize("text", NOBODY)
def test_a_first_name_an_office_or_a_pseudonym_names_nobody(text: str) -> None:
    assert "name" not in kinds(text)


@pytest.mark.parametrize("text", EMPLOYED)
def test_an_employer_is_found(text: str) -> None:
    assert "employer" in kinds(text)


@pytest.mark.parametrize("text", NO_EMPLOYER)
def test_a_trade_a_place_or_a_tool_is_no_employer(text: str) -> None:
    assert "employer" not in kinds(text)


def test_a_name_is_asked_about_and_not_held() -> None:
    verdict = screen(Draft("Norbert Tarvoisin, patron de Plastimousse, m'a insultée."))
    assert verdict.outcome is Outcome.PUBLISH
    assert [question.kind for question in verdict.questions] == ["name", "employer"]


def test_what_is_underlined_is_the_name() -> None:
    assert found("Hier, Norbert Tarvoisin, patron de Plastimousse…", "name") == ["Norbert Tarvoisin"]
    assert found("Hier, Norbert Tarvoisin, patron de Plastimousse…", "employer") == ["Plastimousse"]
    assert found("« Mme Tarvoisine » dit-elle", "name") == ["Mme Tarvoisine"]


def test_a_pseudonym_of_the_room_is_nobodys_name() -> None:
    assert "name" in kinds("Merci Camille Boréale !")
    assert "name" not in kinds("Merci Camille Boréale !", names=("Camille Boréale",))


@pytest.mark.parametrize(
    "text",
    [
        "Je suis Nguyễn Thị Hạ",
        "Je suis NGUYỄN Thị\u00a0Hạ, et vous ?",
        "Moi c'est Nguyễn Thị Hạ",
        "Je bosse chez Nguyễn Thị Hạ",
    ],
)
def test_a_pseudonym_of_several_words_is_neither_a_name_nor_an_employer(text: str) -> None:
    assert kinds(text)
    assert kinds(text, names=("Hermine", "Nguyễn Thị Hạ")) == set()


def test_a_name_longer_than_a_pseudonym_or_beside_one_is_asked_about() -> None:
    assert "name" in kinds("Je suis Camille Boréale", names=("Camille",))
    assert "name" in kinds("Je suis Camille Boréale", names=("Camille Bor",))
    assert "name" in kinds("Camille Boréale, je suis Sylvie Brandecourbe", names=("Camille Boréale",))
