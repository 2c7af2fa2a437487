"""Each route and each frame says what it takes, and is refused to whoever may not."""

from __future__ import annotations

import asyncio
import json
import re
from typing import Final, get_args

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount, Route, WebSocketRoute
from starlette.websockets import WebSocket

from chat.app import ROUTES
from chat.http.access import Declared, DeclaredSocket, Undeclared, declared
from chat.people.roles import STAFF, TABLE, Permission, Role, may
from chat.protocol import Inward
from chat.rooms.requests import FRAMES
from tests.conftest import Server
from tests.http.asking import UPGRADE, ask
from tests.http.staffing import account, carried, log_in

METHODS: Final = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
HTTP: Final = [route for route in ROUTES if isinstance(route, Declared)]
PATHS: Final = {route.path: re.sub(r"{[^}]+}", "x", route.path) for route in ROUTES}
SHOWN: Final = [Role.ANYONE, Role.MEMBER, *STAFF]


def credentials(server: Server, role: Role) -> dict[str, str]:
    """Be someone of ``role``."""
    if role is Role.ANYONE:
        return {}
    if role in STAFF:
        return carried(server.address, log_in(server.address, account(server, role)))
    token = json.loads(ask(server.address, "POST", "/api/admission").body)["session"]
    return {"Authorization": f"Bearer {token}"}


@pytest.mark.parametrize("role", SHOWN)
def test_every_route_and_verb_obeys_the_table(shared_server: Server, role: Role) -> None:
    roles = {Role.ANYONE, role}
    shown = credentials(shared_server, role)
    for path, asked in PATHS.items():
        here = {method: route for route in HTTP if route.path == path for method in route.methods or ()}
        for method in METHODS if here else ():
            if role is Role.MEMBER or path == "/api/staff/logout":  # what was asked before may have ended it
                shown = credentials(shared_server, role)
            status = ask(shared_server.address, method, asked, shown).status
            if method not in here:
                assert status == 405, (role, method, path)
            elif may(roles, here[method].permission):
                assert status not in (401, 403, 405), (role, method, path)
            else:
                assert status in (401, 403), (role, method, path)


@pytest.mark.parametrize("role", SHOWN)
def test_every_socket_obeys_the_table(shared_server: Server, role: Role) -> None:
    for route in ROUTES:
        if isinstance(route, DeclaredSocket):
            headers = {**UPGRADE, "Origin": shared_server.address, **credentials(shared_server, role)}
            status = ask(shared_server.address, "GET", PATHS[route.path], headers).status
            assert (status == 101) is may({Role.ANYONE, role}, route.permission), (role, route.path)


@pytest.mark.parametrize(
    "shown", ["", "Bearer", "Bearer x", "Basic YTpi", "Bearer " + "a" * 43, f"Bearer {'a' * 43}.{'b' * 44}"]
)
def test_what_is_no_session_makes_nobody_a_member(shown: str) -> None:
    async def known(request: Request) -> Response:
        return Response("reached")

    route = Declared("/oneself", known, Permission.KNOW_ONESELF)
    headers = [(b"authorization", shown.encode())] if shown else []
    assert asyncio.run(answer_of(route, "http", "/oneself", headers)) == 401
    session = f"Bearer {'a' * 43}.{'b' * 43}".encode()
    assert asyncio.run(answer_of(route, "http", "/oneself", [(b"authorization", session)])) == 200


@pytest.mark.parametrize("permission", [p for p in Permission if p not in TABLE[Role.ANYONE]])
def test_what_anyone_may_not_do_is_refused_before_the_route_runs(permission: Permission) -> None:
    async def reached(_: object) -> Response:
        raise AssertionError("reached")

    async def reached_by_socket(_: WebSocket) -> None:
        raise AssertionError("reached")

    route = Declared("/x", reached, permission, methods=["POST"])
    assert asyncio.run(answer_of(route, "http", "/x", [], "POST")) == 401
    socket = DeclaredSocket("/x", reached_by_socket, permission)
    assert asyncio.run(answer_of(socket, "websocket", "/x", [])) == 401


async def answer_of(
    route: BaseRoute, kind: str, path: str, headers: list[tuple[bytes, bytes]], method: str = "GET"
) -> int:
    """The status with which an application of ``route`` answers."""
    status: list[int] = []

    async def receive() -> dict[str, object]:
        return {"type": "http.request" if kind == "http" else "websocket.connect", "body": b""}

    async def send(message: object) -> None:
        assert isinstance(message, dict)
        status.extend([message["status"]] if "status" in message else [])

    scope = {"type": kind, "method": method, "path": path, "query_string": b"", "headers": headers, "subprotocols": []}
    await Starlette(routes=[route])({**scope, "extensions": {"websocket.http.response": {}}}, receive, send)
    return status[0]


async def _here(request: Request) -> Response:
    return Response()


async def _socket(websocket: WebSocket) -> None:
    await websocket.close()


@pytest.mark.parametrize("route", [Route("/x", _here), WebSocketRoute("/x", _socket), Mount("/x", routes=[])])
def test_a_route_that_declares_nothing_makes_no_application(route: BaseRoute) -> None:
    with pytest.raises(Undeclared, match="/x"):
        declared([*ROUTES, route])


def test_every_frame_says_what_it_takes() -> None:
    assert set(FRAMES) == set(get_args(Inward))
    assert [frame.__name__ for frame, permission in FRAMES.items() if may({Role.ANYONE}, permission)] == ["Hello"]


def test_the_table_is_what_was_promised() -> None:
    assert set(TABLE) == set(Role)
    cases = {Permission.JUDGE, Permission.JUDGE_ESCALATED, Permission.READ_DECISIONS}
    who = {permission: {role for role in Role if permission in TABLE[role]} for permission in Permission}
    assert not any(Role.ORGANISER in who[permission] for permission in cases)
    assert not any(Role.FACILITATOR in who[permission] for permission in cases)
    assert who[Permission.JUDGE] == {Role.MODERATOR}
    assert who[Permission.JUDGE_ESCALATED] == {Role.ADMIN}
    assert who[Permission.STEER] == {Role.FACILITATOR}
    assert who[Permission.ARRANGE] == who[Permission.INVITE] == {Role.ORGANISER}
    assert who[Permission.COUNT] == {Role.ORGANISER, Role.MODERATOR, Role.ADMIN}
    assert who[Permission.ATTEND] == {Role.MODERATOR, Role.ADMIN}
    assert who[Permission.KEEP_ACCOUNTS] == who[Permission.SET] == {Role.ADMIN}
    assert who[Permission.TALK] == who[Permission.KNOW_ONESELF] == {Role.MEMBER}
    assert who[Permission.SERVE] == set(STAFF)
    assert all(who.values()), "a permission that nobody has"
