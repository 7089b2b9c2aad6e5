"""Paired comparisons of models, against scipy and what is true of simulated users."""

from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest
from dbt_runner import run_dbt
from scipy import stats
from scored_cases import scratch_in

NULLS, USERS, DRAWS = 300, 60, 2000
FAMILY = {"a": 0.9, "b": 0.4, "c": 0.2, "d": 0.0}


def differences(name: str) -> np.ndarray:
    """Draw a model's surplus per user; those of the null are symmetric about 0, and far from normal."""
    rng = np.random.default_rng(list(name.encode()))
    if name in FAMILY:
        return rng.normal(FAMILY[name], 1, USERS)
    return rng.choice([-1, 1], USERS) * rng.exponential(1, USERS) ** 2 * (rng.random(USERS) < 0.7)


@pytest.fixture(scope="module")
def comparisons(tmp_path_factory: pytest.TempPathFactory) -> pd.DataFrame:
    """Compare made-up scores with a baseline: many models that differ by chance alone, and one family that does not."""
    warehouse, raw = scratch_in(tmp_path_factory.mktemp("comparisons"))
    write_scores(warehouse)
    selection = ("--select", "int_sign_flips", "int_scores_flipped", "int_scores_drawn", "model_comparisons")
    variables = f"{{permutation_draws: {DRAWS}}}"
    run_dbt("run", *selection, warehouse=warehouse, raw=raw, variables=variables)
    with duckdb.connect(warehouse, read_only=True) as connection:
        return (
            connection.execute("from marts.model_comparisons").df().set_index(["split_name", "model_name"]).sort_index()
        )


def write_scores(warehouse: Path) -> None:
    """Put scores of the models, and of a baseline that scores 0, in the place of what was built."""
    place = {"scope": "all", "k": 20, "block_count": USERS, "n_users": USERS}
    entries, scores, pairs = [], [], []
    splits = {f"null_{number}": (f"model_{number}",) for number in range(NULLS)} | {"family": tuple(FAMILY)}
    for split, models in splits.items():
        baseline_id = len(entries)
        for model in ("baseline", *models):
            values = np.zeros(USERS) if model == "baseline" else differences(model)
            lists = {"ndcg_sums": values.tolist(), "user_counts": [1.0] * USERS}
            entry = {"entry_id": len(entries)}
            names = {"split_name": split, "item_type": "track", "task": "discovery", "model_name": model}
            entries.append(entry | names)
            scores.append(entry | place | lists | {"ndcg": values.mean()})
            if model != "baseline":
                opponent = {"compared_with": "best_baseline", "opponent_id": baseline_id}
                pairs.append(entry | place | opponent | {"mean_difference": values.mean()})
    with duckdb.connect(warehouse) as connection:
        tables = {"int_models_evaluated": entries, "int_scores_blocked": scores, "int_models_paired": pairs}
        for table, rows in tables.items():
            frame = pd.DataFrame(rows)
            columns = [name for (name, *_) in connection.execute(f"describe intermediate.{table}").fetchall()]
            frame = frame[[name for name in columns if name in frame]]  # noqa: F841 (DuckDB reads it by name)
            connection.execute(f"delete from intermediate.{table}")
            connection.execute(f"insert into intermediate.{table} by name select * from frame")


def test_p_values_are_uniform_where_nothing_differs(comparisons: pd.DataFrame):
    p_values = comparisons.loc[[f"null_{number}" for number in range(NULLS)], "p_value"].to_numpy()
    assert len(p_values) == NULLS
    # seeded, so that this cannot fail by chance; a test with a wrong count of draws or users is far off
    assert stats.kstest(p_values, "uniform").pvalue > 0.01
    assert p_values.min() >= 1 / (DRAWS + 1)


def test_p_values_equal_those_of_scipy(comparisons: pd.DataFrame):
    for model in FAMILY:
        expected = stats.permutation_test(
            (differences(model),), np.mean, permutation_type="samples", n_resamples=20_000, rng=1
        ).pvalue
        published = comparisons.loc[("family", model), "p_value"]
        spread = np.sqrt(expected * (1 - expected) * (1 / DRAWS + 1 / 20_000)) + 1 / DRAWS
        assert published == pytest.approx(expected, abs=4 * spread)


def test_correction_is_holm(comparisons: pd.DataFrame):
    family = comparisons.loc["family"].sort_values("p_value")
    expected = np.maximum.accumulate(np.minimum(1, family.p_value * np.arange(len(family), 0, -1)))
    np.testing.assert_allclose(family.p_value_adjusted, expected, rtol=1e-12)
    assert (family.p_value_adjusted > family.p_value).any()


def test_a_real_difference_is_found_and_no_difference_is_a_tie(comparisons: pd.DataFrame):
    verdicts = comparisons.loc["family"].verdict
    assert verdicts["a"] == "better"
    assert verdicts["d"] == "tie"
    wrong = (comparisons.drop("family").verdict != "tie").mean()
    assert wrong <= stats.binom.ppf(0.999, NULLS, 0.05) / NULLS


def test_intervals_are_those_of_the_paired_difference(comparisons: pd.DataFrame):
    for model in FAMILY:
        values = differences(model)
        expected = stats.bootstrap((values,), np.mean, method="percentile", n_resamples=9999, rng=2).confidence_interval
        published = comparisons.loc[("family", model), ["ci_low", "ci_high"]].to_numpy(float)
        np.testing.assert_allclose(published, expected, atol=0.1 * (expected.high - expected.low))
