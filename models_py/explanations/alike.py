"""Which items and which listeners are most alike."""

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from models_py.matrices.cells import rows_of
from models_py.matrices.neighbours import nearest
from models_py.matrices.weighting import Preparation, best_known
from models_py.recommenders.fitted import FittedModel

# Most alike that are kept of each.
NEIGHBOURS = 20
# Items, the most listened to, that have others like them looked up; and how many at a time.
MOST_ITEMS, BLOCK = 5000, 200


@dataclass(frozen=True)
class Alike:
    """Pairs in long form, one element per index and rank.

    Attributes
    ----------
    index, other_index : arrays of int64
    rank : array of int32
        From 1, the most alike.
    similarity : array of float64
    """

    index: np.ndarray
    rank: np.ndarray
    other_index: np.ndarray
    similarity: np.ndarray


def similar_items(model: FittedModel, listeners: np.ndarray) -> Alike:
    """Find what the model takes for most alike to each item of many listeners; nothing where it likens none.

    Parameters
    ----------
    model : FittedModel
    listeners : array of int, shape (n_items,)
    """
    items = best_known(listeners, MOST_ITEMS)
    blocks = [
        model.similar_items(items[start : start + BLOCK], NEIGHBOURS) for start in range(0, max(len(items), 1), BLOCK)
    ]
    return _ranked(sparse.vstack(blocks, format="csr"), items)


def similar_users(counts: sparse.csr_matrix) -> Alike:
    """Find each user's nearest by the cosine of their plays, in logarithms, each over the root of the item's listeners.

    Parameters
    ----------
    counts : csr_matrix, shape (n_users, n_items)
    """
    vectors = Preparation.of(counts, "log", popularity_power=0.5)(counts)
    users = np.arange(counts.shape[0])
    return _ranked(nearest(vectors, users, vectors, NEIGHBOURS, 0.0, 1.0), users)


def _ranked(found: sparse.csr_matrix, index: np.ndarray) -> Alike:
    # each row's cells are stored best first
    rows = rows_of(found)
    place = np.arange(found.nnz) - found.indptr[rows] + 1
    return Alike(index[rows], place.astype(np.int32), found.indices.astype(np.int64), found.data.astype(np.float64))
