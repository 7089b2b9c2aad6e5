"""What is played again in real time, and what it is worth that plays fade: figures of docs/time.md."""

from pathlib import Path

import numpy as np
import pytest
from real_counts import three_windows
from scipy import sparse

from models_py.data.interactions import Interactions, Periods
from models_py.evaluation.metrics import ndcg
from models_py.evaluation.ranking import recommend
from models_py.matrices.cells import without
from models_py.recommenders.base import Recommender
from models_py.recommenders.ease import EASE
from models_py.recommenders.fitted import FittedModel
from models_py.recommenders.item_knn import ItemKNN
from models_py.recommenders.mixed import Mixed
from models_py.recommenders.registry import recommenders
from models_py.recommenders.slim import SLIM
from models_py.recommenders.tifu_knn import TifuKNN

pytestmark = pytest.mark.real_data

# days from the middle of what lies before 2009, and of its first quarter, to the end of that quarter
AGES = np.array([45.0, 638.0])
# NDCG@20 of tasks 'repeat' and 'all'
FIGURES = {"personal_top": (0.603, 0.563), "personal_decayed": (0.646, 0.602), "act_r": (0.649, 0.605)}
# the same of settings that were chosen on the first quarter of 2009, by task
CHOSEN = {
    ("discovery", EASE()): 0.079,
    ("repeat", EASE("log_share", 0.3, 1.0, 0.1, 0.5, 0.3)): 0.649,
    ("all", EASE("log_share", 0.3, 1.0, 0.1, 0.5, 0.3)): 0.606,
    ("discovery", EASE(decay=0.0)): 0.071,
    ("discovery", SLIM("log_share", 0.3, 0.25, 80, 0.03, 2.0, 0.75, 0.3)): 0.080,
    ("discovery", ItemKNN(neighbours=35, user_power=1.0, sharpness=1.5, normalization=0.0)): 0.071,
    ("discovery", Mixed("log_share", 0.45, 3.0, 0.25, 0.15, 0.1)): 0.081,
    ("repeat", Mixed("log_share", 0.3, 1.0, 0.5, 0.3, 0.3)): 0.649,
    ("all", Mixed("log_share", 0.3, 1.0, 0.5, 0.3, 0.3)): 0.605,
    ("discovery", TifuKNN("log_share", 25, 4.0, 0.0)): 0.067,
    ("repeat", TifuKNN("log", 10, 1.0, 0.9)): 0.649,
    ("all", TifuKNN("log", 10, 1.0, 0.9)): 0.606,
}
# the same of models by their defaults, from plays as they are and from faded ones
FADED = {
    ("item_knn", "discovery"): (0.065, 0.069),
    ("user_knn", "discovery"): (0.059, 0.065),
    ("svd", "discovery"): (0.068, 0.075),
    ("ease", "discovery"): (0.071, 0.079),
    ("ease", "all"): (0.545, 0.587),
}


@pytest.fixture(scope="module")
def windows(real_data: Path) -> list[sparse.csr_matrix]:
    return three_windows(real_data)


def timed(windows: list[sparse.csr_matrix]) -> Interactions:
    """Put plays before April 2009 into two periods."""
    to_2008, first_quarter, _ = windows
    counts = to_2008 + first_quarter
    played = [window[counts.nonzero()].A1 for window in (first_quarter, to_2008)]
    periods = Periods(sparse.csr_matrix(np.column_stack(played)), AGES)
    return Interactions(counts, np.arange(counts.shape[1]), periods=periods)


def judged(model: FittedModel, interactions: Interactions, test: sparse.csr_matrix, task: str) -> float:
    """Score the lists of a task by what was played from April 2009 on."""
    new = without(test, interactions.counts)
    relevant = {"discovery": new, "repeat": without(test, new), "all": test}[task].astype(bool)
    lists = recommend(model, interactions, np.arange(interactions.n_users), [task], 20)[task]
    return float(ndcg(lists, relevant, np.diff(relevant.indptr), 20).mean())


@pytest.mark.parametrize("name", FIGURES)
def test_decay_foresees_what_is_played_again(windows: list[sparse.csr_matrix], name: str) -> None:
    interactions = timed(windows)
    model = recommenders()[name]().fit(interactions, 0)
    scores = [judged(model, interactions, windows[2], task) for task in ("repeat", "all")]
    print(name, np.round(scores, 4))
    assert scores == pytest.approx(FIGURES[name], abs=0.001)


@pytest.mark.parametrize(("task", "setting"), CHOSEN)
def test_own_plays_and_what_others_play(windows: list[sparse.csr_matrix], task: str, setting: Recommender) -> None:
    interactions = timed(windows)
    score = judged(setting.fit(interactions, 0), interactions, windows[2], task)
    print(task, setting, round(score, 4))
    assert score == pytest.approx(CHOSEN[task, setting], abs=0.001)


@pytest.mark.parametrize(("name", "task"), FADED)
def test_models_that_know_no_time_learn_more_from_faded_plays(
    windows: list[sparse.csr_matrix], name: str, task: str
) -> None:
    interactions = timed(windows)
    models = [recommenders()[name](decay=decay).fit(interactions, 0) for decay in (0.0, 1.0)]
    scores = [judged(model, interactions, windows[2], task) for model in models]
    print(name, task, np.round(scores, 4))
    assert scores == pytest.approx(FADED[name, task], abs=0.001)
