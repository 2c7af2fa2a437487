"""
The list of settings, in the groups and the order in which operators see them.

To add one, give it its place in :class:`Settings`, with its unit in its name, a default, bounds and a meaning. What two settings owe each
other stands in ``TOGETHER``.
"""

from __future__ import annotations

import json
import zoneinfo
from collections.abc import Callable
from typing import Annotated, Any, Final, Literal, get_args, get_origin

from msgspec import Meta, Struct

ORIGIN: Final = r"^https?://[a-z0-9.:\[\]-]+\Z"

# The shape of one weekly opening. It is read by chat/rooms/schedule.py, and stands here so that a mistake is said with its line.
SLUG: Final = r"^[a-z0-9][a-z0-9-]{0,47}\Z"  # a room, as addresses and keys name it
DAYS: Final = (
    ("mon", "monday", "lun", "lundi"),
    ("tue", "tues", "tuesday", "mar", "mardi"),
    ("wed", "wednesday", "mer", "mercredi"),
    ("thu", "thur", "thurs", "thursday", "jeu", "jeudi"),
    ("fri", "friday", "ven", "vendredi"),
    ("sat", "saturday", "sam", "samedi"),
    ("sun", "sunday", "dim", "dimanche"),
)
_DAY: Final = rf"(?:{'|'.join(name for names in DAYS for name in names)})\b\.?"
_TIME: Final = r"(?:[01]?[0-9]|2[0-3])(?::[0-5][0-9]|h(?:[0-5][0-9])?)"
_TO: Final = r"\s*[-–]\s*"
HOURS: Final = rf"(?i)^\s*(?P<first>{_DAY})(?:{_TO}(?P<last>{_DAY}))?\s+(?P<start>{_TIME}){_TO}(?P<end>{_TIME}|24:00|24h(?:00)?)\s*\Z"
HOURS_FORM: Final = 'a day and its hours, such as "Tue 12:00-13:00", "Mon-Fri 09:00-18:00" or "ven 21:30-01:00"'


def _zone_exists(name: str) -> bool:
    try:
        zoneinfo.ZoneInfo(name)
    except (ValueError, OSError, zoneinfo.ZoneInfoNotFoundError):  # a path, a folder, or nothing of that name
        return False
    return True


class About(Struct, frozen=True):
    """What is known of a setting beside its type and bounds; ``form`` says what to write, ``holds`` tests more than bounds can."""

    unit: str
    group: str
    form: str
    holds: Callable[[str], bool] | None


def _is(
    meaning: str,
    unit: str = "",
    *,
    group: str = "",
    form: str = "",
    holds: Callable[[str], bool] | None = None,
    **bounds: Any,
) -> Meta:
    """Describe a setting; the first of a group names it."""
    return Meta(description=meaning, extra={"about": About(unit, group, form, holds)}, **bounds)


def meta(kind: Any) -> Meta:
    """Return the description and the bounds that the type of a field carries."""
    found = get_args(kind)[1]
    assert isinstance(found, Meta), "every setting is described"
    return found


def about(kind: Any) -> About:
    """Return what else the type of a field carries."""
    extra = meta(kind).extra
    assert extra is not None, "every setting is described by _is"
    found = extra["about"]
    assert isinstance(found, About)
    return found


def bounds(kind: Any) -> str:
    """Say what a setting may be: a range of numbers or a choice, or nothing where it is free."""
    plain, found = get_args(kind)[0], meta(kind)
    if get_origin(plain) is Literal:
        return " or ".join(json.dumps(choice) for choice in get_args(plain))
    if found.ge is None:
        return ""
    return f"{found.ge} to {found.le}" if found.le is not None else f"{found.ge} or more"


