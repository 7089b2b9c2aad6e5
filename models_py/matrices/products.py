"""Products of sparse matrices that are wanted dense."""

import numpy as np
from numba import njit, prange
from scipy import sparse

# Columns whose products are added up before they are written row by row.
TILE = 64


def dense_product(
    rows: sparse.csr_matrix, matrix: sparse.csr_matrix, dtype: type[np.floating] = np.float32
) -> np.ndarray:
    """Multiply in the type that is asked for, shape (rows.shape[0], matrix.shape[1]).

    A sparse product would build the sorted cells of a result that has hardly an empty one. Each row of the result is
    added up in the order of the row's cells, whatever the number of threads.
    """
    product = np.zeros((rows.shape[0], matrix.shape[1]), dtype=dtype)
    _add_rows(
        *(rows.indptr, rows.indices, rows.data.astype(dtype, copy=False)),
        *(matrix.indptr, matrix.indices, matrix.data.astype(dtype, copy=False), product),
    )
    return product


def inner_products(rows: sparse.csr_matrix) -> np.ndarray:
    """Multiply all rows with each other, float64, shape (n, n)."""
    return dense_product(rows, rows.T.tocsr(), np.float64)


@njit(parallel=True, cache=True, nogil=True)
def _add_rows(starts, columns, values, other_starts, other_columns, other_values, product):
    for row in prange(len(starts) - 1):
        for cell in range(starts[row], starts[row + 1]):
            value, other = values[cell], columns[cell]
            for position in range(other_starts[other], other_starts[other + 1]):
                product[row, other_columns[position]] += value * other_values[position]


def scaled_products(
    coefficients: np.ndarray, columns: sparse.csr_matrix, factors: np.ndarray, bounds: np.ndarray
) -> np.ndarray:
    """Multiply by a sparse matrix that is given by its columns, and each column of the result by a factor.

    Each value is added up in the order of the column's cells, whatever the number of rows and threads.

    Parameters
    ----------
    coefficients : array of float64, shape (n, m)
    columns : csr_matrix of float64, shape (n_columns, m)
    factors : array of float64, shape (n_columns,)
    bounds : array of float64, shape (n,)
        Products of a row that are no larger, without their sign, are 0.

    Returns
    -------
    array of float32, shape (n, n_columns)
    """
    scaled = np.empty((len(coefficients), columns.shape[0]), dtype=np.float32)
    transposed = np.ascontiguousarray(coefficients.T)
    _scaled_products(columns.indptr, columns.indices, columns.data, transposed, factors, bounds, scaled)
    return scaled


@njit(parallel=True, cache=True, nogil=True)
def _scaled_products(starts, rows, values, coefficients, factors, bounds, scaled):
    n, n_columns = scaled.shape
    for tile in prange((n_columns + TILE - 1) // TILE):
        first, last = tile * TILE, min((tile + 1) * TILE, n_columns)
        products = np.zeros((last - first, n))
        for column in range(first, last):
            own = products[column - first]
            for cell in range(starts[column], starts[column + 1]):
                value, others = values[cell], coefficients[rows[cell]]
                for row in range(n):
                    own[row] += value * others[row]
        for row in range(n):
            for column in range(first, last):
                product = products[column - first, row]
                scaled[row, column] = 0.0 if abs(product) <= bounds[row] else product * factors[column]
