"""Metrics of ranked lists, the one place in Python; a test pins them to those in SQL."""

import numpy as np
from scipy import sparse

from models_py.evaluation.ranking import Lists
from models_py.matrices.cells import rows_of


def discounts(k: int) -> np.ndarray:
    """Weights of the ranks 1 to k, 1 / log2(rank + 1) (Jarvelin & Kekalainen 2002)."""
    return 1 / np.log2(np.arange(2, k + 2))


def gain_ratio(gains: np.ndarray, ideal: np.ndarray) -> np.ndarray:
    """NDCG@k of lists whose gain at each rank is known.

    Parameters
    ----------
    gains : array of float64, shape (n, k)
        Worth of the item at each rank; 0 where it is not relevant, or there is none.
    ideal : array of float64, shape (n,)
        Discounted gain of the best list, positive.
    """
    return gains @ discounts(gains.shape[1]) / ideal


def ideal_gain(worth: sparse.csr_matrix, k: int) -> np.ndarray:
    """Discounted gain of each row's best list of k items, shape (n,); `worth` stores that of each relevant item."""
    best = np.zeros((worth.shape[0], k))
    rows = rows_of(worth)
    order = np.lexsort((-worth.data, rows))
    place = np.arange(worth.nnz) - worth.indptr[rows]
    listed = place < k
    best[rows[listed], place[listed]] = worth.data[order][listed]
    return best @ discounts(k)


def ndcg(lists: Lists, relevant: sparse.csr_matrix, n_relevant: np.ndarray, k: int) -> np.ndarray:
    """NDCG@k of each user with at least one relevant item; 0 for those without a list.

    Binary gain, ideal over min(k, n).

    Parameters
    ----------
    lists : Lists
    relevant : csr_matrix, shape (n_users, n_items)
        Stored cells are the relevant items of the catalogue.
    n_relevant : array of int, shape (n_users,)
        Relevant items per user, with those outside the catalogue, which are misses.
    k : int

    Returns
    -------
    array of float64
        One value per user with n_relevant > 0, in order of user index.
    """
    evaluated = n_relevant > 0
    ideal = np.concatenate([[0.0], np.cumsum(discounts(k))])[np.minimum(n_relevant[evaluated], k)]
    return gain_ratio(_hits(lists, relevant, k)[evaluated], ideal)


def recall(lists: Lists, relevant: sparse.csr_matrix, n_relevant: np.ndarray, k: int) -> np.ndarray:
    """Recall@k of each user with at least one relevant item: hits in the first k, divided by all relevant items.

    Parameters and return value are those of `ndcg`.
    """
    evaluated = n_relevant > 0
    return _hits(lists, relevant, k)[evaluated].sum(axis=1) / n_relevant[evaluated]


def _hits(lists: Lists, relevant: sparse.csr_matrix, k: int) -> np.ndarray:
    """1 where the item at a rank is relevant, else 0; shape (n_users, k)."""
    n_users, n_items = relevant.shape
    relevant_keys = rows_of(relevant) * n_items + relevant.indices
    counted = lists.rank <= k
    users, ranks = lists.user_index[counted], lists.rank[counted]
    is_hit = np.isin(users * n_items + lists.item_index[counted], relevant_keys, assume_unique=True)
    hits = np.zeros((n_users, k))
    hits[users[is_hit], ranks[is_hit] - 1] = 1.0
    return hits
