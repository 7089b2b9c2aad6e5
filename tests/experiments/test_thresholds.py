"""Catalogues of other thresholds, against the SQL that makes today's."""

import numpy as np
import pytest
from conftest import Study
from scipy import sparse

from models_py.data.parameters import Parameters
from models_py.experiments.thresholds import read_cells, threshold_points
from models_py.matrices.core import core
from models_py.warehouse import Warehouse


def test_a_core_is_peeled_until_it_is_stable():
    # the last user has one item, without whom the last item has one user, without which the third user has two
    counts = np.array([[1, 1, 1, 0], [1, 1, 1, 0], [1, 1, 0, 1], [0, 0, 0, 1]])
    users, items = core(sparse.csr_matrix(counts), 3, 2)
    assert users.tolist() == [0, 1] and items.tolist() == [0, 1, 2]


@pytest.mark.parametrize("item_type", ["track", "artist"])
def test_todays_threshold_gives_todays_catalogue_and_scores(demo: Study, item_type: str):
    warehouse = Warehouse(demo.warehouse)
    parameters = Parameters.read(warehouse)
    points = threshold_points(warehouse, parameters, item_type)
    assert {point.min_users for point in points} == {2, 3, 5, 8}
    today = parameters.min_users(item_type)
    cells = read_cells(warehouse, "temporal", item_type)
    judged = (np.diff(cells.validation.indptr) > 0) & (np.diff(cells.fit.indptr) > 0)
    active = np.isin(np.arange(len(judged)), core(cells.fit, parameters.min_items_per_user, today)[0])
    of_all = (judged & active).sum() / judged.sum()
    for point in points:
        if point.min_users == today:
            ((tuned,),) = demo.query(
                "select validation_ndcg from marts.tuning_trials where split_name = 'temporal' and is_chosen "
                f"and item_type = '{item_type}' and model_name = '{point.model_name}' and task = 'discovery'"
            )
            # tuning leaves out whom the k-core drops; they score 0 here
            assert point.validation_ndcg == pytest.approx(tuned * of_all, rel=1e-6)


def test_what_is_too_large_for_a_catalogue_is_left_out(demo: Study, monkeypatch: pytest.MonkeyPatch):
    warehouse = Warehouse(demo.warehouse)
    monkeypatch.setenv("PYTHON_MEMORY_LIMIT", "1MB")
    points = threshold_points(warehouse, Parameters.read(warehouse), "artist")
    assert points and all(point.validation_ndcg is None and "0.0 GB may be used" in point.reason for point in points)
