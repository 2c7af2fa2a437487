"""
The second look's model: how likely it is that a text is abuse, or written in distress. It reads files and computes; never call it on
the event loop.

It needs the extra ``second-look``; without it :meth:`Model.load` says so, and the rules look alone. To train it, see
``chat/moderation/training``; what it is good for and where it errs stands in ``weights/MODEL_CARD.md``.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from msgspec import Struct

from chat.moderation.crisis import Likelihoods, crisis_of
from chat.verdict import Crisis

if TYPE_CHECKING:
    from chat.moderation.features import Encoder
    from chat.moderation.heads import Heads

WEIGHTS: Final = Path(__file__).parent / "weights" / "second_look.npz"
LEARNED: Final = "second_look.npz"  # in the data folder: the operator's own, made by `sansmasque moderation learn`


class ModelAbsent(Exception):
    """What the model computes with is not installed."""


class ModelUnusable(Exception):
    """There is a file of weights, and it cannot be believed."""


class Look(Struct, frozen=True):
    """What the model thinks of one text."""

    score: float  # likelihood of abuse; one half is where the most doubtful twentieth of a quiet day begins
    likely: Likelihoods


class Model:
    """The encoder and the heads; loaded once a process, some 150 MiB."""

    def __init__(self, encoder: Encoder, heads: Heads) -> None:
        self.encoder, self.heads = encoder, heads

    @classmethod
    def load(cls, data: Path | None = None) -> Model:
        """
        Load the operator's own weights from the folder ``data`` where they are, else ours.

        Raises:
            ModelAbsent: the extra is not installed.
            ModelUnusable: a file of weights is damaged. The operator's is not passed over in silence: it was put there to count.
        """
        try:
            from chat.moderation import features, heads  # noqa: PLC0415  the extra may be absent
        except ModuleNotFoundError as exc:
            raise ModelAbsent(f"{exc.name} is not installed: install sansmasque[second-look].") from exc
        own = data / LEARNED if data is not None else None
        return cls(features.Encoder(), heads.load(own if own is not None and own.exists() else WEIGHTS))

    def look(self, texts: Sequence[tuple[str, str]]) -> list[Look]:
        """Look at texts, each with its language; what is most alarming in one of its passages counts for the whole."""
        from chat.moderation import seeing  # noqa: PLC0415

        return seeing.look(self.encoder, self.heads, texts)

    def decide(self, found: Crisis, likely: Likelihoods, lang: str) -> Crisis:
        """Bring together what the rules found and what is likely (:func:`~chat.moderation.crisis.crisis_of`)."""
        return crisis_of(found, likely, self.heads.bounds.of(lang))
