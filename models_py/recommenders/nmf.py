"""Non-negative matrix factorization of the whole matrix, empty cells counted as zero (Lee & Seung 1999)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np
from scipy import sparse

from models_py.data.interactions import DECAYS, Interactions
from models_py.matrices.nonnegative import descend, descent_memory, svd_start
from models_py.matrices.projecting import NonNegative
from models_py.matrices.singular import leading_singular, singular_memory
from models_py.matrices.weighting import DAMPED, Preparation
from models_py.recommenders.base import Fading
from models_py.recommenders.fitted import Factors

Prepared = tuple[Preparation, sparse.csr_matrix, np.ndarray, np.ndarray]


@dataclass(frozen=True)
class NMF(Fading):
    """Descent from an SVD start, on weighted plays scaled by popularity as in `svd`; users are folded in at the end."""

    name: ClassVar[str] = "nmf"
    space: ClassVar[dict[str, tuple]] = {
        "factors": (4, 8, 16, 32, 64),
        "weighting": DAMPED,
        "popularity_power": (0.0, 0.15, 0.3, 0.45),
        "sweeps": (5, 15, 40, 100),
        "decay": DECAYS,
    }
    # wider spaces were tried: dbt_project/docs/recommenders.md
    ends: ClassVar[Mapping[str, tuple]] = {"factors": (64,), "sweeps": (100,)}
    prepared_by: ClassVar[tuple[str, ...]] = ("weighting", "popularity_power", "decay")

    factors: int = 32
    weighting: str = "log_share"
    popularity_power: float = 0.3
    sweeps: int = 15

    @classmethod
    def prepare(cls, settings: Sequence[Self], interactions: Interactions, seed: int) -> Prepared:
        """Decompose to the largest number of factors, for the starts."""
        first, most = settings[0], max(setting.factors for setting in settings)
        counts = interactions.faded(first.decay).counts
        preparation = Preparation.of(counts, first.weighting, first.popularity_power)
        matrix = preparation(counts)
        return preparation, matrix, *leading_singular(matrix, most, seed)

    def fit(self, interactions: Interactions, seed: int, prepared: Prepared | None = None) -> Factors:
        """Factorize; fewer factors where the matrix is smaller."""
        preparation, matrix, users, items = prepared or self.prepare([self], interactions, seed)
        start = svd_start(matrix, users[: self.factors], items[: self.factors])
        _, items = descend(matrix, *start, self.sweeps)
        return Factors.of_items(interactions.faded(self.decay).counts, NonNegative(items.T), preparation)

    def memory(self, interactions: Interactions) -> int:
        """Count the weighted cells, and what the start and the descent work on."""
        counts = interactions.counts
        work = max(singular_memory(counts, self.factors), descent_memory(counts, self.factors))
        return interactions.fading_memory + Preparation.memory(counts) + work
