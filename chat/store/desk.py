"""
What staff do with the cases of a room: take one, decide it, undo that, say a word to its author.

Each is one script in the room's slot, so that of two who act at once one is first, and what follows in the room happens with the decision
or not at all. What follows elsewhere, or later, lies in the room's effects until it is done (``chat/moderation/relay.py``). All times are
the store's; every method raises :exc:`~chat.errors.StoreAway`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import msgspec
from msgspec import Struct

from chat.errors import ChatError
from chat.protocol import Withdrawn, unnumbered
from chat.settings import Settings
from chat.store import keys
from chat.store.cases import Case, Choice, SanctionKind, Word, read_case
from chat.store.commands import Reply, Script, Store
from chat.store.retention import CASE_SECONDS, PERMANENT_SECONDS, WORDS

CLAIM: Final = Script("common", "cases", "claim")
DECIDE: Final = Script("common", "cases", "decide")
UNDO: Final = Script("common", "cases", "undo")
WORD: Final = Script("common", "cases", "word")
CONFIRM: Final = Script("common", "cases", "confirm")
RELIEVE: Final = Script("common", "cases", "relieve")
TELL: Final = Script("common", "cases", "tell")
LAPSE: Final = Script("common", "cases", "lapse")

LEASE_SECONDS: Final = 120
UNDO_SECONDS: Final = 30
WORDS_MOST: Final = 20  # said to one person about one case


class Contested(ChatError):
    """Somebody was first, or the case is not what it was; ``by`` is who, where it is known."""

    def __init__(self, code: str, by: str = "") -> None:
        super().__init__(code)
        self.by = by


class Imposed(Struct, frozen=True):
    """A sanction that goes with a decision; ``warn`` is said and nothing more. A ``permanent`` one lasts so long until it is confirmed."""

    kind: SanctionKind
    seconds: int
    everywhere: bool = False
    permanent: bool = False

    def record(self, words: str) -> str:
        """Write it as :class:`chat.store.sanctions.Sanction` is kept, but for its end."""
        return f"{self.kind} {'all' if self.everywhere else 'room'} {' '.join(words.split())}"


class Ruling(Struct, frozen=True):
    """What a member of staff decides of a case as they saw it, in ``version``, and why."""

    token: str
    version: int
    staff: str
    verdict: Choice
    reason: str
    words: str = ""
    sanction: Imposed | None = None


class Entry(Struct, frozen=True):
    """What a decision adds to the room's chain: itself as it is written, and the hash that the chain must end in before."""

    after: str
    line: bytes


