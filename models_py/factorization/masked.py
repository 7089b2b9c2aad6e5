"""Factorization of the played cells alone, with biases: m + b_u + b_i + p_u . q_i.

Empty cells are left out instead of counted as 0, so it answers 'how often, given that it is played'. The biases are
those of Koren, Bell & Volinsky (2009). Factors are fitted by alternating least squares, one at a time (CCD++, Yu et al.
2012): with all else fixed, the best p of a factor is a ridge regression of the residuals on q, in closed form for all
users at once, and the other way round; a sweep costs a few passes over the cells per factor.
"""

from collections.abc import Iterator, Sequence

import numpy as np
from numba import njit
from scipy import sparse

from models_py.factorization.baselines import damping
from models_py.factorization.low_rank import Factorization
from models_py.matrices.singular import leading_singular
from models_py.matrices.weighting import listeners

# What the penalty is chosen among, on validation cells and at no more than CHOICE_FACTORS factors; the unit is
# `MaskedFit.noise`. Held-out RMSE of log plays by penalty, 16 factors: 992 users' artists 1.294, 1.268, 1.277, 1.347,
# 1.393, 1.395; HetRec 0.943, 0.879, 0.819, 0.793, 0.794, 0.798; 250 users' tracks 0.619, 0.575, 0.548, 0.547, 0.550,
# 0.550. With the largest hardly a factor is left beside the biases, which is best on raw plays.
PENALTIES = (0.2, 0.4, 0.8, 1.6, 3.2, 6.4)
CHOICE_FACTORS = 8
# Sweeps over all factors after each growth: 992 users' artists at 32 factors 1.268 with one, 1.270 with ten.
SWEEPS = 1
# Of the singular values that new factors start from: sweeps correct the start, which exact would take twice the time.
START_TOLERANCE = 0.1
# Rounds of biases before there are factors: the user's and the item's settle against each other.
BIAS_ROUNDS = 5


class MaskedFit:
    """A fit under way: every update keeps `residuals` equal to the played cells minus their predictions.

    It minimises the sum of squared residuals, plus `penalty` times that of p and q, plus `damping` times that of the
    biases. No update raises it.

    Attributes
    ----------
    residuals : csr_matrix
        csr_matrix (n_users, n_items) of float32, half as much to move as float64; a residual of 0 stays stored.
    mean : float
        m, the mean of all played cells.
    user_bias, item_bias : arrays
        b_u and b_i.
    users, items : arrays
        p and q, float32 (n_factors, n_users) and (n_factors, n_items).
    damping : tuple of float
        Of b_u and of b_i: as in `fit_baselines`, taken from the data.
    noise : float
        About the largest singular value that residuals of pure noise would have, from the residuals beside the biases:
        their spread times (sqrt(cells per user) + sqrt(cells per item)) (Marchenko & Pastur 1967). A penalty of so much
        leaves factors no larger than chance at 0, whatever the scale and the density.
    penalty : float
        Of p and q: the given multiple of `noise`.
    """

    def __init__(self, matrix: sparse.csr_matrix, penalty: float) -> None:
        self.mean = float(matrix.data.mean())
        cells = (matrix.data - self.mean).astype(np.float32)
        self.residuals = sparse.csr_matrix((cells, matrix.indices, matrix.indptr), shape=matrix.shape)
        self._per_user = np.diff(matrix.indptr)
        self._per_item = listeners(matrix)
        self.user_bias, self.item_bias = (np.zeros(size, np.float32) for size in matrix.shape)
        self.users, self.items = (np.zeros((0, size), np.float32) for size in matrix.shape)
        rows = np.repeat(np.arange(matrix.shape[0]), self._per_user)
        of_users = damping(self.residuals.data, rows)
        self.damping = (of_users, np.inf)
        self.fit_biases()
        self.damping = (of_users, damping(self.residuals.data, matrix.indices))
        for _ in range(BIAS_ROUNDS):
            self.fit_biases()
        spread = np.sqrt(np.mean(self.residuals.data**2, dtype=np.float64))
        self.noise = float(spread * (np.sqrt(self._per_user.mean()) + np.sqrt(self._per_item.mean())))
        self.penalty = penalty * self.noise

    def fit_biases(self) -> None:
        """Fit b_u, then b_i: damped means of what all else leaves."""
        kept = np.asarray(self.residuals.sum(axis=1)).ravel() + self._per_user * self.user_bias
        user_bias = _ratio(kept, self._per_user + self.damping[0])
        self.residuals.data -= np.repeat(user_bias - self.user_bias, self._per_user)
        self.user_bias = user_bias
        kept = np.asarray(self.residuals.sum(axis=0)).ravel() + self._per_item * self.item_bias
        item_bias = _ratio(kept, self._per_item + self.damping[1])
        self.residuals.data -= (item_bias - self.item_bias)[self.residuals.indices]
        self.item_bias = item_bias

    def fit_factor(self, factor: int) -> None:
        """Fit one factor's p, then its q: ridge regressions of the residuals without it."""
        cells = self.residuals
        _fit_factor(cells.indptr, cells.indices, cells.data, self.users[factor], self.items[factor], self.penalty)

    def grow(self, n_factors: int, seed: int) -> None:
        """Add factors up to a number, from the leading singular vectors of the residuals, and fit all anew."""
        n_old = len(self.users)
        self.users, self.items = (
            np.vstack([old, np.zeros((n_factors - n_old, old.shape[1]), np.float32)])
            for old in (self.users, self.items)
        )
        if not self.residuals.data.any():
            return  # nothing is left to explain, and a matrix of zeros has no singular vectors
        users, items = leading_singular(self.residuals, n_factors - n_old, seed, START_TOLERANCE)
        self.items[n_old:] = items * np.sqrt(np.linalg.norm(users, axis=1, keepdims=True))
        for factor in range(n_old, n_factors):
            self.fit_factor(factor)
        for _ in range(SWEEPS):
            self.fit_biases()
            for factor in range(n_factors):
                self.fit_factor(factor)

    def objective(self) -> float:
        """Sum up what the fit minimises."""
        squares = [(self.user_bias**2).sum(), (self.item_bias**2).sum()]
        of_biases = sum(weight * square for weight, square in zip(self.damping, squares, strict=True) if square)
        of_factors = self.penalty * ((self.users**2).sum() + (self.items**2).sum())
        return float((self.residuals.data.astype(np.float64) ** 2).sum() + of_biases + of_factors)

    def model(self, scale: str) -> Factorization:
        """Predictions as they are now."""
        user_part = np.vstack([self.users, self.mean + self.user_bias, np.ones_like(self.user_bias)]).T
        item_part = np.vstack([self.items, np.ones_like(self.item_bias), self.item_bias]).T
        return Factorization("als", len(self.users), scale, user_part.astype(np.float64), item_part.astype(np.float64))


