"""Groups of sparse vectors by average linkage on cosine (Sokal & Michener 1958), without a table of all pairs."""

import numpy as np
from numba import njit, prange
from scipy import sparse

from models_py.matrices.weighting import length_scale, scale_rows

# Similarities that differ by less are ties: rounding would otherwise decide between equal pairs.
RESOLUTION = 1e-9
# Shares of the groups that the threads divide among them; each share has one row of products.
SHARES = 64


def average_linkage(vectors: sparse.csr_matrix, least_similarity: float) -> np.ndarray:
    """Join the most similar groups of vectors until no two are `least_similarity` or more alike.

    Two groups are as alike as the mean cosine of their pairs, which is the product of their mean unit vectors: a group
    is one vector. Pairs of groups that are each other's nearest are joined at once, and a group without any near enough
    is done, because a union is never nearer to a third group than its nearer part is (Murtagh 1983).

    Parameters
    ----------
    vectors : csr_matrix, shape (n, d)
        Without negative values.
    least_similarity : float
        Mean cosine from 0 to 1, one less the distance at which the tree is cut. Groups with nothing in common stay
        apart.

    Returns
    -------
    array of int64, shape (n,)
        The lowest row of each vector's group. Of equally near groups, the one with the lowest row is the nearest.
    """
    sums = scale_rows(sparse.csr_matrix(vectors, dtype=np.float64, copy=True), length_scale(vectors, -1))
    sums.eliminate_zeros()
    sizes, lowest, group = np.ones(len(sums.indptr) - 1), np.arange(sums.shape[0]), np.arange(sums.shape[0])
    while len(lowest):
        nearest = _nearest_groups(sums, sizes, least_similarity)
        rows = np.arange(len(lowest))
        are_mutual = (nearest >= 0) & (nearest[nearest] == rows)
        into = np.where(are_mutual, np.minimum(rows, nearest), rows)
        new_lowest = np.arange(len(group))
        new_lowest[lowest] = lowest[into]
        group = new_lowest[group]
        growing = np.flatnonzero(nearest >= 0)
        kept, places = np.unique(into[growing], return_inverse=True)
        union = sparse.csr_matrix((np.ones(len(growing)), (places, growing)), shape=(len(kept), len(rows)))
        sums, sizes, lowest = union @ sums, union @ sizes, lowest[kept]
    return group


def grouped(items: np.ndarray, listeners: sparse.csr_matrix, min_listeners: int, least_similarity: float) -> np.ndarray:
    """Give each item the lowest id of its group; one with fewer listeners than `min_listeners` is alone.

    Parameters
    ----------
    items : array of int64, shape (n_items,)
        Ids, ascending.
    listeners : csr_matrix, shape (n_items, n_users)
        1 for each listener.
    min_listeners : int
    least_similarity : float
        As in `average_linkage`.
    """
    known, group = np.flatnonzero(np.diff(listeners.indptr) >= min_listeners), items.copy()
    group[known] = items[known[average_linkage(listeners[known], least_similarity)]]
    return group


def _nearest_groups(sums: sparse.csr_matrix, sizes: np.ndarray, least_similarity: float) -> np.ndarray:
    """Find the group that each is most like, int64, shape (n,); -1 where none is alike enough."""
    sums.sort_indices()  # so that a pair's product is the same number from both sides
    by_dimension = sums.T.tocsr()
    nearest = np.full(len(sizes), -1)
    _search(
        *(sums.indptr, sums.indices, sums.data, by_dimension.indptr, by_dimension.indices, by_dimension.data),
        *(sizes, least_similarity - RESOLUTION / 2, nearest),
    )
    return nearest


@njit(parallel=True, cache=True, nogil=True)
def _search(starts, dimensions, values, other_starts, others, other_values, sizes, least, nearest):
    n_groups = len(sizes)
    for share in prange(SHARES):
        products, touched = np.zeros(n_groups), np.empty(n_groups, dtype=np.int64)
        for group in range(share * n_groups // SHARES, (share + 1) * n_groups // SHARES):
            n_touched = 0
            for cell in range(starts[group], starts[group + 1]):
                for position in range(other_starts[dimensions[cell]], other_starts[dimensions[cell] + 1]):
                    other = others[position]
                    if products[other] == 0:
                        touched[n_touched] = other
                        n_touched += 1
                    products[other] += values[cell] * other_values[position]
            best, most = -1, least
            for other in touched[:n_touched]:
                likeness = np.round(products[other] / (sizes[group] * sizes[other]) / RESOLUTION) * RESOLUTION
                if other != group and (likeness > most or (likeness == most and other < best)):
                    best, most = other, likeness
                products[other] = 0
            nearest[group] = best
