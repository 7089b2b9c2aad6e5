"""The users and items that have enough of each other."""

import numpy as np
from scipy import sparse


def core(counts: sparse.csr_matrix, min_items: int, min_users: int) -> tuple[np.ndarray, np.ndarray]:
    """Users with so many items and items with so many users, repeated until stable; indices in ascending order."""
    cells = counts > 0
    users, items = np.ones(cells.shape[0], dtype=bool), np.ones(cells.shape[1], dtype=bool)
    while True:
        kept_users = users & (cells @ items.astype(np.int64) >= min_items)
        kept_items = items & (cells.T @ kept_users.astype(np.int64) >= min_users)
        if (kept_users == users).all() and (kept_items == items).all():
            return np.flatnonzero(users), np.flatnonzero(items)
        users, items = kept_users, kept_items
