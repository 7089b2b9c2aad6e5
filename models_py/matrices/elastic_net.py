"""Sparse non-negative regression of each column on its nearest other columns."""

import numpy as np
from numba import get_num_threads, njit, prange
from scipy import sparse

from models_py.matrices.products import inner_products

# Shares of the columns that the threads divide among them.
SHARES = 64
# Descent ends where no weight moves by more than this share of the largest, or after so many sweeps: columns of few
# cells are so much alike that weights move among them for hundreds, which changes no list (NDCG by at most 0.0006 on
# HetRec's artists and on 250 users' tracks, against 300 sweeps).
TOLERANCE = 1e-5
MOST_SWEEPS = 50
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
    if columns.shape[0] <= FEW_COLUMNS:
        return regressed_by(inner_products(columns), index, absolute, squared)
    return _regressed(columns, np.empty((0, 0)), index, absolute, squared)


def regressed_by(products: np.ndarray, index: np.ndarray, absolute: float, squared: float) -> np.ndarray:
    """Find the same weights from the inner products of all columns, X'X of float64, shape (n_columns, n_columns)."""
    return _regressed(sparse.csr_matrix((len(products), 0)), products, index, absolute, squared)


def _regressed(
    columns: sparse.csr_matrix, known: np.ndarray, index: np.ndarray, absolute: float, squared: float
) -> np.ndarray:
    weights = np.zeros(index.shape, dtype=np.float32)
    cells = columns.indptr, columns.indices, columns.data, columns.shape[1]
    _regress(*cells, known, index, absolute, squared, weights)
    return weights


def regression_memory(n_columns: int, n_rows: int, k: int) -> int:
    """Bytes of the columns' neighbours and weights, of products of few, and of what each thread works with."""
    known = 8 * n_columns**2 if n_columns <= FEW_COLUMNS else 0
    by_row = 12 * n_rows * k
    return 8 * n_columns * k + known + get_num_threads() * (20 * n_rows + by_row + 8 * k * (k + 4))


@njit(parallel=True, cache=True, nogil=True)
def _regress(starts, rows, values, n_rows, known, index, absolute, squared, weights):
    n_columns, k = index.shape
    for share in prange(SHARES):
        column, n_in_row = np.zeros(n_rows), np.zeros(n_rows, dtype=np.int64)
        products, correlations = np.empty((k, k), dtype=np.float32), np.empty(k, dtype=np.float32)
        for target in range(share * n_columns // SHARES, (share + 1) * n_columns // SHARES):
            n_given = 0
            while n_given < k and index[target, n_given] >= 0:
                n_given += 1
            given = index[target, :n_given]
            if len(known):
                _take(known, given, target, products, correlations)
            else:
                _fill(starts, rows, values, given, target, column, n_in_row, products, correlations)
            _descend(products, correlations, n_given, absolute, squared, weights[target])


@njit(cache=True)
def _take(known, given, target, products, correlations):
    for place in range(len(given)):
        correlations[place] = known[target, given[place]]
        for other in range(len(given)):
            products[place, other] = known[given[place], given[other]]


@njit(cache=True)
def _fill(starts, rows, values, given, target, column, n_in_row, products, correlations):
    """Fill in the inner products of the given columns with each other and with the target."""
    for cell in range(starts[target], starts[target + 1]):
        column[rows[cell]] = values[cell]
    n_cells = 0
    for place in range(len(given)):
        product = 0.0
        for cell in range(starts[given[place]], starts[given[place] + 1]):
            product += values[cell] * column[rows[cell]]
        correlations[place] = product
        n_cells += starts[given[place] + 1] - starts[given[place]]
    for cell in range(starts[target], starts[target + 1]):
        column[rows[cell]] = 0.0
    ends, places, weights = _by_row(starts, rows, values, given, n_cells, n_in_row)
    products[: len(given), : len(given)] = 0.0
    first = 0
    for end in ends:
        for one in range(first, end):
            own, weight = products[places[one]], weights[one]
            for other in range(one, end):
                own[places[other]] += weight * weights[other]
        first = end
    for place in range(len(given)):
        for other in range(place):
            products[place, other] = products[other, place]


@njit(cache=True)
def _by_row(starts, rows, values, given, n_cells, n_in_row):
    """Order the given columns' cells by row, each row's by their column's place; leave the counts of rows at 0.

    Columns with few cells share few rows: what a row has is multiplied sooner than each column with each.
    """
    met, n_met = np.empty(min(n_cells, len(n_in_row)), dtype=np.int32), 0
    for own in given:
        for cell in range(starts[own], starts[own + 1]):
            if n_in_row[rows[cell]] == 0:
                met[n_met] = rows[cell]
                n_met += 1
            n_in_row[rows[cell]] += 1
    ends, end = np.empty(n_met, dtype=np.int64), 0
    for number in range(n_met):
        end += n_in_row[met[number]]
        n_in_row[met[number]] = end - n_in_row[met[number]]
        ends[number] = end
    places, weights = np.empty(n_cells, dtype=np.int32), np.empty(n_cells)
    for place in range(len(given)):
        for cell in range(starts[given[place]], starts[given[place] + 1]):
            position = n_in_row[rows[cell]]
            places[position], weights[position] = place, values[cell]
            n_in_row[rows[cell]] = position + 1
    n_in_row[met[:n_met]] = 0
    return ends, places, weights


@njit(cache=True)
def _descend(products, correlations, n_given, absolute, squared, weights):
    # what is still unexplained: correlations less what the weights explain
    rest = correlations[:n_given].copy()
    least, ridge = np.float32(absolute), np.float32(max(squared, 1e-30))
    for _ in range(MOST_SWEEPS):
        largest, moved = np.float32(0), np.float32(0)
        for place in range(n_given):
            old, own = weights[place], products[place, place]
            new = max(rest[place] + own * old - least, np.float32(0)) / (own + ridge)
            if new != old:
                step, explained = new - old, products[place]
                for other in range(n_given):
                    rest[other] -= step * explained[other]
                weights[place] = new
            largest, moved = max(largest, new), max(moved, abs(new - old))
        if moved <= TOLERANCE * largest:
            return
