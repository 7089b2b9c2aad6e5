"""Publishing: nothing is corrupted or lost, and nothing is left behind."""

import os
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

import duckdb
import pytest
from conftest import study_in
from test_warehouse import build_nothing, fetch, held_elsewhere, message_of
from test_warehouse import path as path

from models_py.publishing import building, clean, roll_back
from models_py.publishing.versions import versions_of
from models_py.publishing.working import learning

LOCK, BASE = "building/music.duckdb.lock", "building/music.duckdb.base"


def files_in(folder: Path) -> list[str]:
    """Name the files that lie in a folder and below."""
    return sorted(str(file.relative_to(folder)) for file in folder.rglob("*") if file.is_file())


def write_elsewhere(path: Path, statement: str) -> None:
    """Let another process write into the file and close it."""
    program = f"import duckdb; duckdb.connect({str(path)!r}).execute({statement!r})"
    subprocess.run([sys.executable, "-c", program], check=True)


def leave_a_killed_build(path: Path) -> None:
    """Put beside the file what a build leaves that is killed while a query uses the disk."""
    working = path.parent / "building" / path.name
    working.with_name(f"{path.name}.tmp").mkdir(parents=True)
    for ending in ("", ".wal", ".lock", ".base"):
        working.with_name(path.name + ending).write_text("left over")
    (working.with_name(f"{path.name}.tmp") / "duckdb_temp_storage-0.tmp").write_text("left over")


def version_of(path: Path) -> list[tuple]:
    return fetch(path, "from version")


def write_version(path: Path, version: int) -> None:
    with duckdb.connect(str(path)) as connection:
        connection.execute(f"create or replace table version as select {version} as number")


def test_the_copy_keeps_the_name_and_the_views(path: Path):
    with duckdb.connect(str(path)) as connection:
        connection.execute("create view marts.people as select user_id from music.marts.training_users")
    with building(path) as working:
        assert working == path.parent / "building" / "music.duckdb"
        assert files_in(path.parent) == ["building/music.duckdb", BASE, LOCK, "music.duckdb"]
        assert fetch(working, "select count(*) from marts.people") == [(12,)]


def test_without_a_published_file_the_first_one_is_made(tmp_path: Path):
    path = tmp_path / "new" / "music.duckdb"
    with building(path) as working:
        assert not working.exists()
        write_version(working, 1)
    assert version_of(path) == [(1,)]


def test_a_folder_that_cannot_be_written_is_one_sentence(tmp_path: Path):
    (tmp_path / "file").touch()
    assert "WAREHOUSE" in message_of(lambda: build_nothing(tmp_path / "file" / "music.duckdb"))


def test_publishing_replaces_the_file_and_leaves_nothing_beside_it(path: Path):
    write_version(path, 1)
    with building(path) as working:
        write_version(working, 2)
        assert version_of(path) == [(1,)]
    assert version_of(path) == [(2,)]
    assert os.listdir(path.parent) == ["music.duckdb"]


def test_a_build_that_fails_leaves_the_published_file_alone(path: Path):
    write_version(path, 1)
    with pytest.raises(KeyError), building(path) as working:
        write_version(working, 2)
        working.with_name("music.duckdb.tmp").mkdir()
        raise KeyError
    assert version_of(path) == [(1,)]
    assert os.listdir(path.parent) == ["music.duckdb"]


def test_a_build_says_what_a_killed_one_left_and_begins_anew(path: Path, capsys: pytest.CaptureFixture):
    write_version(path, 1)
    leave_a_killed_build(path)
    with building(path) as working:
        assert version_of(working) == [(1,)]
        assert files_in(path.parent) == ["building/music.duckdb", BASE, LOCK, "music.duckdb"]
    assert str(working) in capsys.readouterr().out
    assert os.listdir(path.parent) == ["music.duckdb"]


def test_cleaning_removes_what_a_killed_build_left_and_nothing_else(path: Path):
    write_version(path, 1)
    clean(path)
    leave_a_killed_build(path)
    other = path.parent / "building" / "other.duckdb"
    other.write_text("left over by another")
    clean(path)
    assert files_in(path.parent) == ["building/other.duckdb", "music.duckdb"]
    assert version_of(path) == [(1,)]


def test_cleaning_leaves_a_build_alone_that_runs(path: Path):
    with building(path) as working:
        write_version(working, 2)
        assert message_of(lambda: clean(path)).startswith(f"{path} is being built by another process")
    assert version_of(path) == [(2,)]


