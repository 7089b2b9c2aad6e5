"""All solutions tried for users and items, each with its figures and everybody's cluster."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import sparse
from sklearn.metrics import davies_bouldin_score
from threadpoolctl import threadpool_limits

from models_py.clustering.kmeans import Partition, can_be_clustered, kmeans
from models_py.clustering.shuffling import shuffle_cells
from models_py.clustering.silhouette import silhouettes
from models_py.clustering.stability import half_sample_stability, seed_stability
from models_py.clustering.taste import flat_map, taste_space
from models_py.interactions import Interactions

ENTITIES = ("user", "item")
SEEDS = 3


@dataclass(frozen=True)
class ClusterTrial:
    """Figures of one solution: a row of `recommender.cluster_trials`.

    Attributes
    ----------
    entity
        'user' or 'item'.
    representation, algorithm
        'taste' (see `taste_space`) and 'kmeans'.
    n_clusters
        Number of clusters.
    silhouette
        Mean silhouette, -1 to 1.
    silhouette_shuffled
        The same from cells shuffled among items, its null; None where those cannot be clustered so.
    davies_bouldin
        Davies-Bouldin index (1979), from 0; lower is better.
    seed_stability
        Mean adjusted Rand index between three seeds.
    half_sample_stability
        Mean adjusted Rand index between half samples, over shared points; None where halves are too small.
    largest_share
        Share of the entities in the largest cluster.
    """

    entity: str
    representation: str
    algorithm: str
    n_clusters: int
    silhouette: float
    silhouette_shuffled: float | None
    davies_bouldin: float
    seed_stability: float
    half_sample_stability: float | None
    largest_share: float


@dataclass(frozen=True)
class Clustering:
    """One solution: its figures and, in order of the users' or items' index, everybody's place in it.

    Attributes
    ----------
    trial
        The figures.
    cluster_id
        int64 (n,), from 0; 0 is the largest.
    distance
        float64 (n,), distance to the cluster's centre.
    silhouette
        float64 (n,), -1 to 1.
    x, y
        float64 (n,), the two-dimensional map, the same for every solution of an entity.
    """

    trial: ClusterTrial
    cluster_id: np.ndarray
    distance: np.ndarray
    silhouette: np.ndarray
    x: np.ndarray
    y: np.ndarray


def cluster_grid(
    interactions: Interactions, seed: int, n_clusters: Sequence[int], entities: Sequence[str] = ENTITIES
) -> list[Clustering]:
    """Cluster users and items by taste, for each number of clusters.

    Parameters
    ----------
    interactions
        Play counts.
    seed
        Seed of every random draw.
    n_clusters
        Numbers of clusters. One that is below 2, or that there are too few different points for, is left out.
    entities
        'user', 'item' or both.

    Returns
    -------
    list[Clustering]
        By entity, then in the order of `n_clusters`; nothing for fewer than three users or items.
    """
    shuffled = shuffle_cells(interactions.counts, seed)
    solutions = []
    # one thread: threads would add up centres in an order of their own, and points this few keep none of them busy
    with threadpool_limits(limits=1):
        for entity in entities:
            counts, null = (_by_entity(matrix, entity) for matrix in (interactions.counts, shuffled))
            solutions += _cluster(entity, taste_space(counts, seed), taste_space(null, seed), n_clusters, seed)
    return solutions


def _by_entity(matrix: sparse.csr_matrix, entity: str) -> sparse.csr_matrix:
    return matrix if entity == "user" else matrix.T.tocsr()


def _cluster(
    entity: str, points: np.ndarray, null_points: np.ndarray, n_clusters: Sequence[int], seed: int
) -> list[Clustering]:
    partitions = {n: kmeans(points, n, seed) for n in n_clusters if can_be_clustered(points, n)}
    if not partitions:
        return []
    x, y = flat_map(points).T
    of_points = silhouettes(points, [partition.labels for partition in partitions.values()], seed)
    null_silhouettes = _null_silhouettes(null_points, list(partitions), seed)
    return [
        Clustering(
            trial=_trial(entity, points, n, partition, silhouette, null_silhouettes.get(n), seed),
            cluster_id=partition.labels,
            distance=partition.distances,
            silhouette=silhouette,
            x=x,
            y=y,
        )
        for (n, partition), silhouette in zip(partitions.items(), of_points, strict=True)
    ]


def _null_silhouettes(points: np.ndarray, n_clusters: Sequence[int], seed: int) -> dict[int, float]:
    """Mean silhouette per number of clusters, for those that can be made."""
    labelings = {n: kmeans(points, n, seed).labels for n in n_clusters if can_be_clustered(points, n)}
    of_points = silhouettes(points, list(labelings.values()), seed)
    return {n: float(values.mean()) for n, values in zip(labelings, of_points, strict=True)}


def _trial(
    entity: str,
    points: np.ndarray,
    n_clusters: int,
    partition: Partition,
    silhouette: np.ndarray,
    null_silhouette: float | None,
    seed: int,
) -> ClusterTrial:
    labels = partition.labels
    again = [kmeans(points, n_clusters, seed + further).labels for further in range(1, SEEDS)]
    return ClusterTrial(
        entity=entity,
        representation="taste",
        algorithm="kmeans",
        n_clusters=n_clusters,
        silhouette=float(silhouette.mean()),
        silhouette_shuffled=null_silhouette,
        davies_bouldin=float(davies_bouldin_score(points, labels)),
        seed_stability=seed_stability([labels, *again]),
        half_sample_stability=half_sample_stability(points, n_clusters, seed),
        largest_share=float(np.mean(labels == 0)),
    )
