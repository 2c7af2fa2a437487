"""
What the moderators' console asks for: cases, and what is done with them.

Each route takes :attr:`~chat.people.roles.Permission.ATTEND`, for moderators and admins; what a member of staff may do with one case,
``chat/moderation/decisions`` says. The live side is ``console_live``.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from functools import wraps
from typing import Annotated, Final, Literal, TypeVar
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Meta, Struct
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from chat.errors import ChatError, StoreAway
from chat.http.access import Declared, staff
from chat.http.answers import answer, refuse
from chat.http.body import TooLong, read_body
from chat.moderation.audit import Decision
from chat.moderation.decisions import (
    BULK,
    REASON_CHARACTERS,
    WORDS_CHARACTERS,
    NotAllowed,
    imposed,
    sees,
)
from chat.moderation.figures import figures
from chat.moderation.office import Office
from chat.people.roles import TABLE, Permission
from chat.rooms.hub import Hub
from chat.store.case_index import QUEUES
from chat.store.cases import Case, Choice, parted
from chat.store.desk import Contested, Imposed, Ruling

BODY_BYTES: Final = 65_536
AUDITED: Final = 200  # entries of each room, in one answer
FIGURED: Final = 5000  # entries of each room that figures are drawn from, the newest

STATUS: Final = {"case_unknown": 404, "sanction_unknown": 404, "sanction_length": 422, "verdict_unfit": 422}
_FORBIDDEN: Final = frozenset({"escalated", "own_decision", "everywhere_by_admin", "role_needed"})

Reason = Annotated[str, Meta(min_length=1, max_length=REASON_CHARACTERS)]
Words = Annotated[str, Meta(max_length=WORDS_CHARACTERS)]
T = TypeVar("T")


class SanctionAsked(Struct, frozen=True):
    """A sanction that goes with a decision: an exclusion without ``minutes`` is for good, once somebody else confirms it."""

    kind: Literal["warn", "mute", "exclude"]
    minutes: Annotated[int, Meta(ge=1)] | None = None
    everywhere: bool = False


class Verdict(Struct, frozen=True):
    """A decision as it is asked for."""

    version: int
    verdict: Choice
    reason: Reason
    words: Words = ""
    sanction: SanctionAsked | None = None

    def ruling(self, case_id: str, by: str) -> Ruling:
        place = parted(case_id)
        return Ruling(
            place[1] if place else "",
            self.version,
            by,
            self.verdict,
            self.reason.strip(),
            self.words.strip(),
            _imposed(self.sanction),
        )


class Each(Struct, frozen=True):
    """One case among several, in the version in which it was seen."""

    id: str
    version: int


class Bulk(Struct, frozen=True):
    """One decision on several cases."""

    cases: Annotated[list[Each], Meta(min_length=1, max_length=BULK)]
    verdict: Choice
    reason: Reason
    words: Words = ""


class To(Struct, frozen=True):
    to: Annotated[str, Meta(min_length=1, max_length=64)]


class Text(Struct, frozen=True):
    text: Annotated[str, Meta(min_length=1, max_length=WORDS_CHARACTERS)]


class Why(Struct, frozen=True):
    reason: Annotated[str, Meta(max_length=REASON_CHARACTERS)] = ""


class AuditPage(Struct, frozen=True, omit_defaults=True):
    """Entries of the chains, newest first."""

    entries: list[Decision]


def guarded(endpoint: Callable[[Request], Awaitable[Response]]) -> Callable[[Request], Awaitable[Response]]:
    """Answer what can go wrong at the console: who was first, what is not allowed, a body that says nothing."""

    @wraps(endpoint)
    async def answering(request: Request) -> Response:
        try:
            return await endpoint(request)
        except Contested as contested:
            return await _contested(request, contested)
        except NotAllowed as exc:
            return refuse(request, 403 if exc.code in _FORBIDDEN else STATUS.get(exc.code, 422), exc.code)
        except ChatError as exc:
            return refuse(request, STATUS.get(exc.code, 422), exc.code, exc.retry_after)
        except msgspec.ValidationError:
            return refuse(request, 422, "decision_incomplete")
        except (msgspec.DecodeError, TooLong, ClientDisconnect):
            return refuse(request, 400, "bad_request")
        except StoreAway:
            return refuse(request, 503, "store_away", retry_after=3)

    return answering


async def _contested(request: Request, contested: Contested) -> Response:
    response = refuse(request, STATUS.get(contested.code, 409), contested.code)
    told = msgspec.json.decode(response.body)
    if contested.by:
        told["by"] = contested.by
    case = await _office(request).queue.find(request.path_params.get("id", ""))
    if case is not None:
        told["version"] = case.version
        if case.state == "decided":
            told |= {"by": case.by, "at": case.decided_at, "verdict": case.verdict}
    return answer(told, response.status_code)


async def cases(request: Request) -> Response:
    """Answer ``{cases, cursor?, counts, second_look}`` of ``?queue=``, from ``?cursor=`` on; ``?q=`` looks for words in decided ones."""
    office, me = _office(request), staff(request)
    queue = request.query_params.get("queue", "all")
    if queue not in (*QUEUES, "all"):
        return refuse(request, 422, "queue_unknown")

    def seen(case: Case) -> bool:
        return sees(me, case.kind, escalated=bool(case.escalated))

    page = await office.queue.page(
        queue, request.query_params.get("cursor", ""), request.query_params.get("q", "")[:200], seen
    )
    return answer(msgspec.to_builtins(page) | {"second_look": await office.lag()})


async def case(request: Request) -> Response:
    """Answer all that a moderator sees of a case."""
    found = await _seen(request)
    return answer(await _office(request).queue.open(found))


async def claim(request: Request) -> Response:
    """Take a case, or renew that."""
    version, until = await _office(request).decisions.claim(staff(request), _id(request))
    return answer({"version": version, "lease_until": until})


async def release(request: Request) -> Response:
    """Give a case back."""
    return answer({"version": await _office(request).decisions.release(staff(request), _id(request))})


async def transfer(request: Request) -> Response:
    """Hand a case to another member of staff."""
    wanted = await _body(request, To)
    other = await _hub(request).accounts.known(wanted.to)
    return answer({"version": await _office(request).decisions.transfer(staff(request), _id(request), other)})


async def decide(request: Request) -> Response:
    """Decide a case that one has."""
    wanted, me = await _body(request, Verdict), staff(request)
    return answer(await _office(request).decisions.decide(me, _id(request), wanted.ruling(_id(request), me.name)))


async def undo(request: Request) -> Response:
    """Undo a decision of one's own, within half a minute."""
    return answer({"version": await _office(request).decisions.undo(staff(request), _id(request))})


