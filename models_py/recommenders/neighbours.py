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
    """The k most similar other vectors of each query, by shrunk cosine.

    The similarity is dot / (|a| |b| + shrinkage x mean squared norm), to the power `sharpness`; a vector is never its own
    neighbour, and only positive similarities count. Shrinkage holds back similarities that rest on few cells.

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
        similarity = (queries[start : start + size] @ transposed).toarray()
        scale = np.outer(norms[index], norms) + offset
        np.divide(similarity, scale, out=similarity, where=scale > 0)
        similarity[np.arange(len(index)), index] = 0
        blocks.append(_largest(similarity, k, sharpness))
    return sparse.vstack(blocks, format="csr") if blocks else sparse.csr_matrix((0, vectors.shape[0]), dtype=np.float32)


def _largest(similarity: np.ndarray, k: int, sharpness: float) -> sparse.csr_matrix:
    if similarity.shape[1] > k:
        threshold = np.partition(similarity, similarity.shape[1] - k, axis=1)[:, -k][:, None]
        above = similarity > threshold
        # of the ties at the threshold, the first by index fill what is left of k
        ties = similarity == threshold
        room = k - above.sum(axis=1, keepdims=True)
        kept = above | (ties & (np.cumsum(ties, axis=1) <= room))
        similarity = np.where(kept, similarity, 0)
    result = sparse.csr_matrix(np.maximum(similarity, 0), dtype=np.float32)
    result.data **= np.float32(sharpness)
    return result
