"""
What the moderators' console asks for: cases, and what is done with them.

Each route takes :attr:`~chat.people.roles.Permission.ATTEND`, for moderators and admins; what a member of staff may do with one case,
``chat/moderation/decisions`` says. What stands beside the cases is ``console_overview``'s, the live side ``console_live``'s.
"""

from __future__ import annotations

import time
from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta, Struct
from starlette.requests import Request
from starlette.responses import Response

from chat.errors import ChatError
from chat.http.access import staff
from chat.http.answers import answer, refuse
from chat.http.console_answers import body, get, hub, office, post
from chat.moderation.decisions import BULK, REASON_CHARACTERS, WORDS_CHARACTERS, imposed, sees
from chat.people.roles import Permission
from chat.store.case_index import QUEUES
from chat.store.cases import Case, Choice, parted
from chat.store.desk import Contested, Imposed, Ruling

QUERY_CHARACTERS: Final = 200

Reason = Annotated[str, Meta(max_length=REASON_CHARACTERS, pattern=r"\S")]
Words = Annotated[str, Meta(max_length=WORDS_CHARACTERS)]


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


async def cases(request: Request) -> Response:
    """Answer ``{cases, cursor?, counts, second_look}`` of ``?queue=``, from ``?cursor=`` on; ``?q=`` looks for words in decided ones."""
    me = staff(request)
    queue = request.query_params.get("queue", "all")
    if queue not in (*QUEUES, "all"):
        return refuse(request, 422, "queue_unknown")

    def seen(case: Case) -> bool:
        return sees(me, case.kind, escalated=bool(case.escalated))

    query = request.query_params
    page = await office(request).queue.page(queue, query.get("cursor", ""), query.get("q", "")[:QUERY_CHARACTERS], seen)
    return answer(msgspec.to_builtins(page) | {"second_look": await office(request).lag()})


async def case(request: Request) -> Response:
    """Answer all that a moderator sees of a case."""
    found = await _seen(request)
    return answer(await office(request).queue.open(found))


async def claim(request: Request) -> Response:
    """Take a case, or renew that."""
    version, until = await office(request).decisions.claim(staff(request), _id(request))
    return answer({"version": version, "lease_until": until})


async def release(request: Request) -> Response:
    """Give a case back."""
    return answer({"version": await office(request).decisions.release(staff(request), _id(request))})


async def transfer(request: Request) -> Response:
    """Hand a case to another member of staff."""
    wanted = await body(request, To)
    other = await hub(request).accounts.known(wanted.to)
    return answer({"version": await office(request).decisions.transfer(staff(request), _id(request), other)})


async def decide(request: Request) -> Response:
    """Decide a case that one has."""
    wanted, me = await body(request, Verdict), staff(request)
    return answer(await office(request).decisions.decide(me, _id(request), wanted.ruling(_id(request), me.name)))


async def undo(request: Request) -> Response:
    """Undo a decision of one's own, within half a minute."""
    return answer({"version": await office(request).decisions.undo(staff(request), _id(request))})


async def word(request: Request) -> Response:
    """Say something to the author of a case alone."""
    wanted = await body(request, Text)
    there = await office(request).decisions.say(staff(request), _id(request), wanted.text)
    return answer({"at": int(time.time()), "delivered": there})


async def decide_many(request: Request) -> Response:
    """Decide several cases alike, taking those that are free and as they were seen; answers what came of each."""
    wanted = await body(request, Bulk)
    return answer({"results": [await _decided(request, wanted, each) for each in wanted.cases]})


async def _decided(request: Request, wanted: Bulk, each: Each) -> dict[str, object]:
    me, decisions = staff(request), office(request).decisions
    try:
        version, _ = await decisions.claim(me, each.id, each.version)
        verdict = Verdict(version, wanted.verdict, wanted.reason, wanted.words)
        decided = await decisions.decide(me, each.id, verdict.ruling(each.id, me.name))
    except ChatError as exc:
        by = {"by": exc.by} if isinstance(exc, Contested) and exc.by else {}
        return {"id": each.id, "code": exc.code, **by}
    return {"id": each.id, "version": decided.version, "undo_until": decided.undo_until}


def _id(request: Request) -> str:
    return str(request.path_params["id"])


async def _seen(request: Request) -> Case:
    found = await office(request).queue.find(_id(request))
    if found is None or not sees(staff(request), found.kind, escalated=bool(found.escalated)):
        raise Contested("case_unknown")
    return found


def _imposed(asked: SanctionAsked | None) -> Imposed | None:
    return None if asked is None else imposed(asked.kind, asked.minutes, everywhere=asked.everywhere)


routes = [
    get("/api/console/cases", cases, Permission.ATTEND),
    get("/api/console/cases/{id}", case, Permission.ATTEND),
    post("/api/console/cases/{id}/claim", claim, Permission.ATTEND),
    post("/api/console/cases/{id}/release", release, Permission.ATTEND),
    post("/api/console/cases/{id}/transfer", transfer, Permission.ATTEND),
    post("/api/console/cases/{id}/decision", decide, Permission.ATTEND),
    post("/api/console/cases/{id}/undo", undo, Permission.ATTEND),
    post("/api/console/cases/{id}/word", word, Permission.ATTEND),
    post("/api/console/decisions", decide_many, Permission.ATTEND),
]
