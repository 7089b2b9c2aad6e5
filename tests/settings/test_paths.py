"""A path is a name: for Python, for the macros that hand it to DuckDB, and for dbt; what it cannot be is refused."""

import errno
import os
import re
import sqlite3
import tempfile
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest
import yaml
from conftest import FEW_DRAWS, ROOT, Study
from dbt_runner import run_dbt
from jinja2 import Environment
from staging_sql import one_line

from models_py.errors import MusicError, RawFileError, SettingError, WarehouseError
from models_py.settings.checks import check_build, check_counts, check_raw_folder
from models_py.settings.environment import Settings
from models_py.settings.paths import SCHEMAS, check_published, check_target, check_warehouse_file, check_warehouse_name
from models_py.warehouse import Warehouse

LINE = "{}\t2009-05-01T12:00:00Z\t\tLow\t\tMurderer\n"
# each with a name that it would match as a pattern
PATTERNS = {"a[1]": "a1", "b*": "bx", "c?": "cz", "d{1,2}": "d1", "[!e]f": "gf", "**": "h", "[": "i", "]": "j"}
NAMES = [
    *PATTERNS,
    "e'f\"",
    " g ",
    "-h",
    "$(i)",
    "%41",
    "~j",
    "{{ k }}",
    "{% l %}",
    "é",
    "a#b;c&d|e",
    "year=2009",
    "s3:",
]


def refused(action: Callable[[], object]) -> str:
    """Return the sentence that an action ends in."""
    with pytest.raises(MusicError) as caught:
        action()
    assert one_line(str(caught.value))
    return str(caught.value)


def literal_path(path: Path) -> str:
    """Write a path as the macro does."""
    macros = "".join((ROOT / f"dbt_project/macros/{name}.sql").read_text() for name in ("engine", "reading"))
    wanted = re.findall(r"\{% macro (?:literal_path|default__literal_text)\(.*?endmacro %\}", macros, re.DOTALL)
    template = Environment(extensions=["jinja2.ext.do"]).from_string(
        "".join(wanted).replace("return(", "(").replace("default__", "") + "{{ literal_path(path) }}"
    )
    return template.render(path=str(path), modules={"re": re}).strip()


@pytest.mark.parametrize("name", NAMES)
def test_a_path_matches_itself_alone(tmp_path: Path, name: str) -> None:
    folder = tmp_path / name
    for place in (folder, tmp_path / PATTERNS.get(name, "other")):
        place.mkdir()
        for file in (name, PATTERNS.get(name, "other")):
            (place / f"{file}.tsv").write_text(f"{place.name}/{file}\n")
    wanted = folder / f"{name}.tsv"
    with duckdb.connect() as connection:
        found = connection.execute(f"select file from glob({literal_path(folder)} || '/*') order by file").fetchall()
        read = connection.execute(
            f"select line, filename from read_csv({literal_path(wanted)}, columns = {{'line': 'varchar'}}, "
            r"delim = e'\x01', quote = '', header = false, auto_detect = false, filename = true, "
            "hive_partitioning = false)"
        ).fetchall()
    assert found == [(str(path),) for path in sorted(folder.iterdir())]
    assert read == [(f"{name}/{name}", str(wanted))]


@pytest.fixture(scope="module")
def oddly_named(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str]]:
    """Write raw files with odd names of every kind into a folder with an odd name, in one with another."""
    names = sorted([*NAMES, *PATTERNS.values(), "line\nend"])
    raw = tmp_path_factory.mktemp("odd") / "-m [2009]*?{a,b} 'q\" $(x) %41 #;& {{ 1 }} {% raw %}" / "year=2009" / "~"
    raw.mkdir(parents=True)
    for number, name in enumerate(names):
        (raw / f"{name}.tsv").write_bytes(LINE.format(f"user {number}").encode() + b"\xff\n" * (number % 3))
    (raw / "subfolder").mkdir()
    (raw / "subfolder" / "not read.tsv").write_text(LINE.format("nobody"))
    for name, gender in (("[1]", "f"), ("1", "m")):
        (raw / f"userid-profile{name}.tsv").write_text(f"user {name}\t{gender}\t33\tPeru\tMay 1, 2005\n")
        (raw / f"artist-tags{name}.tsv").write_text(f"Low\ttag {name}\t7\n")
        (raw / f"recording-features{name}.csv").write_text(f"mbid,danceability\n{name},0.{len(name)}\n")
    return raw, names


