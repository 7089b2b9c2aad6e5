"""Cosine neighbours, shared by the user-based and the item-based recommender."""

import numpy as np
from numba import njit, prange
from scipy import sparse

from models_py.matrices.weighting import row_norms

# Shares of the queries that the threads divide among them; each share has one row of sums.
SHARES = 64
ROUNDING = 1 - 1e-12


def nearest(
    queries: sparse.csr_matrix,
    query_index: np.ndarray,
    vectors: sparse.csr_matrix,
    k: int,
    shrinkage: float,
    sharpness: float,
) -> sparse.csr_matrix:
    """Find the k most similar other vectors of each query, by shrunk cosine.

    The similarity is dot / (|a| |b| + shrinkage x mean squared norm), to the power `sharpness`; a vector is never its
    own neighbour, and only positive similarities count. Shrinkage holds back similarities that rest on few cells.

    Parameters
    ----------
    queries : csr_matrix, shape (n, d)
        Rows of `vectors` to find neighbours for.
    query_index : array of int, shape (n,)
        Their row numbers in `vectors`.
    vectors : csr_matrix, shape (m, d)
    k : int
    shrinkage, sharpness : float

    Returns
    -------
    csr_matrix of float32, shape (n, m)
        At most k similarities per row, best first; ties go to the lower index.
    """
    norms = row_norms(vectors)
    offset = shrinkage * float(np.mean(norms**2)) if len(norms) else 0.0
    by_dimension = vectors.T.tocsr()
    shape = (queries.shape[0], min(k, len(norms)))
    neighbours, similarity = np.full(shape, -1, dtype=np.int32), np.zeros(shape, dtype=np.float32)
    _fill_most_similar(
        *(queries.indptr, queries.indices, queries.data.astype(np.float32)),
        np.asarray(query_index, dtype=np.int64),
        *(by_dimension.indptr, by_dimension.indices, by_dimension.data.astype(np.float32)),
        *(norms, offset, neighbours, similarity),
    )
    found = neighbours >= 0
    row_starts = np.concatenate([[0], np.cumsum(found.sum(axis=1))])
    values = similarity[found] ** np.float32(sharpness)
    return sparse.csr_matrix((values, neighbours[found], row_starts), shape=(len(neighbours), len(norms)))


def neighbours_memory(n_queries: int, n_vectors: int, k: int) -> int:
    """Bytes of the k neighbours of each query: number and similarity, compacted, sharpened and transposed."""
    return 34 * n_queries * min(k, n_vectors) + 16 * SHARES * n_vectors


# scipy's product of the two matrices holds all similarities of a block before any is dropped: 310 s for 168,000 items
# of 868 users on one core, where this loop, which keeps one row of them, takes 66 s on two.
@njit(parallel=True, cache=True, nogil=True)
def _fill_most_similar(
    query_starts,
    query_dimensions,
    query_values,
    query_index,
    starts,
    members,
    values,
    norms,
    offset,
    neighbours,
    similarity,
):
    """Fill in neighbours (-1 where there are fewer than k) and similarities, both of shape (n, k), best first."""
    n_queries, n_vectors, k = len(query_index), len(norms), neighbours.shape[1]
    for share in prange(SHARES):
        dots = np.zeros(n_vectors, dtype=np.float32)
        heap_values, heap_members = np.empty(k), np.empty(k, dtype=np.int32)
        for query in range(share * n_queries // SHARES, (share + 1) * n_queries // SHARES):
            dots[:] = 0
            for cell in range(query_starts[query], query_starts[query + 1]):
                dimension, weight = query_dimensions[cell], query_values[cell]
                for position in range(starts[dimension], starts[dimension + 1]):
                    dots[members[position]] += weight * values[position]
            own = query_index[query]
            dots[own] = 0
            size, floor = 0, 0.0
            for member in range(n_vectors):
                scale = norms[own] * norms[member] + offset
                # most are below the worst that is kept: told without a division, with a margin for rounding
                if dots[member] > floor * scale:
                    size = _keep(heap_values, heap_members, size, dots[member] / scale, member)
                    floor = heap_values[0] * ROUNDING if size == k else 0.0
            for rank in range(size - 1, -1, -1):
                similarity[query, rank], neighbours[query, rank] = heap_values[0], heap_members[0]
                _sink(heap_values, heap_members, rank, heap_values[rank], heap_members[rank])


@njit(cache=True)
def _keep(heap_values, heap_members, size, value, member):
    """Add to a heap whose root is the worst kept (lowest value, then highest index); return the new size."""
    if size == len(heap_values):
        if size and _is_worse(heap_values[0], heap_members[0], value, member):
            _sink(heap_values, heap_members, size, value, member)
        return size
    place = size
    while place:
        parent = (place - 1) // 2
        if not _is_worse(value, member, heap_values[parent], heap_members[parent]):
            break
        heap_values[place], heap_members[place] = heap_values[parent], heap_members[parent]
        place = parent
    heap_values[place], heap_members[place] = value, member
    return size + 1


@njit(cache=True)
def _sink(heap_values, heap_members, size, value, member):
    """Put an element in the place of the root of a heap of so many elements."""
    place = 0
    while 2 * place + 1 < size:
        child = 2 * place + 1
        if child + 1 < size and _is_worse(
            heap_values[child + 1], heap_members[child + 1], heap_values[child], heap_members[child]
        ):
            child += 1
        if not _is_worse(heap_values[child], heap_members[child], value, member):
            break
        heap_values[place], heap_members[place] = heap_values[child], heap_members[child]
        place = child
    if size:
        heap_values[place], heap_members[place] = value, member


@njit(cache=True)
def _is_worse(value, member, other_value, other_member):
    """Tell whether one element is less similar than another, or as similar with the higher index."""
    return value < other_value or (value == other_value and member > other_member)
