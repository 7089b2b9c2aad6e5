"""The same list for everybody: what most people play."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from models_py.data.interactions import Interactions
from models_py.recommenders.base import TASKS


@dataclass(frozen=True)
class SameForAll:
    """One score per item, whoever asks."""

    item_scores: np.ndarray

    def scores(self, users: np.ndarray) -> np.ndarray:
        """Scores of every item for each user, shape (len(users), n_items)."""
        return np.broadcast_to(self.item_scores, (len(users), len(self.item_scores)))


@dataclass(frozen=True)
class MostPopular:
    """Popularity, counted in listeners or in plays."""

    name: ClassVar[str] = "most_popular"
    tasks: ClassVar[tuple[str, ...]] = TASKS
    is_baseline: ClassVar[bool] = True
    needs_times: ClassVar[bool] = False
    space: ClassVar[dict[str, tuple]] = {"counted_in": ("listeners", "plays")}

    counted_in: str = "listeners"

    def fit(self, interactions: Interactions, seed: int) -> SameForAll:
        """Count; the seed is not used."""
        counts = interactions.listeners if self.counted_in == "listeners" else interactions.plays
        return SameForAll(counts.astype(np.float64))

    def memory(self, interactions: Interactions) -> int:
        """Count a few values per item, and the cells' plays in double precision while they are added up."""
        return 32 * interactions.n_items + 24 * interactions.counts.nnz
