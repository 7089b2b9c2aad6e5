"""Splits that are cut at dates, or drawn like those."""

from pathlib import Path

import duckdb
import pytest
from dbt_runner import run_dbt

PLAYS = {
    "fit": ["2008-05-01T12:00:00Z", "2008-12-31T23:59:59Z"],
    "validation": ["2009-01-01T00:00:00Z", "2009-03-31T23:59:59Z"],
    "test": ["2009-04-01T00:00:00Z"],
}
DATES = {"fit_until": "date '2009-01-01'", "train_until": "date '2009-04-01'"}


@pytest.fixture
def raw(tmp_path: Path) -> Path:
    """Write one listener's plays, of an artist each."""
    lines = [f"ann\t{time}\t\tArtist {time}\t\tTitle\n" for times in PLAYS.values() for time in times]
    (tmp_path / "raw").mkdir()
    (tmp_path / "raw" / "plays.tsv").write_text("".join(lines))
    return tmp_path / "raw"


def write_split(warehouse: Path, table: str, boundaries: dict[str, str]) -> None:
    """Write one temporal split to a warehouse of its own."""
    columns = {
        **{"split_name": "'odd'", "split_kind": "'temporal'", "tasks": "'all'", "default_for": "'times'"},
        **{"fit_share": "null", "train_share": "null", "test_end_share": "null"},
        **{"fit_until": "null::date", "train_until": "null::date", "test_until": "null::date"},
        **{"held_out_one_in": "null", "validation_one_in": "null", "like_split": "null::varchar", "salt": "null"},
        **boundaries,
    }
    values = ", ".join(f"{value} as {name}" for name, value in columns.items())
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute("create schema staging; create schema intermediate; create schema marts")
        connection.execute(f"create table {table} as select {values}")


def test_parts_end_before_midnight(tmp_path: Path, raw: Path) -> None:
    warehouse = tmp_path / "music.duckdb"
    selected = ("--select", "+int_cells_split", "--exclude-resource-type", "test", "unit_test")
    run_dbt("build", *selected, warehouse=warehouse, raw=raw, splits="windows")
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        found = connection.execute(
            """
            select part, strftime(first_played_at, '%Y-%m-%dT%H:%M:%SZ') from intermediate.int_cells_split
            where split_name = 'windows' and item_type = 'artist' order by first_played_at
            """
        ).fetchall()
    assert found == [(part, time) for part, times in PLAYS.items() for time in times]


@pytest.mark.parametrize("missing", PLAYS)
def test_dates_that_leave_no_plays_on_a_side_are_refused(tmp_path: Path, raw: Path, missing: str) -> None:
    warehouse = tmp_path / "music.duckdb"
    write_split(warehouse, "intermediate.int_splits_built", DATES)
    times = [time for part, times in PLAYS.items() if part != missing for time in times]
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute("create table marts.plays as select unnest(?)::timestamp as played_at", [times])
        connection.execute(
            "create table intermediate.int_split_boundaries as select split_name, unnest([fit_until, train_until]) "
            "- interval '1 microsecond' as played_at, unnest(['fit_until', 'train_until']) as boundary "
            "from intermediate.int_splits_built"
        )
    sentence = (
        rf"Split odd is cut at dates that leave no plays in its part {missing} "
        rf"\(the plays are from {min(times)[:10]} to {max(times)[:10]}\): choose others in "
        "dbt_project/seeds/splits.csv, or take it out of SPLITS."
    )
    with pytest.raises(AssertionError, match=sentence):
        run_dbt("run", "--select", "int_split_parts", warehouse=warehouse, raw=raw)


@pytest.mark.parametrize(
    ("boundaries", "problem"),
    [
        ({"fit_share": "0.8", **DATES}, "has both shares and dates: leave either empty"),
        (
            {"fit_until": DATES["fit_until"]},
            "lacks a boundary: give it fit_share, train_share and test_end_share, or fit_until and train_until",
        ),
        (
            {"split_kind": "'random_like'", "like_split": "'windows'"},
            "is drawn like windows, no temporal split of this build: name one in SPLITS",
        ),
    ],
)
def test_a_row_that_says_too_much_or_too_little_is_refused(
    tmp_path: Path, raw: Path, boundaries: dict[str, str], problem: str
) -> None:
    warehouse = tmp_path / "music.duckdb"
    write_split(warehouse, "staging.splits", boundaries)
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute("create table intermediate.int_files_recognized as select 1 as file_id, true as has_times")
    with pytest.raises(AssertionError, match=f"Split odd of dbt_project/seeds/splits.csv {problem}."):
        run_dbt("run", "--select", "int_splits_built", warehouse=warehouse, raw=raw)
