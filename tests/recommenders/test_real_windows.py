"""What is played again in real time: figures of docs/time.md, for models that count and decay."""

from pathlib import Path

import numpy as np
import pytest
from real_counts import read_rows
from scipy import sparse

from models_py.data.interactions import Interactions, Periods
from models_py.evaluation.metrics import ndcg
from models_py.evaluation.ranking import recommend
from models_py.recommenders.registry import recommenders

pytestmark = pytest.mark.real_data

# days from the middle of what lies before 2009, and of its first quarter, to the end of that quarter
AGES = np.array([45.0, 638.0])
# NDCG@20 of tasks 'repeat' and 'all'
FIGURES = {"personal_top": (0.603, 0.563), "personal_decayed": (0.646, 0.602), "act_r": (0.649, 0.605)}


@pytest.fixture(scope="module")
def windows(real_data: Path) -> list[sparse.csr_matrix]:
    """Plays to 2008, in the first quarter of 2009, and from April 2009 on, users x artists."""
    rows = read_rows(real_data / "lastfm1k_windows_668.tsv.gz")
    users, artists = (np.unique([row[field] for row in rows], return_inverse=True)[1] for field in (0, 1))
    return [sparse.csr_matrix(([float(row[field]) for row in rows], (users, artists))) for field in (2, 3, 4)]


@pytest.mark.parametrize("name", FIGURES)
def test_decay_foresees_what_is_played_again(windows: list[sparse.csr_matrix], name: str) -> None:
    to_2008, first_quarter, test = windows
    counts = to_2008 + first_quarter
    played = [window[counts.nonzero()].A1 for window in (first_quarter, to_2008)]
    periods = Periods(sparse.csr_matrix(np.column_stack(played)), AGES)
    interactions = Interactions(counts, np.arange(counts.shape[1]), periods=periods)
    lists = recommend(recommenders()[name]().fit(interactions, 0), interactions, np.arange(668), ["repeat", "all"], 20)
    relevant = {"repeat": test.multiply(counts.astype(bool)).tocsr(), "all": test}
    for cells in relevant.values():
        cells.eliminate_zeros()
    scores = [
        ndcg(lists[task], cells.astype(bool), np.diff(cells.indptr), 20).mean() for task, cells in relevant.items()
    ]
    print(name, np.round(scores, 4))
    assert scores == pytest.approx(FIGURES[name], abs=0.001)
