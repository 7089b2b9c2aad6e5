"""Bad input ends in one clear sentence with a remedy, or is loaded and counted; what is published stays as it was."""

import gzip
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb
import pytest
from conftest import FEW_DRAWS, ROOT, Study
from dbt_runner import run_dbt
from staging_sql import one_line
from test_warehouse import held_elsewhere

from models_py.errors import BuildError, RawFileError, SettingError, WarehouseError
from models_py.pipeline import ensure_raw_files
from models_py.publishing import building
from models_py.settings.environment import Settings
from models_py.sources import reading
from models_py.sources.files import check_raw_files, explain
from models_py.warehouse import Warehouse

LINE = b"ann\t2009-05-01T12:00:00Z\t\tLow\t\tMurderer\n"
COUNT = b"ann\t\tLow\t20\n"
CSV = b"ann,Low,Murderer,20\n"
PROFILE = b"ann\tf\t33\tPeru\tMay 1, 2005\n"
TAG = b"Low\tslowcore\t7\n"
LONG = LINE * 2000


@pytest.fixture
def study(new_study: Callable[..., Study]) -> Study:
    """Make a study with one raw file, and a published warehouse that must survive."""
    study = new_study()
    (study.folder / "raw" / "plays.tsv").write_bytes(LINE)
    with duckdb.connect(str(study.warehouse)) as connection:
        connection.execute("create schema marts; create table marts.plays as select 'published' as state")
    return study


def raw(study: Study, **files: bytes) -> Settings:
    """Put files into the raw folder in place of what is there; a double underscore in a name stands for a dot."""
    folder = study.folder / "raw"
    shutil.rmtree(folder)
    folder.mkdir()
    for name, data in files.items():
        (folder / name.replace("__", ".").replace("userid_", "userid-")).write_bytes(data)
    return Settings.from_environment(study.environment)


def refusal(study: Study, *command: str, run: Callable = Study.call, **changes: str) -> str:
    """Run a command that must end in one sentence, with the published file as it was."""
    before = study.warehouse.read_bytes()
    result = run(study, *command, **changes)
    assert_refused(result)
    assert study.warehouse.read_bytes() == before
    assert not list(study.warehouse.parent.glob("*.wal"))
    assert not (study.warehouse.parent / "building").exists()
    return result.stderr.strip()


def assert_refused(result: subprocess.CompletedProcess[str]) -> None:
    assert result.returncode == 1, result.stdout + result.stderr
    assert one_line(result.stderr.strip()), result.stderr


def message_of(action: Callable[[], object]) -> str:
    """Return the sentence that an action ends in."""
    with pytest.raises((RawFileError, SettingError, WarehouseError)) as caught:
        action()
    assert one_line(str(caught.value))
    return str(caught.value)


@pytest.mark.parametrize(
    ("name", "data", "sentence"),
    [
        ("plays__tsv", b"", "not one line"),
        ("plays__tsv", b"\xef\xbb\xbf", "not one line"),
        ("plays__tsv", b"\n\n", "not one line"),
        ("plays__tsv__gz", gzip.compress(b"", mtime=0), "not one line"),
        ("plays__tsv", gzip.compress(LINE, mtime=0), "rename it to plays.tsv.gz"),
        ("plays__tsv__gz", LINE, "rename it to plays.tsv."),
        ("plays__tsv__gz", b"", "remove it"),
        ("plays__tsv__gz", gzip.compress(LONG, mtime=0)[:200], "cut off"),
        ("plays__tsv__gz", gzip.compress(LONG, mtime=0)[:-4], "cut off"),
        ("plays__tsv__gz", gzip.compress(LONG, mtime=0)[:-8] + bytes(8), "damaged"),
        ("plays__tsv__gz", gzip.compress(LONG, mtime=0) + b"more", "damaged"),
        ("plays__tsv", LINE.decode().encode("utf-16"), "iconv -f UTF-16 -t UTF-8 plays.tsv"),
        ("plays__tsv", LINE.decode().encode("utf-16-be"), "looks like UTF-16"),
        ("plays__tsv", LINE.decode().encode("utf-32"), "looks like UTF-16"),
        ("plays__tsv__gz", gzip.compress(LINE.decode().encode("utf-16"), mtime=0), "looks like UTF-16"),
        ("plays__tsv", b"PK\x03\x04" + bytes(100), "a ZIP archive: unpack it"),
        ("plays__tsv", b"BZh91AY", "compressed with bzip2"),
        ("plays__tsv", LINE + LINE[:9] + b"\r" + LINE, "line 2 has another end or a bare carriage return"),
        ("plays__tsv", LINE * 3 + b"\r", "line 4 has another end"),
        ("plays__tsv", LINE * 4 + LINE[:-1] + b"\r\n" + LINE, "line 5 has another end"),
        ("plays__tsv", LINE.replace(b"\n", b"\r\n") * 2 + LINE, "line 3 has another end"),
        ("plays__tsv", LINE.replace(b"\n", b"\r\n") * 2 + LINE[:-1] + b"\r", "tr -d '\\r' < plays.tsv"),
        ("plays__tsv", LINE.replace(b"\n", b"\r") * 2 + LINE, "tr '\\r' '\\n' < plays.tsv"),
        ("plays__tsv__gz", gzip.compress(LINE + b"a\rb\n", mtime=0), "gzip -dc plays.tsv.gz | tr -d '\\r' | gzip"),
    ],
)
@pytest.mark.parametrize("chunk", [7, reading.CHUNK])
def test_a_file_that_cannot_be_loaded_whole_is_refused(
    study: Study, monkeypatch: pytest.MonkeyPatch, name: str, data: bytes, sentence: str, chunk: int
) -> None:
    monkeypatch.setattr(reading, "CHUNK", chunk)
    settings = raw(study, **{name: data})
    message = message_of(lambda: check_raw_files(settings))
    assert sentence in message
    assert str(settings.raw) in message


