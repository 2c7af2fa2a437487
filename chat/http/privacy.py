"""
What is kept, and how it is shown that it is so: the page that people read before they come in, and the same facts as JSON.

The prose stands in ``static/privacy/``, one file a language; what is kept comes from :mod:`chat.store.retention`. The page needs no
script and is made in the language asked for by ``?lang=``.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

import msgspec
import structlog
from msgspec import Struct
from starlette.requests import Request
from starlette.responses import Response

from chat.errors import StoreAway
from chat.http.access import Declared
from chat.http.answers import answer
from chat.http.dates import day_and_hour, span
from chat.http.pages import Pages
from chat.locales import KEPT, best
from chat.people.roles import Permission
from chat.rooms.hub import Hub
from chat.settings import Settings
from chat.store import keys
from chat.store.retention import TABLE
from chat.templates import Facts

PROOF_FILE: Final = "leaks.json"

log = structlog.get_logger()


class Row(Struct, frozen=True, omit_defaults=True):
    """One kind of thing that is kept; ``seconds`` at most, none where it stays as long as the place does."""

    name: str
    what: str
    why: str
    ends: str
    seconds: int | None = None


class Proof(Struct, frozen=True):
    """The last result of ``sansmasque leaks``; ``at`` in seconds since 1970."""

    at: int
    passed: bool
    version: str
    clients: int = 0
    not_searched: list[str] = []


class Notice(Struct, frozen=True, omit_defaults=True):
    """What ``GET /api/privacy`` answers; ``erased_at`` is known of the embedded store alone."""

    kept: list[Row]
    files_rewritten: bool
    contact: str = ""
    erased_at: int | None = None
    proof: Proof | None = None


def kept(settings: Settings, lang: str) -> list[Row]:
    """List what is kept, as long as ``settings`` say, in the words of ``lang``."""
    rows = []
    for row in TABLE:
        words = KEPT[lang][row.name]
        seconds = None if row.lasts is None else row.seconds(settings)
        rows.append(Row(row.name, words.what, words.why, words.ends, seconds))
    return rows


def last_proof(data: Path) -> Proof | None:
    """Read the last result of the proof in the folder ``data``, or None where none was made."""
    try:
        return msgspec.json.decode((data / PROOF_FILE).read_bytes(), type=Proof)
    except FileNotFoundError:
        return None
    except (OSError, msgspec.DecodeError) as exc:
        log.warning("proof_unreadable", error=exc)
        return None


async def _notice(hub: Hub, lang: str) -> Notice:
    s = hub.settings
    ours = not s.redis_url
    erased_at = await _erased_at(hub) if ours else None
    return Notice(kept(s, lang), ours, s.contact, erased_at, last_proof(Path(s.data)))


async def _erased_at(hub: Hub) -> int | None:
    try:
        found = await hub.store.ask("GET", keys.ERASED)
    except StoreAway:
        return None
    return int(found) if found else None


def facts_of(notice: Notice, settings: Settings, lang: str) -> Facts:
    """Turn a notice into what the page of ``lang`` is filled in with."""

    def moment(at: int) -> dict[str, object]:
        iso, date = day_and_hour(at, settings.zone, lang)
        return {"iso": iso, "date": date}

    proof = notice.proof
    return {
        "kept": [
            {
                "what": row.what,
                "why": row.why,
                "ends": row.ends,
                "span": None if row.seconds is None else span(row.seconds, lang),
            }
            for row in notice.kept
        ],
        "rewritten": notice.files_rewritten,
        "gap": span(settings.rewrite_seconds, lang),
        "erased": None if notice.erased_at is None else moment(notice.erased_at),
        "contact": _contact(notice.contact),
        "proof": None if proof is None else {**_proof(proof), **moment(proof.at)},
    }


def _proof(proof: Proof) -> dict[str, object]:
    return {
        "passed": proof.passed,
        "partial": bool(proof.not_searched),
        "release": proof.version,
        "clients": str(proof.clients),
    }


def _contact(text: str) -> dict[str, object] | None:
    """Make of what the operator wrote a link, where it holds an address that a browser can open."""
    if not text:
        return None
    site = re.search(r"https://[^\s\"<>]+[^\s\"<>.,;)]", text)
    mail = re.search(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+", text)
    href = site[0] if site else f"mailto:{mail[0]}" if mail else None
    return {"text": text, "href": href}


async def page(request: Request) -> Response:
    hub: Hub = request.app.state.hub
    pages: Pages = request.app.state.pages
    lang = best(request.query_params.get("lang"))
    return pages.made("privacy", lang, facts_of(await _notice(hub, lang), hub.settings, lang))


async def facts(request: Request) -> Response:
    return answer(await _notice(request.app.state.hub, best(request.query_params.get("lang"))))


routes = [Declared("/privacy", page, Permission.LOOK), Declared("/api/privacy", facts, Permission.LOOK)]
