"""
Who may do what: one table, and whatever is not in it is refused.

Each route (``chat/http/access.py``) and each frame (``chat/rooms/requests.py``) names the one permission that it takes. A caller has one
role or more, and may do what any of them may. To let a role do more, or to name something new to be done, change the table; a
test holds it against what was promised to people.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable, Mapping
from typing import Final


class Permission(enum.Enum):
    """Something that can be done."""

    LOOK = enum.auto()  # pages, files, the list of rooms, whether the server is well
    KNOCK = enum.auto()  # ask to be let in
    APPEAL = enum.auto()  # contest a decision, with its receipt
    TALK = enum.auto()  # say in a room, take back one's own, read on
    KNOW_ONESELF = enum.auto()  # see what is held of oneself, and erase it
    SERVE = enum.auto()  # one's own login, and a seat in a room: what all of the staff may
    STEER = enum.auto()  # phases, slow mode, pause, floor of the room that one is seated in
    CALL_MODERATOR = enum.auto()
    ATTEND = enum.auto()  # the console: who is on duty, and the cases that one may see
    JUDGE = enum.auto()  # cases: the message and its room's context, held texts, decisions
    JUDGE_ESCALATED = enum.auto()
    READ_DECISIONS = enum.auto()  # the chains of decisions
    ARRANGE = enum.auto()  # rooms, hours, meetings
    INVITE = enum.auto()
    COUNT = enum.auto()  # figures, which name nobody
    KEEP_ACCOUNTS = enum.auto()
    SET = enum.auto()  # settings


class Role(enum.Enum):
    """What a caller is."""

    ANYONE = "anyone"  # also is everybody else
    MEMBER = "member"
    FACILITATOR = "facilitator"
    MODERATOR = "moderator"
    ORGANISER = "organiser"
    ADMIN = "admin"


# Who has an account, and logs in.
STAFF: Final = (Role.MODERATOR, Role.FACILITATOR, Role.ORGANISER, Role.ADMIN)


TABLE: Final[Mapping[Role, frozenset[Permission]]] = {
    Role.ANYONE: frozenset({Permission.LOOK, Permission.KNOCK, Permission.APPEAL}),
    Role.MEMBER: frozenset({Permission.TALK, Permission.KNOW_ONESELF}),
    Role.FACILITATOR: frozenset({Permission.SERVE, Permission.STEER, Permission.CALL_MODERATOR}),
    Role.MODERATOR: frozenset(
        {Permission.SERVE, Permission.ATTEND, Permission.JUDGE, Permission.READ_DECISIONS, Permission.COUNT}
    ),
    # May be the employer's human resources: never a case, a held text or who is behind a name.
    Role.ORGANISER: frozenset({Permission.SERVE, Permission.ARRANGE, Permission.INVITE, Permission.COUNT}),
    Role.ADMIN: frozenset(
        {
            Permission.SERVE,
            Permission.KEEP_ACCOUNTS,
            Permission.SET,
            Permission.ATTEND,
            Permission.JUDGE_ESCALATED,
            Permission.READ_DECISIONS,
            Permission.COUNT,
        }
    ),
}


def may(roles: Iterable[Role], permission: Permission) -> bool:
    """Tell whether any of ``roles`` has ``permission``."""
    return any(permission in TABLE[role] for role in roles)
