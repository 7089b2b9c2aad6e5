"""The scales that counts are factorized and judged on."""

from collections.abc import Callable

import numpy as np
from scipy import sparse

# A few cells hold thousands of plays, so squared errors on 'plays' are theirs; 'log_plays' lets every cell speak.
SCALES: dict[str, Callable[[np.ndarray], np.ndarray]] = {"plays": np.asarray, "log_plays": np.log1p}


def scaled(counts: sparse.csr_matrix, scale: str) -> sparse.csr_matrix:
    """Put counts on a scale, in double precision.

    Parameters
    ----------
    counts
        Plays, users x items. Cells that are not stored stay 0, on both scales.
    scale
        'plays', or 'log_plays' for ln(1 + plays).

    Returns
    -------
    sparse.csr_matrix
        A new matrix of the same shape.
    """
    matrix = counts.astype(np.float64)
    matrix.data = SCALES[scale](matrix.data)
    return matrix
