"""Whether the leading items of a theme are played by the same people."""

import numpy as np
from scipy import sparse

# Cells that are dense at a time.
BLOCK_CELLS = 2_000_000


def npmi(lists: np.ndarray, played: sparse.csr_matrix) -> np.ndarray:
    """Mean normalised pointwise mutual information (Bouma 2009) over all pairs of each list.

    ln(p(i, j) / (p(i) p(j))) / -ln p(i, j), where p is the share of users who play the item or both, among those who
    play anything: 1 if nobody plays one without the other, 0 at independence, -1 if nobody plays both. Two items that
    everybody plays are independent.

    Parameters
    ----------
    lists : array
        Item indices, shape (n_lists, length).
    played : csr_matrix
        Users x items; stored cells are played.

    Returns
    -------
    np.ndarray
        float64, shape (n_lists,); nan for lists of fewer than two items.
    """
    n_lists, length = lists.shape
    if length < 2:
        return np.full(n_lists, np.nan)
    listening = np.count_nonzero(np.diff(played.indptr))
    by_item = sparse.csr_matrix(played.astype(bool).astype(np.float32).T)
    pairs = np.triu_indices(length, 1)
    size = max(1, BLOCK_CELLS // (length * played.shape[0]))
    means = []
    for start in range(0, n_lists, size):
        block = lists[start : start + size]
        listeners = by_item[block.ravel()].toarray().reshape(len(block), length, -1)
        both = (listeners @ listeners.transpose(0, 2, 1)).astype(np.float64) / listening
        alone = np.diagonal(both, axis1=1, axis2=2)
        means.append(_npmi(both[:, *pairs], alone[:, pairs[0]] * alone[:, pairs[1]]).mean(axis=1))
    return np.concatenate(means)


def as_popular(listeners: np.ndarray, neighbours: int, rng: np.random.Generator) -> np.ndarray:
    """Exchange items at random for others about as popular: a permutation of the item indices.

    Items in order of listeners are cut into groups of `neighbours`, and each group is shuffled. A random list made
    from a list of distinct items has distinct items again.

    Parameters
    ----------
    listeners : array
        Per item.
    neighbours : int
        Size of a group.
    rng : Generator
        Source of randomness.
    """
    order = np.argsort(-listeners, kind="stable")
    groups = np.arange(len(order)) // neighbours
    exchanged = np.empty_like(order)
    exchanged[order] = order[np.argsort(groups + rng.random(len(order)))]
    return exchanged


def _npmi(both: np.ndarray, expected: np.ndarray) -> np.ndarray:
    """NPMI of pairs from the share who play both and the share who would by chance."""
    values = np.where(both > 0, 0.0, -1.0)
    informative = (both > 0) & (both < 1)
    shares = both[informative]
    values[informative] = np.log(shares / expected[informative]) / -np.log(shares)
    return values
