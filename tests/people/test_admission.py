"""The rules of the door: the effort follows the rate, and only what we gave out opens it."""

from __future__ import annotations

import json
import time
from base64 import b64decode, b64encode
from typing import Any

import altcha
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.errors import ChatError
from chat.people.admission import (
    AROUND_OPENING_SECONDS,
    HALF_LIFE_SECONDS,
    MEMORY_STEPS,
    MOST_EFFORT,
    PROOF_SECONDS,
    SLIP_SECONDS,
    STEP_SECONDS,
    TRIES,
    WINDOW_SECONDS,
    Keys,
    Planned,
    asked,
    challenge,
    check_proof,
    check_slip,
    effort,
    slip,
    tries,
    wait_seconds,
)
from chat.store.retention import ARRIVALS_SECONDS, SHOWN_SECONDS

KEYS = Keys.of(b"m" * 32)
PLANNED = Planned(0.5, 4.0)  # 30 and 240 a minute
NOW = 1_800_000_005.0  # in the middle of a step of ten seconds
STEP = int(NOW // STEP_SECONDS)


def code(of: Any) -> str:
    """The code with which ``of`` is refused."""
    with pytest.raises(ChatError) as caught:
        of()
    return caught.value.code


def solved(keys: Keys = KEYS, now: float | None = None) -> str:
    """A solution in ALTCHA's form, found as a browser finds it."""
    form = challenge(keys, 4, time.time() if now is None else now).form
    found = altcha.solve_challenge(altcha.Challenge.from_dict(form))
    assert found is not None
    return altcha.Payload(altcha.Challenge.from_dict(form), found).to_base64()


def altered(payload: str, *path: str, to: Any) -> str:
    """The same solution with one field written anew."""
    content = json.loads(b64decode(payload))
    place = content
    for name in path[:-1]:
        place = place[name]
    place[path[-1]] = to
    return b64encode(json.dumps(content).encode()).decode()


# -- effort

rates = st.floats(0, 1e6)
plans = st.floats(0.01, 1e6)
histories = st.dictionaries(st.integers(STEP - MEMORY_STEPS - 20, STEP), st.integers(0, 10_000), max_size=30)
instants = st.floats(NOW, NOW + 3600)


@given(rates, plans)
def test_effort_stays_within_its_bounds(rate: float, planned: float) -> None:
    assert 1 <= asked(rate, planned) <= MOST_EFFORT


@given(rates, rates, plans)
def test_effort_grows_with_the_rate(one: float, other: float, planned: float) -> None:
    low, high = sorted((one, other))
    assert asked(low, planned) <= asked(high, planned)


def test_effort_is_the_power_one_and_a_half_of_what_was_not_planned_for() -> None:
    assert [asked(rate, 0.5) for rate in (0, 0.4, 0.5, 2, 8, 1000)] == [1, 1, 1, 8, 64, 64]


@given(histories, instants)
def test_effort_of_a_history_stays_within_its_bounds(counts: dict[int, int], now: float) -> None:
    assert 1 <= effort(counts, PLANNED, now) <= MOST_EFFORT


@given(histories, instants, st.integers(1, 1000))
def test_one_more_admission_never_lowers_the_effort(counts: dict[int, int], now: float, more: int) -> None:
    step = int(now // STEP_SECONDS)
    assert effort({**counts, step: counts.get(step, 0) + more}, PLANNED, now) >= effort(counts, PLANNED, now)


@given(histories, st.floats(0, 1200))
def test_effort_halves_in_two_minutes_and_no_faster(counts: dict[int, int], later: float) -> None:
    before, after = effort(counts, PLANNED, NOW), effort(counts, PLANNED, NOW + later)
    assert after >= before * 0.5 ** (later / HALF_LIFE_SECONDS) * (1 - 1e-9)


def test_effort_goes_up_at_once() -> None:
    assert effort({STEP: 120}, PLANNED, NOW) == 8


def test_effort_goes_down_to_the_least_when_nobody_comes() -> None:
    counts = {STEP: 120}
    quiet = NOW + 55  # the minute over which the rate is taken is over
    assert effort(counts, PLANNED, quiet) == pytest.approx(8, rel=0.05)
    assert effort(counts, PLANNED, quiet + HALF_LIFE_SECONDS) == pytest.approx(4, rel=0.05)
    assert effort(counts, PLANNED, quiet + 3 * HALF_LIFE_SECONDS) == pytest.approx(1, rel=0.05)
    assert effort({STEP: 10_000}, PLANNED, NOW + MEMORY_STEPS * STEP_SECONDS + 10) == 1


def test_counts_are_kept_as_long_as_the_effort_follows_from_them() -> None:
    assert (MEMORY_STEPS + 1) * STEP_SECONDS + WINDOW_SECONDS <= ARRIVALS_SECONDS
    assert max(PROOF_SECONDS, SLIP_SECONDS) + 600 <= SHOWN_SECONDS


def test_planned_openings_let_more_people_come() -> None:
    counts = {STEP: 120}
    for distance, expected in ((0, 1), (AROUND_OPENING_SECONDS, 1), (AROUND_OPENING_SECONDS + 60, 8)):
        assert effort(counts, Planned(0.5, 4.0, (int(NOW + distance),)), NOW) == expected
    assert effort(counts, Planned(0.5, 0.1, (int(NOW),)), NOW) == 8  # never less than usual


def test_a_rush_that_was_planned_for_costs_nothing_afterwards() -> None:
    opening = int(NOW - AROUND_OPENING_SECONDS)
    assert effort({STEP: 120}, Planned(0.5, 4.0, (opening,)), NOW) == 1
    assert effort({STEP: 120}, Planned(0.5, 4.0, (opening - 20,)), NOW + 1) == 8


@given(st.floats(1, MOST_EFFORT))
def test_tries_are_at_least_what_the_effort_asks_and_at_most_half_as_many_again(found: float) -> None:
    assert TRIES * found * 0.99 <= tries(found) <= TRIES * found * 1.5


def test_tries_come_in_few_sizes() -> None:
    assert (tries(1), tries(MOST_EFFORT)) == (TRIES, 64 * TRIES)
    assert len({tries(1 + n / 100) for n in range(6301)}) == 13


def test_wait_is_a_minute_at_least_and_longer_with_the_effort() -> None:
    assert [wait_seconds(found) for found in (1, 8, 64)] == [60, 130, 690]


# -- the computation


def test_solution_is_accepted_and_named_alike_each_time() -> None:
    payload = solved()
    assert check_proof(KEYS, payload, time.time()) == check_proof(KEYS, payload, time.time())
    assert check_proof(KEYS, payload, time.time()) != check_proof(KEYS, solved(), time.time())


def test_solution_is_good_for_ten_minutes() -> None:
    now = time.time()
    payload = solved(now=now)
    check_proof(KEYS, payload, now + PROOF_SECONDS - 1)
    assert code(lambda: check_proof(KEYS, payload, now + PROOF_SECONDS)) == "proof_expired"
    assert code(lambda: check_proof(KEYS, solved(now=now - PROOF_SECONDS - 2), now - PROOF_SECONDS)) == "proof_expired"


def test_challenge_of_another_community_is_refused() -> None:
    assert code(lambda: check_proof(KEYS, solved(Keys.of(b"x" * 32)), time.time())) == "proof_invalid"


@pytest.mark.parametrize(("field", "value"), [("community", "f" * 16), ("use", "appeal")])
def test_challenge_of_another_community_or_use_is_refused_whoever_signed_it(field: str, value: str) -> None:
    form = challenge(KEYS, 4, time.time()).form
    data = {**form["parameters"]["data"], field: value}
    made = altcha.create_challenge(
        "PBKDF2/SHA-256", 1, counter=1, expires_at=int(time.time()) + 60, data=data, hmac_secret=KEYS.challenge,
        hmac_key_secret=KEYS.solution,
    )  # fmt: skip
    found = altcha.solve_challenge(made)
    assert found is not None
    payload = altcha.Payload(made, found).to_base64()
    assert altcha.verify_solution(payload, KEYS.challenge, hmac_key_secret=KEYS.solution).verified
    assert code(lambda: check_proof(KEYS, payload, time.time())) == "proof_invalid"


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("challenge.parameters.cost", 1),
        ("challenge.parameters.expiresAt", 4_000_000_000),
        ("challenge.parameters.nonce", "0" * 32),
        ("challenge.parameters.keyPrefix", ""),
        ("challenge.parameters.keySignature", "0" * 64),
        ("challenge.parameters.data", None),
        ("challenge.parameters.memoryCost", 8),
        ("challenge.signature", ""),
        ("challenge.signature", "é"),
        ("challenge", []),
        ("solution.derivedKey", "00" * 32),
        ("solution.derivedKey", "zz"),
        ("solution.counter", "1"),
    ],
)
def test_altered_solution_is_refused(path: str, value: object) -> None:
    payload = altered(solved(), *path.split("."), to=value)
    assert code(lambda: check_proof(KEYS, payload, time.time())) == "proof_invalid"