@pytest.mark.parametrize("newline", [b"\n", b"\r\n", b"\r"])
@pytest.mark.parametrize("chunk", [1, 2, 7, reading.CHUNK])
def test_line_ends_that_are_all_the_same_pass(
    study: Study, monkeypatch: pytest.MonkeyPatch, newline: bytes, chunk: int
) -> None:
    monkeypatch.setattr(reading, "CHUNK", chunk)
    data = (LINE * 3 + b"\n\n" + LINE).replace(b"\n", newline)
    check_raw_files(raw(study, a__tsv=data, b__tsv__gz=gzip.compress(data), c__tsv=b""))


def test_a_bad_profile_file_is_refused_too(study: Study) -> None:
    settings = raw(study, plays__tsv=LINE, **{"userid_profile__tsv": gzip.compress(PROFILE)})
    assert "userid-profile.tsv is compressed" in message_of(lambda: check_raw_files(settings))


def test_what_is_no_readable_file_is_refused(study: Study) -> None:
    settings = raw(study, plays__tsv=LINE)
    (settings.raw / "folder.tsv").mkdir()
    assert "folder.tsv is a folder" in message_of(lambda: check_raw_files(settings))
    (settings.raw / "folder.tsv").rmdir()
    (settings.raw / "nowhere.tsv").symlink_to(settings.raw / "gone")
    assert "nowhere.tsv cannot be read (No such file or directory)" in message_of(lambda: check_raw_files(settings))


def test_a_file_without_permission_is_refused(study: Study) -> None:
    settings = raw(study, plays__tsv=LINE)
    (settings.raw / "plays.tsv").chmod(0)
    if os.access(settings.raw / "plays.tsv", os.R_OK):
        pytest.skip("this user may read every file")
    assert "plays.tsv cannot be read (Permission denied)" in message_of(lambda: check_raw_files(settings))


def test_hidden_files_are_no_data(study: Study) -> None:
    settings = raw(study, __tsv=b"\x00\x05\x16\x07", plays__tsv=LINE)
    (settings.raw / "._plays.tsv").write_bytes(b"\x00\x05\x16\x07")
    assert [path.name for path in settings.event_files()] == ["plays.tsv"]
    check_raw_files(settings)