class Desk:
    """The cases of the room ``slug``, as staff have to do with them."""

    def __init__(self, store: Store, slug: str, settings: Settings) -> None:
        self._store = store
        self._slug = slug
        self._settings = settings
        self._room = keys.Room(slug)
        self._keys = (*self._room.all(), self._room.channel, *self._room.moderation())

    async def find(self, token: str) -> Case | None:
        """Read a case, or None where there is none."""
        return read_case(self._slug, token, await self._store.ask("HGETALL", self._room.case(token)))

    async def claim(
        self, token: str, staff: str, *, admin: bool, to: str = "", renew: bool = True, seen: int | None = None
    ) -> tuple[int, int]:
        """
        Take a case, renew that, hand it ``to`` another, or give it back (``renew`` is False); answers its version and until when.

        Raises:
            Contested: ``already_claimed``, ``already_decided``, ``not_claimed``, ``escalated``, ``case_unknown``, or ``stale`` when it is
                not in the version ``seen``.
        """
        seconds, version = LEASE_SECONDS if renew else 0, "" if seen is None else seen
        reply = await self._store.run(CLAIM, self._keys, token, staff, seconds, to, int(admin), version)
        _contesting(reply, "ok")
        return int(reply[1]), int(reply[2])

    async def decide(self, ruling: Ruling, message: str, entry: Entry) -> tuple[int, int]:
        """
        Decide a case once, with all that follows in the room; answers its version and when.

        Raises:
            Contested: ``stale``, ``already_decided``, ``not_claimed``, ``case_unknown``, or ``audit_moved``: the chain has
                another end, make the entry anew.
        """
        imposed = ruling.sanction
        sanction = (imposed.record(ruling.words or ruling.reason), imposed.seconds) if imposed else ("", 0)
        facts = (ruling.token, ruling.version, ruling.staff, ruling.verdict, ruling.reason, ruling.words)
        reply = await self._store.run(
            DECIDE,
            (*self._keys, self._room.audit),
            *facts,
            *(entry.after, entry.line),
            *(*sanction, int(imposed is not None and imposed.permanent)),
            *self._history(),
            *(UNDO_SECONDS, CASE_SECONDS),
            *_withdrawal(message),
        )
        _contesting(reply, "decided")
        return int(reply[1]), int(reply[2])

    async def undo(self, token: str, staff: str, message: str, entry: Entry) -> int:
        """
        Undo a decision of ``staff``'s, while nobody was told of it; answers the version.

        Raises:
            Contested: ``too_late``, ``not_your_decision``, ``not_decided``, ``case_unknown``, or ``audit_moved``.
        """
        reply = await self._store.run(
            UNDO,
            (*self._keys, self._room.audit),
            *(token, staff, UNDO_SECONDS),
            *(entry.after, entry.line),
            *self._history(),
            *(LEASE_SECONDS, CASE_SECONDS),
            *_withdrawal(message),
        )
        _contesting(reply, "undone")
        return int(reply[1])

    async def confirm(self, token: str, staff: str, entry: Entry) -> None:
        """
        Confirm for good the exclusion that somebody else proposed with a decision.

        Raises:
            Contested: ``same_person``, ``sanction_unknown``, or ``audit_moved``.
        """
        keys_, facts = (*self._keys, self._room.audit), (token, staff, PERMANENT_SECONDS, entry.after, entry.line)
        _contesting(await self._store.run(CONFIRM, keys_, *facts), "confirmed")

    async def relieve(self, author: str, entry: Entry) -> None:
        """
        Lift a sanction.

        Raises:
            Contested: ``sanction_unknown``, or ``audit_moved``.
        """
        reply = await self._store.run(RELIEVE, (*self._keys, self._room.audit), author, entry.after, entry.line)
        _contesting(reply, "lifted")

    async def say(self, token: str, staff: str, text: str) -> bool:
        """
        Say something to the author of a case alone; answers whether they are there.

        Raises:
            Contested: ``case_unknown`` (its author may have erased what is held of them), or ``case_words_many``.
        """
        word = msgspec.json.encode(Word(staff, text, 0))
        reply = await self._store.run(WORD, self._keys, token, word, WORDS_MOST)
        _contesting(reply, "said")
        return bool(reply[1])

    async def tell(self, token: str) -> bool:
        """Tell those whom a decision concerns; answers False while it can still be undone."""
        return bool(await self._store.run(TELL, self._keys, token, UNDO_SECONDS))

    async def lapse(self) -> int:
        """End what was held and nobody decided as long as the room remembers; answers how many, some hundred at a time."""
        return int(await self._store.run(LAPSE, self._keys, WORDS.seconds(self._settings), CASE_SECONDS))

    async def effects(self, now: float) -> list[str]:
        """List what is due."""
        due = await self._store.ask("ZRANGEBYSCORE", self._room.effects, "-inf", str(now), "LIMIT", 0, 200)
        return [effect.decode() for effect in due]

    async def done(self, effects: Sequence[str]) -> None:
        """Strike effects off, which have happened."""
        if effects:
            await self._store.ask("ZREM", self._room.effects, *effects)

    async def tokens(self) -> list[str]:
        """List the cases that are open or decided."""
        queue = await self._store.ask("ZRANGE", self._room.queue, 0, -1)
        decided = await self._store.ask("ZRANGE", self._room.decided, 0, -1)
        return [token.decode() for token in (*queue, *decided)]

    async def about(self, author: str) -> list[Case]:
        """Read the cases about one person's messages here, the oldest first."""
        tokens = await self._store.ask("ZRANGE", self._room.cases_of(author), 0, -1)
        return await self.read([token.decode() for token in tokens])

    async def read(self, tokens: list[str]) -> list[Case]:
        """Read several cases, in their order, those that are gone left out."""
        replies = [self._store.ask("HGETALL", self._room.case(token)) for token in tokens]
        cases = [read_case(self._slug, token, await reply) for token, reply in zip(tokens, replies, strict=True)]
        return [case for case in cases if case is not None]

    def _history(self) -> tuple[int, int]:
        return self._settings.history_events, WORDS.seconds(self._settings)


def _withdrawal(message: str) -> tuple[bytes, bytes]:
    return unnumbered(Withdrawn(offset=0, at=0, message=message, by="moderation"))


def _contesting(reply: Reply, well: str) -> None:
    outcome = reply[0].decode()
    if outcome != well:
        by = reply[1]
        raise Contested(outcome, by.decode() if isinstance(by, bytes) else "")
