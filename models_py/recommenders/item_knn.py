"""What resembles the items that a user plays (item-based collaborative filtering, Sarwar et al. 2001)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np
from scipy import sparse

from models_py.data.interactions import DECAYS, Interactions
from models_py.matrices.neighbours import SIMILARITIES, Neighbours, Search, neighbours_memory, neighbours_of_all
from models_py.matrices.weighting import DAMPED, Preparation, length_scale, scale_columns
from models_py.recommenders.base import Fading
from models_py.recommenders.fitted import ItemWeights


@dataclass(frozen=True)
class ItemKNN(Fading):
    """Neighbours on weighted plays; users with long histories are held back, since they link everything.

    Items are compared by one weighting and added up by another. An item is scored by its own nearest ('target'), or by
    those that it is one of the nearest of ('source'). Their similarities' sum to a power divides the score, so that
    items with many like them do not win by that. Neighbours come best first, so that one pass serves every number of
    them, shrinkage, similarity, sharpness and normalization.
    """

    name: ClassVar[str] = "item_knn"
    space: ClassVar[dict[str, tuple]] = {
        "nearest_to": ("target", "source"),
        "compared_by": DAMPED,
        "weighting": DAMPED,
        "similarity": SIMILARITIES,
        "neighbours": (5, 8, 12, 20, 35, 60, 100, 200, 400),
        "user_power": (0.0, 0.5, 1.0),
        "shrinkage": (0.0, 0.1, 0.3, 1.0, 3.0),
        "sharpness": (0.5, 1.0, 1.5, 2.0, 3.0),
        "normalization": (0.0, 0.25, 0.5, 0.75, 1.0),
        "decay": DECAYS,
    }
    # wider spaces were tried: dbt_project/docs/recommenders.md
    ends: ClassVar[Mapping[str, tuple]] = {
        "normalization": (1.0,),
        "user_power": (1.0,),
        "neighbours": (400,),
        "sharpness": (0.5,),
    }
    prepared_by: ClassVar[tuple[str, ...]] = ("compared_by", "decay")

    nearest_to: str = "target"
    compared_by: str = "log_share"
    weighting: str = "log_share"
    similarity: str = "cosine"
    neighbours: int = 20
    user_power: float = 0.5
    shrinkage: float = 0.1
    sharpness: float = 1.0
    normalization: float = 0.25

    @classmethod
    def prepare(cls, settings: Sequence[Self], interactions: Interactions, seed: int) -> Mapping[Search, Neighbours]:
        """Find the most neighbours of each item that a setting wants, with each power, shrinkage and similarity."""
        counts = interactions.faded(settings[0].decay).counts
        compared = Preparation.of(counts, settings[0].compared_by)(counts)
        scales = {power: length_scale(compared, -power) for power in sorted({one.user_power for one in settings})}
        return neighbours_of_all(compared.T.tocsr(), scales, [setting._search for setting in settings])

    def fit(
        self, interactions: Interactions, seed: int, prepared: Mapping[Search, Neighbours] | None = None
    ) -> ItemWeights:
        """Keep each item's nearest; the seed is not used."""
        found = (prepared or self.prepare([self], interactions, seed))[self._search]
        counts = interactions.faded(self.decay).counts
        preparation = Preparation.of(counts, self.weighting)
        return ItemWeights(preparation(counts), self._weights(found), preparation)

    def memory(self, interactions: Interactions) -> int:
        """Count the weighted cells by user and by item, and every item's neighbours."""
        n_items = interactions.n_items
        return (
            interactions.fading_memory
            + 2 * Preparation.memory(interactions.counts)
            + neighbours_memory(n_items, n_items, self.neighbours)
        )

    @property
    def _search(self) -> Search:
        return Search(self.neighbours, self.similarity, self.shrinkage, self.user_power)

    def _weights(self, found: Neighbours) -> sparse.csr_matrix:
        """Weigh the nearest, from the item that is played to those it speaks for."""
        nearest = found.cut(self.neighbours, self.sharpness)
        between = nearest if self.nearest_to == "source" else nearest.T.tocsr()
        sums = np.asarray(between.sum(axis=0, dtype=np.float64)).ravel()
        return scale_columns(between, np.maximum(sums, 1e-12) ** -self.normalization)
