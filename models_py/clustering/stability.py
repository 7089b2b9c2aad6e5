"""Whether clusters come out again: under other seeds, and from half of the points."""

from collections.abc import Sequence
from itertools import combinations

import numpy as np
from sklearn.metrics import adjusted_rand_score

from models_py.clustering.partitions import Partition, partition

SEEDS = 3
HALF_SAMPLES = 2


def seed_stability(
    points: np.ndarray, algorithm: str, partitions: dict[int, Partition], seed: int
) -> dict[int, float | None]:
    """Mean adjusted Rand index (Hubert & Arabie 1985) over all pairs of SEEDS seeds; 1 is the same clusters, 0 chance.

    Parameters
    ----------
    points
        Shape (n, d).
    algorithm
        The algorithm of `partitions`.
    partitions
        Clusters under `seed`, by number of clusters.
    seed
        The first of the seeds.

    Returns
    -------
    dict[int, float | None]
        By number of clusters.
    """
    again = [partition(points, algorithm, list(partitions), seed + further) for further in range(1, SEEDS)]
    return {
        n: _mean_agreement(combinations([first.labels, *(others[n].labels for others in again if n in others)], 2))
        for n, first in partitions.items()
    }


def half_sample_stability(
    points: np.ndarray, algorithm: str, n_clusters: Sequence[int], seed: int
) -> dict[int, float | None]:
    """Mean adjusted Rand index between clusters of two random halves, over the points in both (after Hennig 2007).

    The space stays the one of all points; only the clustering is repeated.

    Parameters
    ----------
    points
        Shape (n, d).
    algorithm
        A name in `models_py.clustering.partitions.ALGORITHMS`.
    n_clusters
        Numbers of clusters.
    seed
        Seed of the halves and of the algorithm.

    Returns
    -------
    dict[int, float | None]
        By number of clusters, the mean over HALF_SAMPLES pairs of halves; None where halves are too small for it.
    """
    rng = np.random.default_rng(seed)
    pairs: dict[int, list[tuple[np.ndarray, np.ndarray]]] = {n: [] for n in n_clusters}
    for _ in range(HALF_SAMPLES):
        halves = [np.sort(rng.choice(len(points), len(points) // 2, replace=False)) for _ in range(2)]
        _, *shared = np.intersect1d(*halves, return_indices=True)
        one, other = (partition(points[half], algorithm, n_clusters, seed) for half in halves)
        for n in one.keys() & other.keys():
            pairs[n].append((one[n].labels[shared[0]], other[n].labels[shared[1]]))
    return {n: _mean_agreement(pair for pair in of_number if len(pair[0]) > 1) for n, of_number in pairs.items()}


def _mean_agreement(pairs) -> float | None:
    agreements = [adjusted_rand_score(*pair) for pair in pairs]
    return float(np.mean(agreements)) if agreements else None
