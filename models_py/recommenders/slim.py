"""Sparse linear models of each item on its nearest items (SLIM, Ning & Karypis 2011)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np
from scipy import sparse

from models_py.data.interactions import DECAYS, Interactions
from models_py.matrices.elastic_net import regressed, regressed_by, regression_memory
from models_py.matrices.gram import Gram
from models_py.matrices.neighbours import Neighbours, Search, between, nearest_by, neighbours_memory, searched
from models_py.matrices.weighting import DAMPED, Preparation, popularity_scale, scale_columns
from models_py.recommenders.base import Fading
from models_py.recommenders.fitted import ItemWeights

Prepared = tuple[Preparation, sparse.csr_matrix, Neighbours]


@dataclass(frozen=True)
class SLIM(Fading):
    """A non-negative elastic net on the items that are most alike; one search for them serves every setting.

    Penalties are in mean squared lengths of the items' columns, so that the same values serve data of any size.
    """

    name: ClassVar[str] = "slim"
    space: ClassVar[dict[str, tuple]] = {
        "weighting": DAMPED,
        "popularity_power": (0.0, 0.15, 0.3, 0.45),
        "user_power": (0.0, 0.25, 0.5),
        "neighbours": (5, 10, 20, 40, 80, 160, 320),
        "absolute": (0.0, 0.001, 0.003, 0.01, 0.03, 0.1),
        "squared": (0.3, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0),
        "sharpness": (0.25, 0.5, 0.75, 1.0),
        "score_power": (0.0, 0.15, 0.3, 0.45, 0.6),
        "decay": DECAYS,
    }
    prepared_by: ClassVar[tuple[str, ...]] = ("weighting", "popularity_power", "user_power", "decay")

    weighting: str = "log_share"
    popularity_power: float = 0.0
    user_power: float = 0.25
    neighbours: int = 40
    absolute: float = 0.003
    squared: float = 2.0
    sharpness: float = 0.75
    score_power: float = 0.0

    @classmethod
    def prepare(cls, settings: Sequence[Self], interactions: Interactions, seed: int) -> Prepared:
        """Find the most neighbours of each item that a setting wants."""
        first, most = settings[0], max(setting.neighbours for setting in settings)
        counts = interactions.faded(first.decay).counts
        preparation = Preparation.of(counts, first.weighting, first.popularity_power, user_power=first.user_power)
        histories = preparation(counts)
        columns = histories.T.tocsr()
        (found,) = searched(columns, np.arange(interactions.n_items), columns, [Search(most)])
        return preparation, histories, found

    def fit(self, interactions: Interactions, seed: int, prepared: Prepared | None = None) -> ItemWeights:
        """Solve for every item; the seed is not used."""
        preparation, histories, found = prepared or self.prepare([self], interactions, seed)
        energy = float((histories.data.astype(np.float64) ** 2).sum() / max(interactions.n_items, 1))
        index = np.ascontiguousarray(found.index[:, : self.neighbours])
        weights = regressed(histories, index, self.absolute * energy, self.squared * energy)
        return ItemWeights(histories, self._between(index, weights, interactions.listeners), preparation)

    def of_gram(self, gram: Gram) -> ItemWeights:
        """Solve from X'X; the model folds in, and holds no histories."""
        energy = gram.energy / max(len(gram.values), 1)
        index = nearest_by(gram.values, self.neighbours)
        weights = regressed_by(gram.values, index, self.absolute * energy, self.squared * energy)
        nobody = sparse.csr_matrix((0, len(gram.values)), dtype=np.float32)
        return ItemWeights(nobody, self._between(index, weights, gram.listeners), gram.preparation)

    def _between(self, index: np.ndarray, weights: np.ndarray, listeners: np.ndarray) -> sparse.csr_matrix:
        """Put what explains each item into its column."""
        by_item = between(index, weights ** np.float32(self.sharpness), len(listeners)).T.tocsr()
        return scale_columns(by_item, popularity_scale(listeners, self.score_power))

    def memory(self, interactions: Interactions) -> int:
        """Count the weighted cells by user and by item, every item's neighbours, and the regressions."""
        n_users, n_items = interactions.counts.shape
        k = min(self.neighbours, n_items)
        needed = neighbours_memory(n_items, n_items, k) + regression_memory(n_items, n_users, k)
        return interactions.fading_memory + 2 * Preparation.memory(interactions.counts) + needed
