"""
The door of the community: give out computations and slips, and let in whoever brings one back.

What can be known without the store is checked first (``admission.py``); then one script begins the session and remembers that this proof or
slip was used. While the store is away nothing is given out and nobody is let in. What was signed just before the master secret was rotated
is good, too: it makes the person that it would have made then, so that it leads in once, whichever key a server takes for the current one.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Final, TypeVar

import structlog
from msgspec import Struct

from chat.errors import ChatError, StoreAway
from chat.people import admission
from chat.people.admission import Keys, Planned
from chat.people.challenges import Challenges
from chat.people.sessions import Session, Sessions
from chat.settings import Settings
from chat.store import keys
from chat.store.commands import Script, Store, pairs
from chat.store.retention import ARRIVALS, SHOWN

ADMISSIONS: Final = Script("admissions")
TURN: Final = Script("turn")

COUNTED_SECONDS: Final = 1.0  # one reading of the counts serves all who come meanwhile
PLANNED_SECONDS: Final = 60.0

Openings = Callable[[float, float], Awaitable[Sequence[int]]]
T = TypeVar("T")

log = structlog.get_logger()


class Wait(Struct, frozen=True):
    """A wait that is offered: the slip to bring back, and in how many seconds."""

    slip: str
    seconds: int


class Offer(Struct, frozen=True, omit_defaults=True):
    """What the door asks for; ``challenge`` as ALTCHA writes it."""

    mode: str
    challenge: dict[str, Any] | None = None
    wait: Wait | None = None


class Door:
    """One community's door; ``openings`` lists when rooms open between two instants."""

    def __init__(self, sessions: Sessions, store: Store, settings: Settings, openings: Openings) -> None:
        self.mode = settings.admission
        self._sessions = sessions
        self._store = store
        self._settings = settings
        self._openings = openings
        self._signing = [(master, Keys.of(master)) for master in sessions.masters.all]
        _, self._current = self._signing[0]
        self.challenges = Challenges(lambda tries, now: admission.challenge(self._current, tries, now))
        self._planned = Planned(settings.admissions_per_minute / 60, settings.opening_admissions_per_minute / 60)
        self._planned_at = float("-inf")
        self._counts: dict[int, int] = {}
        self._counted_at = float("-inf")

    # -- what is asked

    async def effort(self, now: float) -> float:
        """Answer the effort asked for at ``now``. Raises StoreAway."""
        if not 0 <= now - self._planned_at < PLANNED_SECONDS:
            since = now - admission.MEMORY_STEPS * admission.STEP_SECONDS - admission.AROUND_OPENING_SECONDS
            until = now + PLANNED_SECONDS + admission.AROUND_OPENING_SECONDS
            openings = tuple(await self._openings(since, until))
            self._planned = Planned(self._planned.usual, self._planned.opening, openings)
            self._planned_at = now
        if time.monotonic() - self._counted_at >= COUNTED_SECONDS:
            await self._count(0)
        return admission.effort(self._counts, self._planned, now)

    async def offer(self, now: float, *, wait: bool = False) -> Offer:
        """Say what the door asks for; the wait is offered where computing is long, or where it is asked for. Raises StoreAway."""
        if self.mode != "proof":
            return Offer(self.mode)
        effort = await self.effort(now)
        challenge = await self.challenges.take(admission.tries(effort), now)
        # Too many at once for computations to be made: time is what we have.
        offered = wait or effort >= admission.WAIT_EFFORT or challenge is None
        return Offer(
            self.mode,
            challenge.form if challenge else None,
            self._slip(effort, now) if offered and self._settings.waits_per_minute else None,
        )

    async def slip(self, now: float) -> Wait:
        """
        Write a slip for who wants to wait.

        Raises:
            ChatError: ``invitation_needed`` or ``wait_full``: this community lets nobody in by waiting.
            StoreAway: Nobody can tell how long.
        """
        self._expect_proofs()
        if not self._settings.waits_per_minute:
            raise ChatError("wait_full")
        return self._slip(await self.effort(now), now)

    def _slip(self, effort: float, now: float) -> Wait:
        seconds = admission.wait_seconds(effort)
        return Wait(admission.slip(self._current, seconds, now).text, seconds)

    # -- who is let in

    async def prove(self, payload: str, now: float) -> Session:
        """
        Let in whoever solved a computation of ours.

        Raises:
            ChatError: ``invitation_needed``, ``proof_invalid``, ``proof_expired`` or ``proof_used``.
            StoreAway: Nobody is let in.
        """
        self._expect_proofs()
        master, name = self._signed(admission.check_proof, payload, now)
        session = await self._sessions.admit(master, b"proof:" + name, SHOWN.seconds(self._settings))
        if session is None:
            raise ChatError("proof_used")
        await self._note()
        return session

    async def wait(self, slip: str, now: float) -> Session:
        """
        Let in whoever waited.

        Raises:
            ChatError: ``invitation_needed``, ``wait_invalid``, ``wait_early``, ``wait_expired`` or ``wait_used``; ``wait_full`` when as
                many as there may be in a minute came in before: the slip stays good.
            StoreAway: Nobody is let in.
        """
        self._expect_proofs()
        master, name = self._signed(admission.check_slip, slip, now)
        if not self._settings.waits_per_minute:
            raise ChatError("wait_full")
        if left := await self._store.run(TURN, [keys.WAITS], self._settings.waits_per_minute):
            raise ChatError("wait_full", retry_after=left)
        session = await self._sessions.admit(master, b"wait:" + name, SHOWN.seconds(self._settings))
        if session is None:
            await self._store.run(TURN, [keys.WAITS], 0)
            raise ChatError("wait_used")
        await self._note()
        return session

    def ripe_at(self, slip: str, now: float) -> int:
        """Read from when on a slip is good; raises as :func:`admission.ripe_at`."""
        return self._signed(admission.ripe_at, slip, now)[1]

    def _signed(self, check: Callable[[Keys, str, float], T], shown: str, now: float) -> tuple[bytes, T]:
        """Check what we gave out by the key that signed it, and answer that one's master secret, too."""
        refusal: ChatError | None = None
        for master, signing in self._signing:
            try:
                return master, check(signing, shown, now)
            except ChatError as exc:
                if exc.code not in ("proof_invalid", "wait_invalid"):
                    raise
                refusal = exc  # not by this key
        assert refusal is not None
        raise refusal

    async def close(self) -> None:
        await self.challenges.close()

    def _expect_proofs(self) -> None:
        if self.mode == "invitation":
            raise ChatError("invitation_needed")

    async def _note(self) -> None:
        """Count whoever was let in. They are in: that they were not counted must not send them away."""
        try:
            await self._count(1)
        except StoreAway:
            log.warning("admission_not_counted")

    async def _count(self, more: int) -> None:
        lasts = ARRIVALS.seconds(self._settings)
        reply = await self._store.run(ADMISSIONS, [keys.ADMISSIONS], more, admission.STEP_SECONDS, lasts)
        self._counts = {int(step): int(count) for step, count in pairs(reply).items()}
        self._counted_at = time.monotonic()
