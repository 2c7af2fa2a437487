"""What decided cases teach, and what they must not."""

from __future__ import annotations

import pytest

from chat.moderation.training.lessons import lesson
from chat.store.cases import Case, read_case

INSULT = b'[{"rule":"insult","category":"insult","outcome":1}]'
PHONE = b'[{"rule":"phone","category":"private","outcome":1,"kind":"phone"}]'


def case(**fields: bytes) -> Case:
    kept = {
        "kind": b"reported",
        "state": b"decided",
        "verdict": b"remove",
        "text": b"Ferme-la.",
        "lang": b"fr",
    } | fields
    found = read_case("salon", "0" * 16, [part for name, value in kept.items() for part in (name.encode(), value)])
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("fields", "label"),
    [
        ({}, 1),
        ({"verdict": b"dismiss"}, 0),
        ({"kind": b"second_look"}, 1),
        ({"kind": b"held", "verdict": b"publish", "findings": INSULT}, 0),
        ({"kind": b"held", "findings": INSULT}, 1),
        ({"kind": b"held", "findings": PHONE}, None),
        ({"reversed": b"1"}, 0),
        ({"kind": b"distress"}, None),
        ({"kind": b"appeal"}, None),
        ({"state": b"open"}, None),
        ({"text": b""}, None),
        ({"verdict": b"escalate"}, None),
    ],
)
def test_a_case_teaches_what_was_decided(fields: dict[str, bytes], label: int | None) -> None:
    found = lesson(case(**fields))

    assert (found.label if found else None) == label
