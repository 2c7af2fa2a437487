"""``python -m loadtests.screening``: how long the first stage takes for one message, ordinary and hostile, in time of the processor."""

from __future__ import annotations

import random
import time
from pathlib import Path
from typing import Final

import msgspec

from chat.moderation.pipeline import screen
from chat.verdict import Draft

TEXTS: Final = Path("chat/moderation/training")
LENGTHS: Final = (500, 4_000)  # code points
MESSAGES: Final = 400
# Each repeated to the length: what makes some part of the first stage work hardest.
HOSTILE: Final = {
    "figures apart": "0 6 ",
    "pairs of figures": "06 39 98 ",
    "numbers in words": "zéro six trente neuf ",
    "figures for letters": "c0nn4rd 5u1c1d3 ",
    "letters apart": "c o n n a r d  ",
    "letters drawn out": "connnnard ",
    "stars": "c*n e**l ",
    "names": "Marie Dupont, DRH de Plastimousse ",
    "addresses": "a@b.co ",
    "all at once": "c0n,nas/se 06 39 M.T. e n c u l éééé s*le ",
}


def main() -> None:
    chance = random.Random(20261125)
    lines = [line["text"] for path in sorted(TEXTS.glob("*everyday*.jsonl")) for line in map(_read, path.open("rb"))]
    print("| text | code points | p50, ms | p99, ms |\n| --- | --- | --- | --- |")
    for length in LENGTHS:
        ordinary = [_filled(lines, length, chance) for _ in range(MESSAGES)]
        _show("ordinary", length, ordinary)
        for name, piece in HOSTILE.items():
            _show(name, length, [(piece * length)[:length]] * 20)


def _read(line: bytes) -> dict[str, str]:
    row: dict[str, object] = msgspec.json.decode(line)
    return {"text": str(row["text"])}


def _filled(lines: list[str], length: int, chance: random.Random) -> str:
    text = ""
    while len(text) < length:
        text += chance.choice(lines) + " "
    return text[:length]


def _show(name: str, length: int, texts: list[str]) -> None:
    for text in texts[:100]:  # so that the automata of the patterns are built
        screen(Draft(text))
    took = sorted(_milliseconds(text) for text in texts)
    print(f"| {name} | {length:,} | {took[len(took) // 2]:.2f} | {took[int(len(took) * 0.99)]:.2f} |")


def _milliseconds(text: str) -> float:
    draft = Draft(text)
    start = time.process_time()
    screen(draft)
    return (time.process_time() - start) * 1_000


if __name__ == "__main__":
    main()
