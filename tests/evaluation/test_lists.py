"""Data tests of the lists that models wrote: right ones pass, and each deliberate fault is caught by its test alone."""

from collections.abc import Iterator

import duckdb
import pytest
from dbt_runner import run_dbt
from scored_cases import Scratch

AS_LONG_AS_THEY_CAN_BE = "assert_lists_are_as_long_as_they_can_be"
IN_ORDER = "assert_lists_are_in_order"
KEEP_TO_THEIR_TASK = "assert_lists_keep_to_their_task"
NO_ITEM_TWICE = "assert_no_item_is_twice_in_a_list"

LISTS = "recommender.recommendations"
WHOLE = "split_name like 'whole%' or split_name = 'full'"
LIST = "split_name = 'whole_temporal' and model_name = 'general' and user_id = 'user_1'"
OF_TASK = {task: f"{LIST} and task = '{task}'" for task in ("discovery", "repeat", "all")}
PLAYED = (
    "(select item_id from intermediate.int_train_cells "
    "where split_name = 'whole_temporal' and user_id = 'user_1' order by item_id limit 1)"
)

FAULTS = {
    "a discovery list lacks its last item": (
        f"delete from {LISTS} where {OF_TASK['discovery']} and rank = 80",
        AS_LONG_AS_THEY_CAN_BE,
    ),
    "a repeat list lacks its last item": (
        f"delete from {LISTS} where {OF_TASK['repeat']} and rank = 40",
        AS_LONG_AS_THEY_CAN_BE,
    ),
    "a list over everything lacks its last item": (
        f"delete from {LISTS} where {OF_TASK['all']} and rank = 100",
        AS_LONG_AS_THEY_CAN_BE,
    ),
    "an active user has no list": (f"delete from {LISTS} where {OF_TASK['repeat']}", AS_LONG_AS_THEY_CAN_BE),
    "nobody has a list of a declared task": (
        f"delete from {LISTS} where split_name = 'whole_temporal' and model_name = 'personal' and task = 'all'",
        AS_LONG_AS_THEY_CAN_BE,
    ),
    "nobody has a list of a random split": (
        f"delete from {LISTS} where split_name = 'whole_random'",
        AS_LONG_AS_THEY_CAN_BE,
    ),
    "somebody is not served": (
        f"delete from {LISTS} where split_name = 'full' and task = 'repeat' and user_id = 'user_0'",
        AS_LONG_AS_THEY_CAN_BE,
    ),
    "an item is in a list twice": (
        f"update {LISTS} set item_id = (select item_id from {LISTS} where {OF_TASK['all']} and rank = 1) "
        f"where {OF_TASK['all']} and rank = 2",
        NO_ITEM_TWICE,
    ),
    "a played item is to be discovered": (
        f"update {LISTS} set item_id = {PLAYED} where {OF_TASK['discovery']} and rank = 7",
        KEEP_TO_THEIR_TASK,
    ),
    "an item never played is to be repeated": (
        f"update {LISTS} set item_id = (select item_id from {LISTS} where {OF_TASK['discovery']} and rank = 1) "
        f"where {OF_TASK['repeat']} and rank = 7",
        KEEP_TO_THEIR_TASK,
    ),
    "a score rises with rank": (f"update {LISTS} set score = -6.5 where {OF_TASK['all']} and rank = 17", IN_ORDER),
    "the last score is the highest": (f"update {LISTS} set score = 1 where {OF_TASK['all']} and rank = 100", IN_ORDER),
    "a rank is left out": (f"update {LISTS} set rank = rank + 1 where {OF_TASK['all']} and rank = 100", IN_ORDER),
    "ranks start at 0": (f"update {LISTS} set rank = rank - 1 where {OF_TASK['all']}", IN_ORDER),
}


@pytest.fixture(scope="module")
def compiled(scratch: Scratch) -> dict[str, str]:
    """Compile the data tests and the mart that they read; their SQL by name."""
    run_dbt("compile", "--select", "tag:lists", "recommendations", warehouse=scratch.warehouse, raw=scratch.raw)
    folder = scratch.warehouse.parent / "target/compiled/music"
    paths = [*folder.glob("data_tests/*.sql"), folder / "models/marts/evaluation/recommendations.sql"]
    return {path.stem: path.read_text() for path in paths}


@pytest.fixture
def connection(scratch: Scratch) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open the scratch warehouse in a transaction that is taken back."""
    with duckdb.connect(scratch.warehouse) as connection:
        connection.begin()
        yield connection
        connection.rollback()


def caught(connection: duckdb.DuckDBPyConnection, compiled: dict[str, str]) -> dict[str, int]:
    """Build the mart anew from the whole lists and count what each test finds in it."""
    connection.execute(f"delete from marts.recommendations where {WHOLE}")
    connection.execute(
        f"insert into marts.recommendations by name select * from ({compiled['recommendations']}) where {WHOLE}"
    )
    tests = [AS_LONG_AS_THEY_CAN_BE, IN_ORDER, KEEP_TO_THEIR_TASK, NO_ITEM_TWICE]
    counts = {
        test: connection.execute(f"select count(*) from ({compiled[test]}) where {WHOLE}").fetchone()[0]
        for test in tests
    }
    return {test: count for test, count in counts.items() if count}


def test_whole_lists_pass(connection, compiled):
    found = connection.execute(f"select distinct split_name, model_name, task from {LISTS} where {WHOLE}").fetchall()
    assert len(found) == 5 + 1 + 3
    assert caught(connection, compiled) == {}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_caught_by_its_test_alone(connection, compiled, fault):
    sql, test = FAULTS[fault]
    assert connection.execute(sql).fetchone()[0] > 0, "the fault changes nothing"
    assert list(caught(connection, compiled)) == [test]


def test_the_sentence_says_what_to_do(scratch):
    """The random cases are short on purpose, so that the test as dbt runs it fails on them."""
    with pytest.raises(AssertionError, match="lists are shorter than their task allows, or missing: run make evaluate"):
        run_dbt("test", "--select", AS_LONG_AS_THEY_CAN_BE, warehouse=scratch.warehouse, raw=scratch.raw)
