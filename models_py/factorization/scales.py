"""The scales that counts are factorized and judged on."""

from collections.abc import Callable

import numpy as np
from scipy import sparse

# Of plays, and of all plays of the same user in train. A few cells hold thousands of plays, so squared errors on
# 'plays' are theirs; 'log_plays' lets every cell speak; 'percent' makes light and heavy listeners alike.
SCALES: dict[str, Callable[[np.ndarray, np.ndarray], np.ndarray]] = {
    "plays": lambda plays, of_user: plays,
    "log_plays": lambda plays, of_user: np.log1p(plays),
    "percent": lambda plays, of_user: 100 * plays / of_user,
}


def scaled(counts: sparse.csr_matrix, scale: str, train: sparse.csr_matrix) -> sparse.csr_matrix:
    """Put counts on a scale, in double precision.

    Parameters
    ----------
    counts
        Plays, users x items. Cells that are not stored stay 0, on every scale.
    scale
        'plays', 'log_plays' for ln(1 + plays), or 'percent' of the user's plays in train.
    train
        Plays in train, users x items; who has none counts as having one.

    Returns
    -------
    sparse.csr_matrix
        A new matrix of the same shape.
    """
    matrix = counts.astype(np.float64)
    of_users = np.maximum(np.asarray(train.sum(axis=1, dtype=np.float64)).ravel(), 1.0)
    matrix.data = SCALES[scale](matrix.data, np.repeat(of_users, np.diff(matrix.indptr)))
    return matrix


def without(cells: sparse.csr_matrix, others: sparse.csr_matrix) -> sparse.csr_matrix:
    """Leave out the cells that another matrix stores as well."""
    both = cells.multiply(others.astype(bool)).tocsr()
    kept = (cells - both).tocsr()
    kept.eliminate_zeros()
    kept.sort_indices()
    return kept
