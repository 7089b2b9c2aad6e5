"""What resembles the items that a user plays (item-based collaborative filtering, Sarwar et al. 2001)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np
from scipy import sparse

from models_py.data.interactions import Interactions
from models_py.matrices.neighbours import Neighbours, most_wanted, neighbours_memory, neighbours_of_all
from models_py.matrices.weighting import Preparation, row_norms
from models_py.recommenders.base import Recommender
from models_py.recommenders.fitted import ItemWeights

Prepared = tuple[Preparation, sparse.csr_matrix, Mapping[tuple[float, float], Neighbours]]


@dataclass(frozen=True)
class ItemKNN(Recommender):
    """Cosine neighbours on weighted plays; users with long histories are held back, since they link everything.

    Neighbours come best first, so that one pass serves every number of them, power, shrinkage and sharpness.
    """

    name: ClassVar[str] = "item_knn"
    space: ClassVar[dict[str, tuple]] = {
        "weighting": ("binary", "log", "log_share", "bm25"),
        "neighbours": (25, 50, 100, 200, 400),
        "user_power": (0.0, 0.5, 1.0),
        "shrinkage": (0.0, 0.1, 1.0),
        "sharpness": (0.5, 1.0, 2.0),
    }
    prepared_by: ClassVar[tuple[str, ...]] = ("weighting",)

    weighting: str = "log_share"
    neighbours: int = 100
    user_power: float = 0.5
    shrinkage: float = 0.1
    sharpness: float = 1.0

    @classmethod
    def prepare(cls, settings: Sequence[Self], interactions: Interactions, seed: int) -> Prepared:
        """Find the most neighbours of each item that a setting wants, with each power and shrinkage."""
        preparation = Preparation.of(interactions.counts, settings[0].weighting)
        histories = preparation(interactions.counts)
        norms = np.maximum(row_norms(histories), 1e-12)
        scales = {power: norms**-power for power in sorted({setting.user_power for setting in settings})}
        asked = [((setting.user_power, setting.shrinkage), setting.neighbours) for setting in settings]
        return preparation, histories, neighbours_of_all(histories.T.tocsr(), scales, most_wanted(asked))

    def fit(self, interactions: Interactions, seed: int, prepared: Prepared | None = None) -> ItemWeights:
        """Keep each item's nearest; the seed is not used."""
        preparation, histories, found = prepared or self.prepare([self], interactions, seed)
        weights = found[self.user_power, self.shrinkage].cut(self.neighbours, self.sharpness).T.tocsr()
        return ItemWeights(histories, weights, preparation)

    def memory(self, interactions: Interactions) -> int:
        """Count the weighted cells by user and by item, and every item's neighbours."""
        n_items = interactions.n_items
        return 2 * Preparation.memory(interactions.counts) + neighbours_memory(n_items, n_items, self.neighbours)
