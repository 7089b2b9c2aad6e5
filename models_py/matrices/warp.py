"""Descent on the weighted approximate-rank pairwise loss."""

import numpy as np
from numba import njit
from scipy import sparse

# Draws in search of an item that is ranked too high.
MOST_DRAWS = 10


def ranked_apart(
    counts: sparse.csr_matrix, n_factors: int, n_epochs: int, rate: float, longest: float, seed: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Learn factors whose products put what is played above what is not, the more so near the top (Weston et al. 2011).

    Steps shrink with the squares of a row's gradients so far (AdaGrad, Duchi et al. 2011). One thread: the same seed
    gives the same factors.

    Parameters
    ----------
    counts : csr_matrix, shape (n_users, n_items)
        Stored cells are what is played, with sorted indices.
    n_factors, n_epochs : int
    rate : float
        First step.
    longest : float
        Length that no user's or item's factors exceed.
    seed : int

    Returns
    -------
    users : array of float64, shape (n_users, n_factors)
    items : array of float64, shape (n_items, n_factors)
    biases : array of float64, shape (n_items,)
    """
    rng = np.random.default_rng(seed)
    users, items = (rng.normal(0, 0.1 / np.sqrt(n_factors), (size, n_factors)) for size in counts.shape)
    biases = np.zeros(counts.shape[1])
    rows = np.repeat(np.arange(counts.shape[0]), np.diff(counts.indptr))
    _descend(counts.indptr, counts.indices, rows, users, items, biases, n_epochs, rate, longest, seed)
    return users, items, biases


@njit(cache=True, nogil=True)
def _descend(starts, columns, rows, users, items, biases, n_epochs, rate, longest, seed):
    np.random.seed(seed)
    n_items = len(items)
    of_users, of_items = np.ones(len(users)), np.ones(n_items)
    for _ in range(n_epochs):
        for cell in np.random.permutation(len(rows)):
            user, played = rows[cell], columns[cell]
            own = columns[starts[user] : starts[user + 1]]
            if len(own) == n_items:
                continue
            wanted = _product(users[user], items[played]) + biases[played] - 1.0
            for draw in range(1, MOST_DRAWS + 1):
                other = np.random.randint(n_items)
                if _product(users[user], items[other]) + biases[other] <= wanted:
                    continue
                place = np.searchsorted(own, other)
                if place < len(own) and own[place] == other:
                    continue
                weight = np.log(max(1.0, (n_items - 1) // draw) + 1.0)
                of_users[user] += weight**2 * _distance(items[played], items[other]) / items.shape[1]
                size = rate * weight / np.sqrt(of_users[user])
                before = users[user].copy()
                _move(users[user], items[played], size)
                _move(users[user], items[other], -size)
                _shorten(users[user], longest)
                energy = weight**2 * _product(before, before) / items.shape[1]
                for sign in (1, -1):
                    item = played if sign > 0 else other
                    of_items[item] += energy
                    size = sign * rate * weight / np.sqrt(of_items[item])
                    _move(items[item], before, size)
                    biases[item] += size
                    _shorten(items[item], longest)
                break


@njit(cache=True, fastmath=True)
def _product(one, other):
    total = 0.0
    for place in range(len(one)):
        total += one[place] * other[place]
    return total


@njit(cache=True, fastmath=True)
def _distance(one, other):
    total = 0.0
    for place in range(len(one)):
        total += (one[place] - other[place]) ** 2
    return total


@njit(cache=True)
def _move(factors, direction, size):
    for place in range(len(factors)):
        factors[place] += size * direction[place]


@njit(cache=True)
def _shorten(factors, longest):
    length = np.sqrt(_product(factors, factors))
    if length > longest:
        for place in range(len(factors)):
            factors[place] *= longest / length
