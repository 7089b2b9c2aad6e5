"""The stored cells of sparse matrices, in the order of their data."""

import numpy as np
from scipy import sparse


def rows_of(matrix: sparse.csr_matrix) -> np.ndarray:
    """Return the row of each stored cell, int64, shape (nnz,)."""
    return np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))


def values_at(matrix: sparse.csr_matrix, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
    """Take single cells, 0 where nothing is stored; scipy gives a matrix for no cells."""
    return np.asarray(matrix[rows, columns]).ravel() if len(rows) else np.zeros(0, dtype=matrix.dtype)


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


def by_parent(cells: sparse.csr_matrix, parents: np.ndarray) -> sparse.csr_matrix:
    """Add up the columns that share a parent, shape (n, n_parents); `parents` numbers that of each column from 0."""
    n_columns = len(parents)
    belonging = sparse.csr_matrix(
        (np.ones(n_columns, cells.dtype), (np.arange(n_columns), parents)),
        shape=(n_columns, parents.max(initial=-1) + 1),
    )
    sums = (cells @ belonging).tocsr()
    sums.sort_indices()
    return sums


def spread(values: np.ndarray, columns: np.ndarray, n_columns: int) -> sparse.csr_matrix:
    """Put a dense block into these columns of a wider matrix."""
    n_rows, n_given = values.shape
    starts = np.arange(n_rows + 1) * n_given
    return sparse.csr_matrix((values.ravel(), np.tile(columns, n_rows), starts), shape=(n_rows, n_columns))
