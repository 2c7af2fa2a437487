"""
Make settings of what a file, the environment and the command line say, or find every mistake in it. Reads one file.
"""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final, get_args, get_origin

import msgspec
from msgspec import Struct

from chat.settings.describing import about, bounds, meta
from chat.settings.listed import TOGETHER, RoomSetting, Settings

ENVIRONMENT: Final = "SANSMASQUE_"


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
    holds = about(kind).holds
    return holds is None or holds(known)


def _form(kind: Any) -> str:
    """Say what to write, from the type and its bounds."""
    plain, found = get_args(kind)[0], meta(kind)
    if form := about(kind).form:
        return form
    if plain is str:
        return f"a text of {found.min_length or 0} to {found.max_length} characters" if found.max_length else "a text"
    number = {int: "a whole number, ", float: "a number, "}.get(plain, "")
    return number + bounds(kind)
