"""What recommends what somebody plays anyway: baselines, and activation."""

from dataclasses import replace

import numpy as np
import pytest
from scipy import sparse

from models_py.data.interactions import Interactions, Periods
from models_py.evaluation.ranking import recommend
from models_py.recommenders.act_r import ActR
from models_py.recommenders.base import Recommender
from models_py.recommenders.personal_decayed import PersonalDecayed
from models_py.recommenders.personal_recent import PersonalRecent
from models_py.recommenders.personal_top import PersonalTop

PLAYS = np.array([[8, 4, 1, 0, 0], [0, 0, 0, 1, 1], [0, 0, 0, 0, 1]])
DAYS = np.array([[100, 190, 200, 0, 0], [0, 0, 0, 150, 150], [0, 0, 0, 0, 1]])


@pytest.fixture
def interactions() -> Interactions:
    return Interactions(
        counts=sparse.csr_matrix(PLAYS, dtype=np.float32),
        parents=np.arange(5),
        windows={30: PLAYS.sum(axis=0)},
        last_played=sparse.csr_matrix(DAYS, dtype=np.float64),
    )


def lists(model, interactions: Interactions, task: str) -> list[list[int]]:
    found = recommend(model, interactions, np.arange(3), [task], 5)[task]
    return [found.item_index[found.user_index == user].tolist() for user in range(3)]


def test_own_items_come_by_plays_and_then_what_others_play(interactions: Interactions):
    model = PersonalTop().fit(interactions, 0)
    assert lists(model, interactions, "all") == [[0, 1, 2, 4, 3], [3, 4, 0, 1, 2], [4, 0, 1, 2, 3]]
    assert lists(model, interactions, "repeat") == [[0, 1, 2], [3, 4], [4]]


@pytest.mark.parametrize(
    ("half_life", "own"),
    [
        (730, [0, 1, 2]),  # plays alone decide
        (60, [1, 0, 2]),  # 8 * 2^(-100/60) = 2.5, 4 * 2^(-10/60) = 3.6, 1
        (30, [1, 2, 0]),  # 8 * 2^(-100/30) = 0.8, 4 * 2^(-10/30) = 3.2, 1
        (1, [2, 1, 0]),  # the last play alone decides, though 8 * 2^-100 is next to nothing
    ],
)
def test_plays_are_halved_with_age(interactions: Interactions, half_life: int, own: list[int]):
    model = PersonalRecent(half_life).fit(interactions, 0)
    assert lists(model, interactions, "repeat")[0] == own


def test_the_day_that_ages_are_counted_to_changes_no_list(interactions: Interactions):
    later = interactions.last_played.copy()
    later.data += 5000
    shifted = Interactions(interactions.counts, interactions.parents, interactions.windows, later)
    for half_life in PersonalRecent.space["half_life_days"]:
        before, after = (PersonalRecent(half_life).fit(data, 0) for data in (interactions, shifted))
        assert lists(before, interactions, "all") == lists(after, shifted, "all")


def test_days_without_plays_are_refused(interactions: Interactions):
    with pytest.raises(ValueError, match="last_played needs one value for each cell"):
        Interactions(interactions.counts, interactions.parents, interactions.windows, interactions.last_played[:, ::-1])


@pytest.mark.parametrize(
    ("half_life", "own"),
    [
        (1460, [0, 1, 2]),  # plays alone decide
        (180, [1, 0, 2]),  # 8 * 2^-4 = 0.5; 1 * 2^-0.25 + 3 * 2^-4 = 1.03; 1 * 2^-2 = 0.25
        (90, [1, 2, 0]),  # 8 * 2^-8 = 0.03; 1 * 2^-0.5 + 3 * 2^-8 = 0.72; 1 * 2^-4 = 0.06
    ],
)
def test_each_play_is_halved_with_the_age_of_its_period(interactions: Interactions, half_life: int, own: list[int]):
    plays = sparse.csr_matrix([[0.0, 0, 8], [1, 0, 3], [0, 1, 0], [0, 0, 1], [0, 0, 1], [1, 0, 0]])
    timed = replace(interactions, periods=Periods(plays, np.array([45.0, 360.0, 720.0])))
    model = PersonalDecayed(half_life).fit(timed, 0)
    assert lists(model, interactions, "repeat")[0] == own


@pytest.mark.parametrize(
    ("decay", "own"),
    [
        (0.0, [0, 1, 2]),  # plays alone decide
        (1.0, [1, 0, 2]),  # 8/1000 = 0.008; 1/10 + 3/1000 = 0.103; 1/250 = 0.004
        (2.0, [1, 2, 0]),  # 8/10^6 = 0.000008; 1/100 + 3/10^6 = 0.01; 1/62500 = 0.000016
    ],
)
def test_activation_fades_by_a_power_of_age(interactions: Interactions, decay: float, own: list[int]):
    plays = sparse.csr_matrix([[0.0, 0, 8], [1, 0, 3], [0, 1, 0], [0, 0, 1], [0, 0, 1], [1, 0, 0]])
    timed = replace(interactions, periods=Periods(plays, np.array([10.0, 250.0, 1000.0])))
    assert lists(ActR(decay).fit(timed, 0), interactions, "repeat")[0] == own


@pytest.mark.parametrize("recommender", [ActR, PersonalDecayed])
def test_without_periods_nothing_decays(interactions: Interactions, recommender: type[Recommender]):
    assert "the var period_days" in recommender.lacks(interactions)
