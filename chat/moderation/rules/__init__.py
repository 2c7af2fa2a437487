"""
The rules, in their order. One rule a file; each finds one thing and says where.

To add one: a file here with a function from :class:`~chat.moderation.reading.Read` to a finding or nothing, its line below in its
group, and its traps in ``tests/moderation/rules/``. All rules run whatever the others find; the order is that of the findings.
"""

from __future__ import annotations

from typing import Final

from chat.moderation.reading import Rule
from chat.moderation.rules.email import email

RULES: Final[tuple[Rule, ...]] = (
    # Private details with a form of their own: whoever sees them may find somebody, so nobody does before a moderator.
    email,
)
