"""The leading singular vectors of a sparse matrix."""

import numpy as np
from scipy import sparse
from scipy.linalg import eigh
from scipy.sparse.linalg import svds

from models_py.matrices.products import inner_products

# With at most so many rows or columns, the inner products of all of them are decomposed: 868 users x 168,000 items with
# 4 million cells, 128 vectors, take 3 s of CPU that way and 19 s by Lanczos iterations.
SMALL = 2048
# Of the largest singular value; below it a value is rounding, since squares of values are what is decomposed.
ROUNDING = 1e-7


def leading_singular(
    matrix: sparse.csr_matrix, n_factors: int, seed: int, tolerance: float = 0.0
) -> tuple[np.ndarray, np.ndarray]:
    """Decompose exactly, largest singular value first.

    Parameters
    ----------
    matrix : csr_matrix
        Users x items.
    n_factors : int
        At least 1. Fewer are given where the matrix is smaller: one less than the smaller of its dimensions.
    seed : int
        Seed of the start of Lanczos iterations (Lehoucq, Sorensen & Yang 1998), which large matrices take; the result
        does not depend on it beyond rounding.
    tolerance : float
        Relative, of the singular values of large matrices; 0 is as exact as the machine.

    Returns
    -------
    users
        Left singular vectors times the singular values, float64, shape (n_factors, n_users).
    items
        Right singular vectors, shape (n_factors, n_items); the largest entry of each is positive. Vectors beyond the
        rank may be 0 on both sides; a matrix without cells, or of one row or column, has one such vector.
    """
    n_factors = min(n_factors, min(matrix.shape) - 1)
    if n_factors < 1 or not matrix.nnz:
        return np.zeros((1, matrix.shape[0])), np.zeros((1, matrix.shape[1]))
    matrix = matrix.astype(np.float64)
    if min(matrix.shape) <= SMALL:
        users, items = _by_products(matrix, n_factors)
    else:
        start = np.random.default_rng(seed).uniform(-1, 1, min(matrix.shape))
        left, values, items = svds(matrix, n_factors, v0=start, tol=tolerance)
        order = np.argsort(-values, kind="stable")
        users, items = (left * values).T[order], items[order]
    largest = np.abs(items).argmax(axis=1)
    signs = np.where(items[np.arange(n_factors), largest] < 0, -1.0, 1.0)[:, None]
    return users * signs, items * signs


def singular_memory(counts: sparse.csr_matrix, n_factors: int) -> int:
    """Bytes of a decomposition of so many cells: two copies of them, the products, and vectors of users and items."""
    least = min(counts.shape)
    products = 4 * 8 * least**2 if least <= SMALL else 8 * (2 * n_factors + 20) * least
    return 40 * counts.nnz + products + 4 * 8 * min(n_factors, least) * sum(counts.shape)


def _by_products(matrix: sparse.csr_matrix, n_factors: int) -> tuple[np.ndarray, np.ndarray]:
    """Decompose the inner products of the rows or of the columns, whichever are fewer."""
    is_wide = matrix.shape[0] <= matrix.shape[1]
    transposed = matrix.T.tocsr()
    rows, columns = (matrix, transposed) if is_wide else (transposed, matrix)
    products = inner_products(rows)
    last = len(products) - 1
    squares, vectors = eigh(products, subset_by_index=[last - n_factors + 1, last], overwrite_a=True)
    values = np.sqrt(np.maximum(squares[::-1], 0.0))
    values[values < ROUNDING * values[0]] = 0.0
    small = vectors.T[::-1] * (values > 0)[:, None]
    large = (columns @ small.T).T
    if is_wide:
        large /= np.where(values > 0, values, 1.0)[:, None]
        return small * values[:, None], large
    return large, small
