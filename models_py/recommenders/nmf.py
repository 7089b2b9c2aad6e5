"""Non-negative matrix factorization of the whole matrix, empty cells counted as zero (Lee & Seung 1999)."""

import warnings
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from sklearn.decomposition import NMF as SklearnNMF
from sklearn.exceptions import ConvergenceWarning

from models_py.interactions import Interactions
from models_py.recommenders.base import TASKS
from models_py.recommenders.svd import FittedFactors
from models_py.recommenders.weighting import popularity_scale, scale_columns, weighted


@dataclass(frozen=True)
class NMF:
    """scikit-learn's coordinate descent from an SVD start, on damped plays scaled by popularity as in `svd`."""

    name: ClassVar[str] = "nmf"
    tasks: ClassVar[tuple[str, ...]] = TASKS
    needs_times: ClassVar[bool] = False
    space: ClassVar[dict[str, tuple]] = {
        "factors": (8, 16, 32, 64),
        "weighting": ("binary", "log", "log_share", "bm25"),
        "popularity_power": (0.0, 0.15, 0.3, 0.45),
        "max_iterations": (15, 40),
    }

    factors: int = 32
    weighting: str = "log_share"
    popularity_power: float = 0.3
    max_iterations: int = 15

    def fit(self, interactions: Interactions, seed: int) -> FittedFactors:
        """Factorize; fewer factors where the matrix is smaller."""
        scaled = scale_columns(
            weighted(interactions, self.weighting), popularity_scale(interactions, -self.popularity_power)
        )
        factors = min(self.factors, *scaled.shape)
        if factors < 1 or scaled.nnz == 0:
            return FittedFactors(np.zeros((scaled.shape[0], 1)), np.zeros((scaled.shape[1], 1)))
        model = SklearnNMF(factors, init="nndsvda", max_iter=self.max_iterations, random_state=seed)
        with warnings.catch_warnings():
            # stopping early is a hyper-parameter here, not an accident
            warnings.simplefilter("ignore", ConvergenceWarning)
            user_factors = model.fit_transform(scaled)
        item_factors = model.components_.T * popularity_scale(interactions, self.popularity_power)[:, None]
        return FittedFactors(user_factors, item_factors)
