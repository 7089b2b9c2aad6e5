"""The matrix that models learn from keeps its promises however it is built."""

import numpy as np
import pytest
from made_matrices import interactions_of, random_plays
from scipy import sparse

from models_py.data.interactions import Interactions, Periods
from models_py.matrices.cells import with_values


def test_cells_are_float32_sorted_and_added_up():
    cells = ([2.0, 3.0, 4.0], ([1, 0, 1], [2, 1, 2]))
    counts = Interactions(sparse.coo_matrix(cells, shape=(2, 3)), parents=np.arange(3)).counts
    assert counts.dtype == np.float32 and counts.has_sorted_indices
    np.testing.assert_array_equal(counts.toarray(), [[0, 3, 0], [0, 0, 6]])


def test_the_matrix_given_stays_as_it_was():
    given = sparse.csr_matrix((np.float32([1, 2]), np.array([2, 0]), np.array([0, 2])), shape=(1, 3))
    assert Interactions(given, parents=np.arange(3)).counts.indices.tolist() == [0, 2]
    assert given.indices.tolist() == [2, 0] and given.data.tolist() == [1, 2]


@pytest.mark.parametrize("plays", [0.0, -1.0, np.nan, np.inf])
def test_a_stored_cell_without_plays_is_refused(plays: float):
    counts = sparse.csr_matrix(([plays], ([0], [0])), shape=(1, 1))
    with pytest.raises(ValueError, match="without plays"):
        Interactions(counts, parents=np.arange(1))


@pytest.mark.parametrize("wrong", [{"parents": np.arange(2)}, {"parents": np.arange(3), "windows": {30: np.zeros(4)}}])
def test_parents_and_windows_need_one_value_per_item(wrong: dict):
    with pytest.raises(ValueError, match="one value per item"):
        Interactions(sparse.csr_matrix((2, 3)), **wrong)


@pytest.mark.parametrize("shape", [(9, 7), (1, 1), (3, 0), (0, 3)])
def test_totals_per_item_count_empty_columns_too(shape: tuple[int, int]):
    plays = random_plays(*shape, density=0.3)
    interactions = interactions_of(plays)
    assert (interactions.n_users, interactions.n_items) == shape
    np.testing.assert_array_equal(interactions.listeners, (plays > 0).sum(axis=0))
    np.testing.assert_array_equal(interactions.plays, plays.sum(axis=0))


def test_parents_that_are_known_stay_those_of_the_items_that_are_kept():
    known = sparse.csr_matrix([[True, False, False], [False, True, True]])
    interactions = Interactions(sparse.csr_matrix((2, 3)), parents=np.array([0, 1, 2]), known_parents=known)
    kept = interactions.restricted(np.array([1]), np.array([0, 2]))
    assert kept.parents.tolist() == [0, 1]
    assert kept.known_parents.toarray().tolist() == [[False, True]]


def test_periods_follow_the_cells_that_are_kept():
    made = interactions_of(random_plays(7, 9, 0.5))
    users, items = np.array([5, 1, 3]), np.array([8, 0, 4, 2])
    kept = made.restricted(users, items)
    for period in range(2):
        plays = with_values(made.counts, made.periods.plays[:, [period]].toarray().ravel()).toarray()
        of_kept = with_values(kept.counts, kept.periods.plays[:, [period]].toarray().ravel()).toarray()
        np.testing.assert_array_equal(of_kept, plays[np.ix_(users, items)])


def test_periods_with_other_plays_are_refused():
    periods = Periods(sparse.csr_matrix([[1.0, 2.0]]), np.array([1.0, 2.0]))
    with pytest.raises(ValueError, match="periods needs the plays of each cell"):
        Interactions(sparse.csr_matrix([[4.0]]), parents=np.arange(1), periods=periods)


def test_plays_of_a_cell_are_added_up_as_they_are_decayed():
    # 4 halved once and 16 halved three times; 8 halved three times; so old that it is nothing as a number
    periods = Periods(sparse.csr_matrix([[4.0, 16.0, 0], [0, 8, 0], [0, 0, 2]]), np.array([1.0, 3.0, 5000.0]))
    np.testing.assert_allclose(periods.decayed(periods.ages), [2, 0, -4999])


def test_plays_fade_by_their_periods_age_and_one_period_changes_nothing():
    counts = sparse.csr_matrix(np.array([[9.0, 0, 2], [0, 4, 0]], dtype=np.float32))
    periods = Periods(sparse.csr_matrix([[1.0, 8], [2, 0], [0, 4]]), np.array([10.0, 40.0]))
    timed = Interactions(counts, np.arange(3), periods=periods)
    np.testing.assert_allclose(timed.faded(1.0).counts.toarray(), [[3, 0, 2], [0, 1, 0]])
    np.testing.assert_allclose(timed.faded(0.5).counts.toarray(), [[5, 0, 2], [0, 2, 0]])
    alone = Periods(sparse.csr_matrix([[9.0], [2], [4]]), np.array([40.0]))
    for unfading in (Interactions(counts, np.arange(3), periods=alone), Interactions.plain(counts)):
        np.testing.assert_allclose(unfading.faded(1.0).counts.toarray(), counts.toarray())
    assert timed.faded(0.0) is timed