class RoomSetting(Struct, frozen=True):
    """A room that exists from the start; one that is there already stays as it is."""

    slug: Annotated[
        str,
        _is(
            "its place in addresses: /r/entre-nous",
            pattern=SLUG,
            form="1 to 48 small letters, digits and hyphens, no hyphen first",
        ),
    ]
    title: Annotated[str, _is("its name in the lobby", min_length=1, max_length=80)]
    format: Annotated[str, _is("how it goes", pattern=r"^salon\Z", form='"salon"')]
    about: Annotated[str, _is("one sentence for the lobby", max_length=280)] = ""
    slow: Annotated[int, _is("between two messages of one person; 0: as they like", "seconds", ge=0, le=3600)] = 0
    hours: Annotated[
        list[Annotated[str, Meta(pattern=HOURS)]],
        _is(
            "weekly opening hours in the community's zone; an end at or before the start is the next day; none: always open",
            form=f"a list of openings, each {HOURS_FORM}",
        ),
    ] = []
    by_invitation: Annotated[
        bool, _is("whether only those may enter who came by an invitation that is good for it", form="true or false")
    ] = False
    strictness: Annotated[
        Literal["light", "standard", "strict", "before"],
        _is("how closely messages are screened; before: each one is read before it is published"),
    ] = "standard"
    hold_newcomers: Annotated[
        bool,
        _is("whether what somebody says in their first minutes is read before it is published", form="true or false"),
    ] = False


