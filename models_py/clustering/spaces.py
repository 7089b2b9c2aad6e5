"""The spaces that users (or items) are clustered in: by what they play, and by how."""

from dataclasses import dataclass

import numpy as np
from scipy import sparse
from sklearn.decomposition import PCA
from sklearn.preprocessing import normalize

from models_py.clustering.shuffling import shuffle_cells, shuffle_columns
from models_py.matrices.singular import leading_singular
from models_py.matrices.weighting import inverse_frequency, listeners, scale_columns, weighted

# Figures are comparable only between spaces of equal dimension, so it is fixed. On real counts of 991 users and 1,003
# artists 8 components give the clearest groups (silhouette 0.28 with 8 clusters of artists).
COMPONENTS = 8
# Below this share of the largest, a singular value or a row's length is rounding and has no direction.
ROUNDING = 1e-9
# In units of a feature's scale (its interquartile range). Scaled shares reach 12, and a few such rows would be clusters
# of their own.
MOST_EXTREME = 3.0


@dataclass(frozen=True)
class Space:
    """Points to cluster, beside what says whether their clusters are real.

    Attributes
    ----------
    representation : str
        'taste' or 'behaviour'.
    points : array
        float64 (n, d), one per user or item.
    shuffled : array
        float64 (n, d'), the null: points made in the same way from data whose rows have nothing in common but chance.
    half : array
        float64 (n, d''). Of taste, points that half of the columns of the counts had no part in; of behaviour the
        points themselves, since features come from all plays.
    held_out : csr_matrix
        That other half: idf-weighted log counts, one row of length 1 (or 0) per point.
    """

    representation: str
    points: np.ndarray
    shuffled: np.ndarray
    half: np.ndarray
    held_out: sparse.csr_matrix


def taste(counts: sparse.csr_matrix, seed: int, weighting: str = "log") -> Space:
    """Space of who plays the same (or is played by the same), see `taste_points`.

    Parameters
    ----------
    counts : csr_matrix
        Plays, one row per entity: users x items for users, its transpose for items.
    seed : int
        Seed of the shuffled cells and of the half that is held out.
    weighting : str
        Of plays, as in `weighted`.
    """
    seen, held_out = _halves(counts, seed)
    return Space(
        representation="taste",
        points=taste_points(counts, seed, weighting),
        shuffled=taste_points(shuffle_cells(counts, seed), seed, weighting),
        half=taste_points(seen, seed, weighting),
        held_out=weighted_rows(held_out),
    )


def behaviour(features: np.ndarray, held_out: sparse.csr_matrix, seed: int) -> Space:
    """Space of who listens (or is listened to) in the same way, whatever it is that is played.

    Parameters
    ----------
    features : array
        Shape (n, d), scaled; the farthest values are drawn in to MOST_EXTREME.
    held_out : csr_matrix
        What judges the clusters: the same as in the space of taste.
    seed : int
        Seed of the shuffled columns.
    """
    points = np.clip(features, -MOST_EXTREME, MOST_EXTREME)
    return Space("behaviour", points, shuffle_columns(points, seed), points, held_out)


def _halves(counts: sparse.csr_matrix, seed: int) -> tuple[sparse.csr_matrix, sparse.csr_matrix]:
    order = np.random.default_rng(seed).permutation(counts.shape[1])
    middle = len(order) // 2
    columns = counts.tocsc()
    return columns[:, order[:middle]].tocsr(), columns[:, order[middle:]].tocsr()


def weighted_rows(counts: sparse.csr_matrix, weighting: str = "log") -> sparse.csr_matrix:
    """Weighted counts times the columns' idf (a column that everybody has says nothing), rows of length 1 or 0.

    Raw counts make spaces of their few largest cells: on real artists silhouettes are as high, but so are those of
    shuffled cells, and tags fit less well (`make verify-real` prints both).
    """
    idf = inverse_frequency(listeners(counts), counts.shape[0])
    rows = scale_columns(weighted(counts, weighting), idf).copy()
    rows.eliminate_zeros()
    return normalize(rows) if rows.nnz else rows


def taste_points(counts: sparse.csr_matrix, seed: int, weighting: str = "log") -> np.ndarray:
    """Points on a sphere: who is near whom by taste and not by volume.

    Weighted rows are reduced to their leading singular vectors and normalised again. The first component is dropped:
    all its signs agree, so it says how common a row's taste is, not which one.

    Parameters
    ----------
    counts : csr_matrix
        Plays, one row per entity.
    seed : int
        Seed of the Lanczos start; the result does not depend on it beyond rounding.
    weighting : str
        Of plays, as in `weighted`.

    Returns
    -------
    np.ndarray
        float64, shape (n rows, at most COMPONENTS - 1). A row without direction is 0; where no component has one, there
        is a single column of zeros.
    """
    n_rows = counts.shape[0]
    rows = weighted_rows(counts, weighting)
    n_components = min(COMPONENTS, min(counts.shape) - 1)
    if n_components < 2 or not rows.nnz:
        return np.zeros((n_rows, 1))
    points = leading_singular(rows, n_components, seed)[0].T
    values = np.linalg.norm(points, axis=0)
    points = points[:, values > ROUNDING * values[0]][:, 1:]
    points[np.linalg.norm(points, axis=1) < ROUNDING] = 0.0
    return normalize(points) if points.shape[1] else np.zeros((n_rows, 1))


def flat_map(points: np.ndarray) -> np.ndarray:
    """Two coordinates per point: its first two principal components (Pearson 1901), 0 where there is no second.

    The largest loading of each component is positive, so the signs do not change between runs.
    """
    n_axes = min(2, *points.shape)
    coordinates = np.zeros((len(points), 2))
    coordinates[:, :n_axes] = PCA(n_axes, svd_solver="full").fit_transform(points)
    return coordinates
