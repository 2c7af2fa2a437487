"""
Names of people and of employers, as they are written: what both rules look for in the text with its capitals.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Final

import regex

from chat.moderation.normalise import fold

_LISTS: Final = Path(__file__).parent / "lists"
# A word that begins as names do: « Brandecourbe », « d’Estrel », « O'Neil », « Saint-Clair », « BRANDECOURBE ».
NAME: Final = r"(?:(?:de |du |des |d'|De |Du |D'|Le |La |van |von |Van |Von |Mc|Mac|O')?\p{Lu}[\p{L}\p{M}]+(?:['-]\p{Lu}?[\p{L}\p{M}]+)*)"
# Words that stand in capitals without being anybody's name.
COMMON: Final = frozenset(
    # what sentences begin with
    "merci bonjour bonsoir salut coucou hello bienvenue bravo courage bon bonne bien oui non je tu il elle on nous vous ils elles ca cela c'est "
    "c'etait j'ai j'en j'y j'etais j'aime mon ma mes ton ta tes son sa ses notre nos votre vos leur leurs le la les l un une des du de au aux et "
    "ou mais donc or ni car si quand comme comment pourquoi parce puis alors apres avant avec sans pour par dans sur sous chez vers depuis pendant "
    "entre contre selon malgre tout toute tous toutes trop tres plus moins peu encore deja jamais toujours aujourd'hui hier demain qui que quoi "
    "quel quelle est es suis sont etait a ai as avait ont va vais vas y en ne pas rien rdv ps nb ok d'accord franchement honnetement perso "
    "the this that these those my your his her its our their i i'm i've i'll i'd it it's he he's she she's we we're you you're they and but or so if when what why how "
    "who where which there here thanks thank hi hey dear yes no not please sorry well just also is are was were be been am have has had do does did "
    "will would can could should may might must as at by for from in into of off on onto out over to up with without after before because since "
    "while until than then about again all any both each every some such only own same too very now never always today yesterday tomorrow "
    # days, months, feasts
    "lundi mardi mercredi jeudi vendredi samedi dimanche janvier fevrier mars avril mai juin juillet aout septembre octobre novembre decembre "
    "monday tuesday wednesday thursday friday saturday sunday january february march april may june july august september october november december "
    "noel paques toussaint ascension pentecote christmas easter "
    # offices and ranks, parts of a company, papers
    "directeur directrice president presidente maire ministre prefet juge docteur professeur maitre madame monsieur mademoiselle messieurs mesdames "
    "chef cheffe manager responsable patron patronne collegue adjoint adjointe general generale delegue deleguee inspecteur inspectrice "
    "director manager head boss chief officer vice president executive senior junior lead team department office board "
    "direction service services departement equipe projet production produit pole site agence region zone secteur comite codir comex conseil "
    "cabinet groupe societe entreprise association filiale siege usine atelier chantier magasin hopital clinique lycee college ecole universite "
    "mairie prefecture rectorat ministere etat france europe logistique achats ventes marketing finance finances comptabilite juridique "
    "communication informatique qualite securite transition ressources humaines recrutement formation support client clients relation "
    "ehpad chu chr esat ccas mecs ime ssr ong scop sas sarl "
    "rh drh rrh dg pdg daf dsi dga cse chsct cssct codir ceo cfo cto coo hr it pm qa rse qvt qvct rps cdi cdd rtt pip ko okr kpi b2b b2c saas "
    "n+1 n+2 ssii esn pme tpe eti tgv bu sav adv btp bts dut bac mba burn burnout covid ia ai pc usb pdf gps sms tv word excel "
    "powerpoint outlook teams slack zoom whatsapp linkedin facebook instagram google gmail doodle trello jira notion sharepoint sap chatgpt "
    "copilot windows android iphone mac python java github gitlab miro figma canva skype discord telegram signal netflix youtube spotify "
    "internet intranet wifi scrum agile kanban lean sprint kickoff "
    # peoples and tongues, quarters of the sky
    "francais francaise francaises anglais anglaise allemand allemande espagnol italien belge suisse europeen americain chinois arabe "
    "french english german spanish italian british american european irish scottish welsh dutch "
    "nord sud est ouest north south east west "
    # those of whom everybody speaks
    "dieu jesus allah bouddha freud".split()
)
# Towns, regions and countries where a head of something is one there, and nobody's employer.
PLACES: Final = frozenset(
    "paris lyon marseille toulouse nice nantes strasbourg montpellier bordeaux lille rennes reims toulon grenoble dijon angers nimes brest limoges "
    "tours amiens metz besancon perpignan orleans rouen mulhouse caen nancy argenteuil roubaix tourcoing avignon poitiers versailles pau calais "
    "cannes antibes beziers bourges colmar quimper valence annecy chambery troyes lorient niort vannes laval cergy evry creteil nanterre bobigny "
    "saint-denis saint-etienne saint-nazaire le havre le mans clermont-ferrand aix-en-provence boulogne dunkerque bayonne biarritz ajaccio bastia "
    "bretagne normandie alsace lorraine bourgogne aquitaine occitanie provence auvergne picardie corse savoie vendee gironde loire rhone isere "
    "ile-de-france idf paca hauts-de-france grand-est nouvelle-aquitaine rhone-alpes champagne ardenne jura landes ardeche drome finistere morbihan "
    "mayotte guadeloupe martinique guyane reunion france belgique suisse luxembourg allemagne espagne italie portugal angleterre irlande ecosse "
    "europe afrique asie amerique maroc algerie tunisie senegal canada quebec bruxelles geneve lausanne liege namur londres berlin madrid rome "
    "london manchester birmingham leeds glasgow edinburgh cardiff liverpool bristol sheffield newcastle nottingham belfast dublin cork oxford "
    "cambridge york brighton leicester coventry england scotland wales ireland britain uk us usa america boston chicago seattle dallas denver "
    "atlanta houston phoenix miami austin toronto montreal vancouver ottawa sydney melbourne "
    "midlands yorkshire kent essex surrey sussex devon cornwall texas california florida ohio york city germany spain italy canada australia".split()
)


@cache
def first_names() -> frozenset[str]:
    """First names, folded."""
    return frozenset(word for line in _lines("first_names.txt") for word in line.split())


@cache
def employers() -> frozenset[str]:
    """Large employers, folded."""
    return frozenset(_lines("employers.txt"))


def is_first_name(word: str) -> bool:
    """Whether somebody is called ``word``, or « Marie-Laure » by its parts."""
    return all(part in first_names() for part in regex.split("[ -]", bare(word)))


def bare(words: str) -> str:
    """Fold ``words`` as the lists are."""
    return fold(words).text.strip()


def _lines(name: str) -> list[str]:
    lines = (_LISTS / name).read_text("utf-8").splitlines()
    return [line.strip() for line in lines if line.strip() and not line.startswith("#")]
