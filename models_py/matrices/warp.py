"""Descent on the weighted approximate-rank pairwise loss."""

import numpy as np
from numba import njit
from scipy import sparse

# Draws in search of an item that is ranked too high.
MOST_DRAWS = 50


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
            wanted = np.dot(users[user], items[played]) + biases[played] - 1.0
            for draw in range(1, MOST_DRAWS + 1):
                other = np.random.randint(n_items)
                place = np.searchsorted(own, other)
                if place < len(own) and own[place] == other:
                    continue
                if np.dot(users[user], items[other]) + biases[other] > wanted:
                    weight = np.log(max(1.0, (n_items - 1) // draw) + 1.0)
                    _step(users, items, biases, user, played, other, weight, rate, longest, of_users, of_items)
                    break


@njit(cache=True)
def _step(users, items, biases, user, played, other, weight, rate, longest, of_users, of_items):
    """Move the played item up and the other down, and the user towards their difference."""
    difference, toward = items[played] - items[other], users[user].copy()
    of_users[user] += weight**2 * np.mean(difference**2)
    users[user] += rate * weight / np.sqrt(of_users[user]) * difference
    _shorten(users[user], longest)
    for place in range(2):
        item, sign = (played, 1.0) if place == 0 else (other, -1.0)
        of_items[item] += weight**2 * np.mean(toward**2)
        size = sign * rate * weight / np.sqrt(of_items[item])
        items[item] += size * toward
        biases[item] += size
        _shorten(items[item], longest)


@njit(cache=True)
def _shorten(factors, longest):
    length = np.sqrt(np.dot(factors, factors))
    if length > longest:
        factors *= longest / length
