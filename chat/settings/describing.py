"""
What is said of a setting where it is listed, and how to find it again in the type of its field.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, Literal, get_args, get_origin

from msgspec import Meta, Struct


class About(Struct, frozen=True):
    """What is known of a setting beside its type and bounds; ``form`` says what to write, ``holds`` tests more than bounds can."""

    unit: str
    group: str
    form: str
    holds: Callable[[str], bool] | None


def is_(
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
    assert extra is not None, "every setting is described by is_"
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
