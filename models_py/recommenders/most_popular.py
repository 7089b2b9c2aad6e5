"""The same list for everybody: what most people play."""

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from models_py.data.interactions import Interactions
from models_py.recommenders.base import Recommender
from models_py.recommenders.fitted import SameForAll


@dataclass(frozen=True)
class MostPopular(Recommender):
    """Popularity, counted in listeners or in plays."""

    name: ClassVar[str] = "most_popular"
    is_baseline: ClassVar[bool] = True
    space: ClassVar[dict[str, tuple]] = {"counted_in": ("listeners", "plays")}

    counted_in: str = "listeners"

    def fit(self, interactions: Interactions, seed: int, prepared: Any = None) -> SameForAll:
        """Count; the seed is not used."""
        counts = interactions.listeners if self.counted_in == "listeners" else interactions.plays
        return SameForAll(counts.astype(np.float64))

    def memory(self, interactions: Interactions) -> int:
        """Count a few values per item, and the cells' plays in double precision while they are added up."""
        return 32 * interactions.n_items + 24 * interactions.counts.nnz
