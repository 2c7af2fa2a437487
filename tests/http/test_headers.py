"""Every answer carries the same safety headers, whoever of us gives it, and says nothing of what serves it."""

from __future__ import annotations

import os
import re
import signal
from collections.abc import Callable
from typing import Final

import pytest
import redis
from starlette.routing import Route, WebSocketRoute

from chat.app import ROUTES
from chat.http.headers import POLICY, safety_headers
from chat.http.pages import Pages, static_folder
from chat.settings import Settings
from tests.conftest import Server
from tests.http.asking import UPGRADE, Answer, ask, ask_raw

SAFETY: Final = safety_headers(Settings())
VERSION: Final = Pages(static_folder(), Settings()).version
PATHS: Final = sorted({re.sub(r"{[^}]+}", "x", route.path) for route in ROUTES if isinstance(route, Route)})
SOCKETS: Final = sorted({re.sub(r"{[^}]+}", "x", route.path) for route in ROUTES if isinstance(route, WebSocketRoute)})
TAKEN_AWAY: Final = re.compile(r'(__Host-staff="";.* Max-Age=0;.*)?')  # nobody is given a cookie who has not logged in
METHODS: Final = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "QUERY"]


def assert_safe(answer: Answer) -> None:
    assert {name: answer.headers.get(name) for name in SAFETY} == SAFETY
    assert "server" not in answer.headers
    assert "date" not in answer.headers
    assert TAKEN_AWAY.fullmatch(answer.headers.get("set-cookie", ""))
    assert "x-powered-by" not in answer.headers
    assert "access-control-allow-origin" not in answer.headers


@pytest.mark.parametrize("method", METHODS)
def test_every_route_answers_with_the_headers_whatever_it_is_asked(shared_server: Server, method: str) -> None:
    for path in [*PATHS, *SOCKETS, "/nulle-part", f"/static/{VERSION}/favicon.svg"]:
        answer = ask(shared_server.address, method, path)
        assert_safe(answer)
        if answer.status >= 400:
            assert answer.headers["cache-control"] == "no-store", path
            assert method == "HEAD" or answer.code, path


@pytest.mark.parametrize(
    ("path", "kept"),
    [
        ("/", "no-cache"),
        ("/r/room-0", "no-cache"),
        ("/api/rooms", "no-store"),
        ("/api/admission", "no-store"),
        ("/health/live", "no-store"),
        ("/health/ready", "no-store"),
        (f"/static/{VERSION}/favicon.svg", "public, max-age=31536000, immutable"),
        (f"/static/{VERSION}/js/head.js", "public, max-age=31536000, immutable"),
    ],
)
def test_only_what_never_changes_may_be_kept(shared_server: Server, path: str, kept: str) -> None:
    answer = ask(shared_server.address, "GET", path)
    assert (answer.status, answer.headers["cache-control"]) == (200, kept)


@pytest.mark.parametrize("path", [*SOCKETS, "/", "/api/rooms", "/nulle-part"])
@pytest.mark.parametrize("origin", [{}, {"Origin": "https://ailleurs.example"}, {"Origin": "null"}])
def test_a_denied_upgrade_carries_the_headers(shared_server: Server, path: str, origin: dict[str, str]) -> None:
    answer = ask(shared_server.address, "GET", path, {**UPGRADE, **origin})
    assert answer.status in (403, 404)
    assert_safe(answer)
    assert answer.headers["cache-control"] == "no-store"
    assert answer.code in ("origin_refused", "not_found")


@pytest.mark.parametrize(
    "wrong",
    [
        {"Sec-WebSocket-Version": "8"},
        {"Sec-WebSocket-Key": "trop court"},
        {"Sec-WebSocket-Protocol": "autre.chose"},
    ],
)
def test_a_failed_handshake_carries_the_headers(shared_server: Server, wrong: dict[str, str]) -> None:
    headers = {**UPGRADE, "Origin": shared_server.address, **wrong}
    answer = ask(shared_server.address, "GET", "/r/room-0/live", headers)
    assert 400 <= answer.status < 500
    assert_safe(answer)
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 400),
        (b"GET /\r\n\r\n", 505),
        (b"GET / HTTP/2.0\r\n\r\n", 505),
        (b"GET / HTTP/1.1\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: localhost\r\nHost: localhost\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: localhost\r\nX: " + b"x" * 9000, 431),
        (b"GET /" + b"x" * 9000, 414),
        (b"POST /exit HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000\r\n\r\n", 413),
        (b"POST /exit HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 501),
    ],
)
def test_what_is_refused_unread_carries_the_headers(shared_server: Server, request_: bytes, status: int) -> None:
    answer = ask_raw(shared_server.address, request_)
    assert answer.status == status
    assert_safe(answer)
    assert answer.headers["cache-control"] == "no-store"
    assert answer.code


def test_an_accepted_upgrade_needs_none_of_them(shared_server: Server) -> None:
    answer = ask(shared_server.address, "GET", "/r/room-0/live", {**UPGRADE, "Origin": shared_server.address})
    assert answer.status == 101
    assert set(answer.headers) == {"upgrade", "connection", "sec-websocket-accept"}


def test_what_is_away_is_said_with_the_headers(start: Callable[..., Server]) -> None:
    server = start(store_timeout_seconds=0.5)
    store = server.store_pid()
    os.kill(store, signal.SIGSTOP)
    try:
        away = ask(server.address, "GET", "/health/ready")
        assert away.status == 503
        assert_safe(away)
        knocked = ask(server.address, "POST", "/api/admission")
        assert (knocked.status, knocked.code) == (503, "store_away")
        assert_safe(knocked)
    finally:
        os.kill(store, signal.SIGCONT)


def test_a_fault_of_ours_says_nothing_but_that(server: Server) -> None:
    redis.from_url(server.store_url).hset("{salon}:room", "slow", "PAS UN NOMBRE")
    answer = ask(server.address, "GET", "/api/rooms")
    assert (answer.status, answer.code) == (500, "internal")
    assert_safe(answer)
    assert answer.headers["cache-control"] == "no-store"
    assert b"NOMBRE" not in answer.body


def test_https_is_asked_for_where_the_public_address_has_it(start: Callable[..., Server]) -> None:
    server = start(public_url='"https://ecoute.example"')
    for path in ("/", "/nulle-part", "/api/rooms"):
        answer = ask(server.address, "GET", path, {"Host": "ecoute.example"})
        assert answer.headers["strict-transport-security"] == "max-age=31536000"
    denied = ask(server.address, "GET", "/r/salon/live", {"Host": "ecoute.example", **UPGRADE})
    assert (denied.status, denied.headers["strict-transport-security"]) == (403, "max-age=31536000")


def test_the_policy_lets_nothing_in_from_elsewhere() -> None:
    assert not any(re.search(r"unsafe|\*|data:|blob:|https?:", directive) for directive in POLICY)
    assert "require-trusted-types-for 'script'" in POLICY
