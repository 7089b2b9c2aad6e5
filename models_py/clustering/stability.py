"""Whether a clustering comes out again: under other seeds, and from half of the points."""

from itertools import combinations

import numpy as np
from sklearn.metrics import adjusted_rand_score

from models_py.clustering.kmeans import can_be_clustered, kmeans

HALF_SAMPLES = 3


def seed_stability(labelings: list[np.ndarray]) -> float:
    """Mean adjusted Rand index (Hubert & Arabie 1985) over all pairs of labelings; 1 is the same clusters, 0 chance."""
    return float(np.mean([adjusted_rand_score(one, other) for one, other in combinations(labelings, 2)]))


def half_sample_stability(points: np.ndarray, n_clusters: int, seed: int) -> float | None:
    """Mean adjusted Rand index between clusters of two random halves, over the points in both (after Hennig 2007).

    The space stays the one of all points; only the clustering is repeated.

    Parameters
    ----------
    points
        Shape (n, d).
    n_clusters
        Number of clusters.
    seed
        Seed of the halves and of KMeans.

    Returns
    -------
    float | None
        Mean over HALF_SAMPLES pairs of halves; None where the halves are too small to be clustered so.
    """
    rng = np.random.default_rng(seed)
    agreements = []
    for _ in range(HALF_SAMPLES):
        halves = [np.sort(rng.choice(len(points), len(points) // 2, replace=False)) for _ in range(2)]
        _, *shared = np.intersect1d(*halves, return_indices=True)
        if len(shared[0]) < 2 or not all(can_be_clustered(points[half], n_clusters) for half in halves):
            continue
        one, other = (
            kmeans(points[half], n_clusters, seed).labels[where] for half, where in zip(halves, shared, strict=True)
        )
        agreements.append(adjusted_rand_score(one, other))
    return float(np.mean(agreements)) if agreements else None
