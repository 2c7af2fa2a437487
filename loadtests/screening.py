"""``python -m loadtests.screening``: how long the first stage takes for one message, ordinary and hostile, in time of the processor."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Mapping, Sequence
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
    show(lambda text: screen(Draft(text)), LENGTHS, HOSTILE)


def show(work: Callable[[str], object], lengths: Sequence[int], hostile: Mapping[str, str]) -> None:
    """Print how long ``work`` takes for ordinary messages of each of the ``lengths``, and for each ``hostile`` piece repeated to it."""
    chance = random.Random(20261125)
    lines = [_text(line) for path in sorted(TEXTS.glob("*everyday*.jsonl")) for line in path.open("rb")]
    print("| text | code points | p50, ms | p99, ms |\n| --- | --- | --- | --- |")
    for length in lengths:
        _row(work, "ordinary", length, [_filled(lines, length, chance) for _ in range(MESSAGES)])
        for name, piece in hostile.items():
            _row(work, name, length, [(piece * length)[:length]] * 20)


def _text(line: bytes) -> str:
    row: dict[str, object] = msgspec.json.decode(line)
    return str(row["text"])


def _filled(lines: list[str], length: int, chance: random.Random) -> str:
    text = ""
    while len(text) < length:
        text += chance.choice(lines) + " "
    return text[:length]


def _row(work: Callable[[str], object], name: str, length: int, texts: list[str]) -> None:
    for text in texts[:100]:  # so that the automata of the patterns are built
        work(text)
    took = sorted(_milliseconds(work, text) for text in texts)
    print(f"| {name} | {length:,} | {took[len(took) // 2]:.2f} | {took[int(len(took) * 0.99)]:.2f} |")


def _milliseconds(work: Callable[[str], object], text: str) -> float:
    start = time.process_time()
    work(text)
    return (time.process_time() - start) * 1_000


if __name__ == "__main__":
    main()
