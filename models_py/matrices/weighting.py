"""Play counts made comparable: what models see instead of raw plays.

Raw plays are dominated by a few giant cells, so every model tunes how they are damped, and how far popular items are
held back.
"""

import numpy as np
from scipy import sparse

from models_py.data.interactions import Interactions

WEIGHTINGS = ("raw", "binary", "log", "log_share", "bm25")
SHARE_SCALE = 1000.0
BM25_K1, BM25_B = 1.2, 0.75


def weighted(interactions: Interactions, weighting: str) -> sparse.csr_matrix:
    """Weight the played cells.

    Parameters
    ----------
    interactions : Interactions
    weighting : str
        'raw' (plays as they are), 'binary' (1), 'log' (ln(1 + plays)), 'log_share' (ln(1 + 1000 x share of the user's
        plays): like 'log', but alike for light and heavy listeners) or 'bm25' (saturating in plays, less for long
        histories, without the idf factor: Robertson & Zaragoza 2009).

    Returns
    -------
    csr_matrix of float32, shape (n_users, n_items)

    Raises
    ------
    ValueError
        Where the weighting is unknown.
    """
    counts = interactions.counts
    users = np.repeat(np.arange(interactions.n_users), np.diff(counts.indptr))
    plays = counts.data.astype(np.float64)
    if weighting == "raw":
        weights = plays
    elif weighting == "binary":
        weights = np.ones_like(plays)
    elif weighting == "log":
        weights = np.log1p(plays)
    elif weighting == "log_share":
        weights = np.log1p(SHARE_SCALE * plays / np.bincount(users, plays, interactions.n_users)[users])
    elif weighting == "bm25":
        lengths = np.bincount(users, plays, interactions.n_users)
        relative_length = lengths / max(lengths.mean(), 1.0)
        weights = plays * (BM25_K1 + 1) / (plays + BM25_K1 * (1 - BM25_B + BM25_B * relative_length[users]))
    else:
        raise ValueError(f"unknown weighting '{weighting}': use one of {', '.join(WEIGHTINGS)}")
    return sparse.csr_matrix((weights.astype(np.float32), counts.indices, counts.indptr), shape=counts.shape)


def popularity_scale(interactions: Interactions, power: float) -> np.ndarray:
    """Return the listeners of each item to a power, float32, shape (n_items,); items without listeners count as one."""
    return (np.maximum(interactions.listeners, 1.0) ** power).astype(np.float32)


def scale_columns(matrix: sparse.csr_matrix, factors: np.ndarray) -> sparse.csr_matrix:
    """Multiply each column by its factor."""
    return sparse.csr_matrix((matrix.data * factors[matrix.indices], matrix.indices, matrix.indptr), shape=matrix.shape)


def scale_rows(matrix: sparse.csr_matrix, factors: np.ndarray) -> sparse.csr_matrix:
    """Multiply each row by its factor."""
    rows = np.repeat(factors.astype(np.float32), np.diff(matrix.indptr))
    return sparse.csr_matrix((matrix.data * rows, matrix.indices, matrix.indptr), shape=matrix.shape)


def held_back(interactions: Interactions, weighting: str, popularity_power: float) -> sparse.csr_matrix:
    """Weight the cells and divide each column by its listeners to a power, so that popular items count for less."""
    return scale_columns(weighted(interactions, weighting), popularity_scale(interactions, -popularity_power))


def weighting_memory(interactions: Interactions) -> int:
    """Bytes that weighted cells take while they are made: user, plays and product of each cell in 64 bits."""
    return 48 * interactions.counts.nnz + 16 * (interactions.n_users + interactions.n_items)


def row_norms(matrix: sparse.csr_matrix) -> np.ndarray:
    """Return the Euclidean norm of each row, float64, shape (rows,)."""
    rows = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))
    return np.sqrt(np.bincount(rows, matrix.data.astype(np.float64) ** 2, matrix.shape[0]))
