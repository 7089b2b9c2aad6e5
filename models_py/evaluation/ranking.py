"""From scores to lists: the one place that leaves items out, cuts at k and breaks ties."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numba import njit, prange

from models_py.data.interactions import Interactions
from models_py.matrices.cells import by_parent
from models_py.recommenders.fitted import FittedModel

BLOCK_BYTES = 64 * 2**20


@dataclass(frozen=True)
class Lists:
    """Ranked lists in long form, one element per user and rank.

    Attributes
    ----------
    user_index, item_index : arrays of int64
    rank : array of int32
        Position in the user's list, from 1.
    score : array of float64
    """

    user_index: np.ndarray
    rank: np.ndarray
    item_index: np.ndarray
    score: np.ndarray


def top_items(scores: np.ndarray, allowed: np.ndarray, k: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the k highest-scored allowed items of each row; ties go to the lower item index.

    Parameters
    ----------
    scores : array, shape (n, n_items)
        Finite scores.
    allowed : array of bool, shape (n, n_items)
    k : int

    Returns
    -------
    items : array of int64, shape (n, k)
        Best first; -1 where a row has fewer than k allowed items.
    values : array of float64, shape (n, k)
        Their scores; nan where there is no item.
    """
    items = np.full((len(scores), k), -1, dtype=np.int64)
    values = np.full((len(scores), k), np.nan)
    if len(scores) == 1:
        # compiled code takes most of a second to load, which one person's list does not need
        best = _best_of(scores[0], np.flatnonzero(allowed[0]), k)
        items[0, : len(best)], values[0, : len(best)] = best, scores[0, best]
    elif k:
        _keep_best(np.ascontiguousarray(scores), np.ascontiguousarray(allowed), items, values)
    return items, values


def _best_of(scores: np.ndarray, candidates: np.ndarray, k: int) -> np.ndarray:
    """Return the first k candidates by score, then by index; only those that may be among them are sorted."""
    if 0 < k < len(candidates):
        worst = np.partition(scores[candidates], -k)[-k]
        candidates = candidates[scores[candidates] >= worst]
    return candidates[np.argsort(-scores[candidates], kind="stable")][:k]


@njit(parallel=True, cache=True, nogil=True)
def _keep_best(scores, allowed, items, values):
    """Insert each item before the first that is worse; items come in the order of their index."""
    n_rows, k = items.shape
    for row in prange(n_rows):
        kept = 0
        for item in range(scores.shape[1]):
            if not allowed[row, item] or (kept == k and not scores[row, item] > values[row, k - 1]):
                continue
            place = min(kept, k - 1)
            while place > 0 and scores[row, item] > values[row, place - 1]:
                items[row, place], values[row, place] = items[row, place - 1], values[row, place - 1]
                place -= 1
            items[row, place], values[row, place] = item, scores[row, item]
            kept = min(kept + 1, k)


def recommend(
    model: FittedModel,
    interactions: Interactions,
    users: np.ndarray,
    tasks: Sequence[str],
    k: int,
    block_bytes: int = BLOCK_BYTES,
    candidates: np.ndarray | None = None,
) -> dict[str, Lists]:
    """Top-k lists per task, scoring each user once, in blocks that hold at most `block_bytes` of scores.

    Of the candidates 'discovery' leaves out those the user has played, 'repeat' allows only them, 'all' allows both.
    'new_artists' leaves out everything whose parent the user has played something of.

    Parameters
    ----------
    model : FittedModel
    interactions : Interactions
        What the model was fitted on.
    users : array of int64
        Rows to make lists for; a user without a cell gets none.
    tasks : sequence of str
    k : int
        Length of the lists.
    block_bytes : int
    candidates : array of bool, shape (n_items,), optional
        Items that may be listed; those that have a cell in `interactions` where it is left out, and no others ever.

    Returns
    -------
    dict of str to Lists

    Raises
    ------
    ValueError
        Where the model gives a score that is not finite, or a task is unknown.
    """
    users = users[np.diff(interactions.counts.indptr)[users] > 0]
    may_be_listed = interactions.listeners > 0
    if candidates is not None:
        may_be_listed &= candidates
    size = max(1, block_bytes // (8 * max(1, interactions.n_items)))
    blocks: dict[str, list[tuple[np.ndarray, ...]]] = {task: [] for task in tasks}
    for start in range(0, len(users), size):
        block = users[start : start + size]
        scores = model.scores(block)
        if not np.isfinite(scores).all():
            raise ValueError("the model gave a score that is not finite")
        seen = interactions.counts[block].toarray() > 0
        for task in tasks:
            left_out = _by_known_parents(interactions, block) if task == "new_artists" else seen
            items, values = top_items(scores, allowed(task, left_out, may_be_listed), k)
            row, column = np.nonzero(items >= 0)
            blocks[task].append((block[row], column + 1, items[row, column], values[row, column]))
    return {task: _join(parts) for task, parts in blocks.items()}


def capped(lists: Lists, parents: np.ndarray, most: int) -> Lists:
    """Keep of each list the first so many items of each parent, and their ranks as they are; 0 keeps all.

    Parameters
    ----------
    lists : Lists
    parents : array of int, shape (n_items,)
    most : int
    """
    if not most:
        return lists
    _, of_item = np.unique(parents[lists.item_index], return_inverse=True)
    order = np.lexsort((lists.rank, of_item, lists.user_index))
    starts = np.flatnonzero(np.diff(of_item[order], prepend=-1) | np.diff(lists.user_index[order], prepend=-1))
    sizes = np.diff([*starts, len(order)])
    place = np.arange(len(order)) - np.repeat(starts, sizes)
    kept = np.sort(order[place < most])
    return Lists(lists.user_index[kept], lists.rank[kept], lists.item_index[kept], lists.score[kept])


def allowed(task: str, seen: np.ndarray, may_be_listed: np.ndarray) -> np.ndarray:
    """Tell which items a task lists, shape of `seen`; for 'new_artists' all by artists who are known count as seen.

    Raises
    ------
    ValueError
        Where the task is unknown.
    """
    if task in ("discovery", "new_artists"):
        return ~seen & may_be_listed
    if task == "repeat":
        return seen & may_be_listed
    if task == "all":
        return np.broadcast_to(may_be_listed, seen.shape)
    raise ValueError(f"unknown task '{task}': use discovery, repeat, all or new_artists")


def _by_known_parents(interactions: Interactions, users: np.ndarray) -> np.ndarray:
    """Tell which items are by a parent that the user knows; without `known_parents` by those of the items played."""
    if interactions.known_parents is not None:
        return interactions.known_parents[users].toarray()[:, interactions.parents]
    played = by_parent(interactions.counts[users], interactions.parents)
    return (played.toarray() > 0)[:, interactions.parents]


def _join(parts: list[tuple[np.ndarray, ...]]) -> Lists:
    if not parts:
        return Lists(np.empty(0, np.int64), np.empty(0, np.int32), np.empty(0, np.int64), np.empty(0))
    users, ranks, items, values = (np.concatenate(columns) for columns in zip(*parts, strict=True))
    return Lists(users.astype(np.int64), ranks.astype(np.int32), items, values)
