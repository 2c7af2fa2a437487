"""
What stands beside the cases in the console: who one is, whom sanctions are on, the chains of decisions, and figures.
"""

from __future__ import annotations

import time
from typing import Annotated, Final
from zoneinfo import ZoneInfo

from msgspec import Meta, Struct
from starlette.requests import Request
from starlette.responses import Response

from chat.http.access import staff
from chat.http.answers import answer
from chat.http.console_answers import body, get, hub, office, post
from chat.moderation.decisions import REASON_CHARACTERS
from chat.moderation.figures import figures
from chat.people.roles import TABLE, Permission

AUDITED: Final = 200  # entries of each room, in one answer
FIGURED: Final = 5000  # entries of each room that figures are drawn from, the newest


class Why(Struct, frozen=True):
    reason: Annotated[str, Meta(max_length=REASON_CHARACTERS)] = ""


async def me(request: Request) -> Response:
    """Answer who one is, what one may do, and who else may judge."""
    known = staff(request)
    accounts = await hub(request).accounts.all()
    judges = [each.name for each in accounts if TABLE[each.role] & {Permission.JUDGE, Permission.JUDGE_ESCALATED}]
    may = sorted(permission.name.lower() for permission in TABLE[known.role])
    return answer({"name": known.name, "role": known.role.value, "may": may, "staff": judges})


async def sanctions(request: Request) -> Response:
    """Answer whom a sanction is on, room by room."""
    return answer({"sanctions": await office(request).sanctions()})


async def lift(request: Request) -> Response:
    """Lift a sanction."""
    wanted = await body(request, Why)
    slug, author = request.path_params["room"], request.path_params["author"]
    await office(request).decisions.lift(staff(request), slug, author, wanted.reason)
    return answer({})


async def confirm(request: Request) -> Response:
    """Confirm for good the exclusion that somebody else proposed."""
    slug, author = request.path_params["room"], request.path_params["author"]
    await office(request).decisions.confirm(staff(request), slug, author)
    return answer({})


async def audit(request: Request) -> Response:
    """Answer the newest entries of the chains."""
    chains = await office(request).newest_decisions(AUDITED)
    entries = sorted((entry for chain in chains for entry in chain), key=lambda entry: -entry.at)
    return answer({"entries": entries})


async def show_figures(request: Request) -> Response:
    """Answer figures without people."""
    chains = await office(request).newest_decisions(FIGURED)
    zone = ZoneInfo(hub(request).settings.zone)
    return answer(figures(chains, time.time(), zone))


routes = [
    get("/api/console/me", me, Permission.ATTEND),
    get("/api/console/sanctions", sanctions, Permission.ATTEND),
    post("/api/console/sanctions/{room}/{author}/lift", lift, Permission.ATTEND),
    post("/api/console/sanctions/{room}/{author}/confirm", confirm, Permission.ATTEND),
    get("/api/console/audit", audit, Permission.READ_DECISIONS),
    get("/api/console/figures", show_figures, Permission.COUNT),
]
