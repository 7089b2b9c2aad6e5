"""Products of sparse matrices that are wanted dense."""

import numpy as np
from numba import njit, prange
from scipy import sparse


def dense_product(rows: sparse.csr_matrix, matrix: sparse.csr_matrix) -> np.ndarray:
    """Multiply, float32, shape (rows.shape[0], matrix.shape[1]).

    A sparse product would build the sorted cells of a result that has hardly an empty one. Each row of the result is
    added up in the order of the row's cells, whatever the number of threads.
    """
    product = np.zeros((rows.shape[0], matrix.shape[1]), dtype=np.float32)
    _add_rows(
        *(rows.indptr, rows.indices, rows.data.astype(np.float32)),
        *(matrix.indptr, matrix.indices, matrix.data.astype(np.float32, copy=False), product),
    )
    return product


@njit(parallel=True, cache=True, nogil=True)
def _add_rows(starts, columns, values, other_starts, other_columns, other_values, product):
    for row in prange(len(starts) - 1):
        for cell in range(starts[row], starts[row + 1]):
            value, other = values[cell], columns[cell]
            for position in range(other_starts[other], other_starts[other + 1]):
                product[row, other_columns[position]] += value * other_values[position]
