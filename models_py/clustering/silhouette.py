"""Silhouettes of points under several labelings at once, against all points or a sample of them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats
from sklearn.metrics import euclidean_distances

# Points that each point is compared with. Up to so many the silhouettes are exact; beyond, the others are a sample, and
# time grows with n, not with its square.
MAX_REFERENCES = 2000
BLOCK_CELLS = 2_000_000
JACKKNIFE_GROUPS = 20


@dataclass(frozen=True)
class MeanSilhouette:
    """Mean of the silhouettes of all points, or of a sample.

    Attributes
    ----------
    mean : float
        -1 to 1.
    low, high : float or None
        95% interval where the points are a sample; None where they are all.
    """

    mean: float
    low: float | None
    high: float | None


def references(n_points: int, seed: int, max_references: int = MAX_REFERENCES) -> np.ndarray:
    """Choose the points to compare with: all, or a random `max_references` of them; indices, int64, ascending."""
    if n_points <= max_references:
        return np.arange(n_points)
    # a stream of its own: clusters are found from a sample too, and look better among the points they were found from
    return np.sort(np.random.default_rng([seed, 1]).choice(n_points, max_references, replace=False))


def mean_silhouette(
    points: np.ndarray, labels: np.ndarray, silhouettes: np.ndarray, sample: np.ndarray
) -> MeanSilhouette:
    """Mean over the sampled points, whose silhouettes are exact within the sample, with an interval if not all are.

    Points are drawn both to be judged and to be compared with, so their silhouettes are not independent: the interval
    is that of a jackknife that leaves out whole groups of the sample (Quenouille 1956, Tukey 1958).

    Parameters
    ----------
    points, labels, silhouettes : array
        Of everybody: shapes (n, d), (n,) and (n,).
    sample : array
        Indices of the points that silhouettes were measured against, see `references`.
    """
    mean = float(silhouettes[sample].mean())
    if len(sample) == len(points):
        return MeanSilhouette(mean, None, None)
    margin = stats.t.ppf(0.975, JACKKNIFE_GROUPS - 1) * _jackknife_error(points[sample], labels[sample])
    return MeanSilhouette(mean, mean - margin, mean + margin)


def _jackknife_error(points: np.ndarray, labels: np.ndarray) -> float:
    members = np.eye(labels.max() + 1)[labels]
    distances = euclidean_distances(points)
    group = np.arange(len(points)) % JACKKNIFE_GROUPS
    sums = [distances[:, group == left_out] @ members[group == left_out] for left_out in range(JACKKNIFE_GROUPS)]
    everything, sizes = np.sum(sums, axis=0), members.sum(axis=0)
    means = []
    for left_out, without in enumerate(sums):
        rest = group != left_out
        others = sizes - members[~rest].sum(axis=0)
        means.append(_from_sums((everything - without)[rest], others, labels[rest], others[labels[rest]] - 1).mean())
    return float(np.sqrt((JACKKNIFE_GROUPS - 1) * np.var(means)))


def silhouettes(points: np.ndarray, labelings: Sequence[np.ndarray], sample: np.ndarray) -> list[np.ndarray]:
    """Silhouette of every point (Rousseeuw 1987): (b - a) / max(a, b).

    a is the mean distance to the other points of its cluster, b the smallest mean distance to those of another.

    Parameters
    ----------
    points : array
        Shape (n, d).
    labelings : sequence of array
        Clusters of the points, each an array of n integers from 0.
    sample : array
        Indices of the points that each point is compared with, see `references`.

    Returns
    -------
    list[np.ndarray]
        One float64 array of n values from -1 to 1 per labeling; 0 for a point alone in its cluster.
    """
    n_points = len(points)
    results = [np.zeros(n_points) for _ in labelings]
    size = max(1, BLOCK_CELLS // len(sample))
    for start in range(0, n_points, size):
        block = np.arange(start, min(start + size, n_points))
        distances = euclidean_distances(points[block], points[sample])
        itself = block[:, None] == sample
        distances[itself] = 0.0
        for labels, result in zip(labelings, results, strict=True):
            result[block] = _block_silhouettes(distances, labels[block], labels[sample], itself.any(axis=1))
    return results


def _block_silhouettes(
    distances: np.ndarray, own: np.ndarray, clusters: np.ndarray, is_reference: np.ndarray
) -> np.ndarray:
    """Silhouettes of a block of points, given their distances to the reference points and everybody's clusters."""
    members = np.eye(max(own.max(), clusters.max()) + 1)[clusters]
    sizes = members.sum(axis=0)
    return _from_sums(distances @ members, sizes, own, sizes[own] - is_reference)


def _from_sums(sums: np.ndarray, sizes: np.ndarray, own: np.ndarray, n_others: np.ndarray) -> np.ndarray:
    """Silhouettes of points in clusters `own`, from sums of distances to each cluster and the numbers behind them."""
    rows = np.arange(len(own))
    means = np.divide(sums, sizes, out=np.full_like(sums, np.inf), where=sizes > 0)
    means[rows, own] = np.inf
    nearest = means.min(axis=1)
    within = np.divide(sums[rows, own], n_others, out=np.zeros(len(own)), where=n_others > 0)
    larger = np.maximum(within, nearest)
    defined = (n_others > 0) & np.isfinite(nearest) & (larger > 0)
    return np.divide(nearest - within, larger, out=np.zeros(len(own)), where=defined)
