"""Cosine neighbours of sparse vectors."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numba import njit, prange
from scipy import sparse

# Shares of the queries that the threads divide among them; each share has one row of sums.
SHARES = 64
# Below 1 by more than single precision rounds.
ROUNDING = 1 - 1e-6


class Search(NamedTuple):
    """How to look for neighbours: with which of several scales of the dimensions, shrunk by how much, and how many."""

    scale: int
    shrinkage: float
    k: int


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
    """Find the k most similar other vectors of each query: one of `searched`, cut at k."""
    (found,) = searched(queries, query_index, vectors, [np.ones(vectors.shape[1])], [Search(0, shrinkage, k)])
    return found.cut(k, sharpness)


def neighbours_of_all(
    vectors: sparse.csr_matrix, scales: Mapping[float, np.ndarray], wanted: Mapping[tuple[float, float], int]
) -> dict[tuple[float, float], Neighbours]:
    """Find every vector's neighbours among the others: all searches of `searched` in one pass.

    Parameters
    ----------
    vectors : csr_matrix, shape (n, d)
    scales : mapping of float to array, shape (d,)
        Scales of the dimensions by a name, such as the power that they are made with.
    wanted : mapping of (float, float) to int
        Number of neighbours by name of the scale and shrinkage.
    """
    places = {name: place for place, name in enumerate(scales)}
    searches = [Search(places[name], shrinkage, k) for (name, shrinkage), k in wanted.items()]
    found = searched(vectors, np.arange(vectors.shape[0]), vectors, list(scales.values()), searches)
    return dict(zip(wanted, found, strict=True))


def searched(
    queries: sparse.csr_matrix,
    query_index: np.ndarray | None,
    vectors: sparse.csr_matrix,
    scales: Sequence[np.ndarray],
    searches: Sequence[Search],
) -> list[Neighbours]:
    """Find the most similar other vectors of each query, by shrunk cosine, in one pass for several searches.

    The similarity of two scaled vectors is dot / (|a| |b| + shrinkage x mean squared norm); a vector is never its own
    neighbour, and only positive similarities count. Shrinkage holds back similarities that rest on few cells.

    Parameters
    ----------
    queries : csr_matrix, shape (n, d)
        Vectors to find neighbours for.
    query_index : array of int, shape (n,), or None
        Their row numbers in `vectors`; None where they are none of them.
    vectors : csr_matrix, shape (m, d)
    scales : sequence of array, shape (d,)
        What the dimensions of queries and vectors are multiplied by.
    searches : sequence of Search
    """
    n_queries, n_vectors = queries.shape[0], vectors.shape[0]
    squares = np.ascontiguousarray(np.array(scales, dtype=np.float64).T ** 2)
    norms, query_norms = _norms(vectors, squares), _norms(queries, squares)
    mean_squares = np.mean(norms**2, axis=0) if n_vectors else np.zeros(len(scales))
    lengths = np.array([min(search.k, n_vectors) for search in searches])
    starts = np.concatenate([[0], np.cumsum(lengths * n_queries)])
    index, similarity = np.full(starts[-1], -1, dtype=np.int32), np.zeros(starts[-1], dtype=np.float32)
    own = np.full(n_queries, -1) if query_index is None else np.asarray(query_index)
    by_dimension = vectors.T.tocsr()
    _search(
        *(queries.indptr, queries.indices, queries.data.astype(np.float32), own.astype(np.int64), query_norms),
        *(by_dimension.indptr, by_dimension.indices, by_dimension.data.astype(np.float32), norms),
        squares.astype(np.float32),
        np.array([search.scale for search in searches]),
        np.array([search.shrinkage * mean_squares[search.scale] for search in searches]),
        *(lengths, starts, index, similarity),
    )
    parts = [(slice(*ends), (n_queries, k)) for *ends, k in zip(starts[:-1], starts[1:], lengths, strict=True)]
    return [Neighbours(index[part].reshape(shape), similarity[part].reshape(shape), n_vectors) for part, shape in parts]


def most_wanted(numbers: Iterable[tuple[tuple[float, float], int]]) -> dict[tuple[float, float], int]:
    """Keep the largest number of neighbours that is asked for with each scale and shrinkage."""
    most: dict[tuple[float, float], int] = {}
    for asked, k in numbers:
        most[asked] = max(k, most.get(asked, 0))
    return most


def neighbours_memory(n_queries: int, n_vectors: int, k: int) -> int:
    """Bytes of the k neighbours of each query: number and similarity, compacted, sharpened and transposed."""
    return 34 * n_queries * min(k, n_vectors) + 24 * SHARES * n_vectors


def _norms(vectors: sparse.csr_matrix, squares: np.ndarray) -> np.ndarray:
    """Lengths of the vectors with each scale, shape (n, scales)."""
    return np.sqrt(vectors.astype(np.float64).power(2) @ squares)


# scipy's product of the two matrices holds all similarities of a block before any is dropped: 310 s for 168,000 items
# of 868 users on one core, where one row of sums at a time takes 66 s on two.
@njit(parallel=True, cache=True, nogil=True)
def _search(
    query_starts,
    query_dimensions,
    query_values,
    query_index,
    query_norms,
    starts,
    members,
    values,
    norms,
    squares,
    scale_of,
    offsets,
    lengths,
    result_starts,
    index,
    similarity,
):
    """Fill in the neighbours' index and similarity, flat: search by search, query by query, best first."""
    n_queries, n_vectors, n_scales, n_searches = len(query_index), len(norms), squares.shape[1], len(lengths)
    for share in prange(SHARES):
        sums, touched = np.zeros((n_vectors, n_scales), dtype=np.float32), np.empty(n_vectors, dtype=np.int32)
        # what is kept, in one number each: similarity before index, which counts backwards
        kept, n_kept = np.empty((n_searches, 2 * lengths.max()), dtype=np.int64), np.zeros(n_searches, dtype=np.int64)
        floors = np.zeros(n_searches)
        value = np.zeros(1, dtype=np.float32)
        bits = value.view(np.int32)
        for query in range(share * n_queries // SHARES, (share + 1) * n_queries // SHARES):
            cells = range(query_starts[query], query_starts[query + 1])
            n_touched = _add_products(
                cells, query_dimensions, query_values, starts, members, values, squares, sums, touched
            )
            if query_index[query] >= 0:
                sums[query_index[query], :] = 0
            n_kept[:], floors[:] = 0, 0.0
            for place in range(n_touched):
                member = touched[place]
                for search in range(n_searches):
                    scale, k = scale_of[search], lengths[search]
                    dot = sums[member, scale]
                    divisor = query_norms[query, scale] * norms[member, scale] + offsets[search]
                    # most are below the worst that is kept: told without a division, with a margin for rounding
                    if dot > floors[search] * divisor:
                        value[0] = dot / divisor
                        kept[search, n_kept[search]] = (np.int64(bits[0]) << 32) | (n_vectors - member)
                        n_kept[search] += 1
                        if n_kept[search] == 2 * k:
                            kept[search, :k] = np.partition(kept[search, : 2 * k], k)[k:]
                            n_kept[search] = k
                            bits[0] = kept[search, :k].min() >> 32
                            floors[search] = value[0] * ROUNDING
                for scale in range(n_scales):
                    sums[member, scale] = 0
            for search in range(n_searches):
                best = np.sort(kept[search, : n_kept[search]])[::-1]
                first = result_starts[search] + query * lengths[search]
                for rank in range(min(lengths[search], len(best))):
                    bits[0] = best[rank] >> 32
                    similarity[first + rank] = value[0]
                    index[first + rank] = n_vectors - (best[rank] & 0xFFFFFFFF)


@njit(cache=True)
def _add_products(cells, query_dimensions, query_values, starts, members, values, squares, sums, touched):
    """Add a query's products into `sums`, list the vectors that it has any with, each once, and count them."""
    n_products = 0
    for cell in cells:
        n_products += starts[query_dimensions[cell] + 1] - starts[query_dimensions[cell]]
    # where nearly all will have some, to list them costs more than to look at those without
    is_listed = n_products <= len(sums)
    n_touched, n_scales = 0, squares.shape[1]
    for cell in cells:
        dimension, weight = query_dimensions[cell], query_values[cell]
        for position in range(starts[dimension], starts[dimension + 1]):
            member, product = members[position], weight * values[position]
            if is_listed and sums[member, 0] == 0:
                touched[n_touched] = member
                n_touched += 1
            for scale in range(n_scales):
                sums[member, scale] += product * squares[dimension, scale]
    if is_listed:
        return n_touched
    for member in range(len(sums)):
        touched[member] = member
    return len(sums)
