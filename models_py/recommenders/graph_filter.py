"""Smoothing a history over the graph of users and items (GF-CF, Shen et al. 2021)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np

from models_py.data.interactions import DECAYS, Interactions
from models_py.matrices.projecting import Linear
from models_py.matrices.singular import leading_singular, singular_memory
from models_py.matrices.weighting import DAMPED, Preparation, popularity_scale
from models_py.recommenders.base import Fading
from models_py.recommenders.fitted import Factors

Prepared = tuple[Preparation, np.ndarray, np.ndarray]


@dataclass(frozen=True)
class GraphFilter(Fading):
    """Two filters of a history's spectrum: by squared singular values, and, `ideal` times, of the first `passed` alone.

    Both within the leading `factors` singular vectors, so that no matrix of items by items is needed.
    """

    name: ClassVar[str] = "graph_filter"
    space: ClassVar[dict[str, tuple]] = {
        "weighting": DAMPED,
        "popularity_power": (0.0, 0.15, 0.3, 0.5, 0.7),
        "user_power": (0.0, 0.5, 1.0),
        "factors": (32, 64, 128, 256, 512),
        "passed": (8, 16, 32, 64, 128),
        "ideal": (0.0, 0.03, 0.1, 0.3, 1.0, 3.0),
        "score_power": (0.0, 0.15, 0.3, 0.5, 0.7),
        "decay": DECAYS,
    }
    # wider spaces were tried: dbt_project/docs/recommenders.md
    ends: ClassVar[Mapping[str, tuple]] = {"factors": (32,), "passed": (128,), "ideal": (3.0,)}
    prepared_by: ClassVar[tuple[str, ...]] = ("weighting", "popularity_power", "user_power", "decay")

    weighting: str = "log_share"
    popularity_power: float = 0.3
    user_power: float = 0.5
    factors: int = 256
    passed: int = 32
    ideal: float = 0.3
    score_power: float = 0.3

    @classmethod
    def prepare(cls, settings: Sequence[Self], interactions: Interactions, seed: int) -> Prepared:
        """Decompose to the largest number of factors, and find how much of the whole each of them is."""
        first, most = settings[0], max(setting.factors for setting in settings)
        counts = interactions.faded(first.decay).counts
        preparation = Preparation.of(counts, first.weighting, first.popularity_power, user_power=first.user_power)
        users, items = leading_singular(preparation(counts), most, seed)
        squares = (users**2).sum(axis=1)
        return preparation, items, squares / max(squares.max(initial=0.0), 1e-300)

    def fit(self, interactions: Interactions, seed: int, prepared: Prepared | None = None) -> Factors:
        """Weigh the vectors."""
        preparation, items, squares = prepared or self.prepare([self], interactions, seed)
        passed = np.arange(len(squares)) < self.passed
        weights = np.sqrt(squares + self.ideal * passed)[: self.factors]
        scale = popularity_scale(interactions.listeners, self.score_power)
        vectors = Linear(items[: self.factors].T * weights)
        return Factors.of_items(interactions.faded(self.decay).counts, vectors, preparation, scale)

    def memory(self, interactions: Interactions) -> int:
        """Count the weighted cells, and what the decomposition works on."""
        return (
            interactions.fading_memory
            + Preparation.memory(interactions.counts)
            + singular_memory(interactions.counts, self.factors)
        )
