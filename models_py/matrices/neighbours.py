"""Cosine neighbours of sparse vectors."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numba import njit, prange
from scipy import sparse

from models_py.matrices.weighting import row_norms

# Shares of the queries that the threads divide among them; each share has one row of sums.
SHARES = 64
ROUNDING = 1 - 1e-12


@dataclass(frozen=True)
class Neighbours:
    """The nearest other vectors of each query, best first; ties go to the lower index.

    Attributes
    ----------
    index : array of int32, shape (n, k)
        Their row numbers; -1 where there are fewer than k.
    similarity : array of float32, shape (n, k)
        Positive.
    n_vectors : int
        Number of vectors that they were looked for among.
    """

    index: np.ndarray
    similarity: np.ndarray
    n_vectors: int

    def of(self, queries: np.ndarray) -> "Neighbours":
        """Take those of some queries."""
        return Neighbours(self.index[queries], self.similarity[queries], self.n_vectors)

    def cut(self, k: int, sharpness: float) -> sparse.csr_matrix:
        """Keep the k nearest, similarities to a power; csr_matrix of float32, shape (n, n_vectors)."""
        index, similarity = self.index[:, :k], self.similarity[:, :k]
        found = index >= 0
        row_starts = np.concatenate([[0], np.cumsum(found.sum(axis=1))])
        values = similarity[found] ** np.float32(sharpness)
        return sparse.csr_matrix((values, index[found], row_starts), shape=(len(index), self.n_vectors))


def nearest(
    queries: sparse.csr_matrix,
    query_index: np.ndarray | None,
    vectors: sparse.csr_matrix,
    k: int,
    shrinkage: float,
    sharpness: float,
) -> sparse.csr_matrix:
    """Find the k most similar other vectors of each query: `neighbours_by_shrinkage` with one shrinkage, cut at k."""
    return neighbours_by_shrinkage(queries, query_index, vectors, k, [shrinkage])[shrinkage].cut(k, sharpness)


def neighbours_by_shrinkage(
    queries: sparse.csr_matrix,
    query_index: np.ndarray | None,
    vectors: sparse.csr_matrix,
    k: int,
    shrinkages: Sequence[float],
) -> dict[float, Neighbours]:
    """Find the k most similar other vectors of each query, by shrunk cosine, in one pass for every shrinkage.

    The similarity is dot / (|a| |b| + shrinkage x mean squared norm); a vector is never its own neighbour, and only
    positive similarities count. Shrinkage holds back similarities that rest on few cells.

    Parameters
    ----------
    queries : csr_matrix, shape (n, d)
        Vectors to find neighbours for.
    query_index : array of int, shape (n,), or None
        Their row numbers in `vectors`; None where they are none of them.
    vectors : csr_matrix, shape (m, d)
    k : int
    shrinkages : sequence of float
    """
    norms = row_norms(vectors)
    offsets = np.asarray(shrinkages) * (float(np.mean(norms**2)) if len(norms) else 0.0)
    own = np.full(queries.shape[0], -1) if query_index is None else np.asarray(query_index)
    by_dimension = vectors.T.tocsr()
    shape = (len(offsets), queries.shape[0], min(k, len(norms)))
    index, similarity = np.full(shape, -1, dtype=np.int32), np.zeros(shape, dtype=np.float32)
    _fill_most_similar(
        *(queries.indptr, queries.indices, queries.data.astype(np.float32)),
        *(own.astype(np.int64), row_norms(queries)),
        *(by_dimension.indptr, by_dimension.indices, by_dimension.data.astype(np.float32)),
        *(norms, offsets, index, similarity),
    )
    return {
        shrinkage: Neighbours(*found, len(norms))
        for shrinkage, *found in zip(shrinkages, index, similarity, strict=True)
    }


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
    query_norms,
    starts,
    members,
    values,
    norms,
    offsets,
    neighbours,
    similarity,
):
    """Fill in neighbours (-1 where there are fewer than k) and similarities, shape (offsets, n, k), best first."""
    n_queries, n_vectors, (n_offsets, _, k) = len(query_index), len(norms), neighbours.shape
    for share in prange(SHARES):
        dots = np.zeros(n_vectors, dtype=np.float32)
        heap_values, heap_members = np.empty((n_offsets, k)), np.empty((n_offsets, k), dtype=np.int32)
        sizes, floors = np.zeros(n_offsets, dtype=np.int64), np.zeros(n_offsets)
        for query in range(share * n_queries // SHARES, (share + 1) * n_queries // SHARES):
            dots[:] = 0
            for cell in range(query_starts[query], query_starts[query + 1]):
                dimension, weight = query_dimensions[cell], query_values[cell]
                for position in range(starts[dimension], starts[dimension + 1]):
                    dots[members[position]] += weight * values[position]
            if query_index[query] >= 0:
                dots[query_index[query]] = 0
            sizes[:], floors[:] = 0, 0.0
            for member in range(n_vectors):
                if dots[member] <= 0:
                    continue
                product = query_norms[query] * norms[member]
                for offset in range(n_offsets):
                    scale = product + offsets[offset]
                    # most are below the worst that is kept: told without a division, with a margin for rounding
                    if dots[member] > floors[offset] * scale:
                        sizes[offset] = _keep(
                            heap_values[offset], heap_members[offset], sizes[offset], dots[member] / scale, member
                        )
                        floors[offset] = heap_values[offset, 0] * ROUNDING if sizes[offset] == k else 0.0
            for offset in range(n_offsets):
                heap, places = heap_values[offset], heap_members[offset]
                for rank in range(sizes[offset] - 1, -1, -1):
                    similarity[offset, query, rank], neighbours[offset, query, rank] = heap[0], places[0]
                    _sink(heap, places, rank, heap[rank], places[rank])


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