@pytest.fixture(scope="module")
def odd_warehouse(oddly_named: tuple[Path, list[str]], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build what reads raw files, with an odd name of the warehouse as well."""
    warehouse = tmp_path_factory.mktemp("a[b]*{c} d") / "m[1]*?{a,b} %41.duckdb"
    readers = ["stg_lastfm__profile_lines", "stg_metadata__artist_tag_lines", "int_recording_feature_lines_kept"]
    run_dbt("run", "--select", "+load_audit_files", *readers, warehouse=warehouse, raw=oddly_named[0])
    return warehouse


def test_every_file_is_read_under_its_own_name(oddly_named: tuple[Path, list[str]], odd_warehouse: Path) -> None:
    assert odd_warehouse.is_file()
    with duckdb.connect(str(odd_warehouse), read_only=True) as connection:
        files = connection.execute(
            """
            select file_name, is_demo, lines_read, lines_rejected, plays_kept
            from marts.load_audit_files
            order by file_id
            """
        ).fetchall()
        users = connection.execute(
            """
            select files.file_name, plays.user_id
            from intermediate.int_lines_read as plays
            inner join intermediate.int_files_recognized as files on plays.file_id = files.file_id
            where plays.reason is null
            order by plays.file_id
            """
        ).fetchall()
        others = connection.execute(
            """
            select count(distinct gender), count(gender) from staging.stg_lastfm__profile_lines
            union all
            select count(distinct tag), count(tag) from staging.stg_metadata__artist_tag_lines
            union all
            select count(distinct danceability), count(danceability) from intermediate.int_recording_feature_lines_kept
            """
        ).fetchall()
    names = sorted(f"{name}.tsv" for name in oddly_named[1])
    number = {f"{name}.tsv": number for number, name in enumerate(oddly_named[1])}
    assert files == [(name, False, 1 + number[name] % 3, number[name] % 3, 1) for name in names]
    assert users == [(name, f"user {number[name]}") for name in names]
    assert others == [(2, 2)] * 3


def test_python_and_the_macros_see_the_same_files(oddly_named: tuple[Path, list[str]], odd_warehouse: Path) -> None:
    settings = Settings.from_environment({"RAW": str(oddly_named[0]), "WAREHOUSE": str(odd_warehouse)})
    check_build(settings)
    with duckdb.connect(str(odd_warehouse), read_only=True) as connection:
        names = connection.execute(
            "select file_name from intermediate.int_files_recognized order by file_id"
        ).fetchall()
    assert [path.name for path in settings.event_files()] == [name for (name,) in names]
    assert Warehouse(odd_warehouse).read("select count(*) as n from marts.load_audit_files")["n"][0] == len(names)


@pytest.mark.slow
def test_a_folder_with_brackets_is_loaded_and_not_the_demo(new_study: Callable[..., Study]) -> None:
    fewest = "min_items_per_user: 1, min_users_per_track: 1, min_users_per_artist: 1"
    study = new_study(VARS=f"{{{fewest}, {FEW_DRAWS}}}")
    named = Study(
        study.folder,
        study.environment
        | {
            "RAW": str(study.folder / "music [2009]"),
            "WAREHOUSE": str(study.folder / "out [*]" / "m[1]*?{a,b} %41.duckdb"),
            "DEMO": str(study.folder / "demo"),
        },
    )
    demo, raw = Path(named.environment["DEMO"]) / "1k", Path(named.environment["RAW"])
    for folder in (demo, raw):
        folder.mkdir(parents=True)
    (demo / "userid-timestamp-artid-artname-traid-traname.tsv").write_text(LINE.format("nobody"))
    (raw / "export1.tsv").write_text(LINE.format("bob") + LINE.format("bob").replace("12:", "13:"))
    (raw / "export[1].tsv").write_text(LINE.format("ann"))
    result = named.call("build", data_tests=False)
    assert result.returncode == 0, result.stderr
    assert named.query("select user_id, play_count from marts.users order by all") == [("ann", 1), ("bob", 2)]
    assert named.query("select distinct is_demo from marts.load_audit_files") == [(False,)]
    assert sorted(path.name for path in named.warehouse.parent.iterdir()) == ["m[1]*?{a,b} %41.duckdb"]


def test_the_demo_of_an_oddly_named_folder_is_used(tmp_path: Path) -> None:
    demo = tmp_path / "demo [*]" / "1k"
    demo.mkdir(parents=True)
    (demo / "plays.tsv").write_text(LINE.format("ann"))
    # a folder beside it whose name begins as the demo's does is none
    raw = tmp_path / "demo [*]" / "1k of mine"
    raw.mkdir()
    for folder, is_demo in ((tmp_path / "empty", True), (raw, False)):
        (raw / "plays.tsv").write_text(LINE.format("bob"))
        warehouse = tmp_path / "music.duckdb"
        run_dbt("run", "--select", "int_files_recognized", warehouse=warehouse, raw=folder, demo=tmp_path / "demo [*]")
        with duckdb.connect(str(warehouse), read_only=True) as connection:
            assert connection.execute("select is_demo from intermediate.int_files_recognized").fetchall() == [
                (is_demo,)
            ]


@pytest.mark.parametrize(
    ("name", "sentence"),
    [("back\\slash.tsv", "whose backslash DuckDB reads as a slash: rename it"), (b"\xff.tsv", "which is not UTF-8")],
)
def test_a_file_name_that_cannot_be_read_is_refused(tmp_path: Path, name: str | bytes, sentence: str) -> None:
    (tmp_path / os.fsdecode(name)).write_text(LINE.format("ann"))
    settings = Settings.from_environment({"RAW": str(tmp_path)})
    assert sentence in refused(lambda: check_raw_folder(settings))
    assert sentence in refused(lambda: check_counts(str(tmp_path)))


@pytest.mark.parametrize("setting", ["RAW", "DEMO"])
@pytest.mark.parametrize("folder", ["we\\ird", "a/b\\/c", "caf\udce9"])
def test_a_folder_name_that_cannot_be_read_is_refused(setting: str, folder: str) -> None:
    assert refused(lambda: Settings.from_environment({setting: folder})).startswith(f"{setting} is ")


def test_a_backslash_stops_a_bare_dbt_build_rather_than_the_demo_is_taken(tmp_path: Path) -> None:
    raw = tmp_path / "we\\ird"
    raw.mkdir()
    (raw / "plays.tsv").write_text(LINE.format("ann"))
    with pytest.raises(AssertionError, match="RAW is .*we.*ird, whose backslash DuckDB reads as a slash"):
        run_dbt("run", "--select", "int_files_recognized", warehouse=tmp_path / "music.duckdb", raw=raw)


TAKEN = [*SCHEMAS, "main", "system", "temp", "information_schema", "pg_catalog"]


@pytest.mark.parametrize("name", ["{}.duckdb", "{}", ".{}.db", "{}.old.duckdb", "{}?.duckdb"])
@pytest.mark.parametrize("taken", [*TAKEN, "Marts", "TEMP"])
def test_a_warehouse_with_the_name_of_a_schema_is_refused(name: str, taken: str) -> None:
    sentence = refused(lambda: Settings.from_environment({"WAREHOUSE": f"folder/{name.format(taken)}"}))
    assert f"'{taken}' is also the name of a schema or database" in sentence


def test_the_schemas_that_no_warehouse_may_be_called_are_those_of_the_project() -> None:
    project = yaml.safe_load((ROOT / "dbt_project/dbt_project.yml").read_text())
    schemas = {"recommender", *re.findall(r"'\+schema': '(\w+)'", str(project))}
    assert set(SCHEMAS) == schemas
    macros = (ROOT / "dbt_project/macros/raw_files.sql").read_text()
    listed = re.search(r"macro require_warehouse_name.*?endmacro", macros, re.DOTALL)[0]
    assert set(TAKEN) <= set(re.findall(r"'(\w+)'", listed))


@pytest.mark.parametrize("name", ["Marts.x.duckdb", "temp.duckdb"])
def test_a_bare_dbt_build_refuses_such_a_name_too(tmp_path: Path, name: str) -> None:
    with pytest.raises(AssertionError, match="is also the name of a schema or database inside the file"):
        run_dbt("build", warehouse=tmp_path / name)
    assert not (tmp_path / name).exists()


@pytest.mark.parametrize(
    "path", ["it's", 'a"b', "a#b", "a#/b", "a?/b", "a;b", "a\nb", "a\tb", " a", "a .db", "x" * 241]
)
def test_a_path_that_dbt_misreads_is_refused(path: str) -> None:
    with pytest.raises(SettingError, match="WAREHOUSE is "):
        check_warehouse_name(Path(path))


@pytest.mark.parametrize(
    "name", ["select", "1999", "a-b", "a b", "2009.06", "é", "$x", "~x", "md:x", "memory", "plays"]
)
def test_other_names_can_be_opened_and_read(tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    path = Settings.from_environment({"WAREHOUSE": name}).warehouse
    with duckdb.connect(f"./{name}") as connection:
        connection.execute("create schema marts; create table marts.plays as select 1 as n")
    assert Warehouse(path).read("select plays.n from marts.plays")["n"].tolist() == [1]
    assert os.listdir(tmp_path) == [name]


def as_sqlite(path: Path) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute("create table plays (user_id text)")


@pytest.mark.parametrize(
    ("make", "kind"),
    [
        (as_sqlite, "it is a SQLite database"),
        (Path.touch, "it is empty"),
        (Path.mkdir, "it is a folder"),
        (os.mkfifo, "it is no regular file"),
        (lambda path: path.write_bytes(b"PAR1" * 20), "it is no DuckDB file"),
        (lambda path: path.write_bytes(b"\x1f\x8b\x08" + bytes(20)), "it is no DuckDB file"),
        (lambda path: path.write_text(LINE), "it is no DuckDB file"),
        (lambda path: path.write_text("S"), "it is no DuckDB file"),
    ],
)
def test_what_is_no_warehouse_is_neither_opened_nor_replaced(
    tmp_path: Path, make: Callable[[Path], object], kind: str
) -> None:
    path = tmp_path / "music.duckdb"
    make(path)
    before = path.stat()
    for check in (check_warehouse_file, check_published, check_target, lambda path: Warehouse(path).read("select 1")):
        assert refused(lambda check=check: check(path)).startswith(f"{path} cannot be opened ({kind})")
    assert path.stat() == before


def test_a_warehouse_and_a_missing_one_pass_as_targets(tmp_path: Path) -> None:
    duckdb.connect(str(tmp_path / "music.duckdb")).close()
    check_target(tmp_path / "music.duckdb")
    check_published(tmp_path / "music.duckdb")
    check_target(tmp_path / "new" / "folder" / "music.duckdb")
    assert "There is no warehouse at" in refused(lambda: check_published(tmp_path / "new.duckdb"))


def test_a_folder_that_takes_no_files_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(WarehouseError, match="file: Not a directory.: set WAREHOUSE to a file in a writable folder"):
        check_target(tmp_path / "file" / "music.duckdb")

    # modes do not bind root
    def refuse(**_: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(tempfile, "TemporaryFile", refuse)
    with pytest.raises(WarehouseError, match="Cannot write to .*: Permission denied.: set WAREHOUSE"):
        check_target(tmp_path / "music.duckdb")
    settings = Settings.from_environment({"DEMO": str(tmp_path / "demo"), "WAREHOUSE": str(tmp_path / "music.duckdb")})
    monkeypatch.setattr("models_py.settings.checks.check_target", lambda _: None)
    with pytest.raises(SettingError, match="The demo cannot be written to"):
        check_build(settings)


def test_a_folder_that_cannot_be_listed_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for raw, reason in ((tmp_path / "file", "Not a directory"), (tmp_path / ("x" * 300), "File name too long")):
        settings = Settings.from_environment({"RAW": str(raw)})
        assert f"RAW is {raw}, which is no folder that can be read ({reason})" in refused(
            lambda settings=settings: check_raw_folder(settings)
        )


def test_a_link_to_a_file_is_read_and_a_pipe_is_not(tmp_path: Path) -> None:
    from models_py.sources.files import check_raw_files

    raw = tmp_path / "raw"
    raw.mkdir()
    (tmp_path / "elsewhere").write_text(LINE)
    (raw / "link.tsv").symlink_to(tmp_path / "elsewhere")
    settings = Settings.from_environment({"RAW": str(raw)})
    check_raw_files(settings)
    os.mkfifo(raw / "pipe.tsv")
    with pytest.raises(RawFileError, match="pipe.tsv is no regular file"):
        check_raw_files(settings)
