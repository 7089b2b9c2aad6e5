"""Truncated singular value decomposition, empty cells counted as zero (PureSVD, Cremonesi et al. 2010)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np

from models_py.data.interactions import DECAYS, Interactions
from models_py.matrices.projecting import Linear
from models_py.matrices.singular import leading_singular, singular_memory
from models_py.matrices.weighting import DAMPED, Preparation
from models_py.recommenders.base import Fading
from models_py.recommenders.fitted import Factors

Prepared = tuple[Preparation, np.ndarray]


@dataclass(frozen=True)
class SVD(Fading):
    """Singular vectors of weighted plays; columns are scaled by popularity to a negative power before, and back after.

    Vectors are nested, so that one decomposition serves every number of factors.
    """

    name: ClassVar[str] = "svd"
    space: ClassVar[dict[str, tuple]] = {
        "factors": (8, 16, 32, 64, 128, 256),
        "weighting": DAMPED,
        "popularity_power": (0.0, 0.2, 0.4, 0.6),
        "decay": DECAYS,
    }
    prepared_by: ClassVar[tuple[str, ...]] = ("weighting", "popularity_power", "decay")

    factors: int = 32
    weighting: str = "log_share"
    popularity_power: float = 0.4

    @classmethod
    def prepare(cls, settings: Sequence[Self], interactions: Interactions, seed: int) -> Prepared:
        """Decompose to the largest number of factors."""
        first, most = settings[0], max(setting.factors for setting in settings)
        counts = interactions.faded(first.decay).counts
        preparation = Preparation.of(counts, first.weighting, first.popularity_power)
        _, items = leading_singular(preparation(counts), most, seed)
        return preparation, items

    def fit(self, interactions: Interactions, seed: int, prepared: Prepared | None = None) -> Factors:
        """Take the leading vectors; fewer where the matrix is smaller."""
        preparation, items = prepared or self.prepare([self], interactions, seed)
        return Factors.of_items(interactions.faded(self.decay).counts, Linear(items[: self.factors].T), preparation)

    def memory(self, interactions: Interactions) -> int:
        """Count the weighted cells, and what the decomposition works on."""
        return (
            interactions.fading_memory
            + Preparation.memory(interactions.counts)
            + singular_memory(interactions.counts, self.factors)
        )
