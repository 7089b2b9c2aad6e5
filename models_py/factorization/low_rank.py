"""The one form that every factorization and every baseline here has: a product of two thin matrices."""

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from models_py.matrices.cells import rows_of


@dataclass(frozen=True)
class Factorization:
    """A fitted prediction of every cell, ``user_part @ item_part.T``.

    Predictions are not clipped: a zero-filled svd may predict less than no plays, and that error is its own.

    Attributes
    ----------
    model_name : str
        'svd', 'nmf', 'als', 'global_mean', 'item_mean' or 'user_item_bias'.
    n_factors : int
        Number of factors; 0 for baselines, whose thin matrices hold means. Those of als hold means and biases as well.
    scale : str
        The scale of the predictions: 'plays', 'log_plays' or 'percent'.
    user_part, item_part : array
        float64, shapes (n_users, r) and (n_items, r); one column after another in memory (Fortran order), which makes
        predictions of all items twice as fast.
    """

    model_name: str
    n_factors: int
    scale: str
    user_part: np.ndarray
    item_part: np.ndarray

    def at(self, cells: sparse.csr_matrix) -> np.ndarray:
        """Predictions at the stored cells of a users x items matrix, in the order of its data."""
        predictions = np.zeros(cells.nnz)
        rows = rows_of(cells)
        for user_column, item_column in zip(self.user_part.T, self.item_part.T, strict=True):
            predictions += user_column[rows] * item_column[cells.indices]
        return predictions

    def scores(self, users: np.ndarray) -> np.ndarray:
        """Predictions of every item as scores to rank by, float32, shape (len(users), n_items)."""
        return self.user_part[users].astype(np.float32) @ self.item_part.T.astype(np.float32)

    def columns(self, items: slice) -> np.ndarray:
        """Predictions of every user for a block of items, dense, shape (n block, n_users)."""
        return self.item_part[items] @ self.user_part.T
