"""Small matrices for tests, and one setting for properties: the same examples in every run."""

import numpy as np
from hypothesis import settings
from scipy import sparse

from models_py.data.interactions import Interactions, Periods

WINDOWS = (30, 90, 180, 365)

reproducible = settings(derandomize=True, max_examples=100, database=None)


def interactions_of(dense: np.ndarray) -> Interactions:
    """Wrap a dense users x items matrix of plays: three items share a parent, a half of them tags; two periods."""
    dense = np.asarray(dense)
    n_items = dense.shape[1]
    windows = {days: np.ceil(dense.sum(axis=0) * days / 400) for days in WINDOWS}
    counts = sparse.csr_matrix(dense, dtype=np.float32)
    last_played = counts.astype(np.float64)
    last_played.data = 12_000 + 37 * last_played.data % 1_000
    return Interactions(
        counts=counts,
        parents=_parents(n_items),
        windows=windows,
        last_played=last_played,
        periods=_periods(counts),
        tags=_tags(n_items),
    )


def _parents(n_items: int) -> np.ndarray:
    """Let three items share a parent, and none of one half share one with the other."""
    first = n_items // 2
    items = np.arange(n_items)
    return np.where(items < first, items // 3, (first + 2) // 3 + (items - first) // 3)


def _periods(counts: sparse.csr_matrix) -> Periods:
    """Put a cell's plays but the first third into the last of two periods."""
    plays = np.column_stack([counts.data - counts.data // 3, counts.data // 3])
    return Periods(sparse.csr_matrix(plays, dtype=np.float64), np.array([45.0, 400.0]))


def _tags(n_items: int) -> sparse.csr_matrix:
    """Give items of each half tags of their own; some items have none."""
    tags = np.zeros((n_items, 12))
    for place in range(3):
        tags[np.arange(n_items), 6 * (np.arange(n_items) >= n_items // 2) + (np.arange(n_items) // 3 + place) % 6] += (
            place
        )
    tags[::11] = 0
    return sparse.csr_matrix(tags)


def random_plays(n_users: int, n_items: int, density: float, seed: int = 0) -> np.ndarray:
    """Draw play counts, shape (n_users, n_items); most cells hold a few plays, some hundreds."""
    rng = np.random.default_rng(seed)
    return np.ceil(rng.lognormal(1, 1.5, (n_users, n_items))) * (rng.random((n_users, n_items)) < density)


def two_groups(n_users: int, n_items: int, density: float, seed: int = 0) -> np.ndarray:
    """Draw plays of two groups that share no item: the first half of the users plays the first half of the items."""
    rows, columns = np.arange(n_users) < n_users // 2, np.arange(n_items) < n_items // 2
    return random_plays(n_users, n_items, density, seed) * (rows[:, None] == columns)
