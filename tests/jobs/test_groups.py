"""Splits that hold out whole groups of items: the groups are found once, between two runs of dbt."""

import shutil
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest
from conftest import Study, study_in
from dbt_runner import run_dbt

from models_py import pipeline
from models_py.jobs.groups import group_items, wanted_groups
from models_py.sources.demo import write_demo
from models_py.warehouse import Warehouse

SPLITS = "random_groups random_groups_2"


@pytest.fixture(scope="module")
def grouped(tmp_path_factory: pytest.TempPathFactory) -> Study:
    """Build the artists that 60 people of the demo play, with two splits by group."""
    study = study_in(tmp_path_factory.mktemp("groups"), SOURCE="360k", SPLITS=SPLITS)
    write_demo(study.folder / "demo", users=60)
    assert study.call("build", data_tests=False).returncode == 0
    return study


def run_on(study: Study, *command: str, variables: str = "{}") -> None:
    """Run dbt on the study's warehouse, with no test but those that are named."""
    raw, splits = study.folder / "demo" / "360k", study.environment["SPLITS"]
    options = ("--indirect-selection", "empty")
    run_dbt(
        *(*command, *options), warehouse=study.warehouse, raw=raw, source="360k", splits=splits, variables=variables
    )


@pytest.mark.slow
def test_dbt_alone_says_what_to_run_and_builds_the_rest(tmp_path: Path) -> None:
    study = study_in(tmp_path, SOURCE="360k", SPLITS="random_groups")
    write_demo(study.folder / "demo", users=20)
    build = ("build", "--select", "+split_summary", "+item_groups", pipeline.UNGROUPED)
    with pytest.raises(AssertionError, match=r"^assert_item_groups_are_stored: .*run make build with the same SPLITS"):
        run_on(study, *build)
    splits = "select distinct split_name from marts.split_summary where cell_count > 0 order by all"
    assert study.query(splits) == [("full",), ("random",)]
    run_on(study, "run", "--select", "evaluation_parameters")
    group_items(Warehouse(study.warehouse), wanted_groups(Warehouse(study.warehouse)))
    run_on(study, *build)
    assert study.query(splits) == [("full",), ("random",), ("random_groups",)]


@pytest.mark.slow
def test_dbts_own_tests_pass(grouped: Study) -> None:
    run_on(
        grouped,
        "test",
        "--select",
        pipeline.UNGROUPED,
        "assert_random_group_is_in_one_part",
        "assert_plays_are_conserved",
    )


@pytest.mark.slow
def test_every_item_is_in_one_group_named_by_its_lowest_id(grouped: Study) -> None:
    items = grouped.query("select count(*) from marts.item_popularity where item_type = 'artist'")
    assert grouped.query("select count(distinct item_id) from marts.item_groups") == items
    wrong = grouped.query(
        """select group_id from marts.item_groups group by group_id
        having min(item_id) <> group_id or min(group_size) <> count(*) or max(group_size) <> count(*)"""
    )
    assert wrong == []
    # the demo's people play genres, each of which is a few groups
    assert 2 <= grouped.query("select max(group_size) from marts.item_groups")[0][0]
    lone = grouped.query(
        """select max(group_size) from marts.item_groups
        inner join marts.item_popularity using (item_type, item_id) where listener_count < 5"""
    )
    assert lone == [(1,)]


@pytest.mark.slow
def test_whole_groups_are_held_out(grouped: Study) -> None:
    shares = grouped.query(
        """
        with parts as (
            select split_name, user_id, group_id, any_value(part) as part, count(distinct part) as n_parts
            from intermediate.int_cells_split inner join marts.item_groups using (item_type, item_id)
            where split_name like 'random_groups%' group by all
        )
        select split_name, user_id, max(n_parts), count(*) filter (part = 'test') = floor(count(*) / 5)
        from parts group by all
        """
    )
    assert {split for split, *_ in shares} == set(SPLITS.split())
    assert all(n_parts == 1 and is_exact for *_, n_parts, is_exact in shares)


@pytest.mark.slow
def test_groups_are_found_again_only_where_they_would_differ(grouped: Study, tmp_path: Path) -> None:
    study = replace(grouped, environment={**grouped.environment, "WAREHOUSE": str(tmp_path / "music.duckdb")})
    shutil.copy(grouped.warehouse, study.warehouse)
    warehouse = Warehouse(study.warehouse)
    assert wanted_groups(warehouse) == {}
    run_on(study, "run", "--select", "int_item_groups_wanted", variables="{min_group_similarity: 0.8}")
    assert list(wanted_groups(warehouse)) == ["artist"]
    run_on(study, "run", "--select", "int_item_groups_wanted")
    with duckdb.connect(str(study.warehouse)) as connection:
        connection.execute("update recommender.item_groups set search_key = 'of other code'")
    assert list(wanted_groups(warehouse)) == ["artist"]
