"""What items are alike in: the artist, or tags."""

import numpy as np
from scipy import sparse

from models_py.data.interactions import Interactions
from models_py.matrices.cells import with_values
from models_py.matrices.tagging import tag_vectors
from models_py.matrices.weighting import scale_rows
from models_py.recommenders.base import NO_TAGS

NO_ARTISTS = "it needs items that share artists, and here each is its own"


def lacks(kind: str, interactions: Interactions) -> str | None:
    """Say in a sentence why lists of these items cannot be diversified so; nothing where they can."""
    if kind == "artists":
        return None if interactions.has_parents else NO_ARTISTS
    if interactions.tags is None and not (kind == "mix" and interactions.has_parents):
        return NO_TAGS
    return None


def features(kind: str, interactions: Interactions) -> sparse.csr_matrix:
    """Describe each item by its artist or, where the kind is about tags and there are any, by its tags.

    What nobody tagged shares a feature of its own: that nothing is known of two items is no proof that they differ.

    Parameters
    ----------
    kind : str
        'artists', 'tags' or 'mix' (tags where there are any, else artists).
    interactions : Interactions

    Returns
    -------
    csr_matrix of float64, shape (n_items, n_features)
        Rows of length 1, by the logarithms of how many people gave each tag.
    """
    if kind == "artists" or interactions.tags is None:
        return _one_hot(interactions.parents)
    vectors = tag_vectors(interactions.tags, frequency_power=0.0)
    untagged = np.diff(vectors.indptr) == 0
    return sparse.hstack([vectors, sparse.csr_matrix(untagged[:, None], dtype=np.float64)], format="csr")


def shares(vectors: sparse.csr_matrix) -> sparse.csr_matrix:
    """Scale each row so that it adds up to 1; none is empty."""
    return scale_rows(vectors, 1 / np.asarray(vectors.sum(axis=1)).ravel())


def mix(counts: sparse.csr_matrix, of_items: sparse.csr_matrix) -> sparse.csr_matrix:
    """Share of each feature in what users play, a play's weight falling with the logarithm of how many there are.

    Parameters
    ----------
    counts : csr_matrix, shape (n_users, n_items)
        Plays; no user is without any.
    of_items : csr_matrix, shape (n_items, n_features)
        Shares of each item's features.

    Returns
    -------
    csr_matrix of float64, shape (n_users, n_features)
        Rows that add up to 1, indices sorted.
    """
    weights = with_values(counts, np.log1p(counts.data.astype(np.float64)))
    of_users = shares((weights @ of_items).tocsr())
    of_users.sort_indices()
    return of_users


def _one_hot(parents: np.ndarray) -> sparse.csr_matrix:
    cells = np.ones(len(parents)), (np.arange(len(parents)), parents)
    return sparse.csr_matrix(cells, shape=(len(parents), int(parents.max(initial=-1)) + 1))
