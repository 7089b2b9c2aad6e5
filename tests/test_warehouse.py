"""The warehouse file: sentences for people, and one transaction per write."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import duckdb
import numpy as np
import pytest
from conftest import ROOT

from models_py.errors import WarehouseError
from models_py.publishing import building
from models_py.warehouse import Replacement, Warehouse, strings

TABLES = """
    create schema marts;
    create schema recommender;
    create table marts.training_users as
        select split_name, item_type, i as user_index, concat(split_name, '_user_', i) as user_id
        from (values ('temporal'), ('full')) as s (split_name)
        cross join (values ('track'), ('artist')) as t (item_type)
        cross join range(3) as r (i);
    create table marts.training_items as
        select split_name, item_type, i as item_index, 1000 * (1 + i) + if(item_type = 'track', 1, 2) as item_id
        from (values ('temporal'), ('full')) as s (split_name)
        cross join (values ('track'), ('artist')) as t (item_type)
        cross join range(4) as r (i);
    create table recommender.recommendations (
        split_name varchar, item_type varchar, model_name varchar,
        user_id varchar, item_id bigint, rank integer, score double
    );
    create table recommender.labels (item_type varchar, user_id varchar, label varchar);
    create table recommender.runs (
        split_name varchar, model_name varchar, status varchar, reason varchar, figure double not null
    );
