"""
Say what moderation makes of texts: ``python -m chat.moderation.evaluate [--first-stage]``.

Reads JSON lines ``{"id", "text", "lang"}`` from standard input and writes one for each, in the same order, as soon as the first stage has
it: ``{"id", "outcome", "findings", "score", "crisis", "pii"}``. With ``--first-stage`` the score is 0.
"""

from __future__ import annotations

import sys
from typing import BinaryIO, Literal

import msgspec
from msgspec import Struct

from chat.moderation.pipeline import screen
from chat.verdict import Crisis, Draft, Verdict


class Question(Struct, frozen=True):
    """One line of the input."""

    id: str
    text: str
    lang: str = "fr"


class Found(Struct, frozen=True):
    rule: str
    category: str
    urgent: bool


class Answer(Struct, frozen=True):
    """One line of the output."""

    id: str
    outcome: Literal["publish", "hold", "refuse"]
    findings: tuple[Found, ...]
    score: float
    crisis: Crisis
    pii: tuple[str, ...]


OUTCOMES: tuple[Literal["publish", "hold", "refuse"], ...] = ("publish", "hold", "refuse")


def answer(question: Question, verdict: Verdict, score: float = 0.0) -> Answer:
    findings = tuple(Found(finding.rule, finding.category, finding.urgent) for finding in verdict.findings)
    return Answer(question.id, OUTCOMES[verdict.outcome], findings, score, verdict.crisis, verdict.details)


def evaluate(lines: BinaryIO, out: BinaryIO) -> None:
    """
    Answer each line of ``lines`` on ``out``.

    Raises:
        msgspec.DecodeError: A line is not as it should be.
    """
    read, write = msgspec.json.Decoder(Question), msgspec.json.Encoder()
    for line in lines:
        if line.strip():
            question = read.decode(line)
            out.write(write.encode(answer(question, screen(Draft(question.text, question.lang)))) + b"\n")
    out.flush()


if __name__ == "__main__":
    evaluate(sys.stdin.buffer, sys.stdout.buffer)
