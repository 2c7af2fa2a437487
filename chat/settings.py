"""
Every setting of the server, read once: the defaults, then a TOML file, then the environment, then the command line.

:class:`Settings` is the list that operators see, in groups. To add a setting, give it its place there, with its unit in its name, a
default, bounds and a meaning; what two settings owe each other stands in ``TOGETHER``. Mistakes are all said at once.
"""

from __future__ import annotations

import difflib
import json
import re
import tomllib
import zoneinfo
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Final, Literal, get_args, get_origin

import msgspec
from msgspec import Meta, Struct
from msgspec.structs import FieldInfo

ENVIRONMENT: Final = "SANSMASQUE_"
ORIGIN: Final = r"^https?://[a-z0-9.:\[\]-]+\Z"

# The shape of one weekly opening. It is read by chat/rooms/schedule.py, and stands here so that a mistake is said with its line.
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


def _is(
    meaning: str,
    unit: str = "",
    *,
    group: str = "",
    form: str = "",
    holds: Callable[[str], bool] | None = None,
    **bounds: Any,
) -> Meta:
    """Describe a setting; ``form`` is what to write when its type doesn't say it, ``holds`` a test beyond its bounds."""
    return Meta(description=meaning, extra={"unit": unit, "group": group, "form": form, "holds": holds}, **bounds)


