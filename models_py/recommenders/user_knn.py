"""What the most similar listeners play (user-based collaborative filtering, Resnick et al. 1994)."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from scipy import sparse

from models_py.data.interactions import Interactions
from models_py.matrices.neighbours import nearest, neighbours_memory
from models_py.matrices.weighting import held_back, weighted, weighting_memory
from models_py.recommenders.base import TASKS


@dataclass(frozen=True)
class FittedUserKNN:
    """Weighted rows; neighbours are looked up for the users asked for."""

    weights: sparse.csr_matrix
    vectors: sparse.csr_matrix
    settings: "UserKNN"

    def scores(self, users: np.ndarray) -> np.ndarray:
        """Sum of the neighbours' weights, each times its similarity, shape (len(users), n_items)."""
        similarity = nearest(
            self.vectors[users],
            users,
            self.vectors,
            self.settings.neighbours,
            self.settings.shrinkage,
            self.settings.sharpness,
        )
        return (similarity @ self.weights).toarray()


@dataclass(frozen=True)
class UserKNN:
    """Cosine neighbours on damped plays, with popular items held back in the comparison."""

    name: ClassVar[str] = "user_knn"
    tasks: ClassVar[tuple[str, ...]] = TASKS
    is_baseline: ClassVar[bool] = False
    needs_times: ClassVar[bool] = False
    space: ClassVar[dict[str, tuple]] = {
        "weighting": ("binary", "log", "log_share", "bm25"),
        "neighbours": (25, 50, 100, 200, 400),
        "popularity_power": (0.0, 0.25, 0.5),
        "shrinkage": (0.0, 0.1, 1.0),
        "sharpness": (1.0, 2.0, 4.0),
    }

    weighting: str = "log_share"
    neighbours: int = 100
    popularity_power: float = 0.25
    shrinkage: float = 0.1
    sharpness: float = 2.0

    def fit(self, interactions: Interactions, seed: int) -> FittedUserKNN:
        """Weight the rows; the seed is not used."""
        weights = weighted(interactions, self.weighting)
        return FittedUserKNN(weights, held_back(interactions, self.weighting, self.popularity_power), self)

    def memory(self, interactions: Interactions) -> int:
        """Count two sets of weighted cells, one more by item for the comparison, and every user's neighbours."""
        n_users = interactions.n_users
        return 2 * weighting_memory(interactions) + neighbours_memory(n_users, n_users, self.neighbours)
