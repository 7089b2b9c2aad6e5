"""What the user plays most."""

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from models_py.data.interactions import Interactions
from models_py.recommenders.base import Recommender
from models_py.recommenders.fitted import OwnItems


@dataclass(frozen=True)
class PersonalTop(Recommender):
    """The user's own items by play count: the baseline of everything that may repeat."""

    name: ClassVar[str] = "personal_top"
    tasks: ClassVar[tuple[str, ...]] = ("repeat", "all")
    is_baseline: ClassVar[bool] = True

    def fit(self, interactions: Interactions, seed: int, prepared: Any = None) -> OwnItems:
        """Rank by play count; the seed is not used."""
        plays = interactions.counts.data.astype(np.float64)
        return OwnItems.ranked(interactions.counts, np.log2(plays), interactions.listeners)

    def memory(self, interactions: Interactions) -> int:
        """Count the cells and the items."""
        return OwnItems.foretold(interactions.counts)
