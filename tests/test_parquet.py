"""The exported marts: what DuckDB answers from them is what the warehouse answers."""

from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import duckdb
import pytest
from conftest import study_in

from models_py.errors import SettingError
from models_py.parquet import READER
from models_py.warehouse import Warehouse


@pytest.fixture
def exported(tmp_path: Path) -> Callable[[str], CompletedProcess[str]]:
    """Make a small warehouse, and export it to a folder."""
    study = study_in(tmp_path)
    with duckdb.connect(str(study.warehouse)) as connection:
        connection.execute(
            """
            create schema marts;
            create table marts.users as select 'a''b' as user_id, timestamp '2008-02-29 23:59:59' as first_played_at,
                cast(null as integer) as age, 4503599627370495 as play_count, [0.1, 2] as shares;
            create table marts.nobody (user_id varchar, share double);
            create schema intermediate;
            create table intermediate.scratch as select 1 as one;
            """
        )
    return lambda folder: study.call("export", folder)


def test_the_reader_answers_like_the_warehouse(
    exported: Callable[[str], CompletedProcess[str]], tmp_path: Path
) -> None:
    folder = tmp_path / "out [1] put's"
    folder.mkdir()
    assert exported(str(folder)).returncode == 0
    with duckdb.connect(str(folder / READER), read_only=True) as connection:
        connection.execute(f"attach '{tmp_path}/music.duckdb' as warehouse (read_only)")
        for table in ("users", "nobody"):
            assert connection.sql(f"describe select * from marts.{table}").fetchall() == (
                connection.sql(f"describe select * from warehouse.marts.{table}").fetchall()
            )
            rows = connection.sql(f"from marts.{table}").fetchall()
            assert rows == connection.sql(f"from warehouse.marts.{table}").fetchall()
        assert connection.sql("select marts.artist_id_of('  BJÖRK ') = marts.artist_id_of('Björk')").fetchall() == [
            (True,)
        ]
    assert sorted(path.name for path in folder.iterdir()) == ["marts", READER]
    assert sorted(path.name for path in (folder / "marts").iterdir()) == ["nobody", "users"]


def test_somebody_s_own_query_reads_the_views_and_no_other_file(
    exported: Callable[[str], CompletedProcess[str]], tmp_path: Path
) -> None:
    folder = tmp_path / "out [1] put's"
    assert exported(str(folder)).returncode == 0
    (tmp_path / "private.txt").write_text("mine")
    reader = Warehouse(folder / READER)
    with reader.answering("select count(*) as n from marts.users") as answer:
        assert list(answer.rows()) == [("1",)]
    before = (folder / "marts" / "users" / "users.parquet").read_bytes()
    for refused in ("explain analyze copy (select 2) to", "copy (select 2) to"):
        with pytest.raises(SettingError), reader.answering(f"{refused} $${folder}/marts/users/users.parquet$$"):
            pass
    assert (folder / "marts" / "users" / "users.parquet").read_bytes() == before
    for path in (tmp_path / "private.txt", folder / "marts" / ".." / ".." / "private.txt"):
        with pytest.raises(SettingError, match="disabled"), reader.answering(f"from read_text($${path}$$)") as answer:
            list(answer.rows())


def test_nothing_is_written_over(exported: Callable[[str], CompletedProcess[str]], tmp_path: Path) -> None:
    (tmp_path / "taken").mkdir()
    (tmp_path / "taken" / "mine.txt").write_text("mine")
    result = exported(str(tmp_path / "taken"))
    assert result.returncode != 0 and "is there already: name a folder that is not, or an empty one." in result.stderr
    assert [path.name for path in (tmp_path / "taken").iterdir()] == ["mine.txt"]


def test_a_folder_that_cannot_be_made_is_said(exported: Callable[[str], CompletedProcess[str]], tmp_path: Path) -> None:
    result = exported(str(tmp_path / "no" / "such"))
    assert result.returncode != 0 and "make it first" in result.stderr


def test_a_failed_export_leaves_nothing(tmp_path: Path) -> None:
    study = study_in(tmp_path)
    study.warehouse.write_text("no warehouse")
    result = study.call("export", str(tmp_path / "out"))
    assert result.returncode != 0 and "Traceback" not in result.stderr
    assert not (tmp_path / "out").exists() and not list(tmp_path.glob(".out*"))