class RoomSetting(Struct, frozen=True):
    """A room that exists from the start; one that is there already stays as it is."""

    slug: Annotated[
        str,
        _is(
            "its place in addresses: /r/entre-nous",
            pattern=r"^[a-z0-9][a-z0-9-]{0,47}\Z",
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


class Settings(Struct, frozen=True, forbid_unknown_fields=True):
    """All that an operator decides."""

    host: Annotated[
        str,
        _is("the address to listen on; behind a proxy on the same machine, leave it", group="The door", min_length=1),
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
    admission: Annotated[Literal["open"], _is("who may come in: `open`, whoever gives a name")] = "open"
    session_seconds: Annotated[int, _is("how long a person stays the same person", "seconds", ge=60, le=43_200)] = (
        43_200
    )
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


class Mistake(Struct, frozen=True):
    """One thing to put right; ``line`` in the file, or None for what stands elsewhere or nowhere."""

    line: int | None
    key: str
    message: str


class SettingsError(Exception):
    """The settings cannot be used; ``mistakes`` are all that is wrong with them."""

    def __init__(self, mistakes: tuple[Mistake, ...]) -> None:
        super().__init__("; ".join(f"{mistake.key}: {mistake.message}" for mistake in mistakes))
        self.mistakes = mistakes


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
    ("admin_port", "port", lambda s: not s.admin_port or s.admin_port != s.port, "{} must be another than {}"),
)


def load(config: Path | None, environ: Mapping[str, str], flags: Mapping[str, object]) -> Settings:
    """
    Read the settings; ``flags`` are those of the command line, by their names here.

    Raises:
        SettingsError: With every mistake of the file, the environment and the flags.
    """
    given = _Flags(msgspec.to_builtins(flags, enc_hook=str))
    sources = [_environment(environ), given] if config is None else [_file(config), _environment(environ), given]
    return _settle(sources)


def check(text: str) -> list[Mistake]:
    """Find every mistake in a file of settings."""
    try:
        _settle([_toml(text)])
    except SettingsError as exc:
        return list(exc.mistakes)
    return []


# -- where settings come from

_Path = tuple[str | int, ...]


class _Source:
    """Settings as they were given, and how a person finds them again."""

    strict = True

    def __init__(self, values: Mapping[str, object], mistakes: list[Mistake] | None = None) -> None:
        self.values = values
        self.mistakes = mistakes or []

    def mistake(self, path: _Path, message: str) -> Mistake:
        return Mistake(None, str(path[0]), message)


class _Toml(_Source):
    def __init__(self, values: Mapping[str, object], lines: Mapping[_Path, int]) -> None:
        super().__init__(values)
        self._lines = lines

    def mistake(self, path: _Path, message: str) -> Mistake:
        key = ".".join(part for part in path if isinstance(part, str))
        places = (path[:length] for length in range(len(path), 0, -1))
        return Mistake(next((self._lines[place] for place in places if place in self._lines), None), key, message)


class _Environment(_Source):
    strict = False  # all there is are strings

    def mistake(self, path: _Path, message: str) -> Mistake:
        return Mistake(None, f"{ENVIRONMENT}{path[0]}".upper(), message)


class _Flags(_Source):
    def mistake(self, path: _Path, message: str) -> Mistake:
        name = str(path[-1])
        return Mistake(None, "--redis" if name == "redis_url" else f"--{name.replace('_', '-')}", message)


def _file(path: Path) -> _Source:
    try:
        return _toml(path.read_text("utf-8-sig"))
    except OSError as exc:
        return _Source({}, [Mistake(None, "--config", f"cannot be read: {exc.strerror or type(exc).__name__}")])
    except UnicodeDecodeError:
        return _Source({}, [Mistake(None, "--config", "is not UTF-8; save it as such")])


def _toml(text: str) -> _Source:
    try:
        return _Toml(tomllib.loads(text), _lines(text))
    except tomllib.TOMLDecodeError as exc:
        message = str(exc)
        place = re.search(r" \(at (?:line (\d+), column \d+|end of document)\)$", message)
        line = int(place[1]) if place and place[1] else text.count("\n") + 1
        return _Source({}, [Mistake(line, "TOML", message[: place.start()] if place else message)])


def _lines(text: str) -> dict[_Path, int]:
    """Find the line of each key and table; those of an inline table or of a long text are their setting's."""
    lines: dict[_Path, int] = {}
    tables: dict[str, int] = {}
    table: _Path = ()
    for number, line in enumerate(text.split("\n"), 1):
        if header := re.match(r"\s*(\[\[?)\s*([\w-]+)\s*\]", line):
            name = header[2]
            tables[name] = tables.get(name, -1) + 1
            table = (name, tables[name]) if header[1] == "[[" else (name,)
            lines.setdefault(table, number)
        elif key := re.match(r"""\s*["']?([\w-]+)["']?\s*[=.]""", line):
            lines.setdefault((*table, key[1]), number)
    return lines


def _environment(environ: Mapping[str, str]) -> _Source:
    given = {key[len(ENVIRONMENT) :].lower(): value for key, value in environ.items() if key.startswith(ENVIRONMENT)}
    mistakes = []
    if given.pop("rooms", None) is not None:
        mistakes.append(Mistake(None, f"{ENVIRONMENT}ROOMS", "cannot be said here; write [[rooms]] tables in the file"))
    lists = {field.name for field in msgspec.structs.fields(Settings) if get_origin(get_args(field.type)[0]) is list}
    values = {
        name: [part.strip() for part in text.split(",") if part.strip()] if name in lists else text
        for name, text in given.items()
    }
    return _Environment(values, mistakes)


# -- what is wrong with them


def _settle(sources: list[_Source]) -> Settings:
    values: dict[str, object] = {}
    said_by: dict[str, _Source] = {}
    mistakes: list[Mistake] = []
    wrong: set[object] = set()
    for source in sources:
        mistakes += source.mistakes
        faults = list(_faults(Settings, source.values, source.strict))
        mistakes += [source.mistake(path, message) for path, message in faults]
        wrong |= {path[0] for path, _ in faults}
        values |= {name: value for name, value in source.values.items() if name not in wrong}
        said_by |= dict.fromkeys(source.values, source)
    settings = msgspec.convert(values, Settings, strict=False)
    for one, other, holds, message in TOGETHER:
        if not holds(settings) and wrong.isdisjoint({one, other}):
            key = one if one in said_by else other
            mistakes.append(said_by[key].mistake((key,), message.format(f"`{one}`", f"`{other}`")))
    if mistakes:
        raise SettingsError(tuple(sorted(mistakes, key=lambda mistake: mistake.line or 0)))
    return settings


def _faults(kind: type[Struct], given: Mapping[str, object], strict: bool) -> Iterator[tuple[_Path, str]]:
    """Find what is wrong with each of ``given``, as the fields of ``kind``."""
    fields = {field.name: field for field in msgspec.structs.fields(kind)}
    for name, value in given.items():
        if name not in fields:
            yield (name,), _unknown(name, fields)
        elif name == "rooms":
            yield from _room_faults(value)
        elif not _fits(fields[name].type, value, strict):
            yield (name,), f"write {_form(fields[name].type)}"
    for name, field in fields.items():
        if field.required and name not in given:
            yield (name,), f"is missing; write {_form(field.type)}"


def _room_faults(rooms: object) -> Iterator[tuple[_Path, str]]:
    if not isinstance(rooms, list) or not all(isinstance(room, dict) for room in rooms):
        yield ("rooms",), "write [[rooms]] tables"
        return
    slugs = [room.get("slug") for room in rooms]
    for place, room in enumerate(rooms):
        yield from ((("rooms", place, *path), message) for path, message in _faults(RoomSetting, room, strict=True))
        if "slug" in room and room["slug"] in slugs[:place]:
            yield ("rooms", place, "slug"), "is another room's already; write another"


def _unknown(name: str, names: Iterable[str]) -> str:
    near = difflib.get_close_matches(name, names, 1)
    return f"is no setting; did you mean `{near[0]}`?" if near else "is no setting; `sansmasque config` prints them all"


def _fits(kind: Any, value: object, strict: bool) -> bool:
    try:
        known = msgspec.convert(value, kind, strict=strict)
    except msgspec.ValidationError:
        return False
    holds = _extra(kind)["holds"]
    return holds is None or holds(known)


def _form(kind: Any) -> str:
    """Say what to write, from the type and its bounds."""
    plain, meta = get_args(kind)
    if form := _extra(kind)["form"]:
        return str(form)
    if get_origin(plain) is Literal:
        return " or ".join(json.dumps(choice) for choice in get_args(plain))
    if plain is str:
        return f"a text of {meta.min_length or 0} to {meta.max_length} characters" if meta.max_length else "a text"
    return ("a whole number" if plain is int else "a number") + _bounds(meta, ", ")


def _bounds(meta: Meta, before: str) -> str:
    if meta.ge is None:
        return ""
    return f"{before}{meta.ge} to {meta.le}" if meta.le is not None else f"{before}{meta.ge} or more"


def _meta(kind: Any) -> Meta:
    meta = get_args(kind)[1]
    assert isinstance(meta, Meta), "every setting is described"
    return meta


def _extra(kind: Any) -> dict[str, Any]:
    return _meta(kind).extra or {}


# -- the list, for people

_TITLE: Final = """\
# Sans Masque: every setting, with its default.
#
# What the environment says (SANSMASQUE_PORT=8000) goes before this file, the command line before both.
"""
_ROOM: Final = {"slug": "entre-nous", "title": "Entre nous", "format": "salon"}


def as_toml() -> str:
    """Print every setting with its default, unit and meaning, as a file that :func:`load` takes."""
    lines = [_TITLE]
    for field in msgspec.structs.fields(Settings):
        if group := _extra(field.type)["group"]:
            lines.append(f"\n# == {group}\n")
        lines += _rooms() if field.name == "rooms" else [_said(field), f"{field.name} = {_default(field)}\n"]
    return "\n".join(lines)


def _rooms() -> list[str]:
    # As a comment: `rooms = []` would forbid the tables.
    lines = ["# [[rooms]]"]
    for field in msgspec.structs.fields(RoomSetting):
        example = json.dumps(_ROOM[field.name]) if field.required else _default(field)
        lines.append(f"# {field.name} = {example}  {_said(field)}")
    return [*lines, ""]


def _said(field: FieldInfo) -> str:
    meta, unit = _meta(field.type), _extra(field.type)["unit"]
    measure = f" [{unit}{_bounds(meta, ', ')}]" if unit else ""
    meaning = str(meta.description)
    return f"# {meaning[0].upper()}{meaning[1:]}.{measure}"


def _default(field: FieldInfo) -> str:
    default = field.default_factory() if field.default is msgspec.NODEFAULT else field.default
    return json.dumps(default, ensure_ascii=False)
