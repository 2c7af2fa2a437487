"""
Make ``chat/people/confusables.txt`` from Unicode's table of confusable characters (UTS #39).

To follow a new version of Unicode::

    curl -O https://www.unicode.org/Public/security/latest/confusables.txt
    .venv/bin/python ops/confusables.py confusables.txt > chat/people/confusables.txt

Only what may stand in a checked pseudonym is kept: letters, marks and digits that NFKC leaves as they are, and of their prototypes
those that are such themselves: a Hebrew yod looks like an apostrophe, but a name must not lose its letters for it.
"""

from __future__ import annotations

import sys
import unicodedata
from collections import defaultdict
from pathlib import Path

import regex

WORD = regex.compile(r"[\p{L}\p{M}\p{Nd}]+")
HEADER = """\
# What looks alike: each line is a prototype, then the characters that are drawn like it (code points in hexadecimal).
# Made by ops/confusables.py from confusables.txt of the Unicode Security Mechanisms (UTS #39), version {version}.
# © Unicode, Inc., under the Unicode License: https://www.unicode.org/license.txt
"""


def main(path: Path) -> None:
    text = path.read_text("utf-8-sig")
    version = regex.search(r"^# Version: (\S+)", text, regex.MULTILINE)
    assert version is not None, "this is not Unicode's confusables.txt"
    alike: dict[str, list[str]] = defaultdict(list)
    for source, prototype in regex.findall(r"^([0-9A-F]+) ;\s*([0-9A-F ]+?) ;", text, regex.MULTILINE):
        char = chr(int(source, 16))
        seen = "".join(chr(int(point, 16)) for point in prototype.split())
        if WORD.fullmatch(char + seen) and unicodedata.normalize("NFKC", char) == char:
            alike[prototype.replace(" ", "+")].append(source)
    print(HEADER.format(version=version[1]))
    for prototype in sorted(alike, key=lambda points: [int(point, 16) for point in points.split("+")]):
        print(prototype, *sorted(alike[prototype], key=lambda point: int(point, 16)))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
