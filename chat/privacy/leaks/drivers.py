"""
Who drives what: one line for each route and verb, and for each frame.

The routes come from the table of ``chat/app.py``, the frames from the unions of ``chat/protocol/``. What has no line here makes the
proof fail: nobody would know whether it leaks. To add a route, write its line in :data:`ROUTES`; to add a frame, name in
:data:`INWARD` the act that sends it, in :data:`OUTWARD` the act that brings it, and write the act in ``acts.py`` if there is none yet.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from types import UnionType
from typing import Any, Final, get_args

from starlette.routing import BaseRoute, Mount, Route, WebSocketRoute

from chat import protocol
from chat.privacy.leaks import acts, nonsense
from chat.privacy.leaks.acts import Act, Incident
from chat.privacy.leaks.clients import Client
from chat.privacy.leaks.lines import Failure

CASE: Final = "salon~0123456789abcdef"
WEBSOCKET: Final = "WS"
VERBS: Final = ("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")

Driver = Callable[[Client, str], Awaitable[None]]  # with the verb


def ask(path: str, *expected: int, body: Any = None, form: str | None = None, session: bool = False) -> Driver:
    """
    Make a driver that asks for ``path`` and is answered one of ``expected`` (200 if none is said).

    ``body`` is sent as JSON, ``form`` as a form; with ``session`` the visitor shows theirs.
    """

    async def drive(client: Client, verb: str) -> None:
        headers = client.shown() if session else {}
        answer = await client.ask(verb, path, body, form=form, headers=headers)
        if answer.status not in (expected or (200,)):
            raise Failure(f"{verb} {path} answered {answer.status}")

    return drive


def act(do: Act) -> Driver:
    """Make a driver of something that visitors do."""

    async def drive(client: Client, _: str) -> None:
        await do(client)

    return drive


# ---------------------------------------------------------------- The lists

ROUTES: Final[Mapping[str, Driver]] = {
    "GET /": ask("/"),
    "GET /privacy": ask("/privacy"),
    "GET /about-you": ask("/about-you"),
    "GET /console": ask("/console"),
    "GET /staff": ask("/staff"),
    "GET /r/{slug}": ask("/r/{room}"),
    "GET /static/{version}/{name:path}": ask("{static}"),
    "GET /api/rooms": ask("/api/rooms"),
    "GET /api/privacy": ask("/api/privacy"),
    "GET /api/resources": ask("/api/resources"),
    "GET /api/admission": ask("/api/admission"),
    "POST /api/admission": act(acts.knock),
    "POST /api/appeals": ask(
        "/api/appeals", 404, body={"receipt": "proof~0123456789abcdef.2345672345672345", "text": "?"}
    ),
    "WS /r/{slug}/live": act(acts.say_hello),
    "GET /wait": ask("/wait?room={room}", 200, 303),
    "POST /wait": ask("/wait", 200, 303, form="room={room}&slip=1.2.3"),
    "GET /api/about-me": ask("/api/about-me", session=True),
    "POST /api/about-me/words": ask("/api/about-me/words", session=True),
    "DELETE /api/about-me": act(acts.erase_oneself),
    "GET /api/console/me": ask("/api/console/me", 401),
    "GET /api/console/cases": ask("/api/console/cases?queue=held", 401),
    "GET /api/console/cases/{id}": ask(f"/api/console/cases/{CASE}", 401),
    "POST /api/console/cases/{id}/claim": ask(f"/api/console/cases/{CASE}/claim", 401, body={}),
    "POST /api/console/cases/{id}/release": ask(f"/api/console/cases/{CASE}/release", 401, body={}),
    "POST /api/console/cases/{id}/transfer": ask(f"/api/console/cases/{CASE}/transfer", 401, body={}),
    "POST /api/console/cases/{id}/decision": ask(f"/api/console/cases/{CASE}/decision", 401, body={}),
    "POST /api/console/cases/{id}/undo": ask(f"/api/console/cases/{CASE}/undo", 401, body={}),
    "POST /api/console/cases/{id}/word": ask(f"/api/console/cases/{CASE}/word", 401, body={}),
    "POST /api/console/decisions": ask("/api/console/decisions", 401, body={}),
    "GET /api/console/sanctions": ask("/api/console/sanctions", 401),
    "POST /api/console/sanctions/{room}/{author}/lift": ask("/api/console/sanctions/salon/ab/lift", 401, body={}),
    "POST /api/console/sanctions/{room}/{author}/confirm": ask("/api/console/sanctions/salon/ab/confirm", 401, body={}),
    "GET /api/console/audit": ask("/api/console/audit", 401),
    "GET /api/console/figures": ask("/api/console/figures", 401),
    "WS /console/live": act(acts.be_kept_out),
    "POST /api/staff/login": ask(
        "/api/staff/login",
        401,
        403,
        429,
        body={"name": "Camille", "password": "no password of anybody", "code": "000000"},
    ),
    "POST /api/staff/logout": ask("/api/staff/logout", 204),
    "GET /api/staff/me": ask("/api/staff/me", 401),
    "DELETE /api/staff/sessions/{id}": ask("/api/staff/sessions/0123456789abcdef", 401),
    "POST /api/staff/seat": ask("/api/staff/seat", 401, body={"room": "salon"}),
    "GET /api/staff/accounts": ask("/api/staff/accounts", 401),
    "POST /api/staff/accounts": ask("/api/staff/accounts", 401, body={"name": "Intrus", "role": "admin"}),
    "PATCH /api/staff/accounts/{name}": ask("/api/staff/accounts/Camille", 401, body={"role": "admin"}),
    "DELETE /api/staff/accounts/{name}": ask("/api/staff/accounts/Camille", 401),
    "DELETE /api/staff/accounts/{name}/sessions": ask("/api/staff/accounts/Camille/sessions", 401),
    "POST /exit": ask("/exit", 204),
    "GET /health/live": ask("/health/live"),
    "GET /health/ready": ask("/health/ready"),
}

INWARD: Final[Mapping[type, Act | Incident]] = {
    protocol.Hello: acts.say_hello,
    protocol.Say: acts.say_and_withdraw,
    protocol.Withdraw: acts.say_and_withdraw,
    protocol.Report: acts.be_moderated,
    protocol.Appeal: acts.be_moderated,
    protocol.History: acts.read_back,
}

OUTWARD: Final[Mapping[type, Act | Incident]] = {
    protocol.Welcome: acts.say_hello,
    protocol.Phase: acts.say_hello,
    protocol.Presence: acts.count_heads,
    protocol.Said: acts.say_and_withdraw,
    protocol.Accepted: acts.say_and_withdraw,
    protocol.Withdrawn: acts.say_and_withdraw,
    protocol.Void: acts.come_back,
    protocol.Held: acts.be_held,
    protocol.Asked: acts.be_asked,
    protocol.Word: acts.be_moderated,
    protocol.Refused: acts.be_refused,
    protocol.Error: acts.break_off,
    protocol.Notice: acts.lose_the_store,
}

# All that is done, in order: the routes, then these.
DONE_BY_ALL: Final[tuple[Act, ...]] = (
    nonsense.talk_nonsense,
    nonsense.cut_requests_off,
    acts.be_denied,
    acts.say_and_withdraw,
    acts.read_back,
    acts.be_refused,
    acts.be_held,
    acts.be_asked,
    acts.object_to_nothing,
    acts.break_off,
    acts.come_back,
    acts.linger,
)
DONE_ONCE: Final[tuple[Incident, ...]] = (acts.count_heads, acts.be_moderated, acts.lose_the_store)


def facts(page: bytes) -> dict[str, str]:
    """Read from a page what paths are made of."""
    found = re.search(rb'"(/static/[^"]+)"', page)
    return {"static": found[1].decode()} if found else {}


# ---------------------------------------------------------------- Nothing left out


def table(routes: Iterable[BaseRoute], prefix: str = "") -> Iterator[str]:
    """List the routes as ``VERB /path``, those of mounted applications too."""
    for route in routes:
        match route:
            case Route():
                yield from (f"{verb} {prefix}{route.path}" for verb in sorted((route.methods or set()) - {"HEAD"}))
            case WebSocketRoute():
                yield f"{WEBSOCKET} {prefix}{route.path}"
            case Mount(routes=[_, *_]):
                yield from table(route.routes, prefix + route.path)
            case _:
                yield f"? {prefix}{getattr(route, 'path', '')}"


def missing(
    routes: Iterable[BaseRoute],
    inward: UnionType = protocol.Inward,
    outward: UnionType = protocol.Outward,
) -> list[str]:
    """Say what nobody drives, and which lines drive nothing."""
    known = set(table(routes))
    done = {*DONE_BY_ALL, *DONE_ONCE, acts.say_hello}
    faults = [f"No driver for the route {route}: add its line to ROUTES." for route in sorted(known - set(ROUTES))]
    faults += [
        f"There is no route {route} any more: take its line out of ROUTES." for route in sorted(set(ROUTES) - known)
    ]
    for name, union, drivers in (("INWARD", inward, INWARD), ("OUTWARD", outward, OUTWARD)):
        faults += [
            f"No driver for the frame {frame.__name__}: add its line to {name}."
            for frame in get_args(union)
            if drivers.get(frame) not in done
        ]
    return faults


def unseen(seen: Iterable[str]) -> list[str]:
    """Say which frames the server never sent, though a driver says that it brings them."""
    tags = {frame.__struct_config__.tag: frame.__name__ for frame in get_args(protocol.Outward)}
    return [
        f"The frame {name} never came: what OUTWARD names for it does not bring it."
        for tag, name in tags.items()
        if tag not in set(seen)
    ]


def refusals(routes: Iterable[BaseRoute]) -> Iterator[tuple[str, str]]:
    """List verbs and paths that are to be answered by an error: each route asked as it does not want to be, and paths of none."""
    verbs: dict[str, set[str]] = {}
    for line in table(routes):
        verb, _, path = line.partition(" ")
        verbs.setdefault(re.sub(r"\{\w+(:path)?\}", "x", path), set()).add(verb)
    for path, allowed in verbs.items():
        yield from ((verb, path) for verb in VERBS if verb not in allowed)
    yield from (
        ("GET", path) for path in ("/nowhere", "/static/0/nowhere.js", "/static/../pyproject.toml", "/.git/config")
    )
    yield from ((verb, "/") for verb in ("BREW", "get"))
