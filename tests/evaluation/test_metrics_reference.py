"""The SQL metrics against a brute-force reference, control models with a known answer, and intervals against numpy.

One dbt run scores all cases at once: each is a split of its own.
"""

import shutil
from collections import defaultdict
from collections.abc import Iterator

import duckdb
import metric_cases as reference
import numpy as np
import pandas as pd
import pytest
from dbt_runner import run_dbt
from metric_cases import CUTOFFS, Case
from scipy import sparse
from scored_cases import by_key, values_of

from models_py.evaluation.metrics import ndcg
from models_py.evaluation.ranking import Lists


def interval_of(scored: dict[str, pd.DataFrame], case: Case, task: str, model: str, metric: str, k: int) -> np.ndarray:
    """Lower and upper end of a published interval."""
    key = (case.split_name, case.item_type, task, model, "all", metric, k)
    return by_key(scored["model_metrics"], "model_metrics").loc[key, ["ci_low", "ci_high"]].to_numpy(dtype=float)


def gain(count: int) -> float:
    """Discounted gain of hits at the first `count` ranks."""
    return float(np.sum(1 / np.log2(np.arange(2, 2 + count))))


def bootstrap(values: np.ndarray, draws: int = 4000) -> np.ndarray:
    """95% percentile interval of a mean by drawing users with replacement (Efron 1979)."""
    rng = np.random.default_rng(3)
    means = [rng.choice(values, size=len(values)).mean() for _ in range(draws)]
    return np.percentile(means, [2.5, 97.5])


def searched_ndcg(case: Case) -> Iterator[tuple[reference.UserKey, float]]:
    """Yield NDCG@20 as the search for hyper-parameters computes it; whoever has no list scores 0."""
    items = {item: index for index, item in enumerate(case.items)}
    for (model, task), lists in case.lists.items():
        relevant = case.relevant(task, "all")
        users = {user: index for index, user in enumerate(sorted({*case.users, *relevant}))}
        ranked = [(users[user], rank, items[item]) for user in lists for rank, item in enumerate(lists[user], start=1)]
        user_index, ranks, item_index = np.array(ranked, dtype=np.int64).reshape(-1, 3).T
        hits, n_relevant = np.zeros((len(users), len(items)), dtype=bool), np.zeros(len(users), dtype=np.int64)
        for user, found in relevant.items():
            hits[users[user], [items[item] for item in found if item in items]] = True
            n_relevant[users[user]] = len(found)
        listed = Lists(user_index, ranks.astype(np.int32), item_index, -ranks.astype(float))
        values = ndcg(listed, sparse.csr_matrix(hits), n_relevant, 20)
        for user, value in zip(sorted(relevant), values, strict=True):
            yield (case.split_name, case.item_type, task, model, "all", user, "ndcg", 20), value


def test_user_metrics_equal_the_reference(scored, random_cases):
    expected = {key: value for case in random_cases for key, value in reference.user_metrics(case)}
    rows = scored["user_metrics"]
    actual = by_key(rows[rows.split_name.str.startswith("case_")], "user_metrics").value.to_dict()
    assert len(expected) > 50_000
    assert actual.keys() == expected.keys()
    assert max(abs(actual[key] - value) for key, value in expected.items()) < 1e-9


def test_model_metrics_equal_the_reference(scored, random_cases):
    expected = {key: value for case in random_cases for key, value in reference.model_metrics(case)}
    rows = scored["model_metrics"]
    actual = by_key(rows[rows.split_name.str.startswith("case_")], "model_metrics")
    assert set(actual.index) == expected.keys()
    wanted = pd.DataFrame.from_dict(expected, orient="index", columns=["value", "n_users"], dtype=float)
    actual = actual.loc[list(expected)]
    np.testing.assert_allclose(actual.value.to_numpy(float), wanted.value.to_numpy(float), rtol=0, atol=1e-9)
    np.testing.assert_array_equal(actual.n_users.to_numpy(float), wanted.n_users.to_numpy(float))


def test_kinds_of_discovery_equal_the_reference(scored, random_cases):
    values = defaultdict(list)
    for case in random_cases:
        for (*model, kind, _, metric, _), value in reference.kind_metrics(case):
            values[*model, kind, metric].append(value)
    rows = scored["segment_metrics"].query("segment == 'artist_discovery'")
    rows = rows[rows.split_name.str.startswith("case_")]
    keys = ["split_name", "item_type", "task", "model_name", "segment_value", "metric"]
    actual = rows.set_index(keys)[["value", "n_users"]].to_dict("index")
    assert {kind for *_, kind, _ in values} == set(reference.KINDS)
    assert actual.keys() == values.keys()
    for key, expected in values.items():
        assert actual[key]["n_users"] == len(expected)
        assert abs(actual[key]["value"] - np.mean(expected)) < 1e-9


def test_of_artists_every_discovery_is_of_a_new_one(scored):
    board = scored["model_leaderboard"].query("task == 'discovery'")
    artists, tracks = board[board.item_type == "artist"], board[board.item_type == "track"]
    assert artists.ndcg_known_artist.isna().all()
    np.testing.assert_allclose(artists.ndcg_new_artist, artists.ndcg, rtol=0, atol=1e-11)
    assert tracks.ndcg_known_artist.notna().any()
    others = scored["model_leaderboard"].query("task != 'discovery'")
    assert others[["ndcg_known_artist", "ndcg_new_artist"]].isna().all(axis=None)


