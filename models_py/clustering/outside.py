"""What lies outside the space that clusters were found in, and whether they hold there."""

import numpy as np
from scipy import sparse

# Below this share of everything, what pairs between clusters have in common is rounding.
ROUNDING = 1e-9


def similarity_ratio(rows: sparse.csr_matrix, labels: np.ndarray) -> float | None:
    """Mean cosine of pairs within clusters over that of pairs between them; 1 is what chance gives.

    The number of pairs decides, so large clusters weigh more; the ratio grows with the number of clusters, since
    smaller ones are closer: compare it at equal numbers.

    Parameters
    ----------
    rows : csr_matrix
        One row per point, of length 1 or 0. Points with an empty row are left out.
    labels : array
        Clusters of the points, integers from 0.

    Returns
    -------
    float | None
        None where there is no pair of one kind, or no pair between clusters has anything in common.
    """
    known = np.diff(rows.indptr) > 0
    rows, labels = rows[known], labels[known]
    if not len(labels):
        return None
    members = sparse.csr_matrix((np.ones(len(labels)), (labels, np.arange(len(labels)))))
    sizes = np.asarray(members.sum(axis=1)).ravel()
    sums = members @ rows
    # the square of a sum of rows is the sum over its pairs, each twice, and of every row with itself
    of_clusters, of_all = sums.multiply(sums).sum(), np.square(np.asarray(sums.sum(axis=0))).sum()
    pairs_within, pairs_between = (sizes**2).sum() - len(labels), len(labels) ** 2 - (sizes**2).sum()
    between = of_all - of_clusters
    if not pairs_within or not pairs_between or between <= ROUNDING * of_all:
        return None
    return float((of_clusters - rows.multiply(rows).sum()) / pairs_within / (between / pairs_between))
