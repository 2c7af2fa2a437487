"""
Write ``docs/protocol.md`` from ``chat/protocol/``: ``python -m chat.protocol_page > docs/protocol.md``.
"""

from __future__ import annotations

import inspect
from typing import Any, Final

import msgspec

from chat import errors, protocol

INTRODUCTION: Final = """\
# The protocol of a room

Made from `chat/protocol/` by `python -m chat.protocol_page`; a test checks that it is up to date.

WebSocket at `/r/{slug}/live`, subprotocol `sansmasque.1`, JSON text frames in UTF-8, one object each, tagged by `type`. The first frame
is `hello`. Unknown types and fields are answered `error` and the connection stays. Optional fields are left out when empty. Offsets
count the events of one room from 1; times are whole seconds since 1970, durations are seconds.
"""


def page() -> str:
    """Describe every frame and close code, as Markdown."""
    parts = [INTRODUCTION]
    parts += ["## To the server\n", *map(_frame, _members(protocol.Inward))]
    parts += ["## To the member\n", *map(_frame, _members(protocol.Outward))]
    parts += ["## Parts of frames\n"]
    parts += map(_frame, (protocol.Since, protocol.Author, protocol.Place, protocol.You))
    parts += ["## Close codes\n", _close_codes()]
    return "\n".join(parts)


def _members(union: Any) -> tuple[Any, ...]:
    return tuple(union.__args__)


def _frame(struct: Any) -> str:
    info = msgspec.inspect.type_info(struct)
    assert isinstance(info, msgspec.inspect.StructType)
    name = f"`{info.tag}`" if info.tag else struct.__name__
    rows = [_row(field) for field in info.fields]
    return "\n".join(
        [f"### {name}\n", f"{inspect.getdoc(struct)}\n", "| field | is | meaning |", "| --- | --- | --- |", *rows, ""]
    )


def _row(field: msgspec.inspect.Field) -> str:
    name = f"`{field.encode_name}`" + ("" if field.required else "?")
    return f"| {name} | {_kind(field.type)} | {_meaning(field.type)} |"


def _meaning(described: Any) -> str:
    if isinstance(described, msgspec.inspect.Metadata):
        return str((described.extra_json_schema or {}).get("description", ""))
    if isinstance(described, msgspec.inspect.UnionType):
        return next(filter(None, map(_meaning, described.types)), "")
    return ""


def _kind(described: Any) -> str:
    inspected = msgspec.inspect
    match described:
        case inspected.Metadata():
            return _kind(described.type)
        case inspected.StrType():
            bounds = [f"{b} signs" for b in (_span(described.min_length, described.max_length),) if b]
            return " ".join(["text", *bounds])
        case inspected.IntType():
            span = _span(described.ge, described.le)
            return f"integer {span}".strip()
        case inspected.UnionType():
            return " or ".join(_kind(t) for t in described.types if not isinstance(t, inspected.NoneType))
        case inspected.LiteralType():
            return ", ".join(f'`"{value}"`' for value in described.values)
        case inspected.ListType():
            return f"list of {_kind(described.item_type)}"
        case inspected.TupleType():
            return " and ".join(_kind(t) for t in described.item_types)
        case inspected.DictType():
            return f"object of {_kind(described.value_type)}"
        case inspected.StructType():
            return f"`{described.tag}`" if described.tag else described.cls.__name__
        case inspected.RawType() | inspected.AnyType():
            return "object"
        case inspected.FloatType():
            return "number"
        case inspected.BoolType():
            return "true or false"
    raise AssertionError(described)


def _span(low: int | None, high: int | None) -> str:
    if low is None and high is None:
        return ""
    return f"{low if low is not None else 0} to {high}" if high is not None else f"from {low}"


def _close_codes() -> str:
    rows = [
        f"| {code.value} | {code.name.lower().replace('_', ' ')} | {'yes, after the seconds in the reason' if code.returns else 'no'} |"
        for code in errors.CloseCode
    ]
    return "\n".join(["| code | why | come back |", "| --- | --- | --- |", *rows, ""])


if __name__ == "__main__":
    print(page(), end="")
