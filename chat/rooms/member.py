"""
One person in one room, through one connection: what they send, and how they are answered.

A member begins with ``hello`` and is seated (:mod:`chat.rooms.entry`); then each frame is a request (:mod:`chat.rooms.requests`; to
answer a new one, see there). What they are told unasked is in :mod:`chat.rooms.concerns`. Requests are answered in any order, each by its
``ref``; too many unanswered ones, and nothing more is read from the socket until some are.
"""

from __future__ import annotations

import asyncio
import random
from collections import deque
from collections.abc import Coroutine
from typing import TYPE_CHECKING, Any, Final

import structlog

from chat import metrics
from chat.errors import CloseCode, Closing, Complaint, Refusal, StoreAway
from chat.locales import best, sentence
from chat.people.logins import StaffSession
from chat.people.roles import Role, may
from chat.people.sessions import Session
from chat.people.vigil import Watch
from chat.protocol import Author, Error, Hello, Inward, Outward, Refused, decode, encode
from chat.rooms.connection import Connection
from chat.rooms.entry import enter
from chat.rooms.limits import Pace, Standing
from chat.rooms.outbox import text_frame
from chat.rooms.requests import FRAMES, Request, answer
from chat.rooms.sequence import portions
from chat.store.case_log import CaseLog

if TYPE_CHECKING:
    from chat.rooms.hub import Hub
    from chat.rooms.room import Room

log = structlog.get_logger()

PORTION_BYTES = 65_536  # written at once to who catches up: what the socket does not take is kept for each alone
CHOOSING_SECONDS = 300.0  # to think of another name, when the first was refused
HELLOS = 20  # names tried on one connection

_STRANGER: Final = frozenset({Role.ANYONE})
_SEATED: Final = frozenset({Role.ANYONE, Role.MEMBER})


