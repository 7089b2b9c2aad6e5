"""The matrix that themes are found in."""

import numpy as np
from scipy import sparse
from sklearn.preprocessing import normalize

POPULARITY_POWER = 0.5
MOST_ITEMS = 5_000


def prepared(counts: sparse.csr_matrix) -> tuple[sparse.csr_matrix, np.ndarray]:
    """Weigh plays so that neither heavy listeners nor items that everybody plays make the themes.

    Log plays, each item divided by its listeners to POPULARITY_POWER, then each user at length 1.

    Parameters
    ----------
    counts
        Plays, users x items.

    Returns
    -------
    matrix
        float64, all users x the items that take part: the MOST_ITEMS with the most listeners, of equals the first.
    items
        Their columns in `counts`, ascending.
    """
    listeners = np.bincount(counts.indices, minlength=counts.shape[1])
    items = np.sort(np.argsort(-listeners, kind="stable")[:MOST_ITEMS])
    matrix = counts[:, items].astype(np.float64)
    matrix.data = np.log1p(matrix.data) / listeners[items][matrix.indices] ** POPULARITY_POWER
    return normalize(matrix), items