async def word(request: Request) -> Response:
    """Say something to the author of a case alone."""
    wanted = await _body(request, Text)
    there = await _office(request).decisions.say(staff(request), _id(request), wanted.text)
    return answer({"at": int(time.time()), "delivered": there})


async def decide_many(request: Request) -> Response:
    """Decide several cases alike, taking those that are free; answers what came of each."""
    wanted, me, office = await _body(request, Bulk), staff(request), _office(request)
    results: list[dict[str, object]] = []
    for each in wanted.cases:
        try:
            version, _ = await office.decisions.claim(me, each.id)
            # Claiming changes the version: what counts is that nothing else did.
            seen = version if version <= each.version + 1 else each.version
            verdict = Verdict(seen, wanted.verdict, wanted.reason, wanted.words)
            decided = await office.decisions.decide(me, each.id, verdict.ruling(each.id, me.name))
            results.append({"id": each.id, "version": decided.version, "undo_until": decided.undo_until})
        except ChatError as exc:
            by = {"by": exc.by} if isinstance(exc, Contested) and exc.by else {}
            results.append({"id": each.id, "code": exc.code, **by})
    return answer({"results": results})


async def me(request: Request) -> Response:
    """Answer who one is, what one may do, and who else may judge."""
    known = staff(request)
    accounts = await _hub(request).accounts.all()
    judges = [each.name for each in accounts if TABLE[each.role] & {Permission.JUDGE, Permission.JUDGE_ESCALATED}]
    may = sorted(permission.name.lower() for permission in TABLE[known.role])
    return answer({"name": known.name, "role": known.role.value, "may": may, "staff": judges})


