"""
Print the list of settings as a file that the server takes.
"""

from __future__ import annotations

import json
from typing import Final

import msgspec
from msgspec.structs import FieldInfo

from chat.settings.describing import about, bounds, meta
from chat.settings.listed import RoomSetting, Settings

_TITLE: Final = """\
# Sans Masque: every setting, with its default.
#
# What the environment says (SANSMASQUE_PORT=8000) goes before this file, the command line before both.
"""
_ROOM: Final = {"slug": "entre-nous", "title": "Entre nous", "format": "salon"}


def as_toml() -> str:
    """Print every setting with its default, unit and meaning, as a file that ``load`` takes."""
    lines = [_TITLE]
    for field in msgspec.structs.fields(Settings):
        if group := about(field.type).group:
            lines.append(f"\n# == {group}\n")
        lines += [_said(field), *([_example()] if field.name == "rooms" else [f"{field.name} = {_default(field)}\n"])]
    return "\n".join(lines)


def written(settings: Settings) -> str:
    """Write ``settings`` as a file of which ``load`` makes the same."""
    values = msgspec.structs.asdict(settings)
    rooms = values.pop("rooms")
    lines = _assignments(values)
    for room in rooms:
        lines += ["", "[[rooms]]", *_assignments(msgspec.structs.asdict(room))]
    return "\n".join(lines) + "\n"


def _assignments(values: dict[str, object]) -> list[str]:
    return [f"{name} = {json.dumps(value, ensure_ascii=False)}" for name, value in values.items()]


def _example() -> str:
    # As a comment: `rooms = []` would forbid the tables.
    lines = ["#\n# [[rooms]]"]
    for field in msgspec.structs.fields(RoomSetting):
        value = json.dumps(_ROOM[field.name]) if field.required else _default(field)
        lines.append(f"# {field.name} = {value}  {_said(field)}")
    return "\n".join(lines) + "\n"


def _said(field: FieldInfo) -> str:
    measure = ", ".join(part for part in (about(field.type).unit, bounds(field.type)) if part)
    meaning = str(meta(field.type).description)
    return f"# {meaning[0].upper()}{meaning[1:]}." + (f" [{measure}]" if measure else "")


def _default(field: FieldInfo) -> str:
    default = field.default_factory() if field.default is msgspec.NODEFAULT else field.default
    return json.dumps(default, ensure_ascii=False)
