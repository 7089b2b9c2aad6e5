"""Lists and NDCG against plain Python that sorts everything and counts by hand."""

import math
from dataclasses import dataclass, replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from made_matrices import interactions_of, random_plays, reproducible
from scipy import sparse

from models_py.evaluation.metrics import ndcg
from models_py.evaluation.ranking import Lists, recommend, top_items

sides = st.integers(0, 7)
lengths = st.integers(1, 9)
# few different values: ties everywhere, at the cut as well
tied_scores = st.sampled_from([-2.0, -0.0, 0.0, 1.5, 1e30])


@dataclass(frozen=True)
class Fixed:
    """A model whose scores are given."""

    table: np.ndarray

    def scores(self, users: np.ndarray) -> np.ndarray:
        """Rows of the table."""
        return self.table[users]


def best(scores: list[float], candidates: list[int], k: int) -> list[int]:
    return sorted(candidates, key=lambda item: (-scores[item], item))[:k]


@st.composite
def scored_rows(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray]:
    shape = (draw(sides), draw(sides))
    dtype = draw(st.sampled_from([np.float32, np.float64]))
    return draw(arrays(dtype, shape, elements=tied_scores.map(dtype))), draw(arrays(bool, shape))


@reproducible
@given(rows=scored_rows(), k=lengths)
def test_top_items_are_the_sorted_candidates(rows: tuple[np.ndarray, np.ndarray], k: int):
    scores, allowed = rows
    items, values = top_items(scores, allowed, k)
    assert items.shape == values.shape == (len(scores), k)
    assert items.dtype == np.int64 and values.dtype == np.float64
    for row in range(len(scores)):
        expected = best(scores[row].tolist(), np.flatnonzero(allowed[row]).tolist(), k)
        padding = k - len(expected)
        assert items[row].tolist() == expected + [-1] * padding
        np.testing.assert_array_equal(values[row], [*scores[row, expected], *[np.nan] * padding])


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("k", [1, 3, 20])
def test_many_items_are_ranked_as_few_are(k: int, dtype: type):
    """Ties at the cut, hardly an item allowed or all, ascending scores, and a number of items that no group divides."""
    rng = np.random.default_rng(k)
    rows = [rng.random(5003), rng.integers(0, 40, 5003), np.zeros(5003), np.arange(5003.0), -np.arange(5003.0)]
    scores = np.array(rows, dtype=dtype).repeat(4, axis=0)
    allowed = np.array([rng.random(5003) < share for share in (1.0, 0.6, 0.01, 0.0)] * len(rows))
    items, values = top_items(scores, allowed, k)
    for row in range(len(scores)):
        expected = best(scores[row].tolist(), np.flatnonzero(allowed[row]).tolist(), k)
        assert items[row].tolist() == expected + [-1] * (k - len(expected))
        assert values[row, : len(expected)].tolist() == scores[row, expected].tolist()


@st.composite
def listened(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray]:
    shape = (draw(st.integers(1, 6)), draw(st.integers(1, 7)))
    return draw(arrays(np.int64, shape, elements=st.integers(0, 2))), draw(arrays(float, shape, elements=tied_scores))


@reproducible
@given(case=listened(), k=lengths, block_bytes=st.sampled_from([1, 100, 10**6]), data=st.data())
def test_each_task_ranks_its_own_candidates(case, k: int, block_bytes: int, data: st.DataObject):
    plays, scores = case
    users = np.array(data.draw(st.lists(st.integers(0, len(plays) - 1), unique=True)), dtype=np.int64)
    lists = recommend(Fixed(scores), interactions_of(plays), users, ("discovery", "repeat", "all"), k, block_bytes)
    for task in lists:
        expected = []
        for user in (user for user in users.tolist() if plays[user].any()):
            allowed = {"discovery": plays[user] == 0, "repeat": plays[user] > 0, "all": plays[user] >= 0}[task]
            candidates = np.flatnonzero(allowed & plays.any(axis=0)).tolist()
            ranked = best(scores[user].tolist(), candidates, k)
            expected += [(user, rank, item, scores[user, item]) for rank, item in enumerate(ranked, start=1)]
        found = lists[task]
        assert list(zip(found.user_index, found.rank, found.item_index, found.score, strict=True)) == expected
        assert (found.user_index.dtype, found.rank.dtype, found.item_index.dtype) == (np.int64, np.int32, np.int64)