class Member:
    """Listens to one connection to the room ``slug``; the hub knows it until it is lost."""

    __slots__ = (
        "_deadline",
        "_entering",
        "_hellos",
        "_inbox",
        "_loop",
        "_missed_from",
        "_pace",
        "_roles",
        "_slowed",
        "_tasks",
        "_watch",
        "author",
        "connection",
        "ends_at",
        "hub",
        "lang",
        "person",
        "room",
        "seat",
        "session",
        "slug",
        "standing",
    )

    def __init__(self, hub: Hub, slug: str, connection: Connection) -> None:
        self._loop = asyncio.get_running_loop()  # asking for it costs a call of the system, each time
        self.hub = hub
        self.slug = slug
        self.connection = connection
        self.lang = best(None)
        self.room: Room | None = None
        self.seat = 0
        self.session: Session | None = None  # made here for somebody new, kept while they look for a name
        self.ends_at = float("inf")  # by the loop's clock: no session lasts longer than it was given
        self.author: Author = Author("", "", 0, "mask")
        self.person = ""  # as the store names them
        self.standing = Standing()
        self._roles: frozenset[Role] = _SEATED
        self._watch: Watch | None = None  # of the staff alone: their seat ends with their login
        self._pace = Pace(hub.settings.frames_burst, 1 / (hub.settings.frames_per_second or float("inf")))
        self._slowed: asyncio.TimerHandle | None = None
        self._entering = False
        self._hellos = 0
        self._missed_from = 0
        self._inbox: deque[str] = deque()  # bounded by what one reading of the socket brings: then it is paused
        self._tasks: set[asyncio.Task[None]] = set()
        self._deadline: asyncio.TimerHandle | None = None
        self._expect_hello(hub.settings.hello_seconds)

    # -- the connection's listener

    def received(self, text: str) -> None:
        self._inbox.append(text)
        self._work()

    def fell_behind(self) -> None:
        if self.room is not None:
            self._missed_from = self.room.flushed

    def caught_up(self) -> None:
        if self.room is None:
            return
        # What is gathered for this turn is in the tail already, and will be written with the turn: not twice.
        missed = self.room.since(self._missed_from, self.room.flushed)
        if missed is None:
            self.close(CloseCode.TOO_SLOW, "too_slow")
            return
        for portion in portions(missed, PORTION_BYTES):
            self.connection.write(b"".join(text_frame(event) for _, event in portion))
            if self.connection.rest or self.connection.listener is None:
                self._missed_from = portion[-1][0]
                return

    def failed(self, error: Exception) -> None:
        log.error("member_failed", error=error)
        self.close(CloseCode.FAILED, "internal")

    def lost(self) -> None:
        self._expected()
        if self.room is not None:
            self.room.seats.leave(self)
        if self._slowed is not None:
            self._slowed.cancel()
        if self._watch is not None:
            self._watch.stop()
        self._inbox.clear()
        self.hub.members.discard(self)

    # -- one frame after the other

    @property
    def pending(self) -> int:
        """How many requests are unanswered."""
        return len(self._tasks)

    def _work(self) -> None:
        while self._inbox and not self._waits and self.pending < self.hub.settings.pending_per_member:
            if self._out_of_breath():
                break
            try:
                self._answer(decode(self._inbox.popleft()))
            except Complaint as complaint:
                self.complain(complaint.code)
            except Closing as closing:
                self.close(closing.close, closing.code, closing.retry_after)
            except Exception as exc:  # noqa: BLE001 - they come again, with what was not answered
                self.connection.failed(exc)
        if self._inbox:
            self.connection.pause()
        elif self.connection.listener is not None:
            self.connection.resume()

    @property
    def _waits(self) -> bool:
        """Whether nothing more is taken: one is entering, or the server ends and answers what it has taken already."""
        return self._entering or self.hub.draining

    def _out_of_breath(self) -> bool:
        """Tell whether the next frame has to wait: whoever sends without a pause is read more slowly, and nothing is lost."""
        if self._slowed is None and (wait := self._pace.draw(self._loop.time())):
            self._slowed = self._loop.call_later(wait, self._breathe)
        return self._slowed is not None

    def _breathe(self) -> None:
        self._slowed = None
        self._work()

    def _answer(self, frame: Inward) -> None:
        if not may(_STRANGER if self.room is None else self._roles, FRAMES[type(frame)]):
            raise Closing("hello_expected", CloseCode.PROTOCOL_ERROR)
        if self._watch is not None:
            self._watch.acts()
        if isinstance(frame, Hello):
            self._hello(frame)
        else:
            self.spawn(self._reply(frame))

    def _hello(self, hello: Hello) -> None:
        if self.room is not None:
            raise Complaint("frame_invalid")
        self.lang = best(hello.lang)
        self._hellos += 1
        if self._hellos > HELLOS:
            raise Closing("names_tried", CloseCode.PROTOCOL_ERROR)
        self._expected()
        self._entering = True
        self.spawn(self._enter(hello))

    async def _enter(self, hello: Hello) -> None:
        try:
            await enter(self, hello)
        except Refusal as refusal:  # of the name: another one may be tried
            if self.connection.listener is not None:
                self._expect_hello(CHOOSING_SECONDS)
            self.complain(refusal.code)
        except Closing as closing:
            self.close(closing.close, closing.code, closing.retry_after)
        except StoreAway:
            self.close(CloseCode.BUS_LOST, "store_away", round(random.uniform(2, 8), 1))
        except Exception as exc:  # noqa: BLE001 - whoever is at the door must hear that it failed, whatever it was
            self.connection.failed(exc)
        finally:
            self._entering = False

    def serve(self, staff: StaffSession) -> None:
        """Be one of the staff from now on, for as long as they are logged in."""
        self._roles = _SEATED | {staff.role}
        if self._watch is not None:
            self._watch.stop()
        self._watch = self.hub.vigil.watch(staff, lambda: self.close(CloseCode.SESSION_ENDED, "login_ended"))

    @property
    def current_standing(self) -> Standing:
        """Answer what the limits know of them now: the door of their batch may have been closed since they came."""
        closed_at = self.hub.closed_batches.get(self.standing.batch)
        return self.standing if closed_at is None else self.standing.of_closed_batch(closed_at)

    @property
    def cases(self) -> CaseLog:
        return CaseLog(self.hub.store, self.slug, self.hub.settings)

    @property
    def here(self) -> Room:
        """The room of a member who is seated."""
        assert self.room is not None
        return self.room

    # -- answers

    def send(self, frame: Outward) -> None:
        self.connection.send(encode(frame))

    async def _reply(self, request: Request) -> None:
        try:
            self.send(await answer(self, request))
        except Refusal as refusal:
            self._refuse(request.ref, refusal.code, refusal.retry_after)
        except StoreAway:
            self._refuse(request.ref, "store_away", random.uniform(1, 3))
        except Exception as exc:  # noqa: BLE001 - whoever asked must hear that it failed, whatever it was
            log.error("request_failed", error=exc)
            self._refuse(request.ref, "internal", None)

    def _refuse(self, ref: str, code: str, retry_after: float | None) -> None:
        metrics.REFUSED.labels(code).inc()
        self.send(Refused(ref, code, sentence(code, self.lang), retry_after))

    def complain(self, code: str, retry_after: float | None = None) -> None:
        """Tell the member that something is wrong, besides any request."""
        self.send(Error(code, sentence(code, self.lang), retry_after))

    def spawn(self, work: Coroutine[Any, Any, None]) -> None:
        """Have something done while this goes on; it counts as unanswered until it is."""
        task = self._loop.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("member_untold", error=error)  # nobody waits for what one is told unasked
        self._work()

    # -- the end

    def _expected(self) -> None:
        """Wait for hello no longer."""
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _expect_hello(self, seconds: float) -> None:
        self._expected()
        self._deadline = self._loop.call_later(seconds, self.close, CloseCode.PROTOCOL_ERROR, "hello_late")

    def close(self, close: CloseCode, code: str, retry_after: float | None = None) -> None:
        """Tell the member why, and when to come back if they should (RFC 6455 close reason: the seconds to wait)."""
        metrics.CLOSED.labels(close.name.lower()).inc()
        if close.returns and retry_after is None:
            retry_after = round(random.uniform(*self.hub.comeback_seconds), 1)
        self.complain(code, retry_after)
        self.connection.flush()
        self.connection.close(close, str(retry_after) if close.returns else code)
