"""The SQL metrics against ir-measures, which runs trec_eval's own code, on the same lists.

Both define precision, recall, hit rate (Success) and binary NDCG alike at every k, and reciprocal rank where the list
is cut at k. AP differs: trec_eval divides by the n relevant items, this project by min(k, n). trec_eval sorts by score
and breaks ties by document id, so it is given scores that fall with rank: the lists' own ties are broken already.
"""

from collections import defaultdict

import ir_measures
import pytest
from ir_measures import AP, MRR, P, R, Success, nDCG
from metric_cases import CUTOFFS, Case
from scored_cases import by_key

SHARED = {"precision": P, "recall": R, "hit_rate": Success, "ndcg": nDCG}

# a user's list under a model: split, item type, task, model, user
Query = tuple[str, str, str, str, str]


@pytest.fixture(scope="module")
def queries(random_cases: list[Case]) -> dict[Query, tuple[list[int], set[int]]]:
    """List and relevant items of each evaluated user; an empty list where the model has none."""
    return {
        (case.split_name, case.item_type, task, model, user): (lists.get(user, []), relevant)
        for case in random_cases
        for (model, task), lists in case.lists.items()
        for user, relevant in case.relevant(task, "all").items()
    }


@pytest.fixture(scope="module")
def in_sql(scored) -> dict[tuple[Query, str, int], float]:
    """Values of the SQL metrics by query, metric and k."""
    rows = scored["user_metrics"]
    rows = rows[rows.split_name.str.startswith("case_") & (rows.scope == "all")]
    values = by_key(rows, "user_metrics").value
    return {
        ((split, item_type, task, model, user), metric, k): value
        for (split, item_type, task, model, _, user, metric, k), value in values.items()
    }


def in_trec(queries: dict[Query, tuple[list[int], set[int]]], measures: list, depth: int | None = None) -> dict:
    """Values of ir-measures by query and measure, of lists cut at `depth`; a query without a list has none."""
    names = {str(number): query for number, query in enumerate(queries)}
    relevant, run = {}, defaultdict(dict)
    for name, query in names.items():
        ranked, wanted = queries[query]
        relevant[name] = {str(item): 1 for item in wanted}
        for rank, item in enumerate(ranked[:depth]):
            run[name][str(item)] = -float(rank)
    return {
        (names[found.query_id], found.measure): found.value for found in ir_measures.iter_calc(measures, relevant, run)
    }


def differences(in_sql, expected: dict[tuple[Query, str, int], float], queries) -> list[float]:
    """Compare each query's value; whoever has no list is 0 here."""
    assert {query for query, _, _ in expected} == set(queries)
    return [abs(in_sql[key] - value) for key, value in expected.items()]


def test_the_cases_have_short_lists_and_users_without_lists(queries):
    lengths = [len(ranked) for ranked, _ in queries.values()]
    assert len(queries) > 2000
    assert lengths.count(0) > 500
    assert sum(0 < length < 10 for length in lengths) > 300
    assert sum(len(relevant) > 20 for _, relevant in queries.values()) > 300


@pytest.mark.parametrize("metric", SHARED)
def test_metrics_that_both_define_alike_are_equal(in_sql, queries, metric):
    found = in_trec(queries, [SHARED[metric] @ k for k in CUTOFFS])
    expected = {(query, metric, k): found.get((query, SHARED[metric] @ k), 0.0) for query in queries for k in CUTOFFS}
    assert max(differences(in_sql, expected, queries)) < 1e-9
    assert len(set(expected.values())) > 1


@pytest.mark.parametrize("k", CUTOFFS)
def test_mrr_is_reciprocal_rank_of_lists_cut_at_k(in_sql, queries, k):
    """trec_eval's recip_rank has no k."""
    found = in_trec(queries, [MRR], depth=k)
    expected = {(query, "mrr", k): found.get((query, MRR), 0.0) for query in queries}
    assert max(differences(in_sql, expected, queries)) < 1e-9


def test_map_times_its_divisor_is_ap_times_its_own(in_sql, queries):
    """trec_eval divides by n: the two are equal where n is at most k, and this one is higher where it is more."""
    found = in_trec(queries, [AP @ k for k in CUTOFFS])
    larger = 0
    for query, (_, relevant) in queries.items():
        for k in CUTOFFS:
            here, there = in_sql[query, "map", k], found.get((query, AP @ k), 0.0)
            assert here * min(k, len(relevant)) == pytest.approx(there * len(relevant), abs=1e-9)
            larger += here > there + 1e-9
    assert larger > 300