def test_one_process_builds_at_a_time(path: Path):
    with building(path) as working:
        write_version(working, 2)
        for _ in range(2):
            message = message_of(lambda: build_nothing(path))
            assert message.startswith(f"{path} is being built by another process ({os.getpid()}):")
    assert version_of(path) == [(2,)]


def test_what_was_written_but_not_checkpointed_is_published(path: Path):
    write_version(path, 1)
    with building(path) as working:
        with held_elsewhere(working, statement="update version set number = 2"):
            pass
        assert working.with_name("music.duckdb.wal").exists(), "the case under test"
    assert version_of(path) == [(2,)]
    assert files_in(path.parent) == ["music.duckdb"]


def test_what_a_killed_writer_had_committed_is_built_upon(path: Path):
    write_version(path, 1)
    with held_elsewhere(path, statement="update version set number = 2"):
        pass
    assert path.with_name("music.duckdb.wal").exists(), "the case under test"
    with building(path) as working:
        assert version_of(working) == [(2,)]


def test_a_table_that_is_written_during_a_build_is_kept_and_so_is_the_build(path: Path):
    write_version(path, 1)

    def build() -> None:
        with building(path) as working:
            write_version(working, 2)
            write_elsewhere(path, "create table mine as select 'work of hours' as what")

    message = message_of(build)
    kept = path.parent / "unpublished" / "music.duckdb"
    assert message.startswith(f"{path} was written to while the new one was built") and str(kept) in message
    assert fetch(path, "from mine") == [("work of hours",)] and version_of(path) == [(1,)]
    assert version_of(kept) == [(2,)]
    assert files_in(path.parent) == ["music.duckdb", "unpublished/music.duckdb"]
    # the next build starts with what was written
    with building(path) as working:
        assert fetch(working, "from mine") == [("work of hours",)]


def test_what_a_killed_writer_commits_during_a_build_is_kept(path: Path):
    write_version(path, 1)
    kept = path.parent / "unpublished" / "music.duckdb"
    kept.parent.mkdir()
    kept.with_name("music.duckdb.wal").write_text("of a file that was there before")

    def build() -> None:
        with building(path) as working:
            write_version(working, 2)
            with held_elsewhere(path, statement="update version set number = -1"):
                pass
            assert path.with_name("music.duckdb.wal").exists(), "the case under test"

    assert "was written to" in message_of(build)
    assert version_of(path) == [(-1,)] and version_of(kept) == [(2,)]
    # either may be moved over the other: there is no log that would be replayed onto it
    assert files_in(path.parent) == ["music.duckdb", "unpublished/music.duckdb"]


def test_a_file_that_appears_during_a_build_is_not_overwritten(tmp_path: Path):
    path = tmp_path / "music.duckdb"

    def build() -> None:
        with building(path) as working:
            write_version(working, 2)
            write_version(path, 3)

    assert "was written to" in message_of(build)
    assert version_of(path) == [(3,)]


def test_a_file_that_is_opened_or_touched_but_not_written_is_replaced(path: Path):
    with building(path) as working:
        write_version(working, 2)
        write_elsewhere(path, "select 1")
        path.touch()
    assert version_of(path) == [(2,)]


def test_a_log_of_a_file_that_is_gone_does_not_reach_the_new_one(path: Path):
    write_version(path, 1)
    with held_elsewhere(path, statement="update version set number = -1"):
        pass
    path.unlink()
    with building(path) as working:
        write_version(working, 2)
    assert version_of(path) == [(2,)]
    assert os.listdir(path.parent) == ["music.duckdb"]


def test_a_writer_that_holds_the_published_file_stops_the_move(path: Path):
    write_version(path, 1)
    with held_elsewhere(path, read_only=True) as holder:
        # a reader may stay
        build_nothing(path)

    def build_beside_a_writer() -> None:
        with building(path) as working:
            write_version(working, 2)
            holding.enter_context(held_elsewhere(path, statement="update version set number = 3"))

    with ExitStack() as holding:
        assert f"{path} is locked" in message_of(build_beside_a_writer)
    assert holder
    assert version_of(path) == [(3,)]
    assert version_of(path.parent / "unpublished" / "music.duckdb") == [(2,)]


def test_a_reader_of_the_old_file_reads_on(path: Path):
    write_version(path, 1)
    reader = duckdb.connect(str(path), read_only=True)
    with building(path) as working:
        write_version(working, 2)
    assert reader.execute("from version").fetchall() == [(1,)]
    reader.close()
    assert version_of(path) == [(2,)]


