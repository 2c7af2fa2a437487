"""
Which names a person may go by: readable by everybody, and nobody else's.

:func:`check` judges one name by rules from the plain to the subtle; :func:`skeleton` says what it looks like, so that two names which a
reader might confuse can be told to be the same. What is reserved stands in ``STAFF`` and ``ALONE``; a community adds words of its own in
the settings. The table of characters that look alike is Unicode's, see ``alike``.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from itertools import groupby
from typing import Final

import regex
from msgspec import Struct
from precis_i18n import get_profile

from chat.people.alike import ALIKE, small_capital

SHORTEST: Final = 2  # graphemes: what a reader counts
LONGEST: Final = 24
RAW_LONGEST: Final = 1024  # code points, before anything is looked at
LONG: Final = 8  # letters from which a reserved word is recognised within another

# Whoever bears one of these seems to have a say here. Refused wherever it stands as words, and the long ones within a word too.
STAFF: Final = """
modérateur, modérateurs, modératrice, modératrices, moderator, moderators, modo, modos, admin, admins, administrateur, administrateurs,
administratrice, administratrices, administrator, administrators, sysadmin, webmaster, staff, facilitateur, facilitateurs,
facilitatrice, facilitatrices, facilitator, facilitators, organisateur, organisateurs, organisatrice, organisatrices, organiser,
organisers, organizer, organizers, RH, DRH, RRH, HR, HRBP, CHRO, ressources humaines, human resources, Sans Masque
"""
# Ordinary words, which are somebody's office only when nothing else is said: « L’équipe », « Support 2 », not « Esprit d’équipe ».
ALONE: Final = """
équipe, team, support, helpdesk, help, aide, assistance, system, système, direction, modération, moderation, mod, administration,
animation, animateur, animatrice, host, hôte, hôtesse, bot, robot, root, server, serveur, anonyme, anonymous, vous, you
"""
FILLERS: Final = """
le, la, les, l, un, une, des, du, de, d, et, the, a, of, and, our, notre, votre, your, officiel, officielle, official, compte, account,
service, technique, tech, technical, général, générale, general, client, customer
"""

_WRITINGS: Final = """
Latin Greek Cyrillic Armenian Georgian Hebrew Arabic Syriac Thaana Nko Tifinagh Ethiopic Devanagari Bengali Gurmukhi Gujarati Oriya
Tamil Telugu Kannada Malayalam Sinhala Thai Lao Tibetan Myanmar Khmer Mongolian Cherokee Canadian_Aboriginal
Han+Hiragana+Katakana Han+Bopomofo Han+Hangul
"""  # the scripts in use today (UAX #31, tables 5 and 7); Japanese, Chinese and Korean each write with several (UTS #39, 5.1)
_ONE_WRITING: Final = regex.compile(
    "|".join(
        "[" + "".join(rf"\p{{scx={script}}}" for script in ("Common", "Inherited", *writing.split("+"))) + "]*"
        for writing in _WRITINGS.split()
    )
)
# A mark stands on a letter or a digit; no towers: four marks at most, two of those that any letter may take, none twice (UTS #39, 5.4).
_SIGNS: Final = regex.compile(r"(?:[\p{L}\p{Nd}][\p{Mn}\p{Mc}]{0,4}|[ '’.-])+")
_TOWER: Final = regex.compile(r"[\u0300-\u036f]{3}")
_TWICE: Final = regex.compile(r"(\p{M})\1")
_GRAPHEME: Final = regex.compile(r"\X")
_LETTER: Final = regex.compile(r"[\p{L}\p{Nd}]")
_SEPARATORS: Final = regex.compile(r"[ '’.\-\u02b9-\u02bf\u02c8]+")
# Accents, Hebrew points and Arabic vowels: with or without them, it is the same name.
_ACCENTS: Final = regex.compile(r"[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u0591-\u05c7\u064b-\u065f\u0670]+")
_FIGURES: Final = str.maketrans("34578", "eastb")  # read as letters: « 5t4ff »

_I_AS_L: Final = {ord("i"): "l"}

_nickname = get_profile("NicknameCasePreserved")


class NameRefused(Exception):
    """
    A name that cannot be borne here.

    ``code`` is one of ``name_short``, ``name_long``, ``name_script``, ``name_sign``, ``name_direction``, ``name_reserved``.
    """

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def check(name: str, reserved: Iterable[str] = ()) -> str:
    """
    Return ``name`` as everybody will see it; ``reserved`` are the community's own words.

    RFC 8266 (PRECIS Nickname, case preserved), then our rules.

    Raises:
        NameRefused: It cannot be borne here.
    """
    if len(name) > RAW_LONGEST:
        raise NameRefused("name_long")
    name = _enforced(name)
    length = len(_GRAPHEME.findall(name))
    if length < SHORTEST or not _LETTER.search(name):
        raise NameRefused("name_short")
    if length > LONGEST:
        raise NameRefused("name_long")
    if not _ONE_WRITING.fullmatch(name):
        raise NameRefused("name_script")
    if not _SIGNS.fullmatch(name) or _TOWER.search(name) or _TWICE.search(unicodedata.normalize("NFD", name)):
        raise NameRefused("name_sign")
    if _goes_both_ways(name):
        raise NameRefused("name_direction")
    if _is_reserved(name, _reserved(tuple(reserved))):
        raise NameRefused("name_reserved")
    return name


def skeleton(name: str) -> str:
    """
    Say what ``name`` looks like: two names with the same skeleton could be taken for each other.

    UTS #39's skeleton, without case, accents, spaces and punctuation, and with i and l as one, as their capitals are drawn. Never shown.
    """
    bare = _bare(unicodedata.normalize("NFKC", name))
    return "".join(map(_seen, bare)).translate(_I_AS_L) or name


def _enforced(name: str) -> str:
    try:
        # Once may not be enough for NFKC and the spaces; the RFC says to go on until nothing changes (RFC 8266, 2.3).
        for _ in range(4):
            before, name = name, _nickname.enforce(name)
            if name == before:
                return name
    except UnicodeEncodeError as exc:
        raise NameRefused("name_sign" if name.strip() else "name_short") from exc
    raise NameRefused("name_sign")


def _goes_both_ways(name: str) -> bool:
    """Whether a reader could not tell the order of the characters (after RFC 5893, 2)."""
    classes = {unicodedata.bidirectional(char) for char in name}
    return bool("L" in classes and classes & {"R", "AL", "AN"}) or classes >= {"EN", "AN"}


# -- what it looks like


def _bare(text: str) -> str:
    if text.isascii() and text.isalnum():
        return text  # as most of what is looked at is
    return _SEPARATORS.sub("", _ACCENTS.sub("", unicodedata.normalize("NFD", text)))


def _drawn(text: str) -> str:
    """Replace each character by the plainest that is drawn like it, capitals as capitals; then without case."""
    return _bare("".join(map(_plain, _bare(text)))).casefold()


@lru_cache(maxsize=4096)
def _plain(char: str) -> str:
    return small_capital(char) or ALIKE.get(char, char)


@lru_cache(maxsize=4096)
def _seen(char: str) -> str:
    """Follow ``char`` to the letters that it is taken for in the end; a test walks every way."""
    seen = _plainest(char)
    return seen if seen == char else "".join(map(_seen, seen))


def _plainest(char: str) -> str:
    # Small letters before capitals, so that case never tells two names apart; and of those what looks like plain Latin, since that is
    # how one script passes for another: a small н doesn't, a capital one looks like H.
    for form in (char.casefold(), char.upper()):
        drawn = _drawn(form)
        if drawn.isascii() and drawn.isalnum():
            return drawn
    return _drawn(char.casefold())


# -- whose it is


class _Reserved(Struct, frozen=True):
    """Skeletons: of what is reserved as a ``whole`` name, as ``words`` or ``phrases`` of one or ``within`` a word; offices; fillers."""

    whole: frozenset[str]
    words: frozenset[str]
    phrases: tuple[tuple[str, ...], ...]
    within: regex.Pattern[str]
    offices: frozenset[str]
    fillers: frozenset[str]


@lru_cache(maxsize=8)
def _reserved(own: tuple[str, ...]) -> _Reserved:
    anywhere = (*_listed(STAFF), *own)
    phrases = [tuple(skeleton(word) for word in _words(phrase)) for phrase in anywhere]
    words = frozenset(phrase[0] for phrase in phrases if len(phrase) == 1)
    offices = frozenset(skeleton(word) for word in _listed(ALONE))
    return _Reserved(
        whole=frozenset("".join(phrase) for phrase in phrases if phrase) | offices,
        words=words,
        phrases=tuple(phrase for phrase in phrases if len(phrase) > 1),
        within=regex.compile("|".join(regex.escape(skeleton(phrase)) for phrase in anywhere if len(phrase) >= LONG)),
        offices=offices,
        fillers=frozenset(skeleton(word) for word in _listed(FILLERS)),
    )


def _listed(words: str) -> list[str]:
    return [word.strip() for word in words.split(",")]


def _words(name: str) -> list[str]:
    return [word for word in _SEPARATORS.split(name) if word]


def _is_reserved(name: str, reserved: _Reserved) -> bool:
    words = _spelled(_words(name))
    spoken = [_readings(word) for word in words]
    joined = _readings("".join(words))
    return (
        any(readings & reserved.words for readings in spoken)
        or any(_says(spoken, phrase) for phrase in reserved.phrases)
        or bool(joined & reserved.whole)
        or any(reserved.within.search(reading) for reading in joined)
        or _is_office([readings for word, readings in zip(words, spoken, strict=True) if not word.isdigit()], reserved)
    )


def _spelled(words: list[str]) -> list[str]:
    """Put together what was spelled letter by letter; two are initials."""
    runs = [list(run) for _, run in groupby(words, key=lambda word: len(word) == 1)]
    return [word for run in runs for word in (["".join(run)] if len(run) > 2 and len(run[0]) == 1 else run)]


def _readings(word: str) -> frozenset[str]:
    """Read a word as one might: as it is drawn, its figures as letters, those around it left out, cl as d."""
    words = {word, word.strip("0123456789")} - {""}
    forms = words | {_drawn(form) for form in words} | {form.translate(_FIGURES) for form in words}
    skeletons = {skeleton(form) for form in forms}
    return frozenset(skeletons | {form.replace("cl", "d") for form in skeletons})


def _says(spoken: list[frozenset[str]], phrase: tuple[str, ...]) -> bool:
    starts = range(len(spoken) - len(phrase) + 1)
    return any(all(word in spoken[start + place] for place, word in enumerate(phrase)) for start in starts)


def _is_office(spoken: list[frozenset[str]], reserved: _Reserved) -> bool:
    """Whether nothing but an office is named: « Le support technique », « Team Support 2 »."""
    known = reserved.offices | reserved.fillers
    return all(readings & known for readings in spoken) and any(readings & reserved.offices for readings in spoken)
