"""What the most similar listeners play (user-based collaborative filtering, Resnick et al. 1994)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np

from models_py.data.interactions import Interactions
from models_py.matrices.neighbours import Neighbours, neighbours_by_shrinkage, neighbours_memory
from models_py.matrices.weighting import Preparation
from models_py.recommenders.base import Recommender
from models_py.recommenders.fitted import SimilarUsers


@dataclass(frozen=True)
class UserKNN(Recommender):
    """Cosine neighbours on weighted plays, with popular items held back in the comparison."""

    name: ClassVar[str] = "user_knn"
    space: ClassVar[dict[str, tuple]] = {
        "weighting": ("binary", "log", "log_share", "bm25"),
        "neighbours": (25, 50, 100, 200, 400),
        "popularity_power": (0.0, 0.25, 0.5),
        "shrinkage": (0.0, 0.1, 1.0),
        "sharpness": (1.0, 2.0, 4.0),
    }
    prepared_by: ClassVar[tuple[str, ...]] = ("weighting", "popularity_power")

    weighting: str = "log_share"
    neighbours: int = 100
    popularity_power: float = 0.25
    shrinkage: float = 0.1
    sharpness: float = 2.0

    @classmethod
    def prepare(cls, settings: Sequence[Self], interactions: Interactions, seed: int) -> Mapping[float, Neighbours]:
        """Find the most neighbours of each user that a setting wants, with every shrinkage."""
        first, most = settings[0], max(setting.neighbours for setting in settings)
        vectors = first._compared(interactions)(interactions.counts)
        shrinkages = sorted({setting.shrinkage for setting in settings})
        return neighbours_by_shrinkage(vectors, np.arange(interactions.n_users), vectors, most, shrinkages)

    def fit(
        self, interactions: Interactions, seed: int, prepared: Mapping[float, Neighbours] | None = None
    ) -> SimilarUsers:
        """Weigh the histories; the seed is not used. Neighbours that are not prepared are looked up when asked for."""
        counts, compared = interactions.counts, self._compared(interactions)
        return SimilarUsers(
            vectors=compared(counts),
            weights=Preparation.of(counts, self.weighting)(counts),
            compared=compared,
            neighbours=self.neighbours,
            shrinkage=self.shrinkage,
            sharpness=self.sharpness,
            found=prepared[self.shrinkage] if prepared else None,
        )

    def memory(self, interactions: Interactions) -> int:
        """Count two sets of weighted cells, one more by item for the comparison, and every user's neighbours."""
        n_users = interactions.n_users
        return 2 * Preparation.memory(interactions.counts) + neighbours_memory(n_users, n_users, self.neighbours)

    def _compared(self, interactions: Interactions) -> Preparation:
        return Preparation.of(interactions.counts, self.weighting, self.popularity_power)
