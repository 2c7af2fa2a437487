import pytest

from chat.moderation.pipeline import screen
from chat.verdict import Draft


@pytest.mark.parametrize("text", ["écris à camille.roux@example.org", "ｓｙｌｖｉｅ＠ｅｘａｍｐｌｅ．ｃｏｍ"])
def test_an_address_is_found_where_it_stands(text: str) -> None:
    [finding] = screen(Draft(text)).findings
    [(start, end)] = finding.spans
    assert finding.kind == "email"
    assert end == len(text)
    assert text[start - 1 : start] in ("", " ")