def test_the_search_scores_lists_as_the_metrics_do(scored, random_cases):
    rows = scored["user_metrics"].query("metric == 'ndcg' and k == 20 and scope == 'all'")
    actual = by_key(rows[rows.split_name.str.startswith("case_")], "user_metrics").value.to_dict()
    expected = {key: value for case in random_cases for key, value in searched_ndcg(case)}
    assert len(expected) > 1000
    assert actual.keys() == expected.keys()
    assert max(abs(actual[key] - value) for key, value in expected.items()) < 1e-9


def test_evaluated_users_are_counted(scored, random_cases):
    summary = scored["split_summary"].query("part == 'test'").set_index(["split_name", "item_type"])
    assert not summary.empty
    for case in random_cases:
        for task in case.tasks if case.test else ():
            row = summary.loc[case.split_name, case.item_type]
            assert row[f"evaluated_users_{task}"] == len(case.relevant(task, "all"))
            assert row[f"evaluated_users_{task}_recommendable"] == len(case.relevant(task, "recommendable"))
            left_out = row[f"left_out_nothing_relevant_{task}"] + row.left_out_no_training
            assert row[f"evaluated_users_{task}"] + left_out == len({user for user, _ in case.test})


def test_leaderboard_ranks_by_the_headline(scored):
    board = scored["model_leaderboard"]
    for _, rows in board.groupby(["split_name", "item_type", "task"]):
        rows = rows.sort_values("leaderboard_rank")
        assert list(rows.leaderboard_rank) == list(range(1, len(rows) + 1))
        assert rows.ndcg.is_monotonic_decreasing
        assert rows.lead_is_real.iloc[1:].isna().all()
    verdict = board.query("split_name == 'control' and leaderboard_rank == 1")
    assert list(verdict.model_name) == ["oracle"] * 3
    assert verdict.lead_is_real.all()


@pytest.mark.parametrize("task", reference.TASKS)
def test_oracle_scores_what_theory_says(scored, control_case, task):
    everything = control_case.relevant(task, "all")
    findable = control_case.relevant(task, "recommendable")
    values = values_of(scored, control_case, task, "oracle")
    for user, relevant in everything.items():
        found = len(findable[user])
        for k in CUTOFFS:
            reachable, hits = min(k, len(relevant)), min(k, found)
            theory = {
                "precision": hits / k,
                "recall": hits / len(relevant),
                "recall_capped": hits / reachable,
                "hit_rate": float(hits > 0),
                "ndcg": gain(hits) / gain(reachable),
                "map": hits / reachable,
                "mrr": float(hits > 0),
                "serendipity": hits / k,  # there is no most_popular beside it
            }
            assert {metric: values.loc[user, (metric, k)] for metric in theory} == pytest.approx(theory, abs=1e-9)
    perfect = values_of(scored, control_case, task, "oracle", "recommendable")
    for metric in ("recall_capped", "hit_rate", "ndcg", "map", "mrr"):
        assert (perfect[metric] == 1).all(axis=None)


@pytest.mark.parametrize("task", reference.TASKS)
@pytest.mark.parametrize("k", CUTOFFS)
def test_random_lists_score_their_expectation(scored, control_case, task, k):
    everything = control_case.relevant(task, "all")
    findable = control_case.relevant(task, "recommendable")
    values = values_of(scored, control_case, task, "shuffled")
    surpluses = {"precision": [], "ndcg": []}
    for user, relevant in everything.items():
        candidates = len(control_case.candidates(task, user))
        chance, length = len(findable[user]) / candidates, min(k, candidates)
        expected = {"precision": chance * length / k, "ndcg": chance * gain(length) / gain(min(k, len(relevant)))}
        for metric, expectation in expected.items():
            surpluses[metric].append(values.loc[user, (metric, k)] - expectation)
    for surplus in surpluses.values():
        standard_error = np.std(surplus, ddof=1) / np.sqrt(len(surplus))
        assert abs(np.mean(surplus)) <= max(4 * standard_error, 1e-9)


def test_intervals_hold_the_mean(scored):
    rows = scored["model_metrics"]
    of_all_lists = ["coverage", "coverage_ceiling", "gini", "user_overlap"]
    means = rows[~rows.metric.isin(of_all_lists)].dropna(subset="value")
    assert (means.ci_low <= means.ci_high).all()
    settled = means[means.n_users >= 100]
    assert ((settled.ci_low <= settled.value) & (settled.value <= settled.ci_high)).all()
    assert rows[rows.metric.isin(of_all_lists)].ci_low.isna().all()


@pytest.mark.parametrize("metric", ["precision", "recall", "ndcg", "mrr"])
def test_intervals_match_drawing_users_with_replacement(scored, control_case, metric):
    values = values_of(scored, control_case, "discovery", "shuffled")[metric, 20].to_numpy()
    low, high = bootstrap(values)
    published = interval_of(scored, control_case, "discovery", "shuffled", metric, 20)
    np.testing.assert_allclose(published, [low, high], atol=0.12 * (high - low))


def test_intervals_match_where_users_are_drawn_in_blocks(scored, crowd_case):
    values = values_of(scored, crowd_case, "discovery", "guess")["mrr", 20].to_numpy()
    low, high = bootstrap(values)
    published = interval_of(scored, crowd_case, "discovery", "guess", "mrr", 20)
    np.testing.assert_allclose(published, [low, high], atol=0.12 * (high - low))


def test_results_of_an_older_study_say_what_to_do(scratch, tmp_path):
    older = tmp_path / scratch.warehouse.name
    shutil.copy(scratch.warehouse, older)
    with duckdb.connect(older) as connection:
        connection.execute("update recommender.runs set fingerprint = 'old' where model_name = 'oracle'")
    with pytest.raises(AssertionError, match="these results are of an older study: run make fit"):
        run_dbt("test", "--select", "assert_results_are_of_this_study", warehouse=older, raw=scratch.raw)
