"""
The second look: a trained model reads again what was published, and shows the moderators what it doubts.

It runs in a process of its own, since it computes for milliseconds and holds some 150 MiB; the server starts it and watches it. It sees
what a member sees, a moment after them, and acts on nothing: it opens cases. Whoever wrote in distress is shown help, within two
seconds. When it was away, it reads on where it stopped; the console says since when it is away.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

import msgspec
import structlog

from chat.errors import StoreAway
from chat.moderation.languages import guess
from chat.moderation.model import Model
from chat.moderation.threshold import threshold
from chat.protocol import Said
from chat.settings import Settings
from chat.store import keys
from chat.store.commands import Store
from chat.store.look_log import Doubtful, LookLog, Portion
from chat.verdict import Draft, Finding, Outcome, Screen

PAUSE_SECONDS: Final = 0.5  # between two looks, when nothing was new
LEVEL_SECONDS: Final = 600.0  # between two readings of the week's distribution
RETRY_SECONDS: Final = 2.0
DAYS: Final = 7
RULE: Final = "second_look"

_said: Final = msgspec.json.Decoder(Said)

log = structlog.get_logger()


class SecondLook:
    """Reads all rooms of the community at ``store``."""

    def __init__(self, model: Model, screen: Screen, store: Store, settings: Settings) -> None:
        self._model = model
        self._screen = screen
        self._store = store
        self._settings = settings
        self._log = LookLog(store, settings)
        self._levels: dict[str, float] = {}
        self._levelled_at = float("-inf")

    async def run(self) -> None:
        """Read until cancelled; while the store is away, wait for it."""
        while True:
            try:
                read = await self.look(time.time())
            except StoreAway:
                await asyncio.sleep(RETRY_SECONDS)
                continue
            if not read:
                await asyncio.sleep(PAUSE_SECONDS)

    async def look(self, now: float) -> int:
        """Read a portion of each room in which something is new; answers how many events that were. Raises StoreAway."""
        if now - self._levelled_at > LEVEL_SECONDS:
            await self._level(now)
        await self._log.here(int(now))
        read = 0
        for slug in await self._store.ask("SMEMBERS", keys.ROOMS):
            portion = await self._log.take(slug.decode())
            if portion is not None:
                await self._read(slug.decode(), portion, now)
                read += portion.to - portion.after
        return read

    async def _read(self, slug: str, portion: Portion, now: float) -> None:
        said = [_said.decode(event) for event in portion.events if event.startswith(b'{"type":"said"')]
        texts = [(each.text, guess(each.text)) for each in said]
        looks = await asyncio.to_thread(self._model.look, texts) if texts else []
        found: list[Doubtful] = []
        for each, (text, lang), look in zip(said, texts, looks, strict=True):
            known = self._screen(Draft(text, lang)).crisis
            crisis = self._model.decide(known, look.likely, lang)
            # What the rules found has had its case, and its author help, when it was said.
            doubtful = self._doubt(each.id, "none" if crisis == known else crisis, lang, look.score)
            if doubtful is not None:
                found.append(doubtful)
        if await self._log.done(slug, portion, found) is None:
            return  # another reader was quicker: the scores are theirs to count
        day = datetime.fromtimestamp(now, UTC).date().isoformat()
        for lang in ("fr", "en"):
            scores = [look.score for (_, known), look in zip(texts, looks, strict=True) if known == lang]
            await self._log.count(lang, day, scores)

    def _doubt(self, message: str, crisis: str, lang: str, score: float) -> Doubtful | None:
        if crisis == "self":
            finding = Finding(RULE, "distress", Outcome.PUBLISH, "self", urgent=True)
            return Doubtful(message, "distress", "self", lang, (finding,), score)
        doubted = score >= self._levels.get(lang, 0.5)
        help_for = "other" if crisis == "other" else ""
        if not doubted and not help_for:
            return None
        return Doubtful(message, "second_look" if doubted else None, help_for, lang, (), score)

    async def _level(self, now: float) -> None:
        days = [(datetime.fromtimestamp(now, UTC) - timedelta(days=ago)).date().isoformat() for ago in range(DAYS)]
        for lang in ("fr", "en"):
            self._levels[lang] = threshold(await self._log.distribution(lang, days), self._settings.review_share)
        self._levelled_at = now


async def read_on(model: Model, screen: Screen, url: str, settings: Settings) -> None:
    """Read the rooms of the store at ``url`` until cancelled."""
    store = Store(url, settings.store_timeout_seconds)
    try:
        await SecondLook(model, screen, store, settings).run()
    finally:
        await store.close()


def warm(model: Model, texts: Sequence[str] = ("Bonjour à tous.",)) -> None:
    """Let the model compute once, so that the first message does not wait for what is done lazily."""
    model.look([(text, "fr") for text in texts])
