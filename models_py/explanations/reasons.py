"""What of a user's history a score comes from, and how far that can be trusted."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from scipy import sparse

from models_py.evaluation.ranking import Lists
from models_py.matrices.cells import without
from models_py.recommenders.fitted import FittedModel

# Items that are named for each recommendation.
NAMED = 5
# Relative; contributions that are further from the score are of a stand-in for the model.
TOLERANCE = 1e-6
# Users whose first recommendation is tried without what is named, and draws of as many other items.
TRIED, DRAWS = 200, 5


@dataclass(frozen=True)
class Reasons:
    """Reasons in long form, one element per user, place and reason; those of a place add up to its score.

    Attributes
    ----------
    user_index : array of int64
    rank : array of int32
        Place in the user's list, from 1.
    reason_rank : array of int32
        From 1, the largest; the rest is last.
    because_index : array of int64
        Item of the history; -1 for the rest.
    contribution : array of float64
    is_exact : array of bool
        Whether the contributions of the whole history add up to the model's score by themselves.
    """

    user_index: np.ndarray
    rank: np.ndarray
    reason_rank: np.ndarray
    because_index: np.ndarray
    contribution: np.ndarray
    is_exact: np.ndarray


@dataclass(frozen=True)
class Fidelity:
    """What reasons are worth: how far scores fall when a history lacks what is named, and lacks other items instead.

    Attributes
    ----------
    n_users : int
        Users whose first recommendation was tried; those with at least twice as many items as are named.
    named_fall, random_fall : float
        Mean share of the score that is lost without what is named, and without as many other items; nan for no user.
    """

    n_users: int
    named_fall: float
    random_fall: float


def reasons(
    model: FittedModel, histories: sparse.csr_matrix, lists: Lists, depth: int, folded_in: bool = False
) -> Reasons:
    """Name the items that add most to each score at the head of each list.

    Parameters
    ----------
    model : FittedModel
    histories : csr_matrix, shape (n_users, n_items)
        Play counts that it was fitted on; with `folded_in` those of other people, whom the lists were folded in for.
    lists : Lists
    depth : int
        Items at the head of each list that get reasons, whatever their ranks.
    folded_in : bool
    """
    found: list[tuple[np.ndarray, ...]] = []
    for user, head in _heads(lists, depth):
        items, scores = lists.item_index[head], lists.score[head]
        history = histories[user] if histories.shape[0] > 1 else histories
        contributions = (
            model.contributions(history, items) if folded_in else model.contributions_of(user, history, items)
        )
        # nothing else contributes
        added = contributions[:, history.indices].toarray()
        whole = added.sum(axis=1) + model.unexplained(items)
        is_exact = np.abs(whole - scores) <= TOLERANCE * np.maximum(np.abs(scores), TOLERANCE)
        best = np.argsort(-added, axis=1, kind="stable")[:, :NAMED]
        largest = np.take_along_axis(added, best, axis=1)
        best = np.where(largest > 0, best, -1)
        rest = scores - np.where(best >= 0, largest, 0.0).sum(axis=1)
        because = np.column_stack([np.append(history.indices, -1)[best], np.full(len(items), -1)])
        contribution = np.column_stack([largest, rest])
        kept = np.column_stack([best >= 0, np.ones(len(items), dtype=bool)])
        row, column = np.nonzero(kept)
        place = np.cumsum(kept, axis=1)[kept]
        found.append(
            (np.full(len(row), user), lists.rank[head][row], place, because[kept], contribution[kept], is_exact[row])
        )
    empty = tuple(np.empty(0, dtype=kind) for kind in (np.int64, np.int32, np.int32, np.int64, float, bool))
    return Reasons(*(map(np.concatenate, zip(*found, strict=True)) if found else empty))


def fidelity(model: FittedModel, histories: sparse.csr_matrix, lists: Lists, seed: int) -> Fidelity:
    """Ask the model again without what is named for a user's first recommendation, and without other items.

    The model, histories and lists are those of `reasons`; users and other items are drawn by the seed.
    """
    rng = np.random.default_rng(seed)
    sizes = np.diff(histories.indptr)
    falls = []
    firsts = [(user, head[0]) for user, head in _heads(lists, 1) if sizes[user] >= 2 * NAMED]
    for drawn in rng.permutation(len(firsts))[:TRIED]:
        user, first = firsts[drawn]
        history, item = histories[user], lists.item_index[first : first + 1]
        added = model.contributions(history, item)
        named = added.indices[np.argsort(-added.data, kind="stable")][: min(NAMED, (added.data > 0).sum())]
        if not len(named):
            continue
        others = [rng.choice(np.setdiff1d(history.indices, named), len(named), replace=False) for _ in range(DRAWS)]
        histories_tried = sparse.vstack([history, *(_lacking(history, left_out) for left_out in (named, *others))])
        asked = np.asarray(model.fold_in(histories_tried.tocsr()))[:, item[0]]
        if asked[0]:
            fallen = (asked[0] - asked[1:]) / abs(asked[0])
            falls.append((fallen[0], fallen[1:].mean()))
    named_fall, random_fall = np.mean(falls, axis=0) if falls else (np.nan, np.nan)
    return Fidelity(len(falls), float(named_fall), float(random_fall))


def _heads(lists: Lists, depth: int) -> Iterator[tuple[int, np.ndarray]]:
    """Yield each user and the elements of the first items of their list, in order."""
    order = np.lexsort((lists.rank, lists.user_index))
    users, starts = np.unique(lists.user_index[order], return_index=True)
    for user, (start, end) in zip(users.tolist(), pairwise([*starts, len(order)]), strict=True):
        yield user, order[start : min(end, start + depth)]


def _lacking(history: sparse.csr_matrix, items: np.ndarray) -> sparse.csr_matrix:
    cells = sparse.csr_matrix((np.ones(len(items)), (np.zeros(len(items), dtype=int), items)), shape=history.shape)
    return without(history, cells)
