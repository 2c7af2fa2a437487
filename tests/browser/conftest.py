"""
Visitors for the tests: real browsers on the real server, each test in a room of its own.

Whatever a page logs, raises or asks of another site fails the test it happened in.
"""

from __future__ import annotations

import itertools
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, sync_playwright

from tests.browser.desk import Desk
from tests.browser.visitor import Visitor, Watch
from tests.conftest import UNLIMITED, Server, as_lines

ARGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
ROOMS = 250

_numbers = itertools.count()

Arrive = Callable[..., Visitor]


# Of the package: a synchronous browser holds the loop of its thread, which the other tests need back.
@pytest.fixture(scope="package")
def site() -> Iterator[Server]:
    """A server with many empty rooms, and one in slow mode."""
    with tempfile.TemporaryDirectory(prefix="sm-") as folder:
        config = Path(folder) / "settings.toml"
        rooms = [f'[[rooms]]\nslug = "r{n}"\ntitle = "Salon {n}"\nformat = "salon"' for n in range(ROOMS)]
        rooms.append('[[rooms]]\nslug = "lent"\ntitle = "Lent"\nformat = "salon"\nslow = 10')
        lines = as_lines({**UNLIMITED, "second_look": False})
        lines += ['admission = "open"', "presence_seconds = 1", "presence_grace_seconds = 1"]
        config.write_text("\n".join([*lines, *rooms]))
        running = Server(Path(folder) / "data", "--config", str(config))
        yield running
        running.stop()


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=ARGS)
        yield chromium
        chromium.close()


@pytest.fixture
def room() -> str:
    """The slug of a room where nobody was before."""
    number = next(_numbers)
    assert number < ROOMS, "there are more tests than rooms"
    return f"r{number}"


@pytest.fixture
def desk(site: Server, room: str) -> Iterator[Desk]:
    """The moderators' office, for the cases of the room."""
    with ThreadPoolExecutor(1) as pool:
        yield Desk(site, room, pool)


@pytest.fixture
def watch(site: Server) -> Iterator[Watch]:
    """What pages said that they should not have said."""
    watching = Watch(site.address)
    yield watching
    assert watching.complaints == []


@pytest.fixture
def arrive(site: Server, browser: Browser, watch: Watch) -> Iterator[Arrive]:
    """Bring a visitor with a browser of their own to the lobby, or to ``path``."""
    contexts: list[BrowserContext] = []

    def come(path: str = "/", **options: Any) -> Visitor:
        context = browser.new_context(**{"locale": "fr-FR", "timezone_id": "Europe/Paris", **options})
        contexts.append(context)
        context.set_default_timeout(10_000)
        context.on("page", watch.page)
        visitor = Visitor(context.new_page(), site.address)
        visitor.page.goto(site.address + path)
        return visitor

    yield come
    for context in contexts:
        context.close()


@pytest.fixture(scope="package")
def bench(site: Server, browser: Browser) -> Visitor:
    """A page where the site's modules can be run alone."""
    page = browser.new_page()
    page.goto(site.address)
    return Visitor(page, site.address)
