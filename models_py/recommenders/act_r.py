"""What the user's memory holds best: base-level activation of ACT-R.

Each play leaves a trace that fades by a power of its age (Anderson & Schooler 1991, Reflections of the Environment in
Memory), as what people listen to again does (Reiter-Haas, Parada-Cabaleiro, Schedl, Motamedi, Tkalcic & Lex 2021,
Predicting Music Relistening Behavior Using the ACT-R Framework). Of that framework this is the base level alone.
"""

from dataclasses import dataclass
from typing import Any, ClassVar

from models_py.data.interactions import DECAY, Interactions
from models_py.recommenders.base import NO_PERIODS, Recommender
from models_py.recommenders.fitted import OwnItems


@dataclass(frozen=True)
class ActR(Recommender):
    """The user's own items by the sum over plays of their period's age to the power of -`decay`."""

    name: ClassVar[str] = "act_r"
    tasks: ClassVar[tuple[str, ...]] = ("repeat", "all")
    space: ClassVar[dict[str, tuple]] = {"decay": (0.0, 0.1, 0.2, 0.3, 0.5, 0.7, 1.0, 1.4, 2.0, 3.0)}
    fades_by: ClassVar[tuple[str, ...]] = ("decay",)

    decay: float = DECAY

    @classmethod
    def lacks(cls, interactions: Interactions) -> str | None:
        """Need plays by period."""
        return NO_PERIODS if interactions.periods is None else None

    def fit(self, interactions: Interactions, seed: int, prepared: Any = None) -> OwnItems:
        """Rank by activation; the seed is not used."""
        preference = interactions.periods.activation(self.decay)
        return OwnItems.ranked(interactions.counts, preference, interactions.listeners)

    def memory(self, interactions: Interactions) -> int:
        """Count the cells, their periods, and the items."""
        return OwnItems.foretold(interactions.counts) + interactions.periods.memory
