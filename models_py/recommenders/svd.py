"""Truncated singular value decomposition, empty cells counted as zero (PureSVD, Cremonesi et al. 2010)."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from sklearn.decomposition import TruncatedSVD

from models_py.data.interactions import Interactions
from models_py.matrices.weighting import held_back, popularity_scale, weighting_memory
from models_py.recommenders.base import TASKS


@dataclass(frozen=True)
class FittedFactors:
    """User and item factors, float64, whose product scores."""

    user_factors: np.ndarray
    item_factors: np.ndarray

    def scores(self, users: np.ndarray) -> np.ndarray:
        """Inner products, float32, shape (len(users), n_items)."""
        # a product's last bits change with the block's size and the number of threads: rounding hides them
        return (self.user_factors[users] @ self.item_factors.T).astype(np.float32)


def factor_memory(interactions: Interactions, factors: int) -> int:
    """Bytes of a randomized decomposition: six matrices with a row per user or item, a column per factor."""
    return 6 * 8 * (factors + 10) * (interactions.n_users + interactions.n_items) + 32 * interactions.counts.nnz


def without_factors(interactions: Interactions) -> FittedFactors:
    """Return the model of a matrix too small to factorize: every score is 0."""
    return FittedFactors(np.zeros((interactions.n_users, 1)), np.zeros((interactions.n_items, 1)))


@dataclass(frozen=True)
class SVD:
    """TruncatedSVD of damped plays; columns are scaled by popularity to a negative power before, and back after."""

    name: ClassVar[str] = "svd"
    tasks: ClassVar[tuple[str, ...]] = TASKS
    is_baseline: ClassVar[bool] = False
    needs_times: ClassVar[bool] = False
    space: ClassVar[dict[str, tuple]] = {
        "factors": (16, 32, 64, 128),
        "weighting": ("binary", "log", "log_share", "bm25"),
        "popularity_power": (0.0, 0.2, 0.4, 0.6),
    }

    factors: int = 32
    weighting: str = "log_share"
    popularity_power: float = 0.4

    def fit(self, interactions: Interactions, seed: int) -> FittedFactors:
        """Decompose; fewer factors where the matrix is smaller."""
        scaled = held_back(interactions, self.weighting, self.popularity_power)
        factors = min(self.factors, min(scaled.shape) - 1)
        if factors < 1 or scaled.nnz == 0:
            return without_factors(interactions)
        decomposition = TruncatedSVD(factors, n_iter=4, random_state=seed)
        # shares of variance, which nobody reads here, are 0 / 0 where everybody plays the same
        with np.errstate(divide="ignore", invalid="ignore"):
            user_factors = decomposition.fit_transform(scaled.astype(np.float64))
        item_factors = decomposition.components_.T * popularity_scale(interactions, self.popularity_power)[:, None]
        return FittedFactors(user_factors, item_factors)

    def memory(self, interactions: Interactions) -> int:
        """Count the weighted cells, and the tall matrices that the decomposition works on."""
        return weighting_memory(interactions) + factor_memory(interactions, self.factors)
