"""What all histories say about pairs of items: enough to learn weights between items without the histories."""

from dataclasses import dataclass

import numpy as np

from models_py.matrices.weighting import Preparation


@dataclass(frozen=True)
class Gram:
    """X'X of prepared histories X, users x items.

    Attributes
    ----------
    values : array of float64, shape (n_items, n_items)
    listeners : array of int64, shape (n_items,)
    n_users : int
    preparation : Preparation
        What makes X of plays.
    """

    values: np.ndarray
    listeners: np.ndarray
    n_users: int
    preparation: Preparation

    @property
    def energy(self) -> float:
        """Sum of the squares of X."""
        return float(np.trace(self.values))
