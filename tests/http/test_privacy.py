"""The notice: it says what the table says, in both languages, and promises nothing that is not so."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from html import escape
from html.parser import HTMLParser
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

import msgspec
import pytest

from chat.http.dates import day_and_hour, span
from chat.http.pages import Pages, static_folder
from chat.http.privacy import Notice, Proof, facts_of, kept, last_proof
from chat.locales import CATALOGUES, KEPT, LANGUAGES
from chat.settings import Settings
from chat.store.retention import TABLE
from tests.conftest import Server
from tests.store.test_valkey import eventually

TEMPLATES = {lang: (static_folder() / f"privacy/{lang}.html").read_text() for lang in LANGUAGES}
PAGES = Pages(static_folder(), Settings(community="Relais", exit_url="https://neutre.example/"))
# What cannot be promised, in no sentence that people read.
NEVER = re.compile(
    r"anonym|intraçable|untraceable|sans (?:laisser de )?trace|(?:no|without a) trace|bout en bout|end[ -]to[ -]end",
    re.I,
)


def shown(lang: str = "fr", settings: Settings | None = None, **notice: object) -> str:
    settings = settings or Settings()
    told = msgspec.structs.replace(Notice(kept(settings, lang), files_rewritten=True), **notice)
    return PAGES.fill("privacy", lang, facts_of(told, settings, lang))


class Skeleton(HTMLParser):
    """The elements of a page, without its words."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        self.found.append(f"{tag} {attributes.get('id')} {attributes.get('class')}")

    def handle_data(self, data: str) -> None:
        self.text += data


# -- the page


@pytest.mark.parametrize("lang", LANGUAGES)
def test_everything_that_is_kept_is_said_with_its_time(lang: str) -> None:
    page, settings = shown(lang), Settings()
    for row in TABLE:
        words = KEPT[lang][row.name]
        assert all(escape(text) in page for text in (words.what, words.why, words.ends))
        assert row.lasts is None or span(row.seconds(settings), lang) in page


def test_times_are_those_of_the_settings() -> None:
    assert "3\N{NO-BREAK SPACE}jours" in shown(settings=Settings(history_seconds=3 * 86_400))


def test_pages_say_the_same_in_both_languages() -> None:
    french, english = (Skeleton(TEMPLATES[lang]).found for lang in ("fr", "en"))
    assert french == english
    marks = [re.findall(r"\{[{%].*?[%}]\}", TEMPLATES[lang]) for lang in ("fr", "en")]
    assert marks[0] == marks[1]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_nothing_is_promised_that_nobody_can_hold(lang: str) -> None:
    browser = (static_folder() / f"locales/{lang}.json").read_text()
    said = [shown(lang), browser, *CATALOGUES[lang].values(), *map(str, KEPT[lang].values())]
    assert [found[0] for text in said for found in NEVER.finditer(text)] == []


def test_french_is_set_as_french() -> None:
    text = Skeleton(shown(contact="Relais")).text
    assert not re.search(r"[^\u202f\u00a0][:;!?»]|«[^\u202f\u00a0]|'|\.\.\.", text)


def test_who_runs_it_is_said_and_can_be_reached() -> None:
    assert 'href="mailto:relais@ecoute.example">Relais, relais@ecoute.example</a>' in shown(
        contact="Relais, relais@ecoute.example"
    )
    assert 'href="https://relais.example/contact">' in shown(contact="Relais (https://relais.example/contact).")
    assert "tenu par\N{NARROW NO-BREAK SPACE}: 12 rue des Lilas. " in shown(contact="12 rue des Lilas")
    assert "n’a pas indiqué de contact" in shown()


def test_what_the_operator_wrote_stays_text() -> None:
    page = shown(contact='<img src=x onerror="1"> {{exit}} a@b.example')
    assert "&lt;img src=x onerror=&#34;1&#34;&gt; {{exit}} a@b.example" in page


def test_the_date_of_the_last_erasure_is_said_in_the_zone_of_the_community() -> None:
    page = shown(erased_at=1_764_064_800)
    assert '<time datetime="2025-11-25T10:00Z">le 25\N{NO-BREAK SPACE}novembre 2025 à 11' in page


