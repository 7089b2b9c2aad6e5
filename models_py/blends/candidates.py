"""What is known of each candidate of a user: nothing but ranks and shares, which outlive a new fit."""

from collections.abc import Sequence

import numpy as np
from scipy import sparse

from models_py.blends.members import Listed
from models_py.blends.surroundings import neighbours_played
from models_py.data.interactions import Interactions
from models_py.matrices.cells import by_parent, values_at

# Of a member's list, in the order of `_of_list`.
OF_LIST = ("rank in {}", "height in {}")


def descriptions(names: Sequence[str], interactions: Interactions) -> list[str]:
    """Name the columns of `candidates`: ones, two of each member, and those of the items, users and neighbours."""
    of_lists = [column.format(name) for name in names for column in OF_LIST]
    windows = [f"share of plays in {days} days" for days in sorted(interactions.windows)]
    parents = ["known of its parent", "share of its parent"] if interactions.has_parents else []
    neighbours = ["its nearest that are played", "played whose nearest it is"]
    return ["intercept", *of_lists, "lists", "listeners", "items of the user", *neighbours, *windows, *parents]


def candidates(
    listed: Sequence[Listed],
    histories: sparse.csr_matrix,
    interactions: Interactions,
    surrounding: sparse.csr_matrix,
    depth: int,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Describe what is among the first places of any of the lists.

    Parameters
    ----------
    listed : sequence of Listed
        Of the histories, by member.
    histories : csr_matrix, shape (n, n_items)
    interactions : Interactions
        What the members were fitted on.
    surrounding : csr_matrix, shape (n_items, n_items)
        Each item's nearest.
    depth : int
        How many places of each list count.

    Returns
    -------
    rows, items : arrays of int, shape (n_candidates,)
    described : array of float64, shape (n_candidates, n_descriptions)
    """
    near = [_near(one.places, depth) for one in listed]
    found = sum(one.astype(bool).astype(np.int8) for one in near).tocoo()
    rows, items = found.row, found.col
    of_lists = [
        column for one, places in zip(listed, near, strict=True) for column in _of_list(one, places, rows, items, depth)
    ]
    sizes = np.log1p(np.diff(histories.indptr))[rows]
    shares = np.log((interactions.listeners + 1) / (interactions.n_users + 1))[items]
    common = [found.data.astype(np.float64), shares, sizes, *neighbours_played(histories, surrounding, rows, items)]
    common += [(plays / np.maximum(interactions.plays, 1))[items] for _, plays in sorted(interactions.windows.items())]
    if interactions.has_parents:
        common += _of_parents(histories, interactions, rows, items)
    return rows, items, np.column_stack([np.ones(len(rows)), *of_lists, *common])


def merits(listed: Sequence[Listed], items: np.ndarray, coefficients: np.ndarray, depth: int) -> np.ndarray:
    """Share out each item's score among the lists, by what each adds to the log odds beyond not being in it.

    Where none adds anything, they share alike; shape (n_members, len(items)).
    """
    rows = np.arange(len(items))
    added = np.empty((len(listed), len(items)))
    for place, one in enumerate(listed):
        own = coefficients[1 + place * len(OF_LIST) :][: len(OF_LIST)]
        columns = np.array(_of_list(one, _near(one.places, depth), rows, items, depth))
        absent = np.array([_unlisted(depth), 0.0])
        added[place] = np.maximum(own @ (columns - absent[:, None]), 0.0)
    whole = added.sum(axis=0)
    return np.divide(added, whole, out=np.full_like(added, 1 / len(listed)), where=whole > 0)


def _of_list(
    listed: Listed, places: sparse.csr_matrix, rows: np.ndarray, items: np.ndarray, depth: int
) -> list[np.ndarray]:
    ranks, heights = values_at(places, rows, items), values_at(listed.heights, rows, items)
    is_listed = ranks > 0
    return [np.where(is_listed, np.log1p(ranks), _unlisted(depth)), heights * is_listed]


def _of_parents(
    histories: sparse.csr_matrix, interactions: Interactions, rows: np.ndarray, items: np.ndarray
) -> list[np.ndarray]:
    """Give how many items of each candidate's parent the user knows, and the share of plays that they have."""
    known = by_parent(histories.astype(bool).astype(np.float64), interactions.parents)
    played = by_parent(histories.astype(np.float64), interactions.parents)
    whole = np.maximum(np.asarray(histories.sum(axis=1)).ravel(), 1.0)
    parents = interactions.parents[items]
    return [
        np.log1p(values_at(known, rows, parents)),
        values_at(played, rows, parents) / whole[rows],
    ]


def _near(places: sparse.csr_matrix, depth: int) -> sparse.csr_matrix:
    near = places.copy()
    near.data[near.data > depth] = 0
    near.eliminate_zeros()
    return near


def _unlisted(depth: int) -> float:
    """Give the logarithm of the place of what is not in a list: the next."""
    return float(np.log1p(depth + 1))
