"""The few items nearest to each item, and how many of them a user plays."""

import numpy as np
from scipy import sparse

from models_py.data.interactions import Interactions
from models_py.matrices.cells import values_at, with_values
from models_py.matrices.neighbours import nearest, neighbours_memory

# Of each item: on validation of 250 people's tracks 3, 8 and 12 told less.
NEAREST = 5


def surroundings(interactions: Interactions) -> sparse.csr_matrix:
    """Find each item's nearest, by the cosine of who plays them; float32, shape (n_items, n_items)."""
    counts = interactions.counts
    players = with_values(counts, np.ones_like(counts.data)).T.tocsr()
    return nearest(players, np.arange(interactions.n_items), players, NEAREST, shrinkage=0.0, sharpness=1.0)


def surroundings_memory(n_items: int) -> int:
    """Bytes of the nearest of so many items."""
    return neighbours_memory(n_items, n_items, NEAREST)


def neighbours_played(
    histories: sparse.csr_matrix, surrounding: sparse.csr_matrix, rows: np.ndarray, items: np.ndarray
) -> list[np.ndarray]:
    """Count the neighbours of some items in a history, each by its similarity, as logarithms of one more.

    Returns
    -------
    list of two arrays, shape of `rows`
        Of the items nearest to an item, those that are played; of the items that are played, those it is nearest to.
    """
    played = with_values(histories, np.ones(histories.nnz, dtype=np.float64))
    return [np.log1p(values_at(played @ near, rows, items)) for near in (surrounding.T.tocsr(), surrounding)]
