"""What the user played much and lately."""

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from models_py.data.interactions import Interactions
from models_py.recommenders.base import NO_TIMES, Recommender
from models_py.recommenders.fitted import OwnItems


@dataclass(frozen=True)
class PersonalRecent(Recommender):
    """The user's own items by play count, halved for every `half_life_days` since the last play."""

    name: ClassVar[str] = "personal_recent"
    tasks: ClassVar[tuple[str, ...]] = ("repeat", "all")
    is_baseline: ClassVar[bool] = True
    space: ClassVar[dict[str, tuple]] = {"half_life_days": (1, 3, 7, 14, 30, 60, 90, 180, 365, 730)}

    half_life_days: int = 90

    @classmethod
    def lacks(cls, interactions: Interactions) -> str | None:
        """Need the days of last plays."""
        return NO_TIMES if interactions.last_played is None else None

    def fit(self, interactions: Interactions, seed: int, prepared: Any = None) -> OwnItems:
        """Rank by play count and age; the seed is not used."""
        plays = interactions.counts.data.astype(np.float64)
        # as a logarithm, in which the weight of somebody's first plays does not vanish, and in which the day that ages
        # are counted to moves all cells alike and so drops out
        preference = np.log2(plays) + interactions.last_played.data / self.half_life_days
        return OwnItems.ranked(interactions.counts, preference, interactions.listeners)

    def memory(self, interactions: Interactions) -> int:
        """Count the cells with their ages, and the items."""
        return OwnItems.foretold(interactions.counts) + 16 * interactions.counts.nnz
