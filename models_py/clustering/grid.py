"""All solutions tried in a space, each with its figures and everybody's cluster."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from sklearn.metrics import davies_bouldin_score

from models_py.clustering.outside import similarity_ratio
from models_py.clustering.partitions import ALGORITHMS, Partition, partition
from models_py.clustering.silhouette import MeanSilhouette, mean_silhouette, references, silhouettes
from models_py.clustering.spaces import Space, flat_map
from models_py.clustering.stability import half_sample_stability, seed_stability


@dataclass(frozen=True)
class ClusterTrial:
    """Figures of one solution: a row of `recommender.cluster_trials`.

    Attributes
    ----------
    representation, algorithm : str
        'taste' or 'behaviour' (see `Space`); 'kmeans' or 'ward'.
    n_clusters : int
        Number of clusters.
    silhouette : float
        Mean silhouette, -1 to 1.
    silhouette_low, silhouette_high : float or None
        Its 95% interval where it is a sample's; None where it is exact.
    silhouette_shuffled : float or None
        The same of the shuffled space, its null; None where that cannot be clustered so.
    davies_bouldin : float
        Davies-Bouldin index (1979), from 0; lower is better.
    seed_stability : float or None
        Mean adjusted Rand index between three seeds; 1 by construction where an algorithm has no chance in it.
    half_sample_stability : float or None
        Mean adjusted Rand index between half samples, over shared points; None where halves are too small.
    largest_share : float
        Share of the entities in the largest cluster.
    held_out_similarity : float or None
        Similarity of held-out plays within clusters over that between them; None where nothing is shared between.
    """

    representation: str
    algorithm: str
    n_clusters: int
    silhouette: float
    silhouette_low: float | None
    silhouette_high: float | None
    silhouette_shuffled: float | None
    davies_bouldin: float
    seed_stability: float | None
    half_sample_stability: float | None
    largest_share: float
    held_out_similarity: float | None


@dataclass(frozen=True)
class Clustering:
    """One solution: its figures and, in the order of the space's points, everybody's place in it.

    Attributes
    ----------
    trial : ClusterTrial
        The figures.
    cluster_id : array
        int64 (n,), from 0; 0 is the largest.
    distance : array
        float64 (n,), distance to the cluster's centre.
    silhouette : array
        float64 (n,), -1 to 1.
    x, y : array
        float64 (n,), the two-dimensional map, the same for every solution in a space.
    """

    trial: ClusterTrial
    cluster_id: np.ndarray
    distance: np.ndarray
    silhouette: np.ndarray
    x: np.ndarray
    y: np.ndarray


def cluster_grid(space: Space, n_clusters: Sequence[int], seed: int) -> list[Clustering]:
    """Cluster the points of a space by every algorithm, into each number of clusters.

    Parameters
    ----------
    space : Space
        Points and what judges their clusters.
    n_clusters : sequence of int
        Numbers of clusters. One that is below 2, or that there are too few different points for, is left out.
    seed : int
        Seed of every random draw.

    Returns
    -------
    list[Clustering]
        By algorithm, then in the order of `n_clusters`; nothing for fewer than three points.
    """
    return [solution for algorithm in ALGORITHMS for solution in _solutions(space, algorithm, n_clusters, seed)]


def _solutions(space: Space, algorithm: str, n_clusters: Sequence[int], seed: int) -> list[Clustering]:
    partitions = partition(space.points, algorithm, n_clusters, seed)
    if not partitions:
        return []
    sample = references(len(space.points), seed)
    everybody = silhouettes(space.points, [found.labels for found in partitions.values()], sample)
    x, y = flat_map(space.points).T
    of_seeds = seed_stability(space.points, algorithm, partitions, seed)
    of_halves = half_sample_stability(space.points, algorithm, list(partitions), seed)
    of_null = _null_silhouettes(space.shuffled, algorithm, list(partitions), sample, seed)
    outside = _held_out_similarities(space, algorithm, list(partitions), seed)
    return [
        Clustering(
            trial=_trial(
                space,
                algorithm,
                n,
                found,
                mean_silhouette(space.points, found.labels, silhouette, sample),
                silhouette_shuffled=of_null.get(n),
                seed_stability=of_seeds[n],
                half_sample_stability=of_halves[n],
                held_out_similarity=outside.get(n),
            ),
            cluster_id=found.labels,
            distance=found.distances,
            silhouette=silhouette,
            x=x,
            y=y,
        )
        for (n, found), silhouette in zip(partitions.items(), everybody, strict=True)
    ]


def _trial(
    space: Space, algorithm: str, n_clusters: int, found: Partition, silhouette: MeanSilhouette, **figures: float | None
) -> ClusterTrial:
    return ClusterTrial(
        representation=space.representation,
        algorithm=algorithm,
        n_clusters=n_clusters,
        silhouette=silhouette.mean,
        silhouette_low=silhouette.low,
        silhouette_high=silhouette.high,
        davies_bouldin=float(davies_bouldin_score(space.points, found.labels)),
        largest_share=float(np.mean(found.labels == 0)),
        **figures,
    )


def _null_silhouettes(
    points: np.ndarray, algorithm: str, n_clusters: Sequence[int], sample: np.ndarray, seed: int
) -> dict[int, float]:
    """Mean silhouette of the sampled points per number of clusters, for those that can be made."""
    partitions = partition(points, algorithm, n_clusters, seed)
    labelings = [found.labels[sample] for found in partitions.values()]
    of_sample = silhouettes(points[sample], labelings, np.arange(len(sample)))
    return {n: float(values.mean()) for n, values in zip(partitions, of_sample, strict=True)}


def _held_out_similarities(
    space: Space, algorithm: str, n_clusters: Sequence[int], seed: int
) -> dict[int, float | None]:
    """Find clusters without the held-out columns of the counts, and compare them by those."""
    partitions = partition(space.half, algorithm, n_clusters, seed)
    return {n: similarity_ratio(space.held_out, found.labels) for n, found in partitions.items()}
