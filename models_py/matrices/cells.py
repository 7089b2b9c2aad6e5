"""The stored cells of sparse matrices, in the order of their data."""

import numpy as np
from scipy import sparse


def rows_of(matrix: sparse.csr_matrix) -> np.ndarray:
    """Return the row of each stored cell, int64, shape (nnz,)."""
    return np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))


def with_values(matrix: sparse.csr_matrix, values: np.ndarray) -> sparse.csr_matrix:
    """Put other values into the stored cells; the indices are shared with the given matrix."""
    return sparse.csr_matrix((values, matrix.indices, matrix.indptr), shape=matrix.shape)


def without(cells: sparse.csr_matrix, others: sparse.csr_matrix) -> sparse.csr_matrix:
    """Leave out the cells that another matrix stores as well."""
    both = cells.multiply(others.astype(bool)).tocsr()
    kept = (cells - both).tocsr()
    kept.eliminate_zeros()
    kept.sort_indices()
    return kept
