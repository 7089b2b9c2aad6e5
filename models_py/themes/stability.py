"""Whether the same themes come out again."""

import numpy as np
from scipy.optimize import linear_sum_assignment
from sklearn.preprocessing import normalize


def matched_similarity(themes: np.ndarray, others: np.ndarray) -> np.ndarray:
    """Cosine of each theme with its partner among others, in the best one-to-one matching (Kuhn 1955).

    The sign of a theme is its own choice, so it does not count.

    Parameters
    ----------
    themes, others : array
        Item weights, shapes (n, n_items) and (m, n_items).

    Returns
    -------
    np.ndarray
        float64, shape (n,), 0 to 1; 0 for a theme left without a partner.
    """
    cosines = np.abs(normalize(themes.astype(np.float64)) @ normalize(others.astype(np.float64)).T)
    rows, columns = linear_sum_assignment(cosines, maximize=True)
    similarity = np.zeros(len(themes))
    similarity[rows] = np.minimum(cosines[rows, columns], 1.0)
    return similarity
