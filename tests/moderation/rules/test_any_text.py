"""No rule raises on any text, and what is found lies in it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.moderation.pipeline import screen
from chat.verdict import Draft, Strictness

HOSTILE = st.lists(
    st.one_of(
        st.sampled_from(
            (
                *(
                    "06 39",
                    "@",
                    "insta ",
                    "chez ",
                    "Mme ",
                    "rue ",
                    "12 ",
                    "FR76",
                    ".",
                    "http://",
                    "::",
                    "point",
                    "arobase ",
                    "zéro six ",
                    "#0042",
                ),
                *(
                    "Marie ",
                    "DRH de ",
                    "AB-123-CD",
                    "1",
                    "2",
                    "x",
                    "\u200b",
                    "é",
                    "\n",
                    " ",
                    "[",
                    "(",
                    "€",
                    "Ⅻ",
                    "ﷺ",
                    "İ",
                    "ß",
                    "😀",
                    "\u0301",
                ),
            )
        ),
        st.text(max_size=6),
    ),
    max_size=40,
).map("".join)


@pytest.mark.parametrize("strictness", ["light", "standard", "strict"])
@given(text=st.one_of(st.text(), HOSTILE))
def test_no_rule_raises_and_spans_lie_in_the_text(strictness: Strictness, text: str) -> None:
    for finding in screen(Draft(text, "fr", strictness, frozenset({"Hermine"}))).findings:
        assert finding.category != "failed"
        assert all(0 <= start < end <= len(text) for start, end in finding.spans)
        assert list(finding.spans) == sorted(finding.spans)
