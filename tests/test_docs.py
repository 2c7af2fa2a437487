"""What the documents claim: the tests that they name exist, the files that they lead to are there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

HOUSE = Path(__file__).parent.parent
PAGES = sorted([*HOUSE.glob("*.md"), *HOUSE.glob("docs/*.md")])
TEST = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")
LINK = re.compile(r"\]\((?!https?:|mailto:|#)([^)#\s]+)")


def rows() -> list[list[str]]:
    """The rows of the threat model's table, cell by cell."""
    lines = (HOUSE / "docs/threat-model.md").read_text().splitlines()
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("| **")]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_test_that_is_named_exists(page: Path) -> None:
    for path, name in TEST.findall(page.read_text()):
        assert re.search(rf"^(async )?def {name}\(", (HOUSE / path).read_text(), re.M), f"{path}::{name}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_leads_somewhere(page: Path) -> None:
    assert [link for link in LINK.findall(page.read_text()) if not (page.parent / link).exists()] == []


def test_every_threat_names_a_test_or_is_said_to_be_a_limit() -> None:
    assert len(rows()) >= 11
    for row in rows():
        assert len(row) == 5
        assert TEST.search(row[-1]) or "limit" in row[-1], row[0]


def test_every_threat_says_what_remains() -> None:
    assert all(len(cell) > 20 for row in rows() for cell in row[1:])
