"""Scores of many models on many splits are made within the memory that a load has by default."""

import re
from pathlib import Path

import duckdb
import pytest
from dbt_runner import run_dbt

MODELS = ("int_scores_blocked", "int_scores_bootstrapped")
FOLDER = Path("target/compiled/music/models/intermediate/evaluation")
ENTRIES, USERS, CUTOFFS = 240, 600, 10


@pytest.mark.slow
def test_many_entries_are_scored_share_by_share(tmp_path: Path) -> None:
    warehouse = tmp_path / "music.duckdb"
    run_dbt("compile", "--select", *MODELS, warehouse=warehouse)
    blocked, bootstrapped = ((tmp_path / FOLDER / f"{model}.sql").read_text() for model in MODELS)
    metrics = sorted(set(re.findall(r"coalesce\(sum\((\w+)\), 0\)", blocked)))
    values = ", ".join(f"entries.entry_id / {ENTRIES} as {metric}" for metric in metrics)
    with duckdb.connect(str(warehouse), config={"memory_limit": "2500MB", "threads": 2}) as connection:
        connection.execute("create schema if not exists intermediate; set search_path = 'intermediate'")
        connection.execute(
            f"""create table int_user_lists_scored as
            select entries.entry_id, 'all' as scope, cutoffs.k, users.number + 1 as user_position, {values}
            from range({ENTRIES}) as entries (entry_id), range({CUTOFFS}) as cutoffs (k),
                range({USERS}) as users (number)"""
        )
        connection.execute(f"create table int_scores_blocked as {blocked}")
        connection.execute(
            f"""create table int_bootstrap_weights as
            select draw, list_value({", ".join(["1.0e0"] * USERS)}) as weights from range(20) as draws (draw)"""
        )
        wrong = connection.execute(
            f"""select count(*), count(case when abs(low - entry_id / {ENTRIES}) > 1e-9 then 1 end)
            from (select entry_id, ndcg_low as low from ({bootstrapped}))"""
        )
        assert wrong.fetchone() == (ENTRIES * CUTOFFS, 0)
