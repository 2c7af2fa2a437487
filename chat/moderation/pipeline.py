"""
Screen drafts before they reach a room.

A rule reads one draft and returns a :class:`Finding` or :obj:`None`. Rules are pure: facts that need I/O are gathered into the draft
beforehand, and acting on the verdict is the caller's job. To add one, see ``chat/moderation/rules``.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable

import structlog

from chat.moderation.reading import Rule, read
from chat.moderation.rules import RULES
from chat.moderation.wordlists import Words, ours
from chat.verdict import Draft, Finding, Outcome, Screen, Verdict

log = structlog.get_logger()


def screening(words: Words) -> Screen:
    """Make the screen that looks for ``words``: ours, and those that an operator added (``wordlists.load``)."""
    return functools.partial(screen, words=words)


def screen(draft: Draft, rules: Iterable[Rule] = RULES, words: Words | None = None) -> Verdict:
    """Apply ``rules`` to ``draft``, looking for ``words``, else for ours; a rule that raises counts as HOLD."""
    whole = read(draft, words or ours())
    findings = []
    for rule in rules:
        # Don't stop at the first refusal: a forbidden link mustn't hide a cry for help found by a later rule.
        try:
            finding = rule(whole)
        except Exception as exc:  # noqa: BLE001
            # Publishing would show what nobody checked; refusing would silence someone because of our bug.
            # When in doubt, a person decides. No traceback: exception messages may quote the draft.
            log.error("rule_failed", rule=_name(rule), error=type(exc).__name__)
            finding = Finding(_name(rule), "failed", Outcome.HOLD)
        if finding is not None:
            findings.append(finding)
    return Verdict(tuple(findings))


def _name(rule: Rule) -> str:
    return getattr(rule, "__name__", type(rule).__name__)