@pytest.mark.parametrize("wrong", [np.nan, np.inf, -np.inf])
def test_a_score_that_is_not_finite_is_refused(wrong: float):
    interactions = interactions_of(random_plays(5, 4, 0.9))
    scores = np.zeros((5, 4))
    scores[3, 2] = wrong
    with pytest.raises(ValueError, match="not finite"):
        recommend(Fixed(scores), interactions, np.arange(5), ["all"], 3)


@pytest.mark.parametrize(("known_parents", "expected"), [(None, [3, 4, 5, 6]), ([[True, False, True]], [3, 4, 5])])
def test_new_artists_leave_out_what_is_by_a_parent_that_the_user_knows(known_parents, expected: list[int]):
    # three items share a parent: user 0 played one of the first, and of the third what is not in the catalogue
    interactions = interactions_of([[1, 0, 0, 0, 0, 0, 0], [1, 1, 1, 1, 1, 1, 1]])
    if known_parents:
        interactions = replace(interactions, known_parents=sparse.csr_matrix([*known_parents, [True] * 3]))
    found = recommend(Fixed(np.zeros((2, 7))), interactions, np.arange(2), ["new_artists"], 7)["new_artists"]
    assert (found.user_index.tolist(), found.item_index.tolist()) == ([0] * len(expected), expected)


def test_an_unknown_task_is_refused():
    with pytest.raises(ValueError, match="'rediscovery'.*discovery, repeat, all or new_artists"):
        recommend(Fixed(np.zeros((1, 1))), interactions_of(np.ones((1, 1))), np.arange(1), ["rediscovery"], 3)


@st.composite
def judged(draw: st.DrawFn) -> tuple[list[list[int]], list[set[int]], list[int], int]:
    """Draw, per user, a list, the relevant items of the catalogue and how many lie outside it."""
    n_users, n_items = draw(st.integers(1, 5)), draw(st.integers(1, 8))
    items = st.integers(0, n_items - 1)
    lists = [draw(st.lists(items, unique=True)) for _ in range(n_users)]
    relevant = [draw(st.sets(items)) for _ in range(n_users)]
    return lists, relevant, [draw(st.integers(0, 3)) for _ in range(n_users)], n_items


def in_long_form(lists: list[list[int]]) -> Lists:
    rows = [(user, rank, item) for user, items in enumerate(lists) for rank, item in enumerate(items, start=1)]
    users, ranks, items = np.array(rows, dtype=np.int64).reshape(-1, 3).T
    return Lists(users, ranks.astype(np.int32), items, np.zeros(len(rows)))


@reproducible
@given(case=judged(), k=lengths)
def test_ndcg_is_gain_over_ideal(case, k: int):
    lists, relevant, misses, n_items = case
    cells = np.zeros((len(lists), n_items), dtype=bool)
    expected = []
    for user, items in enumerate(lists):
        cells[user, list(relevant[user])] = True
        n_relevant = len(relevant[user]) + misses[user]
        if n_relevant:
            gain = sum(1 / math.log2(rank + 1) for rank, item in enumerate(items[:k], 1) if item in relevant[user])
            expected.append(gain / sum(1 / math.log2(rank + 1) for rank in range(1, min(k, n_relevant) + 1)))
    found = ndcg(in_long_form(lists), sparse.csr_matrix(cells), cells.sum(axis=1) + misses, k)
    np.testing.assert_allclose(found, expected, rtol=1e-12, atol=0)


def test_ndcg_by_hand():
    relevant = sparse.csr_matrix(np.array([[1, 0, 1, 0], [1, 1, 0, 0], [0, 0, 0, 0], [0, 0, 0, 0]], dtype=bool))
    lists = in_long_form([[0, 1, 2], [], [3], [3]])
    # 0: hits at ranks 1 and 3 of two; 1: no list; 2: nothing relevant, so not evaluated; 3: its one item is a miss
    found = ndcg(lists, relevant, np.array([2, 2, 0, 1]), 3)
    np.testing.assert_allclose(found, [1.5 / (1 + 1 / math.log2(3)), 0, 0])
