"""
Say what moderation makes of texts: ``python -m chat.moderation.evaluate [--first-stage]``.

Reads JSON lines ``{"id", "text", "lang"}`` from standard input and writes one for each, in the same order, as soon as the first stage has
it: ``{"id", "outcome", "findings", "score", "crisis", "pii"}``. With ``--first-stage`` the score is 0 and the rules decide alone; without
it the second look's model joins in, and where it is not installed that is said on standard error and the rules decide alone.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from itertools import islice
from typing import BinaryIO, Final, Literal

import msgspec
from msgspec import Struct

from chat.moderation.model import Model, ModelAbsent
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
_AT_ONCE: Final = 64  # looked at together


def answer(question: Question, verdict: Verdict, score: float = 0.0, crisis: Crisis | None = None) -> Answer:
    """Put together what the rules found and the model thinks; ``crisis`` is what both say."""
    findings = [Found(finding.rule, finding.category, finding.urgent) for finding in verdict.findings]
    crisis = crisis or verdict.crisis
    if crisis == "self" != verdict.crisis:
        findings.append(Found("second_look", "distress", urgent=True))  # the case that the second look opens
    return Answer(question.id, OUTCOMES[verdict.outcome], tuple(findings), score, crisis, verdict.details)


def answers(questions: list[Question], model: Model | None) -> Iterator[Answer]:
    """Answer each question, in order; the rules alone where there is no model."""
    verdicts = [screen(Draft(question.text, question.lang)) for question in questions]
    if model is None:
        yield from map(answer, questions, verdicts)
        return
    looks = model.look([(question.text, question.lang) for question in questions])
    for question, verdict, look in zip(questions, verdicts, looks, strict=True):
        yield answer(question, verdict, look.score, model.decide(verdict.crisis, look.likely, question.lang))


def evaluate(lines: BinaryIO, out: BinaryIO, model: Model | None = None) -> None:
    """
    Answer each line of ``lines`` on ``out``.

    Raises:
        msgspec.DecodeError: A line is not as it should be.
    """
    read, write = msgspec.json.Decoder(Question), msgspec.json.Encoder()
    questions = (read.decode(line) for line in lines if line.strip())
    while some := list(islice(questions, _AT_ONCE if model else 1)):
        for one in answers(some, model):
            out.write(write.encode(one) + b"\n")
    out.flush()


def main() -> None:
    try:
        model = None if "--first-stage" in sys.argv[1:] else Model.load()
    except ModelAbsent as exc:
        print(f"{exc} The rules decide alone.", file=sys.stderr)
        model = None
    evaluate(sys.stdin.buffer, sys.stdout.buffer, model)


if __name__ == "__main__":
    main()
