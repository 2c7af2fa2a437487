"""Who leaves in haste is forgotten by their browser too."""

from __future__ import annotations

from tests.conftest import Server
from tests.http.asking import ask


def test_leaving_has_the_browser_forget(shared_server: Server) -> None:
    answer = ask(shared_server.address, "POST", "/exit", {"Origin": shared_server.address})
    assert (answer.status, answer.body) == (204, b"")
    assert answer.headers["clear-site-data"] == '"storage"'


def test_another_site_cannot_have_it_forget(shared_server: Server) -> None:
    for headers in ({"Origin": "https://ailleurs.example"}, {"Sec-Fetch-Site": "cross-site"}):
        assert "clear-site-data" not in ask(shared_server.address, "POST", "/exit", headers).headers
    assert "clear-site-data" not in ask(shared_server.address, "GET", "/exit").headers
