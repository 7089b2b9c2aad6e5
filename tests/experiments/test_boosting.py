"""Boosting beside the regression: both rank the same candidates, each user by what was learnt on others."""

import duckdb
import pytest
from conftest import Study

from models_py.data.parameters import Parameters
from models_py.errors import WarehouseError
from models_py.experiments.boosting import LEARNING_RATES, LEAVES, compare_learners
from models_py.warehouse import Warehouse


@pytest.mark.parametrize("item_type", ["artist", "track"])
def test_the_regressions_score_is_that_of_the_search(demo: Study, item_type: str):
    warehouse = Warehouse(demo.warehouse)
    (stored,) = (
        duckdb.connect(str(demo.warehouse), read_only=True)
        .execute(
            """
        select validation_ndcg from marts.tuning_trials
        inner join marts.evaluation_parameters on split_name = default_split
        where model_name = 'reranked' and is_chosen and task = 'discovery' and item_type = ?
        """,
            [item_type],
        )
        .fetchone()
    )
    first = next(compare_learners(warehouse, Parameters.read(warehouse), item_type))
    assert first.learner == "logistic regression"
    assert first.validation_ndcg == pytest.approx(stored, abs=1e-6)


@pytest.mark.slow
def test_every_setting_of_the_trees_is_tried(demo: Study):
    warehouse = Warehouse(demo.warehouse)
    found = list(compare_learners(warehouse, Parameters.read(warehouse), "artist"))
    assert len({one.learner for one in found}) == 1 + len(LEAVES) * len(LEARNING_RATES)
    assert all(0 < one.validation_ndcg < 1 for one in found)


def test_where_nothing_is_learnt_from_it_is_said(demo: Study):
    warehouse = Warehouse(demo.warehouse)
    with pytest.raises(WarehouseError, match="no albums to learn from"):
        next(compare_learners(warehouse, Parameters.read(warehouse), "album"))
