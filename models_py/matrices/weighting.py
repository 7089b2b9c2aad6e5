"""Play counts made comparable: what models see instead of raw plays.

Raw plays are dominated by a few giant cells, so every model damps them, and holds popular items back as far as it pays.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from models_py.matrices.cells import rows_of, with_values

SHARE_SCALE = 1000.0
BM25_K1, BM25_B = 1.2, 0.75

# Of plays, all plays of the same user, and the mean of these over users.
_WEIGHTINGS: dict[str, Callable[[np.ndarray, np.ndarray, float], np.ndarray]] = {
    "raw": lambda plays, of_user, mean: plays,
    "binary": lambda plays, of_user, mean: np.ones_like(plays),
    "log": lambda plays, of_user, mean: np.log1p(plays),
    "percent": lambda plays, of_user, mean: 100 * plays / of_user,
    "log_share": lambda plays, of_user, mean: np.log1p(SHARE_SCALE * plays / of_user),
    "bm25": lambda plays, of_user, mean: (
        plays * (BM25_K1 + 1) / (plays + BM25_K1 * (1 - BM25_B + BM25_B * of_user / max(mean, 1.0)))
    ),
}
WEIGHTINGS = tuple(_WEIGHTINGS)
# What models choose from: plays as they are, and in percent, are dominated by a few giant cells.
DAMPED = ("binary", "log", "log_share", "bm25")


def weighted(
    counts: sparse.csr_matrix, weighting: str, of_users: np.ndarray | None = None, mean_plays: float | None = None
) -> sparse.csr_matrix:
    """Weigh the played cells.

    Parameters
    ----------
    counts : csr_matrix, shape (n_users, n_items)
        Plays.
    weighting : str
        'raw' (plays as they are), 'binary' (1), 'log' (ln(1 + plays)), 'percent' (of the user's plays), 'log_share'
        (ln(1 + 1000 x share of the user's plays): like 'log', but alike for light and heavy listeners) or 'bm25'
        (saturating in plays, less for long histories, without the idf factor: Robertson & Zaragoza 2009).
    of_users : array, shape (n_users,), optional
        Plays of each user; those in `counts` where it is left out.
    mean_plays : float, optional
        Mean plays of a user; that of `of_users` where it is left out.

    Returns
    -------
    csr_matrix of float64, shape (n_users, n_items)

    Raises
    ------
    ValueError
        Where the weighting is unknown.
    """
    if weighting not in _WEIGHTINGS:
        raise ValueError(f"unknown weighting '{weighting}': use one of {', '.join(WEIGHTINGS)}")
    users, plays = rows_of(counts), counts.data.astype(np.float64)
    if of_users is None:
        of_users = np.bincount(users, plays, counts.shape[0])
    if mean_plays is None:
        mean_plays = float(of_users.mean()) if len(of_users) else 0.0
    return with_values(counts, _WEIGHTINGS[weighting](plays, of_users[users], mean_plays))


def listeners(counts: sparse.csr_matrix) -> np.ndarray:
    """Count the rows that have a cell in each column, int64, shape (n_items,)."""
    return np.bincount(counts.indices, minlength=counts.shape[1])


def best_known(listeners: np.ndarray, most: int) -> np.ndarray:
    """Choose the items with the most listeners, ties by index; indices in ascending order."""
    return np.sort(np.argsort(-listeners, kind="stable")[:most])


def popularity_scale(listeners: np.ndarray, power: float) -> np.ndarray:
    """Return the listeners of each item to a power, shape (n_items,); items without listeners count as one."""
    return np.maximum(listeners, 1.0) ** power


def inverse_frequency(listeners: np.ndarray, n_users: int) -> np.ndarray:
    """Return ln(users / listeners) of each item (Sparck Jones 1972): 0 where everybody listens."""
    return np.log(n_users / np.maximum(listeners, 1))


def scale_columns(matrix: sparse.csr_matrix, factors: np.ndarray) -> sparse.csr_matrix:
    """Multiply each column by its factor."""
    return with_values(matrix, matrix.data * factors.astype(matrix.dtype, copy=False)[matrix.indices])


def scale_rows(matrix: sparse.csr_matrix, factors: np.ndarray) -> sparse.csr_matrix:
    """Multiply each row by its factor."""
    rows = np.repeat(factors.astype(matrix.dtype, copy=False), np.diff(matrix.indptr))
    return with_values(matrix, matrix.data * rows)


def row_norms(matrix: sparse.csr_matrix) -> np.ndarray:
    """Return the Euclidean norm of each row, float64, shape (rows,)."""
    return np.sqrt(np.bincount(rows_of(matrix), matrix.data.astype(np.float64) ** 2, matrix.shape[0]))


def length_scale(matrix: sparse.csr_matrix, power: float) -> np.ndarray:
    """Return each row's length to a power, shape (rows,); rows without cells count as very short."""
    return np.maximum(row_norms(matrix), 1e-12) ** power


@dataclass(frozen=True)
class Preparation:
    """Weighted plays with heavy listeners and popular items held back, for known histories and for others.

    Attributes
    ----------
    weighting : str
        As in `weighted`.
    mean_plays : float
        Mean plays of a user, which 'bm25' compares histories with.
    scale : array of float32, shape (n_items,)
        What each item's cells are multiplied by.
    user_power : float
        Each history is divided by its length to this power, after that.
    """

    weighting: str
    mean_plays: float
    scale: np.ndarray
    user_power: float = 0.0

    @classmethod
    def of(
        cls, counts: sparse.csr_matrix, weighting: str, popularity_power: float = 0.0, user_power: float = 0.0
    ) -> "Preparation":
        """Take from the data what the weights depend on; each item is divided by its listeners to a power."""
        mean_plays = counts.sum(dtype=np.float64) / max(counts.shape[0], 1)
        scale = popularity_scale(listeners(counts), -popularity_power).astype(np.float32)
        return cls(weighting, float(mean_plays), scale, user_power)

    def __call__(self, counts: sparse.csr_matrix) -> sparse.csr_matrix:
        """Weigh histories, float32, shape of `counts`."""
        weights = weighted(counts, self.weighting, mean_plays=self.mean_plays)
        scaled = scale_columns(weights.astype(np.float32), self.scale)
        return scale_rows(scaled, length_scale(scaled, -self.user_power)) if self.user_power else scaled

    @staticmethod
    def memory(counts: sparse.csr_matrix) -> int:
        """Bytes that weights take while they are made: user, plays and product of each cell in 64 bits."""
        return 48 * counts.nnz + 16 * sum(counts.shape)
