"""What holds for metrics and intervals whatever the lists: checked on drawn cases in the scratch warehouse."""

import math

import numpy as np
import pytest
from metric_cases import Case
from scipy import stats
from scored_cases import SIMULATED_DATA_SETS, values_of

NORMALISED = ("recall_capped", "hit_rate", "ndcg", "map", "mrr")


def tables(scored, cases: list[Case], model: str, scope: str = "all"):
    """Yield each case's values of one model, users x (metric, k), per task that anybody is evaluated on."""
    for case in cases:
        for task in case.tasks:
            if case.relevant(task, scope):
                yield case, task, values_of(scored, case, task, model, scope)


@pytest.fixture(scope="module")
def originals(twin_cases) -> list[Case]:
    return [original for original, _ in twin_cases]


@pytest.fixture(scope="module")
def of_originals(scored) -> dict:
    """Narrow the per-user values to those of the original cases: few of all rows."""
    rows = scored["user_metrics"]
    return {"user_metrics": rows[rows.split_name.str.startswith("original_")]}


def test_an_ideal_ranking_has_the_highest_value_of_all(of_originals, originals):
    compared = 0
    for case, task, ideal in tables(of_originals, originals, "ideal"):
        # who has no list (not active) scores 0 under every model
        # serendipity is left out: what is best by it depends on what most_popular lists
        ideal = ideal.drop(columns="serendipity", level="metric")
        for other in ("most_popular", "short", "silent", "tailed", "cut"):
            values = values_of(of_originals, case, task, other)[ideal.columns]
            assert (ideal >= values - 1e-9).all(axis=None)
            compared += int((ideal > values + 1e-9).to_numpy().sum())
    assert compared > 1000


def test_an_ideal_ranking_has_the_highest_value_that_the_definition_allows(of_originals, originals):
    seen = 0
    for case, task, values in tables(of_originals, originals, "ideal", "recommendable"):
        relevant = case.relevant(task, "recommendable")
        for user in set(relevant) & set(case.users):
            n = len(relevant[user])
            for k in sorted({k for _, k in values.columns}):
                best = dict.fromkeys(NORMALISED, 1.0) | {"precision": min(k, n) / k, "recall": min(k, n) / n}
                assert {metric: values.loc[user, (metric, k)] for metric in best} == pytest.approx(best, abs=1e-9)
                seen += 1
    assert seen > 100


def test_an_irrelevant_tail_changes_nothing(of_originals, originals):
    longer = sum(
        len(case.lists["tailed", task][user]) > len(ranked)
        for case in originals
        for task in case.tasks
        for user, ranked in case.lists["short", task].items()
    )
    assert longer > 50
    for case, task, values in tables(of_originals, originals, "tailed"):
        np.testing.assert_allclose(values, values_of(of_originals, case, task, "short"), rtol=0, atol=1e-9)


def test_what_comes_after_k_changes_nothing_at_k(of_originals, originals):
    changed = 0
    for case, task, values in tables(of_originals, originals, "cut"):
        whole = values_of(of_originals, case, task, "most_popular")
        within = [column for column in values.columns if column[1] <= 10]
        np.testing.assert_allclose(values[within], whole[within], rtol=0, atol=1e-9)
        changed += int((values < whole - 1e-9).to_numpy().sum())
    assert changed > 100


def test_other_names_of_users_and_items_change_no_metric(scored, twin_cases):
    rows, keys = scored["model_metrics"], ["task", "model_name", "scope", "metric", "k"]
    compared = 0
    for original, renamed in twin_cases:
        one, other = (
            rows[rows.split_name == case.split_name].set_index(keys)[["value", "n_users"]].sort_index().astype(float)
            for case in (original, renamed)
        )
        assert one.index.equals(other.index)
        np.testing.assert_allclose(one, other, rtol=0, atol=1e-9)
        compared += len(one)
    assert compared > 1000


def true_mean(metric: str) -> float:
    """Mean of the simulated scores: nothing with probability 1/2, else one hit at a rank from 1 to 10, all alike."""
    score = {
        "precision": lambda rank: 1 / 20,
        "hit_rate": lambda rank: 1.0,
        "ndcg": lambda rank: 1 / math.log2(rank + 1),
        "mrr": lambda rank: 1 / rank,
    }[metric]
    return sum(score(rank) for rank in range(1, 11)) / 20


@pytest.mark.parametrize("metric", ["precision", "hit_rate", "ndcg", "mrr"])
def test_intervals_cover_the_truth_at_their_stated_rate(scored, metric):
    """Of 200 data sets of 60 users each, a binomial number of intervals hold the true mean: within bounds of 99%."""
    rows = scored["model_metrics"].query("split_name == 'simulated' and scope == 'all' and k == 20")
    rows = rows[rows.metric == metric]
    assert len(rows) == SIMULATED_DATA_SETS
    truth = true_mean(metric)
    covered = int(((rows.ci_low <= truth) & (truth <= rows.ci_high)).sum())
    fewest, most = stats.binom.interval(0.99, SIMULATED_DATA_SETS, 0.95)
    print(f"{metric}: {covered} of {SIMULATED_DATA_SETS} hold the true mean, {fewest:.0f} to {most:.0f} are expected")
    assert fewest <= covered <= most
