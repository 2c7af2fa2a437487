"""
The list of settings, in the groups and the order in which operators see them.

To add one, give it its place in :class:`Settings`, with its unit in its name, a default, bounds and a meaning. What two settings owe each
other stands in ``TOGETHER``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Final, Literal

from msgspec import Meta, Struct

from chat.settings.describing import is_
from chat.settings.shapes import HOURS, HOURS_FORM, ORIGIN, SLUG, zone_exists


class RoomSetting(Struct, frozen=True):
    """A room that exists from the start; one that is there already stays as it is."""

    slug: Annotated[
        str,
        is_(
            "its place in addresses: /r/entre-nous",
            pattern=SLUG,
            form="1 to 48 small letters, digits and hyphens, no hyphen first",
        ),
    ]
    title: Annotated[str, is_("its name in the lobby", min_length=1, max_length=80)]
    format: Annotated[str, is_("how it goes", pattern=r"^salon\Z", form='"salon"')]
    about: Annotated[str, is_("one sentence for the lobby", max_length=280)] = ""
    slow: Annotated[int, is_("between two messages of one person; 0: as they like", "seconds", ge=0, le=3600)] = 0
    hours: Annotated[
        list[Annotated[str, Meta(pattern=HOURS)]],
        is_(
            "weekly opening hours in the community's zone; an end at or before the start is the next day; none: always open",
            form=f"a list of openings, each {HOURS_FORM}",
        ),
    ] = []
    by_invitation: Annotated[
        bool, is_("whether only those may enter who came by an invitation that is good for it", form="true or false")
    ] = False
    strictness: Annotated[
        Literal["light", "standard", "strict", "before"],
        is_("how closely messages are screened; before: each one is read before it is published"),
    ] = "standard"
    hold_newcomers: Annotated[
        bool,
        is_("whether what somebody says in their first minutes is read before it is published", form="true or false"),
    ] = False


class Settings(Struct, frozen=True, forbid_unknown_fields=True):
    """All that an operator decides."""

    host: Annotated[
        str,
        is_(
            "the address to listen on; behind a proxy on the same machine, leave it, or take a Unix socket",
            group="The door",
            pattern=r"^(?:unix:/.+|(?!unix:).+)\Z",
            form='an address such as "127.0.0.1" or "::", or "unix:" and the path of a socket, as in "unix:/run/sansmasque/http.sock"',
        ),
    ] = "127.0.0.1"
    port: Annotated[int, is_("the port to listen on; 0 takes a free one", "port", ge=0, le=65535)] = 8000
    admin_port: Annotated[int, is_("the port of 127.0.0.1 that serves /metrics; 0: none", "port", ge=0, le=65535)] = 0
    public_url: Annotated[
        str,
        is_(
            "where people find the server, for Origin, Host, links and QR codes; empty: the listening address",
            pattern=rf"{ORIGIN}|^\Z",
            form='an address in small letters without a path, such as "https://ecoute.example"',
        ),
    ] = ""
    origins: Annotated[
        list[Annotated[str, Meta(pattern=ORIGIN)]],
        is_(
            "further sites whose pages may connect",
            form='a list of addresses in small letters without a path, such as ["https://intranet.example"]',
        ),
    ] = []
    workers: Annotated[int, is_("how many processes serve", "processes", ge=1, le=64)] = 1
    connections: Annotated[
        int, is_("how many may be connected to one process; who comes then is told to come back", "connections", ge=1)
    ] = 20_000
    log_level: Annotated[Literal["info", "warning", "error"], is_("the mildest that is logged")] = "info"

    data: Annotated[
        str, is_("the folder of the store and of the secret key", group="What is kept, and where", min_length=1)
    ] = "data"
    redis_url: Annotated[
        str,
        is_(
            "a store of your own, Valkey or Redis from 7 on; empty: the server starts its own in `data`",
            pattern=r"^(?:(?:rediss?|unix)://\S+)?\Z",
            form='an address such as "redis://127.0.0.1:6379", "rediss://…" or "unix:///run/valkey.sock"',
        ),
    ] = ""
    store_timeout_seconds: Annotated[
        float, is_("how long to wait for the store before saying that it is away", "seconds", ge=0.1, le=60)
    ] = 5.0
    disk_reserve_mib: Annotated[
        int, is_("room left on the disk below which nothing more is written", "MiB", ge=1, le=1_048_576)
    ] = 64
    history_events: Annotated[int, is_("what a room remembers, at most", "events", ge=1, le=100_000)] = 1000
    history_seconds: Annotated[
        int, is_("how long a room remembers; then the words are erased", "seconds", ge=60, le=31_536_000)
    ] = 86_400
    rewrite_seconds: Annotated[
        int,
        is_(
            "between two rewritings of the store's files, at least; they leave out what was erased meanwhile",
            "seconds",
            ge=1,
            le=3000,
        ),
    ] = 600
    ref_seconds: Annotated[
        int, is_("how long a message sent again is recognised", "seconds", ge=86_400, le=2_592_000)
    ] = 86_400

    community: Annotated[
        str,
        is_(
            "its name, on every page",
            group="The community",
            pattern=r"^[^\x00-\x1f\x7f]{1,80}\Z",
            form="1 to 80 characters on one line",
        ),
    ] = "Sans Masque"
    second_look: Annotated[
        bool,
        is_("whether a trained model reads what was published again, in a process of its own", form="true or false"),
    ] = True
    review_share: Annotated[
        float, is_("how much of what is said the moderators can read again", "share", ge=0.001, le=0.5)
    ] = 0.05
    alert_webhook: Annotated[
        str,
        is_(
            "where the program posts, without any text of anybody, that somebody is in distress and no moderator on duty; empty: nowhere",
            pattern=r"^(https?://[^\s]{1,400})?\Z",
            form="an address that begins with https://",
        ),
    ] = ""
    country: Annotated[
        Literal["fr", "be", "ca", "ch", "gb", "ie", "us"],
        is_("whose help lines people in distress are shown"),
    ] = "fr"
    crisis_contacts: Annotated[
        list[Annotated[str, Meta(pattern=r"^[^:\x00-\x1f]{1,80}: ?[^\x00-\x1f]{1,80}\Z")]],
        is_(
            "whom of yours people in distress are shown first",
            form='a list of names and how to reach them, such as ["Cellule d’écoute: 01 99 00 12 34"]',
        ),
    ] = []
    contact: Annotated[
        str,
        is_(
            "who runs it and how to write to them, on the privacy page; the law asks for it",
            pattern=r"^[^\x00-\x1f\x7f]{0,200}\Z",
            form='a line such as "Association Relais, relais@ecoute.example"',
        ),
    ] = ""
    zone: Annotated[
        str,
        is_(
            "the time zone of opening hours",
            form='a zone of the IANA list, such as "Europe/Paris" or "America/Montreal"',
            holds=zone_exists,
        ),
    ] = "Europe/Paris"
    exit_url: Annotated[
        str,
        is_(
            "the neutral site that quick exit leads to",
            pattern=r"^https?://[^\s\"<>\\]+\Z",
            form='an address such as "https://www.meteofrance.com/"',
        ),
    ] = "https://www.meteofrance.com/"
    admission: Annotated[
        Literal["open", "proof", "invitation"],
        is_(
            "who may come in: `open`, whoever gives a name; `proof`, whoever's browser does a computation, or waits; "
            "`invitation`, whoever has one; invitations are good in all three"
        ),
    ] = "proof"
    admissions_per_minute: Annotated[
        int,
        is_(
            "newcomers planned for in the community; beyond, the computation grows up to 64 times",
            "people",
            ge=1,
            le=100_000,
        ),
    ] = 30
    opening_admissions_per_minute: Annotated[
        int, is_("the same in the ten minutes before and after a room opens by its hours", "people", ge=1, le=100_000)
    ] = 240
    waits_per_minute: Annotated[
        int, is_("how many may come in by waiting instead of computing", "people", ge=0, le=100_000)
    ] = 10
    session_seconds: Annotated[int, is_("how long a person stays the same person", "seconds", ge=60, le=43_200)] = (
        43_200
    )
    words_days: Annotated[
        int, is_("how long six words bring somebody back, from their last use on", "days", ge=1, le=730)
    ] = 180
    reserved_names: Annotated[
        list[Annotated[str, Meta(pattern=r"\w")]],
        is_(
            "words that no pseudonym may contain, beside the staff's titles: your company, your directors",
            form='a list of words, such as ["Acme", "Comité social"]',
        ),
    ] = []

    text_characters: Annotated[
        int, is_("the longest message, in code points after NFC", "characters", group="Conversations", ge=1, le=4000)
    ] = 4000
    frame_bytes: Annotated[int, is_("the longest frame that is read", "bytes", ge=1024, le=65_536)] = 16_384
    pending_per_member: Annotated[
        int,
        is_(
            "what a member may send before the first of it is answered; then we read no further",
            "frames",
            ge=1,
            le=1000,
        ),
    ] = 16
    welcome_events: Annotated[int, is_("what a newcomer is shown, at most", "events", ge=0, le=1000)] = 200
    resume_events: Annotated[
        int, is_("the longest absence made up for; beyond it, as for a newcomer", "events", ge=0, le=10_000)
    ] = 1000
    presence_seconds: Annotated[int, is_("between two countings of who is there", "seconds", ge=1, le=60)] = 5
    presence_grace_seconds: Annotated[
        int, is_("how long who lost the connection still counts as present", "seconds", ge=0, le=300)
    ] = 10

    say_burst: Annotated[
        int, is_("what a person may say without a pause", "messages", group="Limits", ge=1, le=100)
    ] = 10
    say_seconds: Annotated[
        float, is_("then, between two messages of one person; 0: no limit", "seconds", ge=0, le=600)
    ] = 3.0
    newcomer_seconds: Annotated[
        int,
        is_("how long who came in is a newcomer, unless by words or a card; 0: nobody is", "seconds", ge=0, le=86_400),
    ] = 600
    newcomer_burst: Annotated[int, is_("what a newcomer may say without a pause", "messages", ge=1, le=100)] = 3
    newcomer_say_seconds: Annotated[
        float, is_("then, between two messages of a newcomer; 0: no limit", "seconds", ge=0, le=600)
    ] = 10.0
    newcomers_burst: Annotated[
        int, is_("what the newcomers of a room may say together without a pause", "messages", ge=1, le=1000)
    ] = 60
    newcomers_per_minute: Annotated[
        int, is_("then, of the newcomers of a room together; 0: no limit", "messages a minute", ge=0, le=6000)
    ] = 120
    room_burst: Annotated[
        int, is_("what all others of a room may say together without a pause", "messages", ge=1, le=1000)
    ] = 300
    room_per_minute: Annotated[
        int, is_("then, of all others of a room together; 0: no limit", "messages a minute", ge=0, le=6000)
    ] = 1200
    batch_burst: Annotated[
        int,
        is_("what those of one batch of invitations may say in a room without a pause", "messages", ge=1, le=1000),
    ] = 150
    hold_repetition: Annotated[
        bool, is_("whether what was just said here is read before it is said again", form="true or false")
    ] = True
    batch_per_minute: Annotated[
        int, is_("then, of those of one batch together; 0: no limit", "messages a minute", ge=0, le=6000)
    ] = 600
    frames_burst: Annotated[int, is_("what is read of one connection without a pause", "frames", ge=1, le=10_000)] = 50
    frames_per_second: Annotated[
        int, is_("then, of one connection: what comes faster waits; 0: no limit", "frames a second", ge=0, le=1000)
    ] = 5

    hello_seconds: Annotated[
        int, is_("how long to wait for the first frame", "seconds", group="Connections", ge=1, le=60)
    ] = 10
    ping_seconds: Annotated[
        int, is_("the silence after which we ask whether one is there", "seconds", ge=1, le=600)
    ] = 25
    idle_seconds: Annotated[int, is_("the silence after which a connection is closed", "seconds", ge=2, le=3600)] = 60
    stall_seconds: Annotated[int, is_("how long who reads too slowly may stay", "seconds", ge=1, le=300)] = 10
    stall_bytes: Annotated[
        int, is_("what may wait for a member before they count as too slow", "bytes", ge=65_536, le=16_777_216)
    ] = 262_144
    drain_seconds: Annotated[
        int, is_("how long a server that ends still answers what was asked", "seconds", ge=1, le=300)
    ] = 10

    rooms: Annotated[
        list[RoomSetting], is_("rooms that exist from the start", group="Rooms", form="[[rooms]] tables")
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