@pytest.mark.parametrize(
    ("source", "line", "sentence"),
    [
        ("360k", b"ann,Low,20\n", "(CSV), so write 4 fields separated by tabs: user, artist MBID, artist, plays"),
        ("1k", b'{"user": "ann", "artist": "Low"}\n', "look like JSON, so write 6 fields"),
        ("1k", PROFILE, "look like profiles, so rename it so that its name starts with userid-profile"),
        ("1k", b"ann\tLow\tMurderer\n", "look like 3 fields separated by tabs"),
        (
            "1k",
            b"ann\tyesterday\t\tLow\t\tMurderer\n",
            "look like 6 fields separated by tabs without a time in the second",
        ),
        ("1k", b"ann\t2009-05-32T12:00:00Z\t\tLow\t\tMurderer\n", "tabs without a time in the second"),
        ("360k", b"ann\t\tLow\t12.5\n", "tabs without a whole number from 1 to 999999999 in the fourth"),
        ("360k", b"ann\t\tLow\t0\n", "tabs without a whole number from 1 to 999999999 in the fourth"),
        ("1k", b"ann\t\tLow\t12,000\n", "tabs without a whole number from 1 to 999999999 in the fourth"),
        ("1k", LINE.replace(b"Low", b"M\xfam"), "look like text that is not UTF-8, so convert it to UTF-8"),
        ("1k", b"Dear diary\n", "look like text without tabs"),
    ],
)
def test_an_unknown_format_is_named(study: Study, source: str, line: bytes, sentence: str) -> None:
    raw(study, good__tsv=LINE if source == "1k" else COUNT, other__tsv=b"\n" + line * 3)
    settings = Settings.from_environment({**study.environment, "SOURCE": source})
    error = explain(settings, ("assert_files_are_in_a_known_format",))
    assert isinstance(error, RawFileError)
    assert one_line(str(error))
    assert f"No line of {settings.raw / 'other.tsv'} is in a known format (lastfm_1k, lastfm_360k, lastfm_csv, " in str(
        error
    )
    assert sentence in str(error)


def test_other_failures_are_not_blamed_on_raw_files(study: Study) -> None:
    settings = raw(study, other__tsv=CSV)
    assert explain(settings, ("assert_k_core_is_stable",)) is None
    assert explain(settings, ()) is None
    assert BuildError("stopped").failed == ()


def test_an_unknown_format_stops_the_command(study: Study) -> None:
    raw(study, good__tsv=LINE, other__tsv=CSV)
    message = refusal(study, "build")
    assert "other.tsv is in a known format (lastfm_1k, lastfm_360k, lastfm_csv, " in message


def test_an_unknown_format_stops_a_bare_dbt_build_before_the_marts(study: Study, tmp_path: Path) -> None:
    raw(study, good__tsv=LINE, other__tsv=CSV)
    warehouse = tmp_path / "bare" / "music.duckdb"
    warehouse.parent.mkdir()
    with pytest.raises(AssertionError, match="no line of a raw file is in a known format: correct that file"):
        run_dbt(
            "build",
            "--exclude",
            "test_type:unit",
            "staging.recommender+",
            warehouse=warehouse,
            raw=study.folder / "raw",
        )
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        marts = connection.execute("select table_name from duckdb_tables() where schema_name = 'marts'").fetchall()
    # the one that reads no line
    assert marts == [("evaluation_parameters",)]


@pytest.mark.parametrize(
    ("files", "sentence"),
    [
        (
            {},
            "holds no event file (.tsv, .csv, .txt, .log, .json or .jsonl), nothing: put one there, or leave",
        ),
        ({"plays__xml": LINE, "b": b"", "c": b"", "d": b""}, "only b, c, d, ...: put one there"),
        ({"userid_profile__tsv": PROFILE}, "only userid-profile.tsv: put one there, or take what is there out"),
        ({"artist-tags__tsv": TAG}, "only artist-tags.tsv: put one there, or take what is there out"),
    ],
)
def test_a_named_folder_without_event_files_is_not_the_demo(study: Study, files: dict, sentence: str) -> None:
    raw(study, **files)
    settings = Settings.from_environment({**study.environment, "DEMO": ""})
    assert sentence in message_of(lambda: ensure_raw_files(settings))


def test_refusals_reach_the_terminal_as_one_sentence(study: Study) -> None:
    raw(study, userid_profile__tsv=PROFILE)
    assert "holds no event file" in refusal(study, "evaluate", run=Study.run)
    raw(study, plays__tsv__gz=gzip.compress(LONG)[:-100])
    assert "is damaged or cut off" in refusal(study, "build", run=Study.run)
    assert "tuning_trials as 0" in refusal(study, "build", run=Study.run, VARS="{tuning_trials: 0}")


@pytest.mark.parametrize("command", ["build", "fit"])
def test_a_locked_warehouse_is_left_alone(study: Study, command: str) -> None:
    before = study.warehouse.read_bytes()
    with held_elsewhere(study.warehouse) as holder:
        result = study.call(command)
    assert_refused(result)
    assert f"PID {holder}" in result.stderr
    assert study.warehouse.read_bytes() == before


def checksum(block: bytes) -> int:
    """Compute what DuckDB stores in front of a block."""
    words = (int.from_bytes(block[place : place + 8], "little") for place in range(0, len(block), 8))
    total = 5381
    for word in words:
        total ^= word * 0xBF58476D1CE4E5B9 % (1 << 64)
    return total


