"""Factors that put what is played above what is not (Bayesian personalized ranking, Rendle et al. 2009)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from implicit.cpu.bpr import BayesianPersonalizedRanking
from scipy import sparse

from models_py.data.interactions import Interactions
from models_py.recommenders.base import Recommender
from models_py.recommenders.fitted import Factors

ITERATIONS = 50


@dataclass(frozen=True)
class BPR(Recommender):
    """Pairs of a played item and one that is not, drawn by seed and in one thread, through `implicit`."""

    name: ClassVar[str] = "bpr"
    space: ClassVar[dict[str, tuple]] = {
        "factors": (8, 16, 32, 64),
        "learning_rate": (0.001, 0.003, 0.01, 0.03, 0.1),
        "regularization": (0.0, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1),
    }
    # wider spaces were tried: dbt_project/docs/recommenders.md
    ends: ClassVar[Mapping[str, tuple]] = {"factors": (64,)}
    in_one_thread: ClassVar[bool] = True

    factors: int = 32
    learning_rate: float = 0.1
    regularization: float = 0.01

    def fit(self, interactions: Interactions, seed: int, prepared: Any = None) -> Factors:
        """Descend."""
        counts = interactions.counts
        if not counts.nnz:
            return Factors.learnt(counts, *(np.zeros((size, 1)) for size in counts.shape), np.zeros(counts.shape[1]))
        bpr = BayesianPersonalizedRanking(
            factors=self.factors,
            learning_rate=self.learning_rate,
            regularization=self.regularization,
            iterations=ITERATIONS,
            num_threads=1,
            random_state=seed,
        )
        bpr.fit(sparse.csr_matrix(counts > 0, dtype=np.float32), show_progress=False)
        # the last column is the item's bias
        users, items = bpr.user_factors[:, :-1].astype(np.float64), bpr.item_factors[:, :-1].astype(np.float64)
        return Factors.learnt(counts, users, items, bpr.item_factors[:, -1].astype(np.float64))

    def memory(self, interactions: Interactions) -> int:
        """Count copies of the cells, and the factors in 32 and in 64 bits."""
        return 60 * interactions.counts.nnz + 40 * (self.factors + 2) * sum(interactions.counts.shape)
