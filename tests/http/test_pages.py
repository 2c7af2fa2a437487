"""What is not in the manifest does not exist, however it is asked for."""

from __future__ import annotations

from typing import Final

import pytest

from chat.http.pages import PAGES, Pages, static_folder
from chat.settings import Settings
from tests.conftest import Server
from tests.http.asking import ask

MANIFEST: Final = Pages(static_folder(), Settings())
V: Final = MANIFEST.version


def test_the_manifest_is_served_as_it_stands(shared_server: Server) -> None:
    for name, content in MANIFEST.files.items():
        answer = ask(shared_server.address, "GET", f"/static/{V}/{name}")
        assert (answer.status, answer.body) == (200, content), name
        assert answer.headers["content-type"].partition(";")[0] in (
            "text/javascript",
            "text/css",
            "application/json",
            "image/svg+xml",
        ), name


def test_a_page_is_no_file(shared_server: Server) -> None:
    for page in PAGES.values():
        assert ask(shared_server.address, "GET", f"/static/{V}/{page}").status == 404
        assert ask(shared_server.address, "GET", f"/{page}").status == 404


def test_nothing_that_pages_are_made_of_is_a_file() -> None:
    assert [name for name in MANIFEST.files if name.endswith(".html")] == []


@pytest.mark.parametrize(
    "path",
    [
        "/static",
        "/static/",
        f"/static/{V}",
        f"/static/{V}/",
        f"/static/{V}/js",
        f"/static/{V}/js/",
        "/static/0/favicon.svg",
        f"/static/{V.upper()}x/favicon.svg",
        f"/static/{V}x/favicon.svg",
        f"/static//{V}/favicon.svg",
        f"//static/{V}/favicon.svg",
        f"/static/{V}//favicon.svg",
        f"/static/{V}/./favicon.svg",
        f"/static/{V}/js/../favicon.svg",
        f"/static/{V}/../{V}/favicon.svg",
        f"/static/{V}/../../pyproject.toml",
        f"/static/{V}/..%2f..%2fpyproject.toml",
        f"/static/{V}/..%5c..%5cpyproject.toml",
        f"/static/{V}/%2e%2e/%2e%2e/pyproject.toml",
        f"/static/{V}/..%252f..%252fpyproject.toml",
        f"/static/{V}/%c0%ae%c0%ae/pyproject.toml",
        f"/static/{V}//etc/passwd",
        f"/static/{V}/%2fetc%2fpasswd",
        f"/static/{V}/file:///etc/passwd",
        f"/static/{V}/FAVICON.SVG",
        f"/STATIC/{V}/favicon.svg",
        f"/static/{V}/favicon.svg.",
        f"/static/{V}/favicon.svg/",
        f"/static/{V}/favicon.svg/.",
        f"/static/{V}/favicon.svg%20",
        f"/static/{V}/favicon.svg%00",
        f"/static/{V}/favicon.svg%00.js",
        f"/static/{V}/favicon.svg;x",
        f"/static/{V}/favicon.svg::$DATA",
        f"/static/{V}/favicon.svg~",
        f"/static/{V}/.git/config",
        "/static/../chat/app.py",
        "/favicon.svg",
        "/..",
        "/.",
        "/%2e%2e/",
        "/r",
        "/r/",
        "/r/salon/",
        "/r/a/b",
        "/privacy/",
        "/api/rooms/",
        "/api/",
        "/API/ROOMS",
        "/.env",
        "/.well-known/security.txt",
        "/metrics",
        "/docs",
        "/openapi.json",
    ],
)
def test_nothing_else_is_reached(shared_server: Server, path: str) -> None:
    answer = ask(shared_server.address, "GET", path)
    assert (answer.status, answer.code) == (404, "not_found")


def test_the_whole_address_of_another_server_is_not_fetched(shared_server: Server) -> None:
    answer = ask(shared_server.address, "GET", "http://ailleurs.example/")
    assert answer.status in (400, 404)
