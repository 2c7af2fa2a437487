"""
When to come back, and when not to.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.browser.visitor import Visitor

CODES = [
    ([1006, "", 0, 1.0], 500),
    ([1006, "", 3, 1.0], 4_000),
    ([1006, "", 3, 0.25], 1_000),
    ([1001, "", 40, 1.0], 30_000),
    ([4000, "2.5", 0, 1.0], 2_500),
    ([4001, "0", 5, 1.0], 0),
    ([4002, "nonsense", 1, 1.0], 1_000),
    ([4500, "", 0, 1.0], None),
    ([4502, "3", 0, 1.0], None),
    ([4999, "", 0, 1.0], None),
]


def test_delay_follows_the_close_code(bench: Visitor) -> None:
    code = "({ delay }, cases) => cases.map((one) => delay(...one))"
    assert bench.run("room/link", code, [args for args, _ in CODES]) == [wait for _, wait in CODES]


@pytest.mark.parametrize("attempt", [0, 6, 30])
def test_delay_without_a_reason_is_spread_over_its_whole_range(bench: Visitor, attempt: int) -> None:
    code = "({ delay }, attempt) => Array.from({ length: 200 }, () => delay(1006, '', attempt))"
    waits: list[Any] = bench.run("room/link", code, attempt)
    most = min(30_000, 500 * 2**attempt)
    assert min(waits) < 0.2 * most
    assert 0.8 * most < max(waits) <= most
