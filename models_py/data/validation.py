"""What models are chosen by: held-out interactions of the validation part."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy import sparse


@dataclass(frozen=True)
class Validation:
    """What users played in validation, per task.

    Attributes
    ----------
    relevant : mapping of str to csr_matrix of bool, shape (n_users, n_items)
        Relevant items of the catalogue.
    n_relevant : mapping of str to array of int64, shape (n_users,)
        Relevant items with those outside the catalogue, which nobody can recommend and which count as misses.
    """

    relevant: Mapping[str, sparse.csr_matrix]
    n_relevant: Mapping[str, np.ndarray]

    @classmethod
    def from_cells(
        cls,
        user_index: np.ndarray,
        item_index: np.ndarray,
        is_repeat: np.ndarray,
        shape: tuple[int, int],
        is_new_artist: np.ndarray | None = None,
    ) -> "Validation":
        """Build from the rows of `validation_interactions`; an item index of -1 is an item outside the catalogue.

        Where nothing is said of artists, every discovery is of a new one.
        """
        chosen = {"discovery": ~is_repeat, "repeat": is_repeat, "all": np.ones(len(user_index), dtype=bool)}
        chosen["new_artists"] = chosen["discovery"] if is_new_artist is None else is_new_artist
        relevant = {}
        for task, rows in chosen.items():
            known = rows & (item_index >= 0)
            cells = (np.ones(known.sum(), dtype=bool), (user_index[known], item_index[known]))
            relevant[task] = sparse.csr_matrix(cells, shape=shape, dtype=bool)
        counts = {task: np.bincount(user_index[rows], minlength=shape[0]) for task, rows in chosen.items()}
        return cls(relevant, counts)

    def restricted(self, users: np.ndarray, items: np.ndarray) -> "Validation":
        """Keep these users and items, numbered in the order given; what else the users played counts as misses."""
        return Validation(
            {task: cells[users][:, items] for task, cells in self.relevant.items()},
            {task: counts[users] for task, counts in self.n_relevant.items()},
        )
