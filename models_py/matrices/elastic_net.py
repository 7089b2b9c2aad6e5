"""Sparse non-negative regression of each column on its nearest other columns."""

import numpy as np
from numba import get_num_threads, njit, prange
from scipy import sparse

# Shares of the columns that the threads divide among them.
SHARES = 64
# Descent ends where no weight moves by more than this share of the largest.
TOLERANCE = 1e-6
MOST_SWEEPS = 300


def regressed(matrix: sparse.csr_matrix, index: np.ndarray, absolute: float, squared: float) -> np.ndarray:
    """Find the weights w >= 0 of each column j that minimize |x_j - X w|^2 / 2 + absolute |w|_1 + squared |w|^2 / 2.

    Coordinate descent (Friedman, Hastie & Tibshirani 2010) on the inner products of the few columns that a column is
    explained by.

    Parameters
    ----------
    matrix : csr_matrix, shape (n, n_columns)
        X.
    index : array of int32, shape (n_columns, k)
        Columns that each column may be explained by, itself not among them; -1 at the end where there are fewer than k.
    absolute, squared : float
        Penalties, not negative.

    Returns
    -------
    array of float32, shape (n_columns, k)
    """
    columns = matrix.T.tocsr()
    weights = np.zeros(index.shape, dtype=np.float32)
    _regress(
        columns.indptr,
        columns.indices,
        columns.data.astype(np.float64),
        matrix.shape[0],
        index,
        absolute,
        squared,
        weights,
    )
    return weights


def regression_memory(n_columns: int, n_rows: int, k: int) -> int:
    """Bytes of the columns' neighbours and weights, and of what each thread works with."""
    return 8 * n_columns * k + get_num_threads() * 8 * (n_rows + k * (k + 4))


@njit(parallel=True, cache=True, nogil=True)
def _regress(starts, rows, values, n_rows, index, absolute, squared, weights):
    n_columns, k = index.shape
    for share in prange(SHARES):
        column, products, correlations = np.zeros(n_rows), np.empty((k, k)), np.empty(k)
        for target in range(share * n_columns // SHARES, (share + 1) * n_columns // SHARES):
            n_given = 0
            while n_given < k and index[target, n_given] >= 0:
                n_given += 1
            _fill(starts, rows, values, index[target, :n_given], target, column, products, correlations)
            _descend(products, correlations, n_given, absolute, squared, weights[target])


@njit(cache=True)
def _fill(starts, rows, values, given, target, column, products, correlations):
    """Fill in the inner products of the given columns with each other and with the target."""
    for place in range(-1, len(given)):
        own = target if place < 0 else given[place]
        for cell in range(starts[own], starts[own + 1]):
            column[rows[cell]] = values[cell]
        for other in range(max(place, 0), len(given)):
            product = 0.0
            for cell in range(starts[given[other]], starts[given[other] + 1]):
                product += values[cell] * column[rows[cell]]
            if place < 0:
                correlations[other] = product
            else:
                products[place, other] = products[other, place] = product
        for cell in range(starts[own], starts[own + 1]):
            column[rows[cell]] = 0.0


@njit(cache=True)
def _descend(products, correlations, n_given, absolute, squared, weights):
    # what is still unexplained: correlations less what the weights explain
    rest = correlations[:n_given].copy()
    for _ in range(MOST_SWEEPS):
        largest, moved = 0.0, 0.0
        for place in range(n_given):
            old, own = weights[place], products[place, place]
            new = np.float32(max(rest[place] + own * old - absolute, 0.0) / max(own + squared, 1e-300))
            if new != old:
                for other in range(n_given):
                    rest[other] -= (new - old) * products[place, other]
                weights[place] = new
            largest, moved = max(largest, new), max(moved, abs(new - old))
        if moved <= TOLERANCE * largest:
            return