"""
TEMPORAL_SVD = {"split_name": "temporal", "item_type": "track", "model_name": "svd"}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    file = tmp_path / "music.duckdb"
    with duckdb.connect(str(file)) as connection:
        connection.execute(TABLES)
    return file


def fetch(path: Path, query: str) -> list[tuple]:
    with duckdb.connect(str(path), read_only=True) as connection:
        return connection.execute(query).fetchall()


def some_lists(first_item: int = 0) -> dict[str, np.ndarray]:
    return {
        "user_index": np.array([0, 0, 2]),
        "item_index": np.array([first_item, 1, 3]),
        "rank": np.array([1, 2, 1], dtype=np.int32),
        "score": np.array([2.5, np.nan, 1.0]),
    }


@contextmanager
def held_elsewhere(path: Path, read_only: bool = False, statement: str = "select 1") -> Iterator[int]:
    """Another process holds the file; yields its number. When it goes, it goes without closing."""
    program = (
        f"import duckdb, os, sys; connection = duckdb.connect({str(path)!r}, read_only={read_only}); "
        f"connection.execute({statement!r}); print('holding', flush=True); sys.stdin.read(); os._exit(0)"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout.readline() == "holding\n"
        yield process.pid
    finally:
        process.communicate()


def message_of(action: Callable[[], object]) -> str:
    with pytest.raises(WarehouseError) as caught:
        action()
    text = str(caught.value)
    assert "\n" not in text and text.endswith(".")
    return text


def test_a_missing_file_names_the_command_that_makes_one(tmp_path: Path):
    missing = tmp_path / "none.duckdb"
    assert f"{missing}: run `make evaluate`" in message_of(lambda: Warehouse(missing).read("select 1"))
    assert not missing.exists()


@pytest.mark.parametrize("query", ["from marts.nothing", "select nothing from marts.training_users"])
def test_a_table_or_column_of_another_version_names_the_remedy(path: Path, query: str):
    message = message_of(lambda: Warehouse(path).read(query))
    assert "nothing" in message and "make evaluate" in message


def test_a_file_that_is_no_warehouse_is_not_called_locked(tmp_path: Path):
    file = tmp_path / "clockwork.duckdb"
    file.write_text("user_000001\t2009-05-04\n" * 1000)
    assert message_of(lambda: Warehouse(file).read("select 1")).startswith(f"{file} cannot be opened")


def build_nothing(path: Path) -> None:
    with building(path):
        pass


@pytest.mark.parametrize(
    ("read_only", "action"),
    [
        (False, lambda path: Warehouse(path).read("select 1")),
        (False, lambda path: build_nothing(path)),
        (True, lambda path: Warehouse(path).replace([])),
        (True, lambda path: Warehouse(path).checkpoint()),
    ],
    ids=["read", "copy", "replace", "checkpoint"],
)
def test_a_locked_file_names_its_holder(path: Path, read_only: bool, action: Callable[[Path], object]):
    with held_elsewhere(path, read_only) as holder:
        message = message_of(lambda: action(path))
    assert message.startswith(f"{path} is locked (held in ")
    assert message.endswith(f"(PID {holder})): close that program and try again.")


def test_readers_do_not_lock_each_other_out(path: Path):
    with held_elsewhere(path, read_only=True):
        assert Warehouse(path).read("select count(*) as n from marts.training_users")["n"].tolist() == [12]


def test_gaps_are_read_as_what_their_type_has_for_a_gap(path: Path):
    read = Warehouse(path).read(
        "select * from (values (1, 1.5::double, 'a'), (null, null, null)) as t (whole, fraction, name) where ? = 1", [1]
    )
    assert read["whole"].tolist() == [1, -1]
    np.testing.assert_array_equal(read["fraction"], [1.5, np.nan])
    assert read["name"].tolist() == ["a", None]


def test_values_are_pythons_own_and_a_gap_is_none(path: Path):
    values = "(1, 1.5::double, 'a', date '2009-05-04', true), (null, null, null, null, null)"
    read = Warehouse(path).read_values(f"from (values {values}) as t (whole, fraction, name, day, is_known)")
    whole = {"whole": 1, "fraction": 1.5, "name": "a", "day": date(2009, 5, 4), "is_known": True}
    assert read == [whole, dict.fromkeys(whole)]
    assert "lacks a table" in message_of(lambda: Warehouse(path).read_values("from marts.missing"))


def test_indices_are_stored_as_the_ids_of_their_split_and_item_type(path: Path):
    Warehouse(path).replace([Replacement("recommendations", TEMPORAL_SVD, some_lists())])
    assert fetch(path, "from recommender.recommendations order by user_id, rank") == [
        ("temporal", "track", "svd", "temporal_user_0", 1001, 1, 2.5),
        ("temporal", "track", "svd", "temporal_user_0", 2001, 2, None),
        ("temporal", "track", "svd", "temporal_user_2", 4001, 1, 1.0),
    ]


def test_without_a_split_the_indices_are_those_of_split_full(path: Path):
    rows = {"user_index": np.array([1, 0]), "label": strings(["calm", None])}
    Warehouse(path).replace([Replacement("labels", {"item_type": "artist"}, rows)])
    expected = [("artist", "full_user_0", None), ("artist", "full_user_1", "calm")]
    assert fetch(path, "from recommender.labels order by user_id") == expected


def test_only_rows_of_the_same_key_are_replaced(path: Path):
    warehouse = Warehouse(path)
    keys = [TEMPORAL_SVD, TEMPORAL_SVD | {"model_name": "nmf"}, TEMPORAL_SVD | {"item_type": "artist"}]
    keys.append(TEMPORAL_SVD | {"split_name": "full"})
    warehouse.replace([Replacement("recommendations", key, some_lists()) for key in keys])
    others = (
        "from recommender.recommendations where (split_name, item_type, model_name) <> ('temporal', 'track', 'svd')"
    )
    before = sorted(fetch(path, others), key=str)
    assert len(before) == 9
    warehouse.replace([Replacement("recommendations", TEMPORAL_SVD, some_lists(first_item=2))])
    assert sorted(fetch(path, others), key=str) == before
    mine = "from recommender.recommendations where (split_name, item_type, model_name) = ('temporal', 'track', 'svd')"
    assert sorted(row[4] for row in fetch(path, mine)) == [2001, 3001, 4001]


@pytest.mark.parametrize("rows", [{}, {name: column[:0] for name, column in some_lists().items()}])
def test_no_rows_only_delete(path: Path, rows: dict[str, np.ndarray]):
    warehouse = Warehouse(path)
    warehouse.replace([Replacement("recommendations", TEMPORAL_SVD, some_lists())])
    warehouse.replace([Replacement("recommendations", TEMPORAL_SVD, rows)])
    assert fetch(path, "from recommender.recommendations") == []


def test_constants_alone_are_one_row_and_do_not_select_what_goes(path: Path):
    key, warehouse = {"split_name": "temporal", "model_name": "svd"}, Warehouse(path)
    warehouse.replace([Replacement("runs", key, {}, {"status": "ok", "reason": None, "figure": 1.0})])
    warehouse.replace([Replacement("runs", key, {}, {"status": "failed", "reason": "no luck", "figure": 2.0})])
    assert fetch(path, "from recommender.runs") == [("temporal", "svd", "failed", "no luck", 2.0)]


def test_constants_beside_rows_stand_in_every_row(path: Path):
    rows = {"user_index": np.array([0, 1])}
    Warehouse(path).replace([Replacement("labels", {"item_type": "track"}, rows, {"label": "same"})])
    assert fetch(path, "select label, count(*) from recommender.labels group by all") == [("same", 2)]


def test_a_failing_replacement_takes_the_others_with_it(path: Path):
    warehouse = Warehouse(path)
    warehouse.replace([Replacement("recommendations", TEMPORAL_SVD, some_lists())])
    before = fetch(path, "from recommender.recommendations order by all")
    failing = Replacement("runs", {"model_name": "svd"}, {}, {"figure": None})
    with pytest.raises(WarehouseError, match="cannot take the results"):
        warehouse.replace([Replacement("recommendations", TEMPORAL_SVD, some_lists(first_item=2)), failing])
    assert fetch(path, "from recommender.recommendations order by all") == before


def test_a_file_of_another_version_names_the_version_it_needs(path: Path, monkeypatch: pytest.MonkeyPatch):
    newer = path.read_bytes()
    path.write_bytes(newer[:52] + b"v9.8.7".ljust(32, b"\0") + newer[84:])

    def refuse(*_: object, **__: object) -> None:
        raise duckdb.IOException(
            "IO Error: Trying to read a database file with version number 99, but we can only read versions between "
            "64 and 68.\nThe database file was created with a newer version of DuckDB."
        )

    monkeypatch.setattr(duckdb, "connect", refuse)
    assert f"{path} was made by DuckDB v9.8.7" in message_of(lambda: Warehouse(path).read("select 1"))


def test_an_excerpt_is_a_file_of_its_own_with_the_comments(path: Path) -> None:
    with duckdb.connect(str(path)) as connection:
        connection.execute("comment on table marts.training_users is 'Who''s who'")
        connection.execute("comment on column marts.training_users.user_index is 'From 0'")
    excerpt = path.with_name("it's an excerpt.duckdb")
    Warehouse(path).write_excerpt(
        excerpt,
        {
            "other.numbers": "select unnest($numbers) as number",
            "marts.training_users": "select * from marts.training_users where user_index = $index",
        },
        {"numbers": [1, 2], "index": 1},
    )
    assert fetch(excerpt, "from other.numbers") == [(1,), (2,)]
    assert fetch(excerpt, "select distinct user_index, count(*) from marts.training_users group by all") == [(1, 4)]
    assert fetch(excerpt, "select comment from duckdb_tables() where comment is not null") == [("Who's who",)]
    assert fetch(excerpt, "select comment from duckdb_columns() where comment is not null") == [("From 0",)]
    assert not list(path.parent.glob("*.wal"))


def test_an_excerpt_that_cannot_be_written_is_one_sentence(path: Path) -> None:
    with pytest.raises(WarehouseError, match=r"cannot be written to .*nowhere/excerpt.duckdb \(.*\): free disk space"):
        Warehouse(path).write_excerpt(path.parent / "nowhere" / "excerpt.duckdb", {"marts.one": "select 1 as one"}, {})


SHORT_READ = """
import sys
from pathlib import Path
from models_py.warehouse import Warehouse

query = "select user_id from marts.users where user_id = ? and play_count in (select unnest(?))"
print(Warehouse(Path(sys.argv[1])).read_rows(query, ["it's ?", [7, 8]]), "pandas" in sys.modules)
"""


def test_short_reads_do_not_load_pandas(tmp_path: Path) -> None:
    path = tmp_path / "small.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute("create schema marts")
        connection.execute("create table marts.users as select 'it''s ?' as user_id, 7 as play_count")
    command = [sys.executable, "-c", SHORT_READ, str(path)]
    printed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert printed == "[{'user_id': \"it's ?\"}] False\n"
