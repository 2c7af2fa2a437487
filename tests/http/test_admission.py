"""The door, on the real server and store: each way leads in once, whoever holds it, and nowhere while the store is away."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import altcha
import pytest

from chat.people import admission
from chat.people.admission import TRIES, Keys
from chat.store import keys
from chat.store.retention import ARRIVALS_SECONDS, SHOWN_SECONDS
from tests.clients import join, turned_away
from tests.conftest import Server, write_config
from tests.http.door import browse, crowd, keys_of, knock, look, proof, ripe_slip, solve, store, until

pytestmark = pytest.mark.usefixtures("no_socket_left")

Start = Callable[..., Server]
PROOF = '"proof"'


@pytest.fixture
def server(start: Start) -> Server:
    return start(admission=PROOF)


@pytest.fixture
def twin(server: Server, folder: Path) -> Any:
    """A second server on the store of the first, with the same master key."""
    data = folder / "twin"
    data.mkdir(mode=0o700)
    shutil.copy(server.data / "master.key", data)
    running = Server(data, "--redis", server.store_url, "--config", str(write_config(folder, admission=PROOF)))
    yield running
    running.stop()


# -- the computation


async def test_solution_lets_in_once(server: Server) -> None:
    status, offer = look(server.address)
    assert (status, set(offer), offer["mode"]) == (200, {"mode", "challenge"}, "proof")
    parameters = offer["challenge"]["parameters"]
    assert (parameters["algorithm"], parameters["cost"]) == ("PBKDF2/SHA-256", 20_000)
    assert parameters["data"]["tries"] == TRIES
    assert 590 <= parameters["expiresAt"] - time.time() <= 600
    shown = {"proof": solve(offer["challenge"])}
    status, answer = await knock(server.address, shown)
    assert status == 200
    member = await join(server.address, "salon", session=answer["session"], pseudonym="Héron patient")
    assert member.welcome["you"]["session"] != answer["session"]
    assert [(await knock(server.address, shown))[0] for _ in range(3)] == [409, 409, 409]
    assert (await knock(server.address, shown))[1]["code"] == "proof_used"


async def test_solution_posted_at_once_to_two_servers_gives_one_seat(server: Server, twin: Server) -> None:
    for _ in range(5):
        shown = {"proof": proof(server)}
        answers = await asyncio.gather(*(knock(s.address, shown) for s in (server, twin) * 4))
        assert sorted(status for status, _ in answers) == [200] + [409] * 7
        (seated,) = (answer["session"] for status, answer in answers if status == 200)
        await join(twin.address, "salon", session=seated, pseudonym=f"Un seul {time.monotonic_ns() % 10**9}")


async def test_solution_stays_used_after_its_session_ended(server: Server) -> None:
    shown = {"proof": proof(server)}
    assert (await knock(server.address, shown))[0] == 200
    with store(server) as client:
        sessions = [key for key in client.keys("{session:*") if key.endswith(b"}")]
        assert client.delete(*sessions) == 1
    assert (await knock(server.address, shown))[1]["code"] == "proof_used"


async def test_two_solutions_make_two_people(server: Server) -> None:
    tokens = [(await knock(server.address, {"proof": proof(server)}))[1]["session"] for _ in range(2)]
    assert len({token.partition(".")[0] for token in tokens}) == 2


async def test_mark_of_a_solution_outlives_it_and_ends(server: Server) -> None:
    assert (await knock(server.address, {"proof": proof(server)}))[0] == 200
    with store(server) as client:
        (mark,) = client.keys("*:shown")
        assert admission.PROOF_SECONDS < client.ttl(mark) <= SHOWN_SECONDS


async def test_forged_expired_and_foreign_solutions_are_refused(server: Server) -> None:
    ours, now = keys_of(server), time.time()
    foreign = solve(admission.challenge(Keys.of(b"x" * 32), 4, now).form)
    expired = solve(admission.challenge(ours, 4, now - admission.PROOF_SECONDS - 1).form)
    unsolved = altcha.Payload(
        altcha.Challenge.from_dict(look(server.address)[1]["challenge"]), altcha.Solution(1, "00" * 32)
    ).to_base64()
    for shown, code in (
        (foreign, "proof_invalid"),
        (expired, "proof_expired"),
        (unsolved, "proof_invalid"),
        ("{}", "proof_invalid"),
        ("\ud800", "bad_request"),
    ):
        status, answer = await knock(server.address, {"proof": shown})
        assert (400 <= status < 500, answer["code"]) == (True, code)
        assert answer["message"]
    with store(server) as client:
        assert client.keys("*session*") == []


@pytest.mark.parametrize(
    "body",
    [b"[]", b"{", b'{"prof": "x"}', b'{"proof": 1}', b'{"proof": ""}', b'{"proof": "%s"}' % (b"x" * 4097), b" " * 50_000],
)  # fmt: skip
async def test_what_is_no_knock_is_refused(shared_server: Server, body: bytes) -> None:
    status, answer = await knock(shared_server.address, body)
    assert (status, answer["code"]) == (400, "bad_request")


async def test_nobody_gets_a_session_for_nothing(server: Server) -> None:
    for body in ({}, b"", {"proof": None}):
        status, answer = await knock(server.address, body)
        assert (status, answer["code"]) == (403, "admission_needed")
    error, code = await turned_away(server.address, "salon")
    assert (error["code"], code) == ("admission_needed", 4502)


async def test_by_invitation_neither_solution_nor_wait_lets_in(start: Start) -> None:
    server = start(admission='"invitation"')
    assert look(server.address) == (200, {"mode": "invitation"})
    solution = solve(admission.challenge(keys_of(server), 4, time.time()).form)
    for body in ({}, {"proof": solution}, {"wait": ripe_slip(server)}):
        status, answer = await knock(server.address, body)
        assert (status, answer["code"]) == (403, "invitation_needed")


# -- effort


async def test_effort_rises_and_falls_with_the_rate_of_the_community(server: Server, twin: Server) -> None:
    assert look(twin.address)[1]["challenge"]["parameters"]["data"]["tries"] == TRIES
    crowd(server, 200)
    assert (await knock(server.address, {"proof": proof(server)}))[0] == 200  # counted with the others
    offer = look(server.address)[1]
    assert offer["challenge"]["parameters"]["data"]["tries"] >= 16 * TRIES
    assert 200 <= offer["wait"]["seconds"] <= 300
    until(twin, lambda offer: offer["challenge"]["parameters"]["data"]["tries"] >= 16 * TRIES)
    with store(server) as client:
        assert client.hvals(keys.ADMISSIONS) == [b"201"] or client.hlen(keys.ADMISSIONS) == 2
        assert 0 < client.ttl(keys.ADMISSIONS) <= ARRIVALS_SECONDS
        client.delete(keys.ADMISSIONS)
    crowd(server, 200, seconds_ago=480)
    offer = until(server, lambda offer: "wait" not in offer)
    assert offer["challenge"]["parameters"]["data"]["tries"] <= 4 * TRIES


async def test_old_counts_are_forgotten(server: Server) -> None:
    crowd(server, 200, seconds_ago=2000)
    assert (await knock(server.address, {"proof": proof(server)}))[0] == 200
    with store(server) as client:
        assert client.hvals(keys.ADMISSIONS) == [b"1"]


# -- the wait


async def test_wait_that_is_asked_for_is_offered(server: Server) -> None:
    offer = look(server.address, query="?wait=yes")[1]
    assert offer["wait"]["seconds"] == admission.WAIT_SECONDS
    status, answer = await knock(server.address, {"wait": offer["wait"]["slip"]})
    assert (status, answer["code"]) == (429, "wait_early")
    assert 50 <= answer["retry_after"] <= 60


async def test_wait_lets_in_once_on_two_servers(server: Server, twin: Server) -> None:
    shown = {"wait": ripe_slip(server)}
    answers = await asyncio.gather(*(knock(s.address, shown) for s in (server, twin) * 4))
    assert sorted(status for status, _ in answers) == [200] + [409] * 7
    expired = {"wait": ripe_slip(server, since=admission.SLIP_SECONDS)}
    assert (await knock(server.address, expired))[1]["code"] == "wait_expired"


async def test_waits_are_so_many_a_minute_and_a_used_slip_takes_none(start: Start) -> None:
    server = start(admission=PROOF, waits_per_minute=3)
    first = {"wait": ripe_slip(server)}
    assert (await knock(server.address, first))[0] == 200
    for _ in range(5):
        assert (await knock(server.address, first))[1]["code"] == "wait_used"
    later = [{"wait": ripe_slip(server)} for _ in range(3)]
    assert [(await knock(server.address, slip))[0] for slip in later] == [200, 200, 429]
    status, answer = await knock(server.address, later[2])
    assert (status, answer["code"]) == (429, "wait_full")
    assert 0 < answer["retry_after"] <= 60
    with store(server) as client:
        client.delete(keys.WAITS)  # the minute is over
    assert (await knock(server.address, later[2]))[0] == 200


async def test_without_waits_none_is_offered_nor_taken(start: Start) -> None:
    server = start(admission=PROOF, waits_per_minute=0)
    assert "wait" not in look(server.address, query="?wait=yes")[1]
    assert (await knock(server.address, {"wait": ripe_slip(server)}))[1]["code"] == "wait_full"


# -- the page of the wait


async def test_page_of_the_wait_leads_to_the_entrance_when_it_is_over(server: Server) -> None:
    status, led = browse(f"{server.address}/r/salon?wait=yes&lang=en")
    assert (status, led) == (303, "/wait?room=salon&lang=en")
    status, page = browse(server.address + led)
    assert (status, "Your place is kept" in page) == (200, True)
    (slip,) = re.findall('name="slip" value="([^"]+)"', page)
    status, page = browse(f"{server.address}/wait?lang=en", {"room": "salon", "slip": slip})
    assert (status, "The wait is not over yet" in page, slip in page) == (200, True, True)
    over = ripe_slip(server)
    assert browse(f"{server.address}/wait", {"room": "salon", "slip": over}) == (303, f"/r/salon#wait={over}")
    assert (await knock(server.address, {"wait": over}))[0] == 200  # looking at it did not use it


async def test_slip_that_is_no_good_is_replaced(server: Server) -> None:
    for slip in (ripe_slip(server, since=admission.SLIP_SECONDS), "forgé", '"><script>'):
        status, page = browse(f"{server.address}/wait?lang=en", {"room": "salon", "slip": slip})
        assert (status, "You can" in page, "<script>" in page) == (200, True, False)
        (fresh,) = re.findall('name="slip" value="([^"]+)"', page)
        assert fresh != slip


async def test_page_of_the_wait_leads_nowhere_else(server: Server) -> None:
    for room in ("//ailleurs.example", "", "Salon", "a" * 50):
        assert browse(f"{server.address}/wait?{urlencode({'room': room})}")[0] == 404
        assert browse(f"{server.address}/wait", {"room": room, "slip": ripe_slip(server)})[0] == 400
    for form in (b"x", b"room=salon", b"room=salon&slip=a&slip=b", b"a=" + b"b" * 3000, b"\xff=\xff"):
        assert browse(f"{server.address}/wait", form)[0] == 400


async def test_where_nothing_is_waited_for_the_page_leads_to_the_entrance(shared_server: Server) -> None:
    assert browse(f"{shared_server.address}/wait?room=salon") == (303, "/r/salon")


# -- the store


async def test_nobody_is_let_in_while_the_store_is_away(start: Start) -> None:
    server = start(admission=PROOF, store_timeout_seconds=0.5)
    shown, slip = proof(server), ripe_slip(server)
    pid = server.store_pid()
    os.kill(pid, signal.SIGSTOP)
    try:
        for body in ({"proof": shown}, {"wait": slip}):
            status, answer = await knock(server.address, body)
            assert (status, answer["code"]) == (503, "store_away")
            assert "session" not in answer
        assert look(server.address)[0] == 503
    finally:
        os.kill(pid, signal.SIGCONT)
