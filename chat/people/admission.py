"""
The rules of the door: how much effort it asks for, and what it accepts as proof of it.

Nobody is known at the door, so nobody can be counted there: the effort is that of the community's rate alone. Two ways lead in without an
invitation, a computation (ALTCHA's protocol v2) or a wait; what the server gave out for either carries its own signature, and is kept by
nobody. Pure: ``now`` is an argument, in seconds since 1970; that each way leads in once is the store's business (``door.py``).
"""

from __future__ import annotations

import hashlib
import hmac
import math
import secrets
from base64 import b64decode
from collections.abc import Mapping
from typing import Any, Final

import altcha
import msgspec
from msgspec import Struct

from chat.errors import ChatError

MOST_EFFORT: Final = 64.0
WAIT_EFFORT: Final = 8.0  # from here on the wait is offered to everybody
HALF_LIFE_SECONDS: Final = 120.0
WINDOW_SECONDS: Final = 60.0  # over which the rate is taken
STEP_SECONDS: Final = 10  # admissions are counted by the ten seconds
# Later than that, even the greatest effort has gone down to the least.
MEMORY_STEPS: Final = int((HALF_LIFE_SECONDS * math.log2(MOST_EFFORT) + WINDOW_SECONDS) // STEP_SECONDS) + 1
AROUND_OPENING_SECONDS: Final = 600.0  # before and after a room opens by its hours, more people are expected

ALGORITHM: Final = "PBKDF2/SHA-256"
COST: Final = 20_000  # iterations for one try
TRIES: Final = 64  # at most, at the least effort; a third of a second on a desktop
PROOF_SECONDS: Final = 600  # to hand in a solution
FRESH_SECONDS: Final = 480  # what has less left is not given out any more
PAYLOAD_CHARACTERS: Final = 4096

WAIT_SECONDS: Final = 60  # at the least effort
WAIT_STEP_SECONDS: Final = 10  # more for each step of effort: 2 min 10 at ×8
SLIP_SECONDS: Final = 600  # to come in, once the wait is over


class Planned(Struct, frozen=True):
    """The admissions a second that are planned for: ``usual``, and ``opening`` around each of the instants ``openings``."""

    usual: float
    opening: float
    openings: tuple[int, ...] = ()

    def at(self, now: float) -> float:
        near = any(abs(now - opening) <= AROUND_OPENING_SECONDS for opening in self.openings)
        return max(self.usual, self.opening) if near else self.usual


def asked(rate: float, planned: float) -> float:
    """Answer the effort that ``rate`` asks for where ``planned`` was planned for, both in admissions a second."""
    return float(min(MOST_EFFORT, max(1.0, rate / planned) ** 1.5))


def effort(counts: Mapping[int, int], planned: Planned, now: float) -> float:
    """
    Answer the effort of ``now``: up at once with the rate, down with a half-life of two minutes.

    ``counts`` are admissions by step of ten seconds since 1970. The effort follows from them alone, so that all servers agree on it
    and one that was restarted has forgotten nothing.
    """
    newest = int(now // STEP_SECONDS)
    width = int(WINDOW_SECONDS // STEP_SECONDS)
    found = 1.0
    for step in range(newest - MEMORY_STEPS, newest + 1):
        admitted = sum(counts.get(step - back, 0) for back in range(width))
        if admitted:
            at = min(now, float((step + 1) * STEP_SECONDS))
            found = max(
                found, asked(admitted / WINDOW_SECONDS, planned.at(at)) * 0.5 ** ((now - at) / HALF_LIFE_SECONDS)
            )
    return found


def tries(found: float) -> int:
    """Answer how many tries a computation of this effort takes at most: in steps of √2, so that they can be made ahead."""
    return round(TRIES * 2 ** (math.ceil(round(2 * math.log2(found), 6)) / 2))


def wait_seconds(found: float) -> int:
    """Answer how long the wait takes instead of a computation of this effort."""
    return round(WAIT_SECONDS + WAIT_STEP_SECONDS * (found - 1))


# -- the computation


class Keys(Struct, frozen=True):
    """What the door signs with, made from the master secret; ``community`` tells ours from another's."""

    challenge: bytes
    solution: bytes
    slip: bytes
    community: str

    @classmethod
    def of(cls, master: bytes) -> Keys:
        challenge, solution, slip, mark = (
            hmac.new(master, b"admission:" + use, hashlib.sha256).digest()
            for use in (b"challenge", b"solution", b"slip", b"community")
        )
        return cls(challenge, solution, slip, mark.hex()[:16])


class Challenge(Struct, frozen=True):
    """A computation ready to be given out, as ALTCHA's JSON; good until ``expires_at``."""

    form: dict[str, Any]
    expires_at: float


def challenge(keys: Keys, most: int, now: float) -> Challenge:
    """
    Make a computation that takes ``most`` tries at most, and half of them at least. Takes some milliseconds.

    Its counter is chosen beforehand, so that a solution is checked by one keyed hash (ALTCHA's deterministic mode).
    """
    expires_at = int(now) + PROOF_SECONDS
    made = altcha.create_challenge(
        ALGORITHM,
        COST,
        counter=most // 2 + secrets.randbelow(most - most // 2),
        expires_at=expires_at,
        data={"community": keys.community, "tries": most, "use": "admission"},
        hmac_secret=keys.challenge,
        hmac_key_secret=keys.solution,
    )
    return Challenge(made.to_dict(), expires_at)


class _Data(Struct, frozen=True, forbid_unknown_fields=True):
    community: str
    tries: int
    use: str


class _Parameters(Struct, frozen=True, forbid_unknown_fields=True, rename="camel"):
    algorithm: str
    cost: int
    key_length: int
    key_prefix: str
    nonce: str
    salt: str
    key_signature: str
    expires_at: int
    data: _Data


class _Signed(Struct, frozen=True, forbid_unknown_fields=True):
    parameters: _Parameters
    signature: str


class _Solution(Struct, frozen=True, rename="camel"):
    counter: int
    derived_key: str


class _Proof(Struct, frozen=True):
    challenge: _Signed
    solution: _Solution


_proof = msgspec.json.Decoder(_Proof)


def check_proof(keys: Keys, payload: str, now: float) -> bytes:
    """
    Check a solution in ALTCHA's form, and answer what names it, the same each time it is shown.

    Raises:
        ChatError: ``proof_invalid`` or ``proof_expired``.
    """
    try:
        proof = _proof.decode(b64decode(payload, validate=True))
    except (ValueError, msgspec.DecodeError) as exc:
        raise ChatError("proof_invalid") from exc
    parameters = proof.challenge.parameters
    # The library looks at the clock by itself; we are told the time.
    if parameters.expires_at <= now:
        raise ChatError("proof_expired")
    ours = parameters.data.community == keys.community and parameters.data.use == "admission"
    result = altcha.verify_solution(
        altcha.Payload.from_dict(msgspec.to_builtins(proof)), keys.challenge, hmac_key_secret=keys.solution
    )
    if result.expired:
        raise ChatError("proof_expired")
    if not (ours and result.verified):
        raise ChatError("proof_invalid")
    return parameters.nonce.encode()


# -- the wait


class Slip(Struct, frozen=True):
    """A place in time: whoever shows it from ``ripe_at`` on is let in, once."""

    text: str
    ripe_at: int


def slip(keys: Keys, seconds: int, now: float) -> Slip:
    """Write a slip for who is ready to wait."""
    ripe_at = int(now) + seconds
    body = f"{ripe_at}.{secrets.token_urlsafe(16)}"
    return Slip(f"{body}.{_seal(keys, body)}", ripe_at)


def ripe_at(keys: Keys, text: str, now: float) -> int:
    """
    Read from when on a slip is good.

    Raises:
        ChatError: ``wait_invalid``, or ``wait_expired``: it was not used in time.
    """
    body, _, seal = text.rpartition(".")
    # Compared as bytes: what a stranger writes may be no ASCII at all.
    if not hmac.compare_digest(seal.encode("utf-8", "replace"), _seal(keys, body).encode()):
        raise ChatError("wait_invalid")
    ripe = int(body.partition(".")[0])
    if ripe + SLIP_SECONDS <= now:
        raise ChatError("wait_expired")
    return ripe


def check_slip(keys: Keys, text: str, now: float) -> bytes:
    """
    Check a slip, and answer what names it, the same each time it is shown.

    Raises:
        ChatError: As :func:`ripe_at`, or ``wait_early`` with the seconds left.
    """
    ripe = ripe_at(keys, text, now)
    if ripe > now:
        raise ChatError("wait_early", retry_after=math.ceil(ripe - now))
    return text.encode()


def _seal(keys: Keys, body: str) -> str:
    return hmac.new(keys.slip, body.encode("utf-8", "replace"), hashlib.sha256).hexdigest()
