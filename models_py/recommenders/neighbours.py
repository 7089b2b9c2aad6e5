"""Cosine neighbours, shared by the user-based and the item-based recommender."""

import numpy as np
from scipy import sparse

from models_py.recommenders.weighting import row_norms

# cells of a block of similarities: 16 MB in double precision; larger blocks are slower, since they leave the cache
BLOCK_CELLS = 2**21


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
        At most k similarities per row; ties go to the lower index.
    """
    norms = row_norms(vectors)
    offset = shrinkage * float(np.mean(norms**2)) if len(norms) else 0.0
    size = max(1, BLOCK_CELLS // max(1, vectors.shape[0]))
    transposed = vectors.T.tocsr()
    blocks = []
    for start in range(0, queries.shape[0], size):
        index = query_index[start : start + size]
        products = queries[start : start + size] @ transposed
        lengths = np.diff(products.indptr)
        scale = norms[products.indices]
        scale *= np.repeat(norms[index], lengths)
        scale += offset
        similarity = np.divide(products.data, scale, out=scale)
        similarity[products.indices == np.repeat(index.astype(products.indices.dtype), lengths)] = 0
        blocks.append(_largest(similarity, products.indices, products.indptr, products.shape, k))
    result = sparse.vstack([sparse.csr_matrix((0, vectors.shape[0]), dtype=np.float32), *blocks], format="csr")
    result.data **= np.float32(sharpness)
    return result


def _largest(
    values: np.ndarray, columns: np.ndarray, row_starts: np.ndarray, shape: tuple[int, int], k: int
) -> sparse.csr_matrix:
    """Keep the k largest positive values of each row."""
    kept = []
    for start, end in zip(row_starts[:-1], row_starts[1:], strict=True):
        descending = -values[start:end]
        chosen = np.arange(len(descending))
        if len(chosen) > k:
            chosen = np.flatnonzero(descending <= np.partition(descending, k - 1)[k - 1])
            # best first, ties at the threshold by index, so that the same k are kept on every machine
            chosen = chosen[np.lexsort((columns[start:end][chosen], descending[chosen]))[:k]]
        kept.append(start + chosen[descending[chosen] < 0])
    lengths = [len(chosen) for chosen in kept]
    positions = np.concatenate([np.empty(0, np.int64), *kept])
    cells = (values[positions].astype(np.float32), columns[positions], np.concatenate([[0], np.cumsum(lengths)]))
    return sparse.csr_matrix(cells, shape=shape)
