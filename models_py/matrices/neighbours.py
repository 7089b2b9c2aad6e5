"""Cosine neighbours of sparse vectors."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numba import njit, prange
from scipy import sparse

from models_py.matrices.weighting import row_norms, scale_columns

# Shares of the queries that the threads divide among them; each share has one row of sums.
SHARES = 64
# A query with products for one of so many vectors has those listed; of one with more, all vectors are looked at.
FEW = 16
# One of so many similarities tells about how large the k-th is.
SOME = 16
# Divides what is 0.
TINY = np.float32(1e-30)
# What indices are subtracted from, so that the lower sorts as the better.
BACKWARDS = 2**32 - 1
# Below 1 by more than single precision rounds.
ROUNDING = 1 - 1e-6


SIMILARITIES = ("cosine", "dice")


class Search(NamedTuple):
    """How to look for neighbours: how many, by which similarity, shrunk by how much, after which scaling."""

    k: int
    similarity: str = "cosine"
    shrinkage: float = 0.0
    scale: float = 0.0


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
        return between(self.index[:, :k], self.similarity[:, :k] ** np.float32(sharpness), self.n_vectors)


def between(index: np.ndarray, weights: np.ndarray, n_vectors: int) -> sparse.csr_matrix:
    """Store the positive weights of each row's vectors; csr_matrix of float32, shape (n, n_vectors)."""
    found = (index >= 0) & (weights > 0)
    row_starts = np.concatenate([[0], np.cumsum(found.sum(axis=1))])
    return sparse.csr_matrix((weights[found], index[found], row_starts), shape=(len(index), n_vectors))


def nearest(
    queries: sparse.csr_matrix,
    query_index: np.ndarray | None,
    vectors: sparse.csr_matrix,
    k: int,
    shrinkage: float,
    sharpness: float,
) -> sparse.csr_matrix:
    """Find the k most similar other vectors of each query: one of `searched`, cut at k."""
    (found,) = searched(queries, query_index, vectors, [Search(k, shrinkage=shrinkage)])
    return found.cut(k, sharpness)


def neighbours_of_all(
    vectors: sparse.csr_matrix, scales: Mapping[float, np.ndarray], wanted: Iterable[Search]
) -> dict[Search, Neighbours]:
    """Find every vector's neighbours among the others, in one pass of `searched` for each scale.

    Parameters
    ----------
    vectors : csr_matrix, shape (n, d)
    scales : mapping of float to array, shape (d,)
        What the dimensions are multiplied by, by a name, such as the power that they are made with.
    wanted : iterable of Search
        Those that differ in k alone are one, of the most.

    Returns
    -------
    dict of Search to Neighbours
        By each search that was wanted.
    """
    most: dict[tuple, Search] = {}
    for search in wanted:
        # k comes first, and what follows is the same
        most[search[1:]] = max(search, most.get(search[1:], search))
    found: dict[Search, Neighbours] = {}
    for name, scale in scales.items():
        scaled = scale_columns(vectors, scale)
        searches = [search for search in most.values() if search.scale == name]
        found |= dict(zip(searches, searched(scaled, np.arange(vectors.shape[0]), scaled, searches), strict=True))
    return {search: found[most[search[1:]]] for search in wanted}


def searched(
    queries: sparse.csr_matrix, query_index: np.ndarray | None, vectors: sparse.csr_matrix, searches: Sequence[Search]
) -> list[Neighbours]:
    """Find the most similar other vectors of each query, in one pass for several searches.

    The similarity of two vectors is dot / (size + shrinkage x mean squared norm), where size is |a| |b| for 'cosine'
    and (|a|^2 + |b|^2) / 2 for 'dice' (Tversky 1977, with both weights 1/2); it is dot for 'product'. A vector is never
    its own neighbour, and only positive similarities count. Shrinkage holds back those that rest on few cells.

    Parameters
    ----------
    queries : csr_matrix, shape (n, d)
        Vectors to find neighbours for.
    query_index : array of int, shape (n,), or None
        Their row numbers in `vectors`; None where they are none of them.
    vectors : csr_matrix, shape (m, d)
    searches : sequence of Search
    """
    n_queries, n_vectors = queries.shape[0], vectors.shape[0]
    terms, slopes, offsets = _divisors(row_norms(queries), row_norms(vectors), searches)
    lengths = np.array([min(search.k, n_vectors) for search in searches])
    starts = np.concatenate([[0], np.cumsum(lengths * n_queries)])
    index, similarity = np.full(starts[-1], -1, dtype=np.int32), np.zeros(starts[-1], dtype=np.float32)
    own = np.full(n_queries, -1) if query_index is None else np.asarray(query_index)
    by_dimension = vectors.T.tocsr()
    _search(
        *(queries.indptr, queries.indices, queries.data.astype(np.float32), own.astype(np.int64)),
        *(by_dimension.indptr, by_dimension.indices, by_dimension.data.astype(np.float32)),
        *(terms, slopes, offsets, lengths, starts, index, similarity),
    )
    parts = [(slice(*ends), (n_queries, k)) for *ends, k in zip(starts[:-1], starts[1:], lengths, strict=True)]
    return [Neighbours(index[part].reshape(shape), similarity[part].reshape(shape), n_vectors) for part, shape in parts]


