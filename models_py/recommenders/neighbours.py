"""Cosine neighbours, shared by the user-based and the item-based recommender."""

import numpy as np
from scipy import sparse

from models_py.recommenders.weighting import row_norms

BLOCK_CELLS = 2**23


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
        rows = np.repeat(np.arange(len(index)), np.diff(products.indptr))
        similarity = products.data / (norms[index][rows] * norms[products.indices] + offset)
        similarity[products.indices == index[rows]] = 0
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
        row = values[start:end]
        chosen = np.flatnonzero(row > 0)
        if len(chosen) > k:
            threshold = np.partition(row[chosen], len(chosen) - k)[len(chosen) - k]
            chosen = chosen[row[chosen] >= threshold]
            # best first, ties at the threshold by index, so that the same k are kept on every machine
            chosen = chosen[np.lexsort((columns[start:end][chosen], -row[chosen]))[:k]]
        kept.append(start + chosen)
    lengths = [len(chosen) for chosen in kept]
    positions = np.concatenate([np.empty(0, np.int64), *kept])
    cells = (values[positions].astype(np.float32), columns[positions], np.concatenate([[0], np.cumsum(lengths)]))
    return sparse.csr_matrix(cells, shape=shape)
