"""Sparse non-negative regression of each column on its nearest other columns."""

import numpy as np
from numba import get_num_threads, njit, prange
from scipy import sparse

from models_py.matrices.products import inner_products

# Shares of the columns that the threads divide among them.
SHARES = 64
# Descent ends where no weight moves by more than this share of the largest.
TOLERANCE = 1e-6
MOST_SWEEPS = 300
# Columns whose inner products are all found once, 300 MB, where each is wanted by many.
FEW_COLUMNS = 6144


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
    columns = matrix.T.tocsr().astype(np.float64)
    known = inner_products(columns) if columns.shape[0] <= FEW_COLUMNS else np.empty((0, 0))
    weights = np.zeros(index.shape, dtype=np.float32)
    cells = columns.indptr, columns.indices, columns.data, matrix.shape[0]
    _regress(*cells, known, index, absolute, squared, weights)
    return weights


def regression_memory(n_columns: int, n_rows: int, k: int) -> int:
    """Bytes of the columns' neighbours and weights, of products of few, and of what each thread works with."""
    known = 8 * n_columns**2 if n_columns <= FEW_COLUMNS else 0
    return 8 * n_columns * k + known + get_num_threads() * 8 * (n_rows + k * (k + 4))


@njit(parallel=True, cache=True, nogil=True)
def _regress(starts, rows, values, n_rows, known, index, absolute, squared, weights):
    n_columns, k = index.shape
    for share in prange(SHARES):
        column, products, correlations = np.zeros(n_rows), np.empty((k, k)), np.empty(k)
        for target in range(share * n_columns // SHARES, (share + 1) * n_columns // SHARES):
            n_given = 0
            while n_given < k and index[target, n_given] >= 0:
                n_given += 1
            given = index[target, :n_given]
            if len(known):
                _take(known, given, target, products, correlations)
            else:
                _fill(starts, rows, values, given, target, column, products, correlations)
            _descend(products, correlations, n_given, absolute, squared, weights[target])


@njit(cache=True)
def _take(known, given, target, products, correlations):
    for place in range(len(given)):
        correlations[place] = known[target, given[place]]
        for other in range(len(given)):
            products[place, other] = known[given[place], given[other]]


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