def end_early(path: Path, version: int, **how: bool) -> None:
    """Build a version, and fail after something was learnt."""
    with pytest.raises(KeyError), building(path, goes_on=True, **how) as working:
        learning(working)
        write_version(working, version)
        working.with_name("music.duckdb.tmp").mkdir()
        raise KeyError


def begun_with(path: Path, **how: bool) -> list[tuple]:
    """Go on from what is there, and return its version at the beginning."""
    with building(path, goes_on=True, **how) as working:
        return version_of(working)


def test_a_build_goes_on_from_what_an_earlier_one_had_learnt(path: Path, capsys: pytest.CaptureFixture):
    write_version(path, 1)
    end_early(path, 2)
    assert version_of(path) == [(1,)] and not (path.parent / "building" / "music.duckdb.tmp").exists()
    # once more: it is kept as long as it is not published
    with pytest.raises(KeyError), building(path, goes_on=True) as working:
        assert version_of(working) == [(2,)]
        raise KeyError
    assert begun_with(path) == version_of(path) == [(2,)]
    assert "goes on from it" in capsys.readouterr().out
    assert os.listdir(path.parent) == ["music.duckdb"]
    assert begun_with(path) == [(2,)] and not capsys.readouterr().out


def test_what_was_learnt_and_not_checkpointed_is_there_again(path: Path):
    write_version(path, 1)
    with pytest.raises(KeyError), building(path) as working:
        learning(working)
        with held_elsewhere(working, statement="update version set number = 2"):
            pass
        assert working.with_name("music.duckdb.wal").exists(), "the case under test"
        raise KeyError
    assert begun_with(path) == [(2,)]


def test_nobody_goes_on_from_a_copy_of_what_is_published_no_more(path: Path, capsys: pytest.CaptureFixture):
    write_version(path, 1)
    end_early(path, 2)
    write_version(path, 3)
    assert begun_with(path) == [(3,)]
    assert "built anew" in capsys.readouterr().out


def test_nobody_goes_on_from_a_copy_that_cannot_be_opened(path: Path, capsys: pytest.CaptureFixture):
    write_version(path, 1)
    end_early(path, 2)
    (path.parent / "building" / "music.duckdb").write_text("no file of DuckDB's")
    assert begun_with(path) == [(1,)]
    assert "built anew" in capsys.readouterr().out


FORGOTTEN = "has what a run that ended early had learnt: run `make evaluate` to go on from it, or `make clean`"


def test_who_does_not_learn_refuses_to_lose_what_was_learnt(path: Path):
    write_version(path, 1)
    end_early(path, 2)
    assert FORGOTTEN in message_of(lambda: build_nothing(path))
    assert version_of(path) == [(1,)] and begun_with(path) == [(2,)]


def test_what_is_open_elsewhere_is_not_lost(path: Path):
    write_version(path, 1)
    end_early(path, 2)
    working = path.parent / "building" / "music.duckdb"
    with held_elsewhere(working, read_only=True):
        assert "locked" in message_of(lambda: begun_with(path))
    with held_elsewhere(path, statement="select 1"):
        assert "locked" in message_of(lambda: begun_with(path))
    assert begun_with(path) == [(2,)]


@pytest.mark.parametrize("keeps", [True, False])
def test_who_keeps_the_marts_goes_on_only_from_a_copy_that_has_them(path: Path, keeps: bool):
    write_version(path, 1)
    end_early(path, 2, keeps_marts=True)
    assert begun_with(path, keeps_marts=keeps) == [(2,)]


def test_a_copy_whose_marts_were_changed_has_the_published_ones_no_more(path: Path):
    write_version(path, 1)
    end_early(path, 2, keeps_marts=True)
    end_early(path, 3)
    assert FORGOTTEN in message_of(lambda: begun_with(path, keeps_marts=True))
    assert begun_with(path) == [(3,)]


def test_cleaning_forgets_what_was_learnt(path: Path):
    write_version(path, 1)
    end_early(path, 2)
    clean(path)
    assert os.listdir(path.parent) == ["music.duckdb"]


def publish(path: Path, *versions: int, kept: int) -> None:
    for version in versions:
        with building(path, kept) as working:
            write_version(working, version)


def nothing_has_two_names(*_: object) -> None:
    raise OSError("names cannot be shared")


@pytest.mark.parametrize("has_links", [True, False])
@pytest.mark.parametrize("kept", [0, 1, 2])
@pytest.mark.parametrize("name", ["music.duckdb", "music [1].duckdb"])
def test_so_many_earlier_versions_are_kept(
    tmp_path: Path, kept: int, name: str, has_links: bool, monkeypatch: pytest.MonkeyPatch
):
    path = tmp_path / name
    if not has_links:
        monkeypatch.setattr(os, "link", nothing_has_two_names)
    write_version(path, 1)
    publish(path, 2, 3, 4, kept=kept)
    assert [version_of(version) for version in versions_of(path)] == [[(number,)] for number in (1, 2, 3)[3 - kept :]]
    publish(path, 5, kept=0)
    assert os.listdir(path.parent) == [name]


