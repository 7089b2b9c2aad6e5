"""Linear models of items, exact over the whole catalogue: from ridge regression to EASE (Steck 2019)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np

from models_py.data.interactions import Interactions
from models_py.matrices.inverse import Decomposition, inverse_memory
from models_py.matrices.weighting import Preparation, popularity_scale
from models_py.recommenders.base import Recommender
from models_py.recommenders.fitted import InverseWeights

Prepared = tuple[Preparation, Decomposition, Mapping[float, np.ndarray]]


@dataclass(frozen=True)
class EASE(Recommender):
    """Each item is predicted from all items; an exponent of 1 is EASE, whose items do not predict themselves, 0 ridge.

    `regularization` is in mean squared lengths of the users' rows, whose sizes differ with the weighting. One
    decomposition serves every regularization, exponent and power of popularity that scores are multiplied by.
    """

    name: ClassVar[str] = "ease"
    space: ClassVar[dict[str, tuple]] = {
        "weighting": ("binary", "log", "log_share", "bm25"),
        "popularity_power": (0.0, 0.15, 0.3, 0.45),
        "user_power": (0.0, 0.5, 1.0),
        "regularization": (0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0),
        "exponent": (0.0, 0.25, 0.5, 0.75, 1.0),
        "score_power": (0.0, 0.15, 0.3, 0.45),
    }
    ends: ClassVar[Mapping[str, tuple]] = {"exponent": (1.0,)}
    prepared_by: ClassVar[tuple[str, ...]] = ("weighting", "popularity_power", "user_power")

    weighting: str = "log_share"
    popularity_power: float = 0.3
    user_power: float = 0.0
    regularization: float = 1.0
    exponent: float = 0.5
    score_power: float = 0.3

    @classmethod
    def prepare(cls, settings: Sequence[Self], interactions: Interactions, seed: int) -> Prepared:
        """Decompose, and find the diagonals of the inverses that the settings want."""
        first = settings[0]
        preparation = Preparation.of(
            interactions.counts, first.weighting, first.popularity_power, user_power=first.user_power
        )
        decomposition = Decomposition.of(preparation(interactions.counts))
        wanted = {setting.regularization for setting in settings}
        found = decomposition.diagonals(size * decomposition.mean_energy for size in sorted(wanted))
        return preparation, decomposition, dict(zip(sorted(wanted), found.values(), strict=True))

    def fit(self, interactions: Interactions, seed: int, prepared: Prepared | None = None) -> InverseWeights:
        """Invert; the seed is not used."""
        preparation, decomposition, diagonals = prepared or self.prepare([self], interactions, seed)
        size, diagonal = self.regularization * decomposition.mean_energy, diagonals[self.regularization]
        scale = popularity_scale(interactions.listeners, self.score_power)
        return InverseWeights(
            histories=decomposition.matrix,
            inverse=decomposition.inverse(size),
            regularization=size,
            own=scale * size ** (self.exponent - 1),
            others=scale / diagonal**self.exponent,
            preparation=preparation,
        )

    def memory(self, interactions: Interactions) -> int:
        """Count the weighted cells, and the decomposition."""
        return 2 * Preparation.memory(interactions.counts) + inverse_memory(interactions.counts)