def nearest_by(products: np.ndarray, k: int) -> np.ndarray:
    """Find the k nearest others of each vector by cosine from all inner products, best first, ties by index.

    Parameters
    ----------
    products : array of float64, shape (n, n)
    k : int

    Returns
    -------
    array of int32, shape (n, min(k, n))
        -1 at the end where fewer are alike at all.
    """
    norms = np.sqrt(np.diag(products))
    index = np.full((len(products), min(k, len(products))), -1, dtype=np.int32)
    for own, (row, norm) in enumerate(zip(products, norms, strict=True)):
        cosines = (row / np.maximum(norm * norms, TINY)).astype(np.float32)
        cosines[own] = 0
        best = np.argsort(-cosines, kind="stable")[:k]
        best = best[cosines[best] > 0]
        index[own, : len(best)] = best
    return index


def _divisors(
    query_norms: np.ndarray, norms: np.ndarray, searches: Sequence[Search]
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Give what the divisor of a pair is made of in each search: the vector's term x the query's slope + its offset."""
    mean_square = np.mean(norms**2) if len(norms) else 0.0
    parts = {
        "cosine": (norms, query_norms, np.zeros(len(query_norms))),
        "dice": (norms**2 / 2, np.ones(len(query_norms)), query_norms**2 / 2),
        "product": (np.zeros(len(norms)), np.zeros(len(query_norms)), np.ones(len(query_norms))),
    }
    terms, slopes, offsets = zip(*(parts[search.similarity] for search in searches), strict=True)
    shrunk = [search.shrinkage * mean_square for search in searches]
    return np.array(terms), np.array(slopes), np.array(offsets) + np.array(shrunk)[:, None]


def neighbours_memory(n_queries: int, n_vectors: int, k: int) -> int:
    """Bytes of the k neighbours of each query: number and similarity, compacted, sharpened and transposed."""
    return 34 * n_queries * min(k, n_vectors) + 24 * SHARES * n_vectors


# scipy's product of the two matrices holds all similarities of a block before any is dropped: 310 s for 168,000 items
# of 868 users on one core, where one row of sums at a time takes 66 s on two, of which to rank them is the larger part.
@njit(parallel=True, cache=True, nogil=True)
def _search(
    query_starts,
    query_dimensions,
    query_values,
    query_index,
    starts,
    members,
    values,
    terms,
    slopes,
    offsets,
    lengths,
    result_starts,
    index,
    similarity,
):
    """Fill in the neighbours' index and similarity, flat: search by search, query by query, best first."""
    n_queries, n_vectors = len(query_index), terms.shape[1]
    single_terms = terms.astype(np.float32)
    for share in prange(SHARES):
        sums, is_touched = np.zeros(n_vectors, dtype=np.float32), np.zeros(n_vectors, dtype=np.bool_)
        touched = np.empty(n_vectors // FEW, dtype=np.int32)
        about, is_near = np.empty(n_vectors, dtype=np.float32), np.zeros(n_vectors // 8 * 8 + 8, dtype=np.int8)
        # what is kept, in one number each: similarity before index, which counts backwards
        kept = np.empty(n_vectors, dtype=np.int64)
        value = np.zeros(1, dtype=np.float32)
        bits = value.view(np.int32)
        for query in range(share * n_queries // SHARES, (share + 1) * n_queries // SHARES):
            cells = range(query_starts[query], query_starts[query + 1])
            n_touched = _add_products(
                cells, query_dimensions, query_values, starts, members, values, sums, touched, is_touched
            )
            if query_index[query] >= 0:
                sums[query_index[query]] = 0
            for search in range(len(lengths)):
                k, slope, offset = lengths[search], slopes[search, query], offsets[search, query]
                if n_touched < 0:
                    n_kept = _best_of_all(
                        *(sums, terms[search], single_terms[search], slope, offset, k, kept, value, bits),
                        *(about, is_near),
                    )
                else:
                    few = touched[:n_touched]
                    n_kept = _best_of_few(sums, few, terms[search], slope, offset, k, kept, value, bits)
                best = np.sort(kept[:n_kept])[::-1]
                first = result_starts[search] + query * k
                for rank in range(n_kept):
                    bits[0] = best[rank] >> 32
                    similarity[first + rank] = value[0]
                    index[first + rank] = BACKWARDS - (best[rank] & 0xFFFFFFFF)
            if n_touched < 0:
                sums[:] = 0
            for place in range(n_touched):
                sums[touched[place]], is_touched[touched[place]] = 0, False


@njit(cache=True)
def _add_products(cells, query_dimensions, query_values, starts, members, values, sums, touched, is_touched):
    """Add a query's products into `sums`; list the vectors that it has any with and count them, or say -1 if many."""
    n_products = 0
    for cell in cells:
        n_products += starts[query_dimensions[cell] + 1] - starts[query_dimensions[cell]]
    is_listed, n_touched = n_products <= len(touched), 0
    for cell in cells:
        dimension, weight = query_dimensions[cell], query_values[cell]
        for position in range(starts[dimension], starts[dimension + 1]):
            member = members[position]
            sums[member] += weight * values[position]
            if is_listed and not is_touched[member]:
                touched[n_touched], is_touched[member] = member, True
                n_touched += 1
    return n_touched if is_listed else -1


@njit(cache=True)
def _best_of_few(sums, touched, terms, slope, offset, k, kept, value, bits):
    """Keep the k best of the touched vectors; return how many."""
    n_kept = 0
    for member in touched:
        if sums[member] > 0:
            value[0] = sums[member] / (slope * terms[member] + offset)
            kept[n_kept] = (np.int64(bits[0]) << 32) | (BACKWARDS - member)
            n_kept += 1
    return _cut(kept, n_kept, k)


@njit(cache=True)
def _best_of_all(sums, terms, single_terms, slope, offset, k, kept, value, bits, about, is_near):
    """Keep the k best of all vectors; return how many.

    Similarities in single precision, told in a few instructions for eight, leave some more than k to look at.
    """
    single_slope, single_offset = np.float32(slope), np.float32(offset)
    for member in range(len(sums)):
        about[member] = sums[member] / max(single_slope * single_terms[member] + single_offset, TINY)
    floor = _likely_floor(about, k)
    eights = is_near.view(np.int64)
    while True:
        least = np.float32(floor * ROUNDING)
        for member in range(len(about)):
            is_near[member] = about[member] > least
        n_kept = 0
        for eight in range(len(eights)):
            if eights[eight]:
                for member in range(8 * eight, 8 * eight + 8):
                    if is_near[member]:
                        value[0] = sums[member] / (slope * terms[member] + offset)
                        kept[n_kept] = (np.int64(bits[0]) << 32) | (BACKWARDS - member)
                        n_kept += 1
        n_kept = _cut(kept, n_kept, k)
        if n_kept == k:
            bits[0] = kept[:k].min() >> 32
        if floor == 0 or (n_kept == k and value[0] >= floor):
            return n_kept
        floor = 0.0


@njit(cache=True)
def _likely_floor(about, k):
    """Give what most likely k values are above, told from some of them; 0 where they are too few to tell."""
    some = about[::SOME]
    some = some[some > 0]
    expected = k / SOME
    place = int(expected + 3 * np.sqrt(expected) + 2)
    return np.partition(some, len(some) - place)[len(some) - place] if place < len(some) else np.float32(0)


@njit(cache=True)
def _cut(kept, n_kept, k):
    """Bring the k largest to the front."""
    if n_kept > k:
        kept[:k] = np.partition(kept[:n_kept], n_kept - k)[n_kept - k :]
    return min(n_kept, k)
