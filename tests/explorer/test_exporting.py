"""Whose data go into the explorer's file, and whose do not."""

import shutil
import struct
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
from conftest import Study

from models_py.errors import SettingError
from models_py.explorer.exporting import Chosen, choose, export, whose
from models_py.reports.examples import example_users
from models_py.warehouse import Warehouse

# what files of DuckDB 1.2 begin with; 1.4 and newer read them
STORAGE_OF_1_2 = 65
HOSTILE = ("<script>alert(1)</script>", '"; drop table marts.users; --', "שלום عالم", "Ω" * 500, "=1+1")


@pytest.fixture(scope="module")
def file(demo: Study, tmp_path_factory: pytest.TempPathFactory) -> Path:
    excerpt = tmp_path_factory.mktemp("excerpt") / "tables.duckdb"
    warehouse = Warehouse(demo.warehouse)
    export(warehouse, excerpt, choose(warehouse, ""))
    return excerpt


@pytest.fixture(scope="module")
def both(demo: Study, file: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        connection.execute(f"attach '{file}' as excerpt_file (read_only)")
        connection.execute(f"attach '{demo.warehouse}' as music (read_only)")
        yield connection


def columns(connection: duckdb.DuckDBPyConnection, database: str) -> list[tuple[str, str, str]]:
    return connection.execute(
        "select schema_name || '.' || table_name, column_name, data_type from duckdb_columns() "
        "where database_name = ? and schema_name in ('marts', 'excerpt') order by all",
        [database],
    ).fetchall()


def test_no_column_names_anybody_else(both: duckdb.DuckDBPyConnection) -> None:
    found = [
        (table, column, text)
        for table, column, kind in columns(both, "excerpt_file")
        if kind == "VARCHAR"
        for (text,) in both.execute(
            f'select distinct its."{column}" from excerpt_file.{table} as its inner join music.marts.users as others '
            f'on contains(its."{column}", others.user_id) '
            "where others.user_id not in (select user_id from excerpt_file.excerpt.users)"
        ).fetchall()
    ]
    assert found == []


def test_the_search_for_others_would_find_them(both: duckdb.DuckDBPyConnection, demo: Study) -> None:
    others = both.execute(
        "with chosen as (from excerpt_file.excerpt.users) select count(*) from music.marts.similar_users "
        "where user_id in (select user_id from chosen) and similar_user_id not in (select user_id from chosen)"
    ).fetchall()[0][0]
    assert others > 0
    assert len(demo.query("select user_id from marts.users")) > 250


def test_ids_of_users_stand_where_the_rule_looks_for_them(both: duckdb.DuckDBPyConnection) -> None:
    holding = {
        (table, column)
        for table, column, kind in columns(both, "music")
        if kind == "VARCHAR"
        and both.execute(
            f'select 1 from music.{table} where "{column}" in (select user_id from music.marts.users) limit 1'
        ).fetchall()
    }
    assert {("marts.users", "user_id"), ("marts.similar_users", "similar_user_id")} <= holding
    assert [(table, column) for table, column in holding if not column.endswith("user_id")] == []


def test_every_mart_goes_or_is_said_to_be_left_out(both: duckdb.DuckDBPyConnection) -> None:
    gone = {table for table, _, _ in columns(both, "excerpt_file") if table.startswith("marts.")}
    told = dict(both.execute("select 'marts.' || table_name, what_goes from excerpt_file.excerpt.tables").fetchall())
    assert told.keys() == {table for table, _, _ in columns(both, "music")}
    assert gone == {table for table, what_goes in told.items() if not what_goes.startswith("left out")}
    assert {"marts.rejected_lines", "marts.training_users", "marts.validation_interactions"}.isdisjoint(gone)


@pytest.mark.parametrize("table", ["users", "user_item_plays", "plays", "served_recommendations", "playlists"])
def test_chosen_users_go_whole(both: duckdb.DuckDBPyConnection, table: str) -> None:
    kept, whole = both.execute(
        f"""
        select (select count(*) from excerpt_file.marts.{table}), (
            select count(*) from music.marts.{table} where user_id in (select user_id from excerpt_file.excerpt.users)
        )
        """
    ).fetchall()[0]
    assert kept == whole > 0
    assert both.execute(f"from excerpt_file.marts.{table} except from music.marts.{table} limit 1").fetchall() == []


@pytest.mark.parametrize("table", ["artists", "model_leaderboard", "training_fingerprints", "cluster_profiles"])
def test_totals_and_labels_go_as_they_are(both: duckdb.DuckDBPyConnection, table: str) -> None:
    assert (
        both.execute(
            f"select count(*) from (from excerpt_file.marts.{table} intersect all from music.marts.{table})"
        ).fetchall()
        == both.execute(f"select count(*) from music.marts.{table}").fetchall()
    )


def test_the_default_split_alone_and_its_first_places(both: duckdb.DuckDBPyConnection) -> None:
    parameters = both.execute("select default_split, headline_k from music.marts.evaluation_parameters").fetchall()
    assert (
        both.execute("select distinct split_name, max(rank) over () from excerpt_file.marts.recommendations").fetchall()
        == parameters
    )


def test_the_file_says_whose_it_is(both: duckdb.DuckDBPyConnection, demo: Study) -> None:
    examples = {(example.user_id, example.kind) for example in example_users(Warehouse(demo.warehouse))}
    assert set(both.execute("from excerpt_file.excerpt.users").fetchall()) == examples
    facts = both.execute("select users_in_data, users_exported, is_demo from excerpt_file.excerpt.facts").fetchall()
    assert facts == [(demo.query("select count(*) from marts.users")[0][0], 5, True)]


def test_descriptions_go_too(both: duckdb.DuckDBPyConnection) -> None:
    described = (
        "select table_name, column_name, comment from duckdb_columns() where database_name = '{}' "
        "and schema_name = 'marts' and table_name = 'playlists' order by all"
    )
    assert (
        both.execute(described.format("excerpt_file")).fetchall() == both.execute(described.format("music")).fetchall()
    )
    assert both.execute(
        "select count(*) from duckdb_tables() where database_name = 'excerpt_file' and schema_name = 'marts' "
        "and comment is null"
    ).fetchall() == [(0,)]


def test_an_older_engine_can_read_it(file: Path) -> None:
    assert struct.unpack("<Q", file.read_bytes()[12:20]) == (STORAGE_OF_1_2,)
    assert [path.name for path in file.parent.iterdir()] == [file.name]


def test_everybody_goes_only_when_asked_for(demo: Study, tmp_path: Path) -> None:
    warehouse = Warehouse(demo.warehouse)
    chosen = choose(warehouse, "all")
    assert whose(chosen) == f"The data of all {chosen.n_users} users go into the explorer."
    export(warehouse, tmp_path / "all.duckdb", chosen)
    with duckdb.connect(str(tmp_path / "all.duckdb"), read_only=True) as connection:
        assert connection.execute("select count(*) from marts.users").fetchall() == [(chosen.n_users,)]
        assert connection.execute("select count(*) from marts.similar_users").fetchall() == demo.query(
            "select count(*) from marts.similar_users"
        )


def test_users_are_chosen_by_id(demo: Study) -> None:
    warehouse = Warehouse(demo.warehouse)
    chosen = choose(warehouse, " user_000002,user_000001, user_000002 ")
    assert list(chosen.roles) == ["user_000002", "user_000001"]
    assert whose(chosen) == (
        f"The data of 2 of {chosen.n_users} users go into the explorer: user_000002, user_000001. "
        "What the others play is not in it; totals count everybody."
    )


def test_many_ids_are_not_all_printed() -> None:
    printed = whose(Chosen({f"u{n}": "" for n in range(30)}, 40))
    assert "u19 and 10 more. " in printed and "u20" not in printed


def test_somebody_unknown_is_refused(demo: Study) -> None:
    with pytest.raises(SettingError, match="has no user nobody: give --users ids of the table users"):
        choose(Warehouse(demo.warehouse), "user_000001,nobody")


def test_nobody_to_show_is_refused(tmp_path: Path) -> None:
    with duckdb.connect(str(tmp_path / "music.duckdb")) as connection:
        connection.execute(
            "create schema marts; create table marts.users (user_id varchar, play_count bigint);"
            "create table marts.user_features (user_id varchar, mainstreamness double)"
        )
    with pytest.raises(SettingError, match="no user with a play"):
        choose(Warehouse(tmp_path / "music.duckdb"), "")


def test_names_are_kept_letter_by_letter(demo: Study, tmp_path: Path) -> None:
    copied = tmp_path / demo.warehouse.name
    shutil.copy(demo.warehouse, copied)
    with duckdb.connect(str(copied)) as connection:
        ids = [
            row[0] for row in connection.execute("select artist_id from marts.artists order by all limit 5").fetchall()
        ]
        for artist_id, name in zip(ids, HOSTILE, strict=True):
            connection.execute("update marts.artists set artist_name = ? where artist_id = ?", [name, artist_id])
    export(Warehouse(copied), tmp_path / "tables.duckdb", choose(Warehouse(copied), ""))
    with duckdb.connect(str(tmp_path / "tables.duckdb"), read_only=True) as connection:
        names = connection.execute("select artist_name from marts.artists order by artist_id limit 5").fetchall()
    assert [name for (name,) in names] == list(HOSTILE)
