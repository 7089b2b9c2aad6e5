"""What resembles the items that a user plays (item-based collaborative filtering, Sarwar et al. 2001)."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from scipy import sparse

from models_py.data.interactions import Interactions
from models_py.matrices.neighbours import nearest, neighbours_memory
from models_py.matrices.weighting import row_norms, scale_rows, weighted, weighting_memory
from models_py.recommenders.base import TASKS


@dataclass(frozen=True)
class FittedItemKNN:
    """Weighted rows and the nearest items of each item."""

    weights: sparse.csr_matrix
    similarity: sparse.csr_matrix

    def scores(self, users: np.ndarray) -> np.ndarray:
        """Sum over the user's items of weight times similarity, shape (len(users), n_items)."""
        return (self.weights[users] @ self.similarity).toarray()


@dataclass(frozen=True)
class ItemKNN:
    """Cosine neighbours on damped plays; users with long histories are held back, since they link everything."""

    name: ClassVar[str] = "item_knn"
    tasks: ClassVar[tuple[str, ...]] = TASKS
    is_baseline: ClassVar[bool] = False
    needs_times: ClassVar[bool] = False
    space: ClassVar[dict[str, tuple]] = {
        "weighting": ("binary", "log", "log_share", "bm25"),
        "neighbours": (25, 50, 100, 200, 400),
        "user_power": (0.0, 0.5, 1.0),
        "shrinkage": (0.0, 0.1, 1.0),
        "sharpness": (0.5, 1.0, 2.0),
    }

    weighting: str = "log_share"
    neighbours: int = 100
    user_power: float = 0.5
    shrinkage: float = 0.1
    sharpness: float = 1.0

    def fit(self, interactions: Interactions, seed: int) -> FittedItemKNN:
        """Find each item's neighbours, in blocks of items; the seed is not used."""
        weights = weighted(interactions, self.weighting)
        norms = np.maximum(row_norms(weights), 1e-12)
        vectors = scale_rows(weights, norms**-self.user_power).T.tocsr()
        everything = np.arange(interactions.n_items)
        neighbours = nearest(vectors, everything, vectors, self.neighbours, self.shrinkage, self.sharpness)
        return FittedItemKNN(weights, neighbours.T.tocsr())

    def memory(self, interactions: Interactions) -> int:
        """Count the weighted cells by user and by item, and every item's neighbours."""
        n_items = interactions.n_items
        return 2 * weighting_memory(interactions) + neighbours_memory(n_items, n_items, self.neighbours)