def of_another_duckdb(storage_version: int, maker: bytes) -> Callable[[bytes], bytes]:
    """Change the versions of a DuckDB file, in its first block: that of its storage, and the program's that made it."""

    def change(content: bytes) -> bytes:
        block = content[8:12] + storage_version.to_bytes(8, "little") + content[20:52] + maker.ljust(32, b"\0")
        block += content[84:4096]
        return checksum(block).to_bytes(8, "little") + block + content[4096:]

    return change


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (of_another_duckdb(1000, b"v9.0.1"), f"was made by DuckDB v9.0.1, and DuckDB {duckdb.__version__} cannot read"),
        (of_another_duckdb(51, b""), "was made by DuckDB version v0.8.0 or v0.8.1, and DuckDB"),
        (of_another_duckdb(1000, b"\x1b[2J"), "was made by a newer version of DuckDB, and DuckDB"),
        (lambda content: b"user\ttime\n" * 500, "cannot be opened"),
        (lambda content: content[:5000], "cannot be opened"),
        (lambda content: b"", "cannot be opened"),
    ],
    ids=["newer DuckDB", "older DuckDB", "unnamed DuckDB", "no DuckDB file", "cut off", "empty"],
)
def test_a_file_that_duckdb_cannot_open_is_left_alone(
    study: Study, change: Callable[[bytes], bytes], sentence: str
) -> None:
    study.warehouse.write_bytes(change(study.warehouse.read_bytes()))
    message = refusal(study, "recommend", "--user", "ann")
    assert message.startswith(f"{study.warehouse} {sentence}")
    with pytest.raises(WarehouseError, match=re.escape(message)), building(study.warehouse):
        pass


def test_a_damaged_file_is_one_sentence(study: Study) -> None:
    with duckdb.connect(str(study.warehouse)) as connection:
        connection.execute("create table marts.big as select md5(cast(range as varchar)) as text from range(200000)")
    content = bytearray(study.warehouse.read_bytes())
    content[2_000_000:2_000_100] = b"\xff" * 100
    study.warehouse.write_bytes(content)
    message = message_of(lambda: Warehouse(study.warehouse).read("from marts.big"))
    assert message.startswith(f"{study.warehouse} is damaged (")


def test_marts_of_an_older_version_are_not_fitted_on(study: Study) -> None:
    assert "lacks a table or column this version needs" in refusal(study, "fit")
    assert "lacks a table or column this version needs" in refusal(study, "recommend", "--user", "ann")
    with duckdb.connect(str(study.warehouse)) as connection:
        connection.execute(
            """create table marts.evaluation_parameters as select '1k' as source_name, 'full' as built_splits,
            timestamp '2002-01-01' as first_plausible_play, timestamp '2009-12-31' as last_plausible_play"""
        )
    message = refusal(study, "fit")
    assert "was built by another version, which knew no bootstrap_draws, cluster_counts" in message


@pytest.mark.slow
def test_a_build_brings_result_tables_up_to_date_and_says_that_results_are_old(study: Study) -> None:
    with duckdb.connect(str(study.warehouse)) as connection:
        connection.execute(
            """create schema recommender;
            create table recommender.runs as select 'full' as split_name, 'track' as item_type, 'old' as fingerprint;
            create table recommender.trials (split_name varchar)"""
        )
    (study.folder / "raw" / "plays.tsv").write_bytes(LINE + b"ann\n")
    fewest = "min_items_per_user: 1, min_users_per_track: 1, min_users_per_artist: 1"
    result = study.call("build", data_tests=False, VARS=f"{{{fewest}, {FEW_DRAWS}}}")
    assert result.returncode == 0, result.stderr
    assert "of an older study and not shown: run `make fit`" in result.stdout
    assert "1 of 2 (50%) lines of plays.tsv are rejected as 'not 6 fields'" in result.stdout
    assert types_in(study.warehouse)["validation_ndcg"] == "DOUBLE"
    assert study.query("select fingerprint, fit_seconds from recommender.runs") == [("old", None)]
    assert study.query("select count(*) from marts.plays") == [(1,)]


def test_result_tables_with_other_types_are_made_anew(study: Study) -> None:
    with duckdb.connect(str(study.warehouse)) as connection:
        connection.execute(
            """create schema recommender;
            create table recommender.runs as select 'full' as split_name, 'a second or two' as fit_seconds;
            create table recommender.trials as select 'full' as split_name"""
        )
    run_dbt("run", "--select", "int_files_recognized", warehouse=study.warehouse, raw=study.folder / "raw")
    assert types_in(study.warehouse)["fit_seconds"] == "DOUBLE"
    assert study.query("select count(*) from recommender.runs") == [(0,)]
    assert study.query("select count(*) from recommender.trials") == [(0,)]


