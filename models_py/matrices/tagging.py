"""Tags as vectors of items."""

import numpy as np
from scipy import sparse

from models_py.matrices.cells import with_values
from models_py.matrices.weighting import (
    best_known,
    inverse_frequency,
    length_scale,
    listeners,
    scale_columns,
    scale_rows,
)

# The tags that most items have: rarer ones name single artists, and cost as much as another user would.
MOST_TAGS = 300


def tag_vectors(tags: sparse.csr_matrix, frequency_power: float) -> sparse.csr_matrix:
    """Give each item a vector of length 1 (0 without tags) by its tags, those that few items have weighing more.

    Parameters
    ----------
    tags : csr_matrix, shape (n_items, n_tags)
        How many people gave each item each tag.
    frequency_power : float
        Power of ln(items / items with the tag) that each tag is multiplied by.

    Returns
    -------
    csr_matrix of float64, shape (n_items, at most MOST_TAGS)
    """
    known = listeners(tags)
    kept = best_known(known, MOST_TAGS)
    chosen = tags[:, kept].tocsr().astype(np.float64)
    logs = with_values(chosen, np.log1p(chosen.data))
    weighed = scale_columns(logs, np.maximum(inverse_frequency(known[kept], tags.shape[0]), 0.0) ** frequency_power)
    return scale_rows(weighed, length_scale(weighed, -1.0))


def tagging_memory(tags: sparse.csr_matrix) -> int:
    """Bytes of the vectors while they are made."""
    return 60 * tags.nnz + 16 * sum(tags.shape)
