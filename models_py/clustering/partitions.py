"""The algorithms that cut points into clusters, with clusters numbered by size."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import sparse
from scipy.cluster import hierarchy
from scipy.sparse import csgraph
from sklearn.cluster import KMeans
from sklearn.metrics import pairwise_distances_argmin

# Starts of which the tightest is kept. On 991 real users, 8 clusters, the adjusted Rand index between seeds is 0.77
# with one start, 0.89 with 5, 0.93 with 10 and 0.94 with 20.
STARTS = 10
# Points that clusters are found from; beyond, those are a sample and everybody else joins the nearest centre. Ward's
# tree needs time and memory by the square of the points, and the grid some hundred fits of each algorithm.
MAX_FITTED = 2000


@dataclass(frozen=True)
class Partition:
    """Clusters of points.

    Attributes
    ----------
    labels : array
        Cluster of each point, int64, from 0; 0 is the largest, among equals the one with the earliest point.
    distances : array
        Distance of each point to the centre of its cluster, float64.
    """

    labels: np.ndarray
    distances: np.ndarray


def kmeans(points: np.ndarray, n_clusters: Sequence[int], seed: int) -> list[np.ndarray]:
    """Labels around centres (Lloyd 1982, started by Arthur & Vassilvitskii 2007), one array per number of clusters."""
    return [KMeans(n, n_init=STARTS, random_state=seed).fit(points).labels_ for n in n_clusters]


def ward(points: np.ndarray, n_clusters: Sequence[int], _seed: int) -> list[np.ndarray]:
    """Labels from merging what adds least to the squares within clusters (Ward 1963); one tree serves all numbers.

    It is what scikit-learn's AgglomerativeClustering computes, which would grow the tree anew for each number.
    """
    tree = hierarchy.ward(points)
    return [_cut(tree, n) for n in n_clusters]


def _cut(tree: np.ndarray, n_clusters: int) -> np.ndarray:
    """Undo the last merges of a tree in scipy's form: the components that the others connect are the clusters."""
    n_points = len(tree) + 1
    merged = tree[: n_points - n_clusters, :2].astype(np.int64)
    clusters = np.repeat(n_points + np.arange(len(merged)), 2)
    graph = sparse.coo_array((np.ones(len(clusters)), (merged.ravel(), clusters)), shape=(2 * n_points, 2 * n_points))
    return np.unique(csgraph.connected_components(graph, directed=False)[1][:n_points], return_inverse=True)[1]


ALGORITHMS: Mapping[str, Callable[[np.ndarray, Sequence[int], int], list[np.ndarray]]] = {
    "kmeans": kmeans,
    "ward": ward,
}


def partition(points: np.ndarray, algorithm: str, n_clusters: Sequence[int], seed: int) -> dict[int, Partition]:
    """Cut points into each of several numbers of clusters.

    Parameters
    ----------
    points : array
        Shape (n, d).
    algorithm : str
        A name in ALGORITHMS.
    n_clusters : sequence of int
        Numbers of clusters. Those below 2, or that there are too few different points for, are left out.
    seed : int
        Seed of the starts and, above MAX_FITTED points, of the sample that clusters are found from.

    Returns
    -------
    dict[int, Partition]
        By number of clusters.
    """
    fitted = np.arange(len(points))
    if len(points) > MAX_FITTED:
        fitted = np.sort(np.random.default_rng(seed).choice(len(points), MAX_FITTED, replace=False))
    n_different = len(np.unique(points[fitted].round(9), axis=0))
    possible = [n for n in n_clusters if 2 <= n < len(points) and n <= n_different]
    if not possible:
        return {}
    labelings = ALGORITHMS[algorithm](points[fitted], possible, seed)
    return {n: _extend(points, fitted, labels) for n, labels in zip(possible, labelings, strict=True)}


def _extend(points: np.ndarray, fitted: np.ndarray, labels: np.ndarray) -> Partition:
    """Give every point a cluster: its own where it was fitted, that of the nearest centre elsewhere."""
    members = points[fitted]
    centres = np.array([members[labels == cluster].mean(axis=0) for cluster in range(labels.max() + 1)])
    everybody = labels.astype(np.int64) if len(fitted) == len(points) else pairwise_distances_argmin(points, centres)
    distances = np.linalg.norm(points - centres[everybody], axis=1)
    return Partition(labels=number_by_size(everybody), distances=distances)


def number_by_size(labels: np.ndarray) -> np.ndarray:
    """Rename clusters 0, 1, ... from the largest; among equals the one with the earliest point comes first."""
    _, first, inverse, sizes = np.unique(labels, return_index=True, return_inverse=True, return_counts=True)
    numbers = np.empty(len(sizes), dtype=np.int64)
    numbers[np.lexsort((first, -sizes))] = np.arange(len(sizes))
    return numbers[inverse]