def test_it_is_said_when_there_is_no_date_and_when_the_files_are_not_ours() -> None:
    assert "n’est pas connue" in shown()
    page = shown(files_rewritten=False)
    assert "un magasin que tient son exploitant" in page
    assert "quitte aussi les fichiers" not in page


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_last_proof_is_said_whatever_it_found(lang: str) -> None:
    good, bad = (shown(lang, proof=Proof(1_764_064_800, passed, "0.3.0", 40)) for passed in (True, False))
    none = shown(lang)
    words = {"fr": ("40 visiteurs simulés", "a échoué", "Aucune vérification"), "en": ("40 sim", "failed", "No check")}
    for page, expected in zip((good, bad, none), words[lang], strict=True):
        assert [word in page for word in words[lang]] == [word == expected for word in words[lang]]


def test_a_proof_that_could_not_search_everywhere_says_so() -> None:
    proof = Proof(1_764_064_800, True, "0.3.0", 40)
    assert "Tout n’a pas pu être cherché" not in shown(proof=proof)
    assert "Tout n’a pas pu être cherché" in shown(proof=msgspec.structs.replace(proof, not_searched=["memory"]))


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("passed", [True, False])
def test_a_proof_is_said_to_be_of_the_version_that_was_proved(lang: str, passed: bool) -> None:
    assert "version 0.3.0" in shown(lang, proof=Proof(1_764_064_800, passed, "0.3.0", 40))


# -- what it is made of


@pytest.mark.parametrize("lang", LANGUAGES)
def test_spans_are_rounded_up(lang: str) -> None:
    counts = [
        span(seconds, lang).split("\N{NO-BREAK SPACE}")[0] for seconds in (1, 59, 61, 3600, 3601, 172_799, 172_801)
    ]
    assert counts == ["1", "59", "2", "1", "2", "48", "3"]
    assert span(3600, lang) + "s" == span(3601, lang).replace("2", "1")


def test_a_moment_is_said_as_one_says_it() -> None:
    assert day_and_hour(1_767_225_540, "Europe/Paris", "en") == ("2025-12-31T23:59Z", "1\xa0January 2026 at 00:59")
    assert day_and_hour(1_767_225_540, "Europe/Paris", "fr")[1] == "le 1er\xa0janvier 2026 à 0\u202fh\u202f59"


def test_a_proof_that_cannot_be_read_is_none(tmp_path: Path) -> None:
    assert last_proof(tmp_path) is None
    (tmp_path / "leaks.json").write_text('{"at": "yesterday"}')
    assert last_proof(tmp_path) is None
    result = {"at": 1, "passed": True, "version": "1", "clients": 40, "found": 0, "control": 40}
    (tmp_path / "leaks.json").write_text(json.dumps(result))
    assert last_proof(tmp_path) == Proof(1, True, "1", 40)


# -- the server


def get(server: Server, path: str) -> str:
    with urlopen(server.address + path) as response:
        assert response.headers["cache-control"] == "no-store"
        return str(response.read().decode())


async def test_the_server_says_it_as_a_page_and_as_facts(start: Callable[..., Server]) -> None:
    server = start(rewrite_seconds=1, contact='"Relais, relais@ecoute.example"')
    await eventually(lambda: "erased_at" in json.loads(get(server, "/api/privacy")))
    facts = json.loads(get(server, "/api/privacy?lang=en"))
    assert [row["name"] for row in facts["kept"]] == [row.name for row in TABLE]
    assert facts["contact"] == "Relais, relais@ecoute.example"
    assert '<html lang="fr"' in get(server, "/privacy")
    page = get(server, "/privacy?lang=en")
    assert '<html lang="en"' in page
    assert day_and_hour(facts["erased_at"], "Europe/Paris", "en")[0] in page
    assert "{{" not in page


def test_what_it_is_filled_into_is_no_file_to_be_had(shared_server: Server) -> None:
    page = get(shared_server, "/privacy")
    version = re.search(r"/static/(\w+)/", page)
    assert version is not None
    with pytest.raises(HTTPError) as caught:
        urlopen(f"{shared_server.address}/static/{version[1]}/privacy/fr.html")
    with caught.value as answer:
        assert answer.status == 404


def notices(server: Server) -> list[str]:
    events = [json.loads(line)["event"] for line in server.log.read_text().splitlines()]
    return [event for event in events if event in ("open_to_the_public", "contact_missing")]


def test_whoever_opens_it_to_people_is_told_what_is_due(start: Callable[..., Server]) -> None:
    server = start(public_url='"http://ecoute.example"')
    assert notices(server) == ["open_to_the_public", "contact_missing"]


def test_whoever_tries_it_alone_is_not(start: Callable[..., Server]) -> None:
    assert notices(start()) == []
