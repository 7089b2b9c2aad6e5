"""A build never swaps real data for less in silence."""

from collections.abc import Sequence
from pathlib import Path

import duckdb
import pytest
from staging_sql import one_line

from models_py.errors import SettingError
from models_py.settings.environment import Settings
from models_py.settings.replacing import check_demo_replaces_no_data, check_users_remain

DEMO, REAL = True, False


def held(path: Path, users: Sequence[str], is_demo: bool, silent: Sequence[str] = ()) -> Path:
    """Make a warehouse of users with plays, and of some without."""
    with duckdb.connect(str(path)) as connection:
        connection.execute("create schema marts; create table marts.users (user_id varchar, play_count bigint)")
        connection.execute("create table marts.load_audit_files as select ? as is_demo, 1 as plays_kept", [is_demo])
        for user in (*users, *silent):
            connection.execute("insert into marts.users values (?, ?)", [user, 0 if user in silent else 3])
    return path


def settings_for(path: Path, replace: str = "") -> Settings:
    return Settings.from_environment({"WAREHOUSE": str(path), "RAW": "raw", "REPLACE": replace})


def refusal(settings: Settings, new: Path | None = None) -> str:
    """Return the sentence of a refused build: of the demo, or of new marts."""
    with pytest.raises(SettingError) as caught:
        check_users_remain(settings, new) if new else check_demo_replaces_no_data(settings)
    assert one_line(str(caught.value)) and "REPLACE=yes" in str(caught.value)
    return str(caught.value)


def test_the_demo_does_not_take_the_place_of_real_data(tmp_path: Path):
    published = held(tmp_path / "music.duckdb", ["user_000001"], REAL)
    assert f"{published} holds other data" in refusal(settings_for(published))
    # not even where its users are called like those of the real data
    new = held(tmp_path / "new.duckdb", ["user_000001"], DEMO)
    assert "would be replaced by the demo" in refusal(settings_for(published), new)


def test_other_users_do_not_take_the_place_of_all_users(tmp_path: Path):
    published = held(tmp_path / "music.duckdb", ["ann", "bob"], REAL, silent=["eve"])
    new = held(tmp_path / "new.duckdb", ["eve"], REAL, silent=["ann", "bob"])
    assert "holds plays of 2 users and would be replaced by plays of others only" in refusal(
        settings_for(published), new
    )


def test_no_play_does_not_take_the_place_of_plays(tmp_path: Path):
    published = held(tmp_path / "music.duckdb", ["ann"], REAL)
    new = held(tmp_path / "new.duckdb", [], REAL, silent=["ann"])
    assert "holds plays of 1 user and would be replaced by no play" in refusal(settings_for(published), new)


def test_one_user_in_common_is_enough(tmp_path: Path):
    published = held(tmp_path / "music.duckdb", ["ann", "bob"], REAL)
    check_users_remain(settings_for(published), held(tmp_path / "new.duckdb", ["bob", "eve"], REAL))


def test_a_demo_may_be_replaced_by_anything(tmp_path: Path):
    settings = settings_for(held(tmp_path / "music.duckdb", ["user_000001"], DEMO))
    check_demo_replaces_no_data(settings)
    check_users_remain(settings, held(tmp_path / "new.duckdb", ["ann"], REAL))


def test_whoever_asks_for_it_may_replace_everything(tmp_path: Path):
    settings = settings_for(held(tmp_path / "music.duckdb", ["ann"], REAL), replace="yes")
    check_demo_replaces_no_data(settings)
    check_users_remain(settings, held(tmp_path / "new.duckdb", ["bob"], REAL))


def test_a_warehouse_without_plays_has_none_to_lose(tmp_path: Path):
    settings = settings_for(held(tmp_path / "music.duckdb", [], REAL, silent=["ann"]))
    check_users_remain(settings, held(tmp_path / "new.duckdb", ["bob"], REAL))


def test_without_a_published_file_there_is_nothing_to_lose(tmp_path: Path):
    settings = settings_for(tmp_path / "music.duckdb")
    check_demo_replaces_no_data(settings)
    check_users_remain(settings, held(tmp_path / "new.duckdb", ["bob"], REAL))


def test_a_file_of_another_version_may_hold_real_data(tmp_path: Path, capsys: pytest.CaptureFixture):
    published = tmp_path / "music.duckdb"
    with duckdb.connect(str(published)) as connection:
        connection.execute("create schema marts; create table marts.plays as select 'ann' as user_id")
    settings = settings_for(published)
    assert "holds other data" in refusal(settings)
    check_users_remain(settings, held(tmp_path / "new.duckdb", ["bob"], REAL))
    assert "does not tell whose plays it held" in capsys.readouterr().out


def test_a_file_with_other_tables_only_may_take_the_demo(tmp_path: Path):
    published = tmp_path / "music.duckdb"
    with duckdb.connect(str(published)) as connection:
        connection.execute("create table mine as select 1 as number")
    check_demo_replaces_no_data(settings_for(published))


def test_a_misspelt_wish_is_refused():
    with pytest.raises(SettingError, match="REPLACE is 'maybe'"):
        Settings.from_environment({"REPLACE": "maybe"})


@pytest.mark.parametrize("kept", ["-1", "two", "1000", "1.5", "٢"])
def test_versions_to_keep_are_a_number(kept: str):
    with pytest.raises(SettingError, match=f"KEEP_VERSIONS is '{kept}'"):
        Settings.from_environment({"KEEP_VERSIONS": kept})


def test_two_versions_are_kept_where_nothing_is_said():
    assert [Settings.from_environment({"KEEP_VERSIONS": kept}).kept_versions for kept in ("", "0", "12")] == [2, 0, 12]