def fit_als(
    matrix: sparse.csr_matrix, factors: Sequence[int], scale: str, penalty: float, seed: int
) -> Iterator[Factorization]:
    """Fit growing numbers of factors, each from the one before, so that the largest costs little more than all.

    Parameters
    ----------
    matrix : csr_matrix
        Scaled train counts, users x items, at least one cell stored.
    factors : sequence of int
        Numbers of factors, each below both dimensions.
    scale : str
        The scale of `matrix`.
    penalty : float
        Multiple of the noise's size; see `MaskedFit`.
    seed : int
        Seed of the Lanczos start of new factors.

    Yields
    ------
    Factorization
        In ascending order of `factors`.
    """
    if not factors:
        return
    fit = MaskedFit(matrix, penalty)
    for n_factors in sorted(factors):
        fit.grow(n_factors, seed)
        yield fit.model(scale)


def choose_penalty(
    fit: sparse.csr_matrix, validation: sparse.csr_matrix, factors: Sequence[int], scale: str, seed: int
) -> float:
    """Choose the penalty with the lowest RMSE on validation cells after a fit on fit cells.

    Parameters
    ----------
    fit, validation : csr_matrix
        Scaled counts of cells that are fitted and of others, users x items.
    factors : sequence of int
        Numbers of factors; the choice is made at the largest that is not above CHOICE_FACTORS.
    scale, seed
        As in `fit_als`.

    Returns
    -------
    float
        One of PENALTIES; the largest where there is nothing to choose by, the larger in a tie.
    """
    tried = [n for n in factors if n <= CHOICE_FACTORS]
    if not validation.nnz or not fit.nnz or not tried:
        return PENALTIES[-1]
    errors = {}
    for penalty in reversed(PENALTIES):
        *_, model = fit_als(fit, tried, scale, penalty, seed)
        errors[penalty] = float(np.mean((model.at(validation) - validation.data) ** 2))
    return min(errors, key=errors.__getitem__)


# In place and in three passes over the cells. Sparse products take half as long again, 33 instead of 22 ms for a factor
# of 2.3 million cells, and hold the interpreter's lock in between, which scales that are fitted side by side wait for.
@njit(cache=True, nogil=True)
def _fit_factor(starts, items, residuals, p, q, penalty):
    """Set p, then q, to their ridge regressions in place, with the residuals kept up."""
    products, squares = np.zeros(len(q)), np.zeros(len(q))
    for user in range(len(p)):
        cells = range(starts[user], starts[user + 1])
        product, square = 0.0, 0.0
        for cell in cells:
            weight = q[items[cell]]
            product += residuals[cell] * weight
            square += weight * weight
        change = _ridge(product, square, p[user], penalty) - p[user]
        p[user] += change
        for cell in cells:
            item = items[cell]
            residuals[cell] -= change * q[item]
            products[item] += residuals[cell] * p[user]
            squares[item] += p[user] * p[user]
    changes = np.empty_like(q)
    for item in range(len(q)):
        changes[item] = _ridge(products[item], squares[item], q[item], penalty) - q[item]
    q += changes
    for user in range(len(p)):
        for cell in range(starts[user], starts[user + 1]):
            residuals[cell] -= p[user] * changes[items[cell]]


@njit(cache=True)
def _ridge(product, square, old, penalty):
    """Regress residuals with the old value's part added back, which `square` times that value adds to the product."""
    return np.float32((product + square * old) / (square + penalty)) if square + penalty > 0 else np.float32(0)


def _ratio(numerators: np.ndarray, denominators: np.ndarray) -> np.ndarray:
    """Divide, in float32; 0 where nothing is played and nothing damped."""
    return np.divide(numerators, denominators, out=np.zeros(len(numerators), np.float32), where=denominators > 0)