def test_what_cannot_be_kept_is_said_and_the_new_file_is_not_lost(path: Path):
    write_version(path, 1)
    path.with_name("music.duckdb.versions").write_text("no folder")

    def build() -> None:
        publish(path, 2, kept=1)

    message = message_of(build)
    assert "KEEP_VERSIONS to 0" in message and version_of(path) == [(1,)]
    assert version_of(path.parent / "unpublished" / "music.duckdb") == [(2,)]


def test_a_build_that_fails_keeps_no_version(path: Path):
    with pytest.raises(KeyError), building(path, 2):
        raise KeyError
    assert versions_of(path) == []


def test_going_back_publishes_the_latest_version_and_sets_the_present_one_aside(path: Path):
    write_version(path, 1)
    publish(path, 2, 3, kept=2)
    aside = {}
    for version in (2, 1):
        kept, written = roll_back(path)
        aside[version + 1] = kept
        assert version_of(path) == [(version,)] and written.timestamp() == pytest.approx(path.stat().st_mtime)
    assert all(version_of(kept) == [(version,)] for version, kept in aside.items())
    assert files_in(path.parent) == ["music.duckdb", *(f"{kept.relative_to(path.parent)}" for kept in aside.values())]
    message = message_of(lambda: roll_back(path))
    assert message.startswith(f"No earlier version of {path} is kept") and version_of(path) == [(1,)]


def test_the_command_goes_back_and_says_to_what(tmp_path: Path):
    study = study_in(tmp_path)
    write_version(study.warehouse, 1)
    publish(study.warehouse, 2, kept=1)
    result = study.call("rollback")
    assert result.returncode == 0 and version_of(study.warehouse) == [(1,)]
    assert f"{study.warehouse} is as it was at " in result.stdout
    assert f"What was published until now is {study.folder / 'unpublished'}" in result.stdout
    result = study.call("rollback")
    assert result.returncode == 1 and result.stderr.startswith("No earlier version of ")
    assert len(result.stderr.splitlines()) == 1


def test_going_back_brings_a_file_back_that_was_removed(path: Path):
    write_version(path, 1)
    publish(path, 2, kept=1)
    path.unlink()
    kept, _ = roll_back(path)
    assert version_of(path) == [(1,)] and not kept.exists()


def test_a_log_of_a_file_that_is_gone_does_not_reach_an_earlier_version(path: Path):
    write_version(path, 1)
    publish(path, 2, kept=1)
    with held_elsewhere(path, statement="update version set number = -1"):
        pass
    assert path.with_name("music.duckdb.wal").exists(), "the case under test"
    path.unlink()
    roll_back(path)
    assert version_of(path) == [(1,)] and os.listdir(path.parent) == ["music.duckdb"]


def test_going_back_loses_nothing_that_a_writer_has_committed(path: Path):
    write_version(path, 1)
    publish(path, 2, kept=1)
    with held_elsewhere(path, statement="update version set number = -1"):
        assert "locked" in message_of(lambda: roll_back(path))
    kept, _ = roll_back(path)
    assert version_of(path) == [(1,)] and version_of(kept) == [(-1,)]


def test_nobody_goes_back_during_a_build(path: Path):
    write_version(path, 1)
    publish(path, 2, kept=1)
    with building(path):
        assert "is being built by another process" in message_of(lambda: roll_back(path))


def test_a_reader_reads_on_when_somebody_goes_back(path: Path):
    write_version(path, 1)
    publish(path, 2, kept=1)
    with duckdb.connect(str(path), read_only=True) as reader:
        roll_back(path)
        assert reader.execute("from version").fetchall() == [(2,)]
    assert version_of(path) == [(1,)]


def test_a_publication_that_is_killed_halfway_is_no_version_of_its_own(path: Path):
    write_version(path, 1)
    second = path.with_name("music.duckdb.versions") / "2026-01-01T00.00.00.000000Z" / "music.duckdb"
    second.parent.mkdir(parents=True)
    os.link(path, second)
    assert "No earlier version" in message_of(lambda: roll_back(path))
    publish(path, 2, kept=2)
    assert version_of(path) == [(2,)]
    assert {tuple(version_of(version)) for version in versions_of(path)} == {((1,),)}
