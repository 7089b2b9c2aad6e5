"""How a model of 2008 ages in 2009, and what of that its histories do: figures of docs/time.md."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from real_counts import three_windows
from scipy import sparse

from models_py.data.interactions import Interactions
from models_py.evaluation.metrics import ndcg
from models_py.evaluation.ranking import recommend
from models_py.matrices.cells import without
from models_py.recommenders.fitted import FittedModel
from models_py.recommenders.registry import recommenders

pytestmark = pytest.mark.real_data

# NDCG@20 in the first quarter of 2009, and from April on: of 2008, of 2008 with later plays folded in, and fitted anew
FIGURES = {
    ("most_popular", "discovery"): (0.077, 0.042, 0.042, 0.042),
    ("item_knn", "discovery"): (0.124, 0.061, 0.062, 0.065),
    ("ease", "discovery"): (0.132, 0.063, 0.067, 0.071),
    ("personal_top", "all"): (0.718, 0.530, 0.563, 0.563),
    ("item_knn", "all"): (0.575, 0.391, 0.397, 0.407),
    ("ease", "all"): (0.710, 0.518, 0.529, 0.545),
}


@dataclass(frozen=True)
class Folded:
    """Scores of a model for what its users have played by now."""

    model: FittedModel
    histories: sparse.csr_matrix

    def scores(self, users: np.ndarray) -> np.ndarray:
        """Fold the users' histories in."""
        return self.model.fold_in(self.histories[users])


@pytest.fixture(scope="module")
def windows(real_data: Path) -> list[sparse.csr_matrix]:
    return three_windows(real_data)


def judged(model: FittedModel | Folded, known: Interactions, later: sparse.csr_matrix, task: str) -> float:
    """Score lists without what is known, where the task asks for that."""
    relevant = (without(later, known.counts) if task == "discovery" else later).astype(bool)
    lists = recommend(model, known, np.arange(known.n_users), [task], 20)[task]
    return float(ndcg(lists, relevant, np.diff(relevant.indptr), 20).mean())


@pytest.mark.parametrize(("name", "task"), FIGURES)
def test_a_model_of_2008_ages_with_its_histories(windows: list[sparse.csr_matrix], name: str, task: str) -> None:
    to_2008, first_quarter, later = windows
    before, now = Interactions.plain(to_2008), Interactions.plain(to_2008 + first_quarter)
    of_2008, anew = (recommenders()[name]().fit(known, 0) for known in (before, now))
    found = (
        judged(of_2008, before, first_quarter, task),
        *(judged(model, now, later, task) for model in (of_2008, Folded(of_2008, now.counts), anew)),
    )
    print(name, task, np.round(found, 4))
    assert found == pytest.approx(FIGURES[name, task], abs=0.001)
