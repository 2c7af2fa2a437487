"""Nothing is answered under another name, and nothing is changed at another site's bidding."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import pytest

from chat.http.border import Site
from chat.settings import Settings
from tests.conftest import Server
from tests.http.asking import UPGRADE, ask

UNSAFE: Final = ["POST", "PUT", "PATCH", "DELETE"]
ELSEWHERE: Final = "https://ailleurs.example"


@pytest.mark.parametrize("name", ["127.0.0.1", "localhost", "LOCALHOST", "[::1]"])
def test_loopback_goes_by_each_of_its_names(shared_server: Server, name: str) -> None:
    port = shared_server.address.rpartition(":")[2]
    for host in (name, f"{name}:{port}", f"{name}:1"):  # a port may have been mapped on the way
        assert ask(shared_server.address, "GET", "/", {"Host": host}).status == 200


@pytest.mark.parametrize(
    "host",
    [
        "ailleurs.example",
        "127.0.0.1.ailleurs.example",
        "localhost.ailleurs.example:80",
        "127.0.0.1@ailleurs.example",
        "ailleurs.example#127.0.0.1",
        "ailleurs.example/127.0.0.1",
        "127.0.0.1, ailleurs.example",
        "127.1",
        "0x7f000001",
        "[::1",
        "[::ffff:127.0.0.1]",
        "localhost.",
        "\u200blocalhost".encode().decode("latin-1"),
        "",
    ],
)
def test_another_name_is_refused_on_every_path(shared_server: Server, host: str) -> None:
    for method, path in (("GET", "/"), ("GET", "/api/rooms"), ("POST", "/api/admission"), ("GET", "/nulle-part")):
        answer = ask(shared_server.address, method, path, {"Host": host})
        assert (answer.status, answer.code) == (421, "host_unknown")
    headers = {**UPGRADE, "Host": host, "Origin": shared_server.address}
    denied = ask(shared_server.address, "GET", "/r/room-0/live", headers)
    assert (denied.status, denied.code) == (421, "host_unknown")


def test_a_public_server_goes_by_its_name_and_by_those_listed(start: Callable[..., Server]) -> None:
    server = start(public_url='"https://ecoute.example"', origins=["https://intranet.example:8443"])
    for host in ("ecoute.example", "Ecoute.Example:443", "intranet.example", "127.0.0.1"):
        assert ask(server.address, "GET", "/", {"Host": host}).status == 200
    assert ask(server.address, "GET", "/", {"Host": "autre.example"}).status == 421
    upgrade = {**UPGRADE, "Host": "ecoute.example"}
    for origin, status in {
        "https://ecoute.example": 101,
        "https://intranet.example:8443": 101,
        "https://intranet.example": 403,
        "http://ecoute.example": 403,
        "https://ecoute.example.ailleurs.example": 403,
        "null": 403,
        server.address: 403,
    }.items():
        assert ask(server.address, "GET", "/r/salon/live", {**upgrade, "Origin": origin}).status == status, origin


@pytest.mark.parametrize("method", UNSAFE)
@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": ELSEWHERE},
        {"Origin": "null"},
        {"Origin": ""},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "quoi-que-ce-soit"},
        {"Origin": ELSEWHERE, "Sec-Fetch-Site": "same-origin"},
        {"Origin": "OWN", "Sec-Fetch-Site": "cross-site"},
        {"Origin": "OWN", "Sec-Fetch-Site": "same-site"},
        {"Cookie": "a=b"},
    ],
)
def test_another_site_changes_nothing(shared_server: Server, method: str, headers: dict[str, str]) -> None:
    own = {name: shared_server.address if value == "OWN" else value for name, value in headers.items()}
    for path in ("/api/admission", "/exit", "/nulle-part"):
        answer = ask(shared_server.address, method, path, own)
        assert (answer.status, answer.code) == (403, "origin_refused")


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "OWN"},
        {"Sec-Fetch-Site": "same-origin"},
        {"Sec-Fetch-Site": "none"},
        {"Origin": "OWN", "Sec-Fetch-Site": "same-origin"},
        {"Origin": "OWN", "Sec-Fetch-Site": "same-origin", "Cookie": "a=b"},
        {},  # no browser
    ],
)
def test_our_pages_and_programs_may_ask(shared_server: Server, headers: dict[str, str]) -> None:
    own = {name: shared_server.address if value == "OWN" else value for name, value in headers.items()}
    assert ask(shared_server.address, "POST", "/api/admission", own).status == 200


def test_reading_is_free_for_who_comes_by_a_link(shared_server: Server) -> None:
    headers = {"Sec-Fetch-Site": "cross-site", "Cookie": "a=b"}
    assert ask(shared_server.address, "GET", "/r/room-0", headers).status == 200


@pytest.mark.parametrize("kind", ["", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "json"])
def test_only_json_is_taken_where_json_is_expected(shared_server: Server, kind: str) -> None:
    headers = {"Content-Type": kind} if kind else {}
    answer = ask(shared_server.address, "POST", "/api/admission", headers, b"{}")
    assert (answer.status, answer.code) == (415, "kind_of_body")


@pytest.mark.parametrize("kind", ["application/json", "Application/JSON", "application/json; charset=utf-8"])
def test_json_is_taken_however_it_is_named(shared_server: Server, kind: str) -> None:
    assert ask(shared_server.address, "POST", "/api/admission", {"Content-Type": kind}, b"{}").status == 200


def test_a_socket_for_a_proxy_goes_by_the_public_name() -> None:
    site = Site.of(Settings(public_url="https://ecoute.example"), "https://ecoute.example")
    assert site.objection("http", "GET", {"host": "ecoute.example"}) is None
    assert site.objection("http", "GET", {"host": "autre.example"}) == (421, "host_unknown")


def test_a_socket_without_a_public_name_goes_by_loopback_alone() -> None:
    site = Site.of(Settings(), "")
    assert site.objection("http", "GET", {"host": "localhost"}) is None
    assert site.objection("http", "GET", {"host": ""}) == (421, "host_unknown")
    assert site.objection("websocket", "", {"host": "localhost", "origin": ""}) == (403, "origin_refused")
