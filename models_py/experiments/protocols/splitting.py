"""Splits of play counts, and the k-core."""

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from models_py.matrices.cells import rows_of, with_values
from models_py.matrices.weighting import listeners

# One in so many plays, or cells, is held out.
FOLDS = 5


def split_by_play(counts: sparse.csr_matrix, rng: np.random.Generator) -> tuple[sparse.csr_matrix, sparse.csr_matrix]:
    """Hold out each play with probability 1/5.

    Parameters
    ----------
    counts : csr_matrix, shape (n_users, n_items)
        Plays, whole numbers.
    rng : Generator

    Returns
    -------
    kept, held_out : csr_matrix of float64
        They add up to the counts; a cell may be in both.
    """
    held_out = rng.binomial(counts.data.astype(np.int64), 1 / FOLDS)
    return with_plays(counts, counts.data - held_out), with_plays(counts, held_out)


def split_by_cell(
    counts: sparse.csr_matrix, rng: np.random.Generator, one_in: int = FOLDS
) -> tuple[sparse.csr_matrix, sparse.csr_matrix]:
    """Hold out floor(n / one_in) of each user's n cells, whole; otherwise as `split_by_play`."""
    sizes, users = np.diff(counts.indptr), rows_of(counts)
    shuffled = np.lexsort((rng.random(counts.nnz), users))
    place = np.arange(counts.nnz) - counts.indptr[users]
    is_held_out = np.empty(counts.nnz, dtype=bool)
    is_held_out[shuffled] = place < sizes[users] // one_in
    return with_plays(counts, counts.data * ~is_held_out), with_plays(counts, counts.data * is_held_out)


SPLITS = {"by_play": split_by_play, "by_cell": split_by_cell}


@dataclass(frozen=True)
class Catalogue:
    """Rows and columns of the whole matrix that models learn from; models see them numbered from 0.

    Attributes
    ----------
    users, items : arrays of int64
        Row and column numbers, ascending.
    """

    users: np.ndarray
    items: np.ndarray

    def cut(self, matrix: sparse.csr_matrix) -> sparse.csr_matrix:
        """Take the catalogue's part of a matrix of all users x all items."""
        return matrix[self.users][:, self.items].tocsr()


def core(counts: sparse.csr_matrix, min_items_per_user: int, min_users_per_item: int) -> Catalogue:
    """Find the k-core: leave out users and items with too few cells until none has; with 1 and 1 only empty ones go."""
    users, items = np.arange(counts.shape[0]), np.arange(counts.shape[1])
    while True:
        cells = counts[users][:, items]
        enough_items = np.diff(cells.indptr) >= min_items_per_user
        enough_users = listeners(cells) >= min_users_per_item
        if enough_items.all() and enough_users.all():
            return Catalogue(users, items)
        users, items = users[enough_items], items[enough_users]


def with_plays(counts: sparse.csr_matrix, plays: np.ndarray) -> sparse.csr_matrix:
    """Put other plays into the stored cells of a matrix, in the order of its data; cells without plays are dropped."""
    matrix = with_values(counts, plays.astype(np.float64)).copy()
    matrix.eliminate_zeros()
    return matrix


def is_stored(cells: sparse.csr_matrix, others: sparse.csr_matrix) -> np.ndarray:
    """Tell for each stored cell, in the order of its data, whether another matrix of the shape stores it too."""
    return np.asarray(others[rows_of(cells), cells.indices]).ravel() > 0