@given(st.one_of(st.text(max_size=200), st.binary(max_size=200).map(lambda raw: b64encode(raw).decode())))
def test_whatever_else_is_shown_is_refused(payload: str) -> None:
    assert code(lambda: check_proof(KEYS, payload, NOW)) == "proof_invalid"


def test_solution_takes_half_of_the_tries_at_least() -> None:
    counters = []
    for _ in range(20):
        form = altcha.Challenge.from_dict(challenge(KEYS, 8, time.time()).form)
        found = altcha.solve_challenge(form)
        assert found is not None
        counters.append(found.counter)
    assert set(counters) <= {4, 5, 6, 7}
    assert len(set(counters)) > 1


# -- the wait


def test_slip_is_good_from_the_end_of_the_wait_for_ten_minutes() -> None:
    written = slip(KEYS, 130, NOW)
    assert written.ripe_at == NOW + 130
    with pytest.raises(ChatError) as early:
        check_slip(KEYS, written.text, NOW + 129)
    assert (early.value.code, early.value.retry_after) == ("wait_early", 1)
    assert check_slip(KEYS, written.text, NOW + 130) == check_slip(KEYS, written.text, NOW + 130 + SLIP_SECONDS - 1)
    assert code(lambda: check_slip(KEYS, written.text, NOW + 130 + SLIP_SECONDS)) == "wait_expired"


def test_two_slips_are_two() -> None:
    assert slip(KEYS, 130, NOW).text != slip(KEYS, 130, NOW).text


def test_slip_of_another_community_or_made_sooner_is_refused() -> None:
    written = slip(KEYS, 130, NOW)
    _, _, rest = written.text.partition(".")
    for forged in (slip(Keys.of(b"x" * 32), 0, NOW).text, f"{int(NOW)}.{rest}", f" {written.text}", f"{written.text}é"):
        assert code(lambda forged=forged: check_slip(KEYS, forged, NOW + 200)) == "wait_invalid"


@given(st.text(max_size=200))
def test_whatever_else_is_shown_as_a_slip_is_refused(text: str) -> None:
    assert code(lambda: check_slip(KEYS, text, NOW)) == "wait_invalid"