async def sanctions(request: Request) -> Response:
    """Answer whom a sanction is on, room by room."""
    return answer({"sanctions": await _office(request).sanctions()})


async def lift(request: Request) -> Response:
    """Lift a sanction."""
    wanted = await _body(request, Why)
    slug, author = request.path_params["room"], request.path_params["author"]
    await _office(request).decisions.lift(staff(request), slug, author, wanted.reason)
    return answer({})


async def confirm(request: Request) -> Response:
    """Confirm for good the exclusion that somebody else proposed."""
    slug, author = request.path_params["room"], request.path_params["author"]
    await _office(request).decisions.confirm(staff(request), slug, author)
    return answer({})


async def audit(request: Request) -> Response:
    """Answer the newest entries of the chains."""
    chains = await _office(request).newest_decisions(AUDITED)
    entries = sorted((entry for chain in chains for entry in chain), key=lambda entry: -entry.at)
    return answer(AuditPage(entries))


async def show_figures(request: Request) -> Response:
    """Answer figures without people."""
    chains = await _office(request).newest_decisions(FIGURED)
    zone = ZoneInfo(_hub(request).settings.zone)
    return answer(figures(chains, time.time(), zone))


def _office(request: Request) -> Office:
    office: Office = request.app.state.office
    return office


def _hub(request: Request) -> Hub:
    hub: Hub = request.app.state.hub
    return hub


def _id(request: Request) -> str:
    return str(request.path_params["id"])


async def _seen(request: Request) -> Case:
    found = await _office(request).queue.find(_id(request))
    if found is None or not sees(staff(request), found.kind, escalated=bool(found.escalated)):
        raise Contested("case_unknown")
    return found


async def _body(request: Request, kind: type[T]) -> T:
    return msgspec.json.decode(await read_body(request, BODY_BYTES) or b"{}", type=kind)


def _imposed(asked: SanctionAsked | None) -> Imposed | None:
    return None if asked is None else imposed(asked.kind, asked.minutes, everywhere=asked.everywhere)


def _get(path: str, endpoint: Callable[[Request], Awaitable[Response]], permission: Permission) -> Declared:
    return Declared(path, guarded(endpoint), permission)


def _post(path: str, endpoint: Callable[[Request], Awaitable[Response]], permission: Permission) -> Declared:
    return Declared(path, guarded(endpoint), permission, methods=["POST"])


routes = [
    _get("/api/console/me", me, Permission.ATTEND),
    _get("/api/console/cases", cases, Permission.ATTEND),
    _get("/api/console/cases/{id}", case, Permission.ATTEND),
    _post("/api/console/cases/{id}/claim", claim, Permission.ATTEND),
    _post("/api/console/cases/{id}/release", release, Permission.ATTEND),
    _post("/api/console/cases/{id}/transfer", transfer, Permission.ATTEND),
    _post("/api/console/cases/{id}/decision", decide, Permission.ATTEND),
    _post("/api/console/cases/{id}/undo", undo, Permission.ATTEND),
    _post("/api/console/cases/{id}/word", word, Permission.ATTEND),
    _post("/api/console/decisions", decide_many, Permission.ATTEND),
    _get("/api/console/sanctions", sanctions, Permission.ATTEND),
    _post("/api/console/sanctions/{room}/{author}/lift", lift, Permission.ATTEND),
    _post("/api/console/sanctions/{room}/{author}/confirm", confirm, Permission.ATTEND),
    _get("/api/console/audit", audit, Permission.READ_DECISIONS),
    _get("/api/console/figures", show_figures, Permission.COUNT),
]