class Settings(Struct, frozen=True, forbid_unknown_fields=True):
    """All that an operator decides."""

    host: Annotated[
        str,
        _is(
            "the address to listen on; behind a proxy on the same machine, leave it, or take a Unix socket",
            group="The door",
            pattern=r"^(?:unix:/.+|(?!unix:).+)\Z",
            form='an address such as "127.0.0.1" or "::", or "unix:" and the path of a socket, as in "unix:/run/sansmasque/http.sock"',
        ),
    ] = "127.0.0.1"
    port: Annotated[int, _is("the port to listen on; 0 takes a free one", "port", ge=0, le=65535)] = 8000
    admin_port: Annotated[int, _is("the port of 127.0.0.1 that serves /metrics; 0: none", "port", ge=0, le=65535)] = 0
    public_url: Annotated[
        str,
        _is(
            "where people find the server, for Origin, Host, links and QR codes; empty: the listening address",
            pattern=rf"{ORIGIN}|^\Z",
            form='an address in small letters without a path, such as "https://ecoute.example"',
        ),
    ] = ""
    origins: Annotated[
        list[Annotated[str, Meta(pattern=ORIGIN)]],
        _is(
            "further sites whose pages may connect",
            form='a list of addresses in small letters without a path, such as ["https://intranet.example"]',
        ),
    ] = []
    workers: Annotated[int, _is("how many processes serve", "processes", ge=1, le=64)] = 1
    connections: Annotated[
        int, _is("how many may be connected to one process; who comes then is told to come back", "connections", ge=1)
    ] = 20_000
    log_level: Annotated[Literal["info", "warning", "error"], _is("the mildest that is logged")] = "info"

    data: Annotated[
        str, _is("the folder of the store and of the secret key", group="What is kept, and where", min_length=1)
    ] = "data"
    redis_url: Annotated[
        str,
        _is(
            "a store of your own, Valkey or Redis from 7 on; empty: the server starts its own in `data`",
            pattern=r"^(?:(?:rediss?|unix)://\S+)?\Z",
            form='an address such as "redis://127.0.0.1:6379", "rediss://…" or "unix:///run/valkey.sock"',
        ),
    ] = ""
    store_timeout_seconds: Annotated[
        float, _is("how long to wait for the store before saying that it is away", "seconds", ge=0.1, le=60)
    ] = 5.0
    disk_reserve_mib: Annotated[
        int, _is("room left on the disk below which nothing more is written", "MiB", ge=1, le=1_048_576)
    ] = 64
    history_events: Annotated[int, _is("what a room remembers, at most", "events", ge=1, le=100_000)] = 1000
    history_seconds: Annotated[
        int, _is("how long a room remembers; then the words are erased", "seconds", ge=60, le=31_536_000)
    ] = 86_400
    rewrite_seconds: Annotated[
        int,
        _is(
            "between two rewritings of the store's files, at least; they leave out what was erased meanwhile",
            "seconds",
            ge=1,
            le=3000,
        ),
    ] = 600
    ref_seconds: Annotated[
        int, _is("how long a message sent again is recognised", "seconds", ge=86_400, le=2_592_000)
    ] = 86_400

    community: Annotated[
        str,
        _is(
            "its name, on every page",
            group="The community",
            pattern=r"^[^\x00-\x1f\x7f]{1,80}\Z",
            form="1 to 80 characters on one line",
        ),
    ] = "Sans Masque"
    second_look: Annotated[
        bool,
        _is("whether a trained model reads what was published again, in a process of its own", form="true or false"),
    ] = True
    review_share: Annotated[
        float, _is("how much of what is said the moderators can read again", "share", ge=0.001, le=0.5)
    ] = 0.05
    alert_webhook: Annotated[
        str,
        _is(
            "where the program posts, without any text of anybody, that somebody is in distress and no moderator on duty; empty: nowhere",
            pattern=r"^(https?://[^\s]{1,400})?\Z",
            form="an address that begins with https://",
        ),
    ] = ""
    country: Annotated[
        Literal["fr", "be", "ca", "ch", "gb", "ie", "us"],
        _is("whose help lines people in distress are shown"),
    ] = "fr"
    crisis_contacts: Annotated[
        list[Annotated[str, Meta(pattern=r"^[^:\x00-\x1f]{1,80}: ?[^\x00-\x1f]{1,80}\Z")]],
        _is(
            "whom of yours people in distress are shown first",
            form='a list of names and how to reach them, such as ["Cellule d’écoute: 01 99 00 12 34"]',
        ),
    ] = []
    contact: Annotated[
        str,
        _is(
            "who runs it and how to write to them, on the privacy page; the law asks for it",
            pattern=r"^[^\x00-\x1f\x7f]{0,200}\Z",
            form='a line such as "Association Relais, relais@ecoute.example"',
        ),
    ] = ""
    zone: Annotated[
        str,
        _is(
            "the time zone of opening hours",
            form='a zone of the IANA list, such as "Europe/Paris" or "America/Montreal"',
            holds=_zone_exists,
        ),
    ] = "Europe/Paris"
    exit_url: Annotated[
        str,
        _is(
            "the neutral site that quick exit leads to",
            pattern=r"^https?://[^\s\"<>\\]+\Z",
            form='an address such as "https://www.meteofrance.com/"',
        ),
    ] = "https://www.meteofrance.com/"
    admission: Annotated[
        Literal["open", "proof", "invitation"],
        _is(
            "who may come in: `open`, whoever gives a name; `proof`, whoever's browser does a computation, or waits; "
            "`invitation`, whoever has one; invitations are good in all three"
        ),
    ] = "proof"
    admissions_per_minute: Annotated[
        int,
        _is(
            "newcomers planned for in the community; beyond, the computation grows up to 64 times",
            "people",
            ge=1,
            le=100_000,
        ),
    ] = 30
    opening_admissions_per_minute: Annotated[
        int, _is("the same in the ten minutes before and after a room opens by its hours", "people", ge=1, le=100_000)
    ] = 240
    waits_per_minute: Annotated[
        int, _is("how many may come in by waiting instead of computing", "people", ge=0, le=100_000)
    ] = 10
    session_seconds: Annotated[int, _is("how long a person stays the same person", "seconds", ge=60, le=43_200)] = (
        43_200
    )
    words_days: Annotated[
        int, _is("how long six words bring somebody back, from their last use on", "days", ge=1, le=730)
    ] = 180
    reserved_names: Annotated[
        list[Annotated[str, Meta(pattern=r"\w")]],
        _is(
            "words that no pseudonym may contain, beside the staff's titles: your company, your directors",
            form='a list of words, such as ["Acme", "Comité social"]',
        ),
    ] = []

    text_characters: Annotated[
        int, _is("the longest message, in code points after NFC", "characters", group="Conversations", ge=1, le=4000)
    ] = 4000
    frame_bytes: Annotated[int, _is("the longest frame that is read", "bytes", ge=1024, le=65_536)] = 16_384
    pending_per_member: Annotated[
        int,
        _is(
            "what a member may send before the first of it is answered; then we read no further",
            "frames",
            ge=1,
            le=1000,
        ),
    ] = 16
    welcome_events: Annotated[int, _is("what a newcomer is shown, at most", "events", ge=0, le=1000)] = 200
    resume_events: Annotated[
        int, _is("the longest absence made up for; beyond it, as for a newcomer", "events", ge=0, le=10_000)
    ] = 1000
    presence_seconds: Annotated[int, _is("between two countings of who is there", "seconds", ge=1, le=60)] = 5
    presence_grace_seconds: Annotated[
        int, _is("how long who lost the connection still counts as present", "seconds", ge=0, le=300)
    ] = 10

    say_burst: Annotated[
        int, _is("what a person may say without a pause", "messages", group="Limits", ge=1, le=100)
    ] = 10
    say_seconds: Annotated[
        float, _is("then, between two messages of one person; 0: no limit", "seconds", ge=0, le=600)
    ] = 3.0
    newcomer_seconds: Annotated[
        int,
        _is("how long who came in is a newcomer, unless by words or a card; 0: nobody is", "seconds", ge=0, le=86_400),
    ] = 600
    newcomer_burst: Annotated[int, _is("what a newcomer may say without a pause", "messages", ge=1, le=100)] = 3
    newcomer_say_seconds: Annotated[
        float, _is("then, between two messages of a newcomer; 0: no limit", "seconds", ge=0, le=600)
    ] = 10.0
    newcomers_burst: Annotated[
        int, _is("what the newcomers of a room may say together without a pause", "messages", ge=1, le=1000)
    ] = 60
    newcomers_per_minute: Annotated[
        int, _is("then, of the newcomers of a room together; 0: no limit", "messages a minute", ge=0, le=6000)
    ] = 120
    room_burst: Annotated[
        int, _is("what all others of a room may say together without a pause", "messages", ge=1, le=1000)
    ] = 300
    room_per_minute: Annotated[
        int, _is("then, of all others of a room together; 0: no limit", "messages a minute", ge=0, le=6000)
    ] = 1200
    batch_burst: Annotated[
        int,
        _is("what those of one batch of invitations may say in a room without a pause", "messages", ge=1, le=1000),
    ] = 150
    hold_repetition: Annotated[
        bool, _is("whether what was just said here is read before it is said again", form="true or false")
    ] = True
    batch_per_minute: Annotated[
        int, _is("then, of those of one batch together; 0: no limit", "messages a minute", ge=0, le=6000)
    ] = 600
    frames_burst: Annotated[int, _is("what is read of one connection without a pause", "frames", ge=1, le=10_000)] = 50
    frames_per_second: Annotated[
        int, _is("then, of one connection: what comes faster waits; 0: no limit", "frames a second", ge=0, le=1000)
    ] = 5

    hello_seconds: Annotated[
        int, _is("how long to wait for the first frame", "seconds", group="Connections", ge=1, le=60)
    ] = 10
    ping_seconds: Annotated[
        int, _is("the silence after which we ask whether one is there", "seconds", ge=1, le=600)
    ] = 25
    idle_seconds: Annotated[int, _is("the silence after which a connection is closed", "seconds", ge=2, le=3600)] = 60
    stall_seconds: Annotated[int, _is("how long who reads too slowly may stay", "seconds", ge=1, le=300)] = 10
    stall_bytes: Annotated[
        int, _is("what may wait for a member before they count as too slow", "bytes", ge=65_536, le=16_777_216)
    ] = 262_144
    drain_seconds: Annotated[
        int, _is("how long a server that ends still answers what was asked", "seconds", ge=1, le=300)
    ] = 10

    rooms: Annotated[
        list[RoomSetting], _is("rooms that exist from the start", group="Rooms", form="[[rooms]] tables")
    ] = []


TOGETHER: Final[tuple[tuple[str, str, Callable[[Settings], bool], str], ...]] = (
    ("ping_seconds", "idle_seconds", lambda s: s.ping_seconds < s.idle_seconds, "{} must be less than {}"),
    ("welcome_events", "history_events", lambda s: s.welcome_events <= s.history_events, "{} must be {} at most"),
    # A code point takes four bytes at most in UTF-8; the rest is for the frame's other fields.
    (
        "frame_bytes",
        "text_characters",
        lambda s: s.frame_bytes >= 4 * s.text_characters + 384,
        "{} must be 4 × {} + 384 at least",
    ),
    (
        "host",
        "public_url",
        lambda s: not s.host.startswith("unix:") or bool(s.public_url),
        "{} is a Unix socket, which no browser finds: {} must say where people find the server",
    ),
    ("admin_port", "port", lambda s: not s.admin_port or s.admin_port != s.port, "{} must be another than {}"),
)
