"""The scales that counts are factorized and judged on."""

import numpy as np
from scipy import sparse

from models_py.matrices.weighting import weighted

# Weighting of plays by name of the scale. A few cells hold thousands of plays, so squared errors on 'plays' are theirs;
# 'log_plays' lets every cell speak; 'percent' makes light and heavy listeners alike.
SCALES = {"plays": "raw", "log_plays": "log", "percent": "percent"}


def scaled(counts: sparse.csr_matrix, scale: str, train: sparse.csr_matrix) -> sparse.csr_matrix:
    """Put counts on a scale, in double precision.

    Parameters
    ----------
    counts : csr_matrix
        Plays, users x items. Cells that are not stored stay 0, on every scale.
    scale : str
        'plays', 'log_plays' for ln(1 + plays), or 'percent' of the user's plays in train.
    train : csr_matrix
        Plays in train, users x items; who has none counts as having one.

    Returns
    -------
    sparse.csr_matrix
        A new matrix of the same shape.
    """
    of_users = np.maximum(np.asarray(train.sum(axis=1, dtype=np.float64)).ravel(), 1.0)
    return weighted(counts, SCALES[scale], of_users)
