"""`python -m models_py protocols` on a copy of the demo's warehouse: what it stores, publishes and says."""

import shutil
from itertools import permutations
from pathlib import Path

import numpy as np
import pytest
from conftest import Study

from models_py.experiments.protocols.protocol import SWITCHES
from models_py.experiments.protocols.report import nearest_errors, nearest_hit_rate

PLAIN, PROJECT = zip(*SWITCHES.values(), strict=True)
COMBINATION = ", ".join(SWITCHES)


def copy_of(demo: Study, folder: Path) -> Study:
    environment = demo.environment | {
        "WAREHOUSE": str(folder / demo.warehouse.name),
        "DBT_TARGET_PATH": str(folder / "target"),
        "DBT_LOG_PATH": str(folder / "logs"),
    }
    shutil.copy(demo.warehouse, folder)
    return Study(folder, environment)


@pytest.fixture(scope="module")
def studied(demo: Study, tmp_path_factory: pytest.TempPathFactory) -> tuple[Study, str]:
    study = copy_of(demo, tmp_path_factory.mktemp("study"))
    result = study.call("protocols", TRIALS="1")
    assert result.returncode == 0, result.stderr + result.stdout
    return study, result.stdout


@pytest.mark.slow
def test_every_combination_is_stored_and_has_its_effects(studied: tuple[Study, str]):
    study, _ = studied
    counted = study.query(
        f"""select model_name, metric, count(distinct ({COMBINATION})), count(*)
        from marts.protocol_scores where item_type = 'artist' group by all"""
    )
    assert len(counted) == 5 * 4
    assert {(distinct, rows) for _, _, distinct, rows in counted} == {(256, 256)}
    assert study.query("select count(*) from marts.protocol_effects") == [(5 * 4 * 8,)]
    assert study.query("select count(*) > 0 from marts.reconstruction_errors_by_scale where cells = 'train_all'") == [
        (True,)
    ]


@pytest.mark.slow
def test_effects_are_those_of_every_order_of_turning(studied: tuple[Study, str]):
    study, _ = studied
    rows = study.query(
        f"select {COMBINATION}, value from marts.protocol_scores where model_name = 'svd' and metric = 'ndcg'"
    )
    value = {frozenset(np.flatnonzero(np.equal(sides, PROJECT))): score for *sides, score in rows}
    effects = dict.fromkeys(range(8), 0.0)
    orders = list(permutations(range(8)))
    for order in orders:
        for place, switch in enumerate(order):
            before = frozenset(order[:place])
            effects[switch] += (value[before | {switch}] - value[before]) / len(orders)
    everything = frozenset(range(8))
    stored = study.query(
        "select switch, effect_first, effect_last, effect_average from marts.protocol_effects "
        "where model_name = 'svd' and metric = 'ndcg'"
    )
    expected = {
        name: (
            value[frozenset([place])] - value[frozenset()],
            value[everything] - value[everything - {place}],
            effects[place],
        )
        for place, name in enumerate(SWITCHES)
    }
    assert {name: found for name, *found in stored} == {
        name: pytest.approx(values, abs=1e-9) for name, values in expected.items()
    }


@pytest.mark.slow
def test_it_says_what_it_ran_on_and_how_near_the_published_figures_lie(studied: tuple[Study, str]):
    study, printed = studied
    assert "Data: artists of the embedded demo, no evidence about music" in printed
    ((n_cells,),) = study.query("select count(*) from marts.user_item_plays where item_type = 'artist'")
    assert f"{n_cells:,} cells" in printed
    for switch, (plain, project) in SWITCHES.items():
        assert f"{switch}: {plain} to {project}" in printed
    assert "the published hit rate of 0.003" in printed
    assert "the published RMSE of NMF 7.07 and SVD 11.19" in printed


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"ITEM_TYPE": "album"}, "'album' is no item type: give track or artist."),
        ({"VARS": "{tuning_trials: 8, random_seed: 5}"}, "were built with random_seed 1, not 5"),
        ({"WAREHOUSE": "/nowhere/music.duckdb"}, "There is no warehouse at /nowhere/music.duckdb"),
    ],
    ids=["item type", "other study", "no warehouse"],
)
def test_what_cannot_be_studied_is_one_sentence(demo: Study, changes: dict[str, str], said: str):
    result = demo.call("protocols", **changes)
    assert result.returncode == 1
    assert said in result.stderr and result.stderr.count("\n") == 1


def score_rows(*values: float) -> list[dict[str, object]]:
    row = {"model_name": "most_popular", "metric": "hit_rate"} | dict(zip(SWITCHES, PLAIN, strict=True))
    return [row | {"value": value, "counts": f"way {number}"} for number, value in enumerate(values)]


def test_the_nearest_hit_rate_is_nearest_by_ratio():
    assert "0.0060, 2.00 times as high (counts way 1" in nearest_hit_rate(score_rows(0.0004, 0.006, 0.9))
    assert nearest_hit_rate(score_rows(0.0, 0.3)).startswith("None of 2 combinations lie within a factor of 1.5")
    assert nearest_hit_rate(score_rows(0.0029, 0.3, 0.004)).startswith("2 of 3 combinations lie within")


def test_the_nearest_errors_are_those_whose_worse_ratio_is_least():
    def row(model: str, scale: str, rmse: float) -> dict[str, object]:
        return {"model_name": model, "scale": scale, "cells": "train_all", "n_factors": 8, "rmse": rmse}

    rows = [row("nmf", "plays", 70.7), row("svd", "plays", 111.9), row("nmf", "percent", 7.07)]
    rows += [row("svd", "percent", 3.0), {**row("zero", "plays", 7.0), "n_factors": 0}]
    said = nearest_errors(rows)
    assert said.startswith("None of 2 places") and "7.07 and 3, up to a factor of 3.7 away (percent" in said
    assert "NMF lies below SVD in 1 places, SVD at most 1.58 times as high; published: 1.58" in said
