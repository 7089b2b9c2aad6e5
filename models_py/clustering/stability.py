"""Whether clusters come out again: under other seeds, and from half of the points."""

from collections.abc import Sequence
from itertools import combinations

import numpy as np
from sklearn.metrics import adjusted_rand_score

from models_py.clustering.partitions import Partition, partition

SEEDS = 3
HALF_SAMPLES = 3


def seed_stability(
    points: np.ndarray, algorithm: str, partitions: dict[int, Partition], seed: int
) -> dict[int, float | None]:
    """Mean adjusted Rand index (Hubert & Arabie 1985) over all pairs of SEEDS seeds; 1 is the same clusters, 0 chance.

    Parameters
    ----------
    points : array
        Shape (n, d).
    algorithm : str
        The algorithm of `partitions`.
    partitions : mapping of int to Partition
        Clusters under `seed`, by number of clusters.
    seed : int
        The first of the seeds.

    Returns
    -------
    dict[int, float | None]
        By number of clusters.
    """
    again = [partition(points, algorithm, list(partitions), seed + further) for further in range(1, SEEDS)]
    return {
        n: _mean_agreement([first.labels, *(others[n].labels for others in again if n in others)])
        for n, first in partitions.items()
    }


def _mean_agreement(labelings: Sequence[np.ndarray]) -> float | None:
    agreements = [adjusted_rand_score(*pair) for pair in combinations(labelings, 2)]
    return float(np.mean(agreements)) if agreements else None


def half_sample_stability(
    points: np.ndarray, algorithm: str, n_clusters: Sequence[int], seed: int
) -> dict[int, float | None]:
    """Mean adjusted Rand index between clusters of random halves, over the points in both (after Hennig 2007).

    The space stays the one of all points; only the clustering is repeated.

    Parameters
    ----------
    points : array
        Shape (n, d).
    algorithm : str
        A name in `models_py.clustering.partitions.ALGORITHMS`.
    n_clusters : sequence of int
        Numbers of clusters.
    seed : int
        Seed of the halves and of the algorithm.

    Returns
    -------
    dict[int, float | None]
        By number of clusters, the mean over all pairs of HALF_SAMPLES halves; None where halves are too small for it.
    """
    rng = np.random.default_rng(seed)
    halves = [np.sort(rng.choice(len(points), len(points) // 2, replace=False)) for _ in range(HALF_SAMPLES)]
    found = [partition(points[half], algorithm, n_clusters, seed) for half in halves]
    agreements: dict[int, list[float]] = {n: [] for n in n_clusters}
    for one, other in combinations(range(HALF_SAMPLES), 2):
        _, *shared = np.intersect1d(halves[one], halves[other], return_indices=True)
        for n in found[one].keys() & found[other].keys():
            if len(shared[0]) > 1:
                labels = (found[half][n].labels[where] for half, where in zip((one, other), shared, strict=True))
                agreements[n].append(adjusted_rand_score(*labels))
    return {n: float(np.mean(of_number)) if of_number else None for n, of_number in agreements.items()}
