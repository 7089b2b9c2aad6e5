"""The leading singular vectors of a sparse matrix."""

import numpy as np
from scipy import sparse
from scipy.sparse.linalg import svds


def leading_singular(
    matrix: sparse.csr_matrix, n_factors: int, seed: int, tolerance: float = 0.0
) -> tuple[np.ndarray, np.ndarray]:
    """Decompose (Lanczos iterations, Lehoucq, Sorensen & Yang 1998), largest singular value first.

    Parameters
    ----------
    matrix
        Users x items; not all of it 0.
    n_factors
        At least 1 and below both dimensions.
    seed
        Seed of the start; the result does not depend on it beyond rounding.

    tolerance
        Relative, of the singular values; 0 is as exact as the machine.

    Returns
    -------
    users
        Left singular vectors times the singular values, shape (n_factors, n_users).
    items
        Right singular vectors, shape (n_factors, n_items); the largest entry of each is positive.
    """
    start = np.random.default_rng(seed).uniform(-1, 1, min(matrix.shape))
    left, values, items = svds(matrix.astype(np.float64), n_factors, v0=start, tol=tolerance)
    order = np.argsort(-values, kind="stable")
    users, items = (left * values).T[order], items[order]
    largest = np.abs(items).argmax(axis=1)
    signs = np.where(items[np.arange(n_factors), largest] < 0, -1.0, 1.0)[:, None]
    return users * signs, items * signs
