"""
``python -m loadtests.second_look``: how long the second look takes for one message, ordinary and disguised, in time of the processor.

Its last line is the memory of the process, which holds the rules as well.
"""

from __future__ import annotations

import resource
from typing import Final

from chat.moderation.model import Model
from chat.moderation.second_look import warm
from loadtests.screening import HOSTILE, show

LENGTHS: Final = (80, 280, 1_000, 4_000)  # code points


def main() -> None:
    model = Model.load()
    warm(model)
    show(lambda text: model.look([(text, "fr")]), LENGTHS, {"all at once": HOSTILE["all at once"]})
    print(f"\nat most {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10} MiB")


if __name__ == "__main__":
    main()
