"""
``python -m chat.moderation.training``: make ``weights/second_look.npz`` anew.

The project's own text is always learned from; public corpora and further text of ours are given by path. It prints what the heads are worth
on blocks that were left out, as the model card shows it.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Sequence
from pathlib import Path

from msgspec import structs

from chat.moderation import heads
from chat.moderation.features import Encoder
from chat.moderation.model import WEIGHTS
from chat.moderation.seeing import see, worst
from chat.moderation.training.degrade import degrade
from chat.moderation.training.figures import Figures, choose, figures, folds, held_out, joined
from chat.moderation.training.fit import Examples, Recipe, examples, fit
from chat.moderation.training.lines import TEXT, Line, read

SHARES = (0.0, 0.25, 0.5, 1.0)  # of the project's text, to see how it grows


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m chat.moderation.training", description=__doc__)
    parser.add_argument(
        "--public", type=Path, nargs="*", default=[], help="corpora from outside (JSON lines), weighed less"
    )
    parser.add_argument("--own", type=Path, nargs="*", default=[], help="more text written for the project")
    parser.add_argument("--out", type=Path, default=WEIGHTS)
    parser.add_argument(
        "--growth", action="store_true", help="also say what none, ¼, ½ and all of the project's text are worth"
    )
    args = parser.parse_args()
    encoder = Encoder()
    more, text = read(args.own, "own"), read([TEXT], "own")
    beside = examples(read(args.public, "public"), encoder)
    for share in SHARES if args.growth else ():
        show(f"with {share:.0%} of the project's text", judged(more, some(text, share), text, beside, encoder))
    made, found = train(more + text, beside, encoder, Recipe())
    show(f"with all: {len(more) + len(text)} own lines, {len(beside.embedded)} public ones", found)
    heads.save(args.out, made)
    print(f"{args.out}: {args.out.stat().st_size} bytes, SHA-256 {heads.digest(args.out)}")


def train(own: Sequence[Line], beside: Examples, encoder: Encoder, recipe: Recipe) -> tuple[heads.Heads, Figures]:
    """Choose bounds and count on blocks that are left out in turn, then learn from all."""
    known, hasty = examples(own, encoder), hastily(own, encoder)
    rows = held_out(own, see(encoder, [line.text for line in own]), known, hasty, beside, recipe)
    bounds = choose(own, rows, recipe.mix)
    made = fit(joined([known, hasty, beside]), recipe)
    return structs.replace(made, bounds=bounds), figures(own, rows, bounds)


def hastily(lines: Sequence[Line], encoder: Encoder) -> Examples:
    """Give the twins of ``lines`` to learn from, at half their weight."""
    hasty = examples(twins(lines), encoder)
    return structs.replace(hasty, weight=hasty.weight / 2)


def twins(lines: Sequence[Line]) -> list[Line]:
    """Write each line as people in a hurry do; a line has the same twin in every training."""
    return [structs.replace(line, text=degrade(line.text, line.lang, random.Random(line.text))) for line in lines]


def some(lines: Sequence[Line], share: float) -> list[Line]:
    """Take whole blocks, the same ones for the same share."""
    blocks = sorted({line.block for line in lines})
    taken = set(random.Random(7).sample(blocks, round(share * len(blocks))))
    return [line for line in lines if line.block in taken]


def judged(more: list[Line], taken: list[Line], text: list[Line], beside: Examples, encoder: Encoder) -> Figures:
    """Learn from ``more`` and ``taken`` outside of one fold, and judge on that fold of everything: the same lines for each share."""
    every = more + text
    learned = [line for line, fold in zip(more + taken, folds(more + taken), strict=True) if fold]
    seen = [line for line, fold in zip(every, folds(every), strict=True) if not fold]
    made = fit(joined([examples(learned, encoder), hastily(learned, encoder), beside]), Recipe())
    rows = worst(made, see(encoder, [line.text for line in seen]))
    return figures(seen, rows, choose(seen, rows, Recipe().mix))


def show(title: str, found: Figures) -> None:
    print(f"\n{title}\n")
    for name in sorted({name[3:] for name in found}):
        print(
            f"| {name} | "
            + " | ".join(f"{found.get(f'{lang}.{name}', float('nan')):.3f}" for lang in ("fr", "en"))
            + " |"
        )


if __name__ == "__main__":
    main()
