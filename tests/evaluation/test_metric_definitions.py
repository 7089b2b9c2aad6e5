"""The page on metrics shows the values that the published definitions give, and trec_eval itself gives its column."""

import ir_measures
import metric_definitions as definitions
import pytest
from conftest import ROOT
from ir_measures import AP, MRR, P, R, Success, nDCG

PAGE = ROOT / "dbt_project/docs/metrics.md"


@pytest.mark.parametrize("table", [definitions.table_of_lists, definitions.table_of_values])
def test_the_page_shows_the_tables(table):
    assert table() in PAGE.read_text(), f"put this into {PAGE}:\n{table()}"


def test_trec_eval_gives_its_column():
    k = definitions.K
    measures = {"precision": P @ k, "recall": R @ k, "NDCG": nDCG @ k, "MAP": AP @ k, "MRR": MRR}
    measures["hit rate"] = Success @ k
    run = {
        user: {str(item): -float(rank) for rank, item in enumerate(items)} for user, items in definitions.LISTS.items()
    }
    # ir-measures averages as trec_eval -c does; users without a list are left out for trec_eval's default
    relevant = {user: dict.fromkeys(map(str, items), 1) for user, items in definitions.RELEVANT.items() if user in run}
    values = ir_measures.calc_aggregate(measures.values(), relevant, run)
    stated = definitions.trec_eval(definitions.LISTS, definitions.RELEVANT, k)
    assert {name: values[measure] for name, measure in measures.items()} == pytest.approx(stated, abs=1e-9)
