"""
The words of the pages: every key there in both languages, none in vain, the French in the pages that of the catalogue.
"""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from chat.http.pages import Pages
from chat.settings import Settings

STATIC = Path(__file__).parents[2] / "static"
PAGES = Pages(STATIC, Settings()).pages
FOLDERS = [
    "",
    "about-you",
    "console",
    "lobby",
    "moderation",
    "staff",
]  # what every page needs, and what one place alone does
SCRIPTS = sorted(STATIC.glob("js/**/*.js"))

# A key is any string of a script that looks like one: dotted, in lower case.
KEY = re.compile(r'"([a-z]+(?:\.[a-z_]+)+)"')
PLACEHOLDER = re.compile(r"\{(\w+)\}")

Entry = Any


def catalogue(language: str) -> dict[str, Entry]:
    entries: dict[str, Entry] = {}
    for folder in FOLDERS:
        part = json.loads((STATIC / "locales" / folder / f"{language}.json").read_text())
        assert entries.keys().isdisjoint(part)
        entries |= part
    return entries


FRENCH, ENGLISH = catalogue("fr"), catalogue("en")


class Marked(HTMLParser):
    """Collects what a page marks as translated: keys, with the French it holds."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.words: list[tuple[str, str]] = []
        self._key: str | None = None
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = {name: value or "" for name, value in attrs}
        for mark, attribute in (("data-i18n-label", "aria-label"), ("data-i18n-title", "title")):
            if mark in known:
                self.words.append((known[mark], known[attribute]))
        self._key = known.get("data-i18n")

    def handle_data(self, data: str) -> None:
        if self._key is not None:
            self.words.append((self._key, data))
            self._key = None


def used() -> set[str]:
    marked = {key for page in PAGES.values() for key, _ in Marked(page).words}
    return marked | {key for script in SCRIPTS for key in KEY.findall(script.read_text())}


def strings(entry: Entry) -> list[str]:
    if isinstance(entry, str):
        return [entry]
    return [text for part in (entry.values() if isinstance(entry, dict) else entry) for text in strings(part)]


def test_catalogues_have_the_same_keys() -> None:
    assert list(FRENCH) == list(ENGLISH)


def test_every_key_used_is_there() -> None:
    assert used() - set(FRENCH) == set()


def test_every_key_there_is_used() -> None:
    assert set(FRENCH) - used() == set()


@pytest.mark.parametrize("key", sorted(FRENCH))
def test_placeholders_are_the_same(key: str) -> None:
    wanted = {frozenset(PLACEHOLDER.findall(text)) for text in strings(FRENCH[key])}
    assert len(wanted) == 1
    assert {frozenset(PLACEHOLDER.findall(text)) for text in strings(ENGLISH[key])} == wanted


@pytest.mark.parametrize("page", sorted(PAGES))
def test_page_holds_the_french_of_the_catalogue(page: str) -> None:
    words = Marked(PAGES[page]).words
    assert words
    assert [(key, text) for key, text in words if text != FRENCH[key]] == []


@pytest.mark.parametrize("text", sorted({text for entry in FRENCH.values() for text in strings(entry)}))
def test_french_is_set_as_french(text: str) -> None:
    assert not re.search(r"[^\u202f][;:!?»]", text), "a narrow space goes before ; : ! ? »"
    assert not re.search(r"«[^\u202f]", text), "a narrow space goes after «"
    assert not re.search(r"'|\.\.\.|[ ]{2}", text), "’ and … are real"
    assert not re.search(r"\d (?=\w{2})", text), "a number is not parted from what it counts"


def test_proposed_names_are_many_and_can_be_borne() -> None:
    for entries in (FRENCH, ENGLISH):
        groups = [[words.split() for words in group] for group in entries["name.groups"]]
        names = {
            entries["name.pattern"].format(noun=noun, adjective=adjective)
            for nouns, adjectives in groups
            for noun in nouns
            for adjective in adjectives
        }
        assert sum(len(nouns) for nouns, _ in groups) >= 40
        assert all(len(adjectives) >= 30 for _, adjectives in groups)
        assert all(2 <= len(name) <= 24 for name in names)
