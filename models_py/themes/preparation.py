"""The matrix that themes are found in."""

import numpy as np
from scipy import sparse
from sklearn.preprocessing import normalize

from models_py.matrices.weighting import best_known, listeners, popularity_scale, scale_columns, weighted

# On the 992 users' artists, 16 themes of nmf, powers of 0, 0.3, 0.5 and 1: coherence 0.37, 0.41, 0.45 and 0.43, that is
# 0.17, 0.22, 0.29 and 0.31 above random items as popular. Without it, themes share the items that everybody plays; with
# 1, rare items make themes that two halves of the users have less in common (0.64 instead of 0.83 with 8 themes). Users
# at length 1 change coherence by 0.01, but keep the few heaviest from having themes of their own. idf weights, or items
# at length 1, are level in coherence (0.45) and lower in similarity of tags (0.37 and 0.35, 0.39 here).
POPULARITY_POWER = 0.5
# Rarer items say little about what goes together and cost much: on 250 users' tracks (16 themes) half-sample stability
# is 0.33, 0.31 and 0.23 with 2,000, 5,000 and 20,000 items, and coherence 0.47, 0.60 and 0.58.
MOST_ITEMS = 5_000


def prepared(counts: sparse.csr_matrix) -> tuple[sparse.csr_matrix, np.ndarray]:
    """Weigh plays so that neither heavy listeners nor items that everybody plays make the themes.

    Log plays, each item divided by its listeners to POPULARITY_POWER, then each user at length 1.

    Parameters
    ----------
    counts : csr_matrix
        Plays, users x items.

    Returns
    -------
    matrix
        float64, all users x the items that take part: the MOST_ITEMS with the most listeners, of equals the first.
    items
        Their columns in `counts`, ascending.
    """
    known_by = listeners(counts)
    items = best_known(known_by, MOST_ITEMS)
    weights = weighted(counts[:, items], "log")
    return normalize(scale_columns(weights, popularity_scale(known_by[items], -POPULARITY_POWER))), items
