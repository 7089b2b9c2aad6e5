"""What the user plays most."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from scipy import sparse

from models_py.data.interactions import Interactions


@dataclass(frozen=True)
class OwnItems:
    """Scores of the played cells, between 1 and 2; items the user never played come behind them, by their listeners."""

    played: sparse.csr_matrix
    popularity: np.ndarray

    def scores(self, users: np.ndarray) -> np.ndarray:
        """Scores of every item for each user, shape (len(users), n_items)."""
        scores = np.tile(self.popularity, (len(users), 1))
        rows = self.played[users]
        scores[np.repeat(np.arange(len(users)), np.diff(rows.indptr)), rows.indices] = rows.data
        return scores


def own_items(interactions: Interactions, preference: np.ndarray) -> OwnItems:
    """Rank each user's own items by a preference (any real number per cell, in the order of the cells)."""
    counts, listeners = interactions.counts, interactions.listeners
    users = np.repeat(np.arange(interactions.n_users), np.diff(counts.indptr))
    strongest = np.full(interactions.n_users, -np.inf)
    np.maximum.at(strongest, users, preference)
    scores = 1 + 1 / (1 + strongest[users] - preference)
    cells = sparse.csr_matrix((scores, counts.indices, counts.indptr), shape=counts.shape)
    return OwnItems(cells, listeners / (listeners.max(initial=0) + 1))


def own_items_memory(interactions: Interactions) -> int:
    """Bytes of a score per cell, of what it is made from, and of a few values per item."""
    return 56 * interactions.counts.nnz + 32 * interactions.n_items


@dataclass(frozen=True)
class PersonalTop:
    """The user's own items by play count: the baseline of everything that may repeat."""

    name: ClassVar[str] = "personal_top"
    tasks: ClassVar[tuple[str, ...]] = ("repeat", "all")
    is_baseline: ClassVar[bool] = True
    needs_times: ClassVar[bool] = False
    space: ClassVar[dict[str, tuple]] = {}

    def fit(self, interactions: Interactions, seed: int) -> OwnItems:
        """Rank by play count; the seed is not used."""
        return own_items(interactions, np.log2(interactions.counts.data.astype(np.float64)))

    def memory(self, interactions: Interactions) -> int:
        """Count the cells and the items."""
        return own_items_memory(interactions)
