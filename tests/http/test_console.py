"""The console as another program would drive it: by HTTP and by its socket, with the cookie of a login."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection

from chat.people.roles import Role
from tests.clients import PATIENCE_SECONDS, Frame, Member, join
from tests.conftest import Server
from tests.http.asking import ask
from tests.http.desk import Desk
from tests.http.staffing import answered

pytestmark = pytest.mark.usefixtures("no_socket_left")

HELD = "écrivez-moi : jeanne.dupre@exemple.fr"


async def until(live: ClientConnection, **wanted: object) -> Frame:
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            frame: Frame = json.loads(await live.recv())
            if all(frame.get(key) == value for key, value in wanted.items()):
                return frame


@pytest.fixture(scope="module")
def desk(shared_server: Server) -> Desk:
    return Desk(shared_server)


@pytest.fixture(scope="module")
def other(shared_server: Server) -> Desk:
    return Desk(shared_server)


async def held(server: Server, room: str) -> tuple[Member, Frame]:
    member = await join(server.address, room)
    frame = await member.say(HELD)
    assert frame["type"] == "held", frame
    return member, frame


async def test_a_case_goes_from_the_queue_to_its_decision(shared_server: Server, room: str, desk: Desk) -> None:
    member, frame = await held(shared_server, room)
    path = f"/api/console/cases/{frame['case']}"
    claimed = desk.done(f"{path}/claim")
    (case,) = (each for each in desk.get("/api/console/cases?queue=held")["cases"] if each["id"] == frame["case"])
    assert (case["text"], case["room"], case["claimed_by"]) == (HELD, room, desk.name)
    assert case["version"] == claimed["version"]
    (start, end), *_ = case["findings"][0]["spans"]
    assert HELD[start:end] == "jeanne.dupre@exemple.fr"
    assert desk.get(path)["case"]["id"] == frame["case"]
    decision = {"version": claimed["version"], "verdict": "publish", "reason": "fine"}
    desk.done(f"{path}/decision", decision)
    assert (await member.hears(HELD))["id"] == frame["id"]
    again = desk.post(f"{path}/decision", decision)
    assert (again.status, answered(again)["code"], answered(again)["by"]) == (409, "already_decided", desk.name)
    desk.done(f"{path}/undo")
    assert (await member.until(lambda each: each["type"] == "withdrawn"))["by"] == "moderation"


async def test_what_stands_in_the_way_is_said_with_who_was_first(
    shared_server: Server, room: str, desk: Desk, other: Desk
) -> None:
    _, frame = await held(shared_server, room)
    path = f"/api/console/cases/{frame['case']}"
    version = desk.done(f"{path}/claim")["version"]
    taken = other.post(f"{path}/claim")
    assert (taken.status, answered(taken)["code"], answered(taken)["by"]) == (409, "already_claimed", desk.name)
    not_theirs = other.post(f"{path}/decision", {"version": version, "verdict": "remove", "reason": "attack"})
    assert (not_theirs.status, answered(not_theirs)["code"]) == (409, "not_claimed")
    stale = desk.post(f"{path}/decision", {"version": version - 1, "verdict": "remove", "reason": "attack"})
    assert (stale.status, answered(stale)["code"]) == (409, "stale")
    for body in ({"version": version, "verdict": "remove"}, {"version": version, "verdict": "remove", "reason": ""}):
        assert desk.post(f"{path}/decision", body).status == 422
    unfit = desk.post(f"{path}/decision", {"version": version, "verdict": "dismiss", "reason": "fine"})
    assert (unfit.status, answered(unfit)["code"]) == (422, "verdict_unfit")
    desk.done(f"{path}/release")
    assert other.post(f"{path}/claim").status == 200
    assert desk.post("/api/console/cases/nowhere~0123456789abcdef/claim").status == 404


async def test_consoles_stay_in_step_and_a_lost_one_gives_its_cases_back(
    shared_server: Server, room: str, desk: Desk, other: Desk
) -> None:
    first, second = await desk.live(), await other.live()
    await until(second, type="counts")
    _, frame = await held(shared_server, room)
    case_id = frame["case"]

    def of_case(change: str) -> Any:
        return lambda each: each["type"] == "case" and each["change"] == change and each["case"]["id"] == case_id

    for live in (first, second):
        await _until(live, of_case("opened"))
    desk.done(f"/api/console/cases/{case_id}/claim")
    assert (await _until(second, of_case("claimed")))["case"]["claimed_by"] == desk.name
    await first.send(json.dumps({"type": "note", "text": "je prends"}))
    assert (await until(second, type="note"))["text"] == "je prends"
    await first.close()
    freed = await _until(second, of_case("changed"))
    assert "claimed_by" not in freed["case"]
    await second.close()


async def _until(live: ClientConnection, wanted: Any) -> Frame:
    async with asyncio.timeout(15):
        while not wanted(frame := json.loads(await live.recv())):
            pass
    found: Frame = frame
    return found


async def test_many_are_decided_at_once_each_for_itself(shared_server: Server, room: str, desk: Desk) -> None:
    member = await join(shared_server.address, room)
    frames = [await member.say(f"{i} {HELD}") for i in range(5)]
    gone = await member.ask({"type": "withdraw", "message": frames[0]["id"]})
    assert gone["type"] == "accepted"
    path = "/api/console/cases?queue=held"
    versions = {each["id"]: each["version"] for each in desk.get(path)["cases"]}
    cases = [{"id": frame["case"], "version": versions.get(frame["case"], 1)} for frame in frames]
    results = desk.done("/api/console/decisions", {"cases": cases, "verdict": "remove", "reason": "flooding"})[
        "results"
    ]
    assert [result.get("code") for result in results] == ["already_decided", None, None, None, None]


async def test_an_admin_sees_what_was_escalated_and_nothing_else(shared_server: Server, room: str, desk: Desk) -> None:
    admin = Desk(shared_server, Role.ADMIN)
    _, frame = await held(shared_server, room)
    path = f"/api/console/cases/{frame['case']}"
    assert ask(shared_server.address, "GET", path, admin.cookie).status == 404
    version = desk.done(f"{path}/claim")["version"]
    desk.done(f"{path}/decision", {"version": version, "verdict": "escalate", "reason": "unsure"})
    assert desk.post(f"{path}/claim").status == 403
    assert admin.get(path)["case"]["escalated"] is True
    version = admin.done(f"{path}/claim")["version"]
    admin.done(f"{path}/decision", {"version": version, "verdict": "remove", "reason": "details"})


async def test_sanctions_figures_and_the_chain_are_there(shared_server: Server, room: str, desk: Desk) -> None:
    member, frame = await held(shared_server, room)
    path = f"/api/console/cases/{frame['case']}"
    version = desk.done(f"{path}/claim")["version"]
    sanction = {"kind": "mute", "minutes": 60}
    desk.done(f"{path}/decision", {"version": version, "verdict": "remove", "reason": "details", "sanction": sanction})
    assert (await member.until(lambda each: each.get("code") == "muted"))["ends_at"]
    (listed,) = (each for each in desk.get("/api/console/sanctions")["sanctions"] if each["room"] == room)
    assert (listed["kind"], listed["by"]) == ("mute", desk.name)
    desk.done(f"/api/console/sanctions/{room}/{listed['author']['id']}/lift", {"reason": "erreur"})
    assert await member.until(lambda each: each.get("code") == "unmuted")
    newest = [each for each in desk.get("/api/console/audit")["entries"] if room in each["case"]]
    assert newest[0]["verdict"] == "remove"
    assert len(desk.get("/api/console/figures")["days"]) == 14


async def test_nobody_without_a_login_sees_a_case(shared_server: Server, room: str) -> None:
    _, frame = await held(shared_server, room)
    for role in (Role.ORGANISER, Role.FACILITATOR):
        there = Desk(shared_server, role)
        for path in ("/api/console/cases", f"/api/console/cases/{frame['case']}"):
            assert ask(shared_server.address, "GET", path, there.cookie).status == 403
    assert ask(shared_server.address, "GET", "/api/console/cases", {}).status == 401