def types_in(warehouse: Path) -> dict[str, str]:
    """Return the types of the columns of schema `recommender`."""
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        return dict(
            connection.execute(
                "select column_name, data_type from duckdb_columns() where schema_name = 'recommender'"
            ).fetchall()
        )


@pytest.fixture
def mounted_disk(tmp_path: Path) -> Iterator[Path | None]:
    """Mount a disk of 6 MB; None where the user or the system does not allow it."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=6m", "tmpfs", str(folder)]
    mounted = os.geteuid() == 0 and subprocess.run(mount, capture_output=True, check=False).returncode == 0
    yield folder if mounted else None
    if mounted:
        subprocess.run(["umount", "--lazy", folder], check=True)


@pytest.fixture
def small_disk(mounted_disk: Path | None) -> Path:
    """Give a disk of 6 MB, or skip."""
    return mounted_disk or pytest.skip("a small disk can be mounted by root only")


def moved(study: Study, folder: Path) -> Study:
    """Put the published warehouse on another disk."""
    shutil.copy(study.warehouse, folder)
    return Study(study.folder, {**study.environment, "WAREHOUSE": str(folder / study.warehouse.name)})


@pytest.mark.slow
def test_a_full_disk_is_one_sentence(study: Study, mounted_disk: Path | None) -> None:
    if mounted_disk:
        assert "The disk is full: free some space" in refusal(moved(study, mounted_disk), "build")
        return
    # a limit on the size of files ends in the same place
    command = ["bash", "-c", f"ulimit -f 4096; exec {sys.executable} -m models_py build"]
    environment = {**os.environ, **study.environment}
    before = study.warehouse.read_bytes()
    result = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert_refused(result)
    assert "The disk is full" in result.stderr
    assert study.warehouse.read_bytes() == before
    assert not (study.warehouse.parent / "building").exists()


def test_a_disk_too_full_for_the_copy_is_one_sentence(study: Study, small_disk: Path) -> None:
    full = moved(study, small_disk)
    with (small_disk / "other").open("wb", buffering=0) as file, pytest.raises(OSError, match="No space left"):
        while True:
            file.write(bytes(4096))
    assert "free some space" in refusal(full, "build")


@pytest.fixture
def read_only(study: Study, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Study]:
    """Make the folder of the warehouse read-only: by its mode, or by a mount where the user is above modes."""
    if os.geteuid():
        folder = tmp_path / "read_only"
        folder.mkdir()
        found = moved(study, folder)
        folder.chmod(0o555)
        yield found
        folder.chmod(0o755)
        return
    folder = request.getfixturevalue("small_disk")
    found = moved(study, folder)
    subprocess.run(["mount", "-o", "remount,ro", folder], check=True)
    yield found


def test_a_read_only_folder_is_one_sentence(read_only: Study) -> None:
    assert "set WAREHOUSE to a file in a writable folder" in refusal(read_only, "build")


def test_profiles_are_counted(study: Study) -> None:
    raw(
        study,
        plays__tsv=LINE + LINE.replace(b"ann", b"bob"),
        userid_profile__tsv=b"#id\tgender\tage\tcountry\tregistered\n" + PROFILE + PROFILE.replace(b"Peru", b"Chad"),
        userid_profile_2__tsv=b"#id\tgender\tage\tcountry\tregistered\neve\tf\n\t\t\t\t\n\xff\n\neve\tf\t33.6\t\t\n"
        + PROFILE,
    )
    warehouse = study.folder / "profiles" / "music.duckdb"
    warehouse.parent.mkdir()
    selection = ["--select", "+load_audit", "--exclude", "test_type:unit", "--indirect-selection", "cautious"]
    run_dbt("build", *selection, warehouse=warehouse, raw=study.folder / "raw")
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        audit = dict(connection.execute("select check_name, value from marts.load_audit").fetchall())
        users = connection.execute("select user_id, age, country from marts.users order by all").fetchall()
    assert audit["profiles_repeated"] == 2
    assert audit["profile_lines_malformed"] == 2
    assert audit["profile_lines_undecodable"] == 1
    assert audit["profiles_without_plays"] == 1
    assert audit["users_without_profile"] == 1
    assert users == [("ann", 33, "Peru"), ("bob", None, None), ("eve", None, None)]
