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
    # half the memory to go through, and sums of twice as many products at a time
    users, items = (
        rng.normal(0, 0.1 / np.sqrt(n_factors), (size, n_factors)).astype(np.float32) for size in counts.shape
    )
    biases = np.zeros(counts.shape[1], np.float32)
    rows = np.repeat(np.arange(counts.shape[0]), np.diff(counts.indptr))
    _descend(counts.indptr, counts.indices, rows, users, items, biases, n_epochs, rate, longest, seed)
    return users.astype(np.float64), items.astype(np.float64), biases.astype(np.float64)


@njit(cache=True, nogil=True)
def _descend(starts, columns, rows, users, items, biases, n_epochs, rate, longest, seed):
    np.random.seed(seed)
    n_items, n_factors = items.shape
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
                of_users[user] += weight**2 * _distance(items[played], items[other]) / n_factors
                energy = weight**2 * _product(users[user], users[user]) / n_factors
                of_items[played] += energy
                of_items[other] += energy
                step = rate * weight
                up, down = step / np.sqrt(of_items[played]), step / np.sqrt(of_items[other])
                biases[played] += up
                biases[other] -= down
                sizes = np.float32(step / np.sqrt(of_users[user])), np.float32(up), np.float32(down)
                _move(users[user], items[played], items[other], sizes, longest)
                break


@njit(cache=True, fastmath=True)
def _product(one, other):
    total = np.float32(0.0)
    for place in range(len(one)):
        total += one[place] * other[place]
    return total


@njit(cache=True, fastmath=True)
def _distance(one, other):
    total = np.float32(0.0)
    for place in range(len(one)):
        total += (one[place] - other[place]) ** 2
    return total


@njit(cache=True, fastmath=True)
def _move(user, played, other, sizes, longest):
    """Step by what all three were before, and shorten those that are too long then."""
    of_user, up, down = sizes
    for place in range(len(user)):
        before = user[place]
        user[place] += of_user * (played[place] - other[place])
        played[place] += up * before
        other[place] -= down * before
    for factors in (user, played, other):
        length = np.sqrt(_product(factors, factors))
        if length > longest:
            factors *= np.float32(longest / length)
