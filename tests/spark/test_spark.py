"""The same raw files, built on DuckDB and on Spark: every table that both have is the same."""

import os
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import duckdb
import pytest
from conftest import ROOT, Study, study_in
from made_up_plays import write_raw_files

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not find_spec("pyspark"), reason="pyspark is not installed: make test-spark"),
    pytest.mark.skipif(not shutil.which("java") and "JAVA_HOME" not in os.environ, reason="there is no Java"),
]

# columns that may differ, and why
HASH = "a key within one build, made by each engine's own hash"
PLACE = "where a line stands in a piece of its file, which DuckDB does not need"
AS_READ = "DuckDB's reader shows bytes that are no letters in its own way"
TIME_OF_BUILD = "the time of the build"
ALLOWED = {
    "int_lines_read": {
        "spelling_key": HASH,
        "piece_starts_at": PLACE,
        "place_in_partition": PLACE,
    },
    "int_plays_sequenced": {"spelling_key": HASH},
    "int_plays_repeated": {"spelling_key": HASH},
    "int_artist_plays_deduplicated": {"spelling_key": HASH},
    "int_spellings_read": {"spelling_key": HASH},
    "int_spellings_identified": {"spelling_key": HASH},
    "int_plausible_ranges": {"plausible_to": TIME_OF_BUILD},
    "rejected_lines": {"raw_line": AS_READ},
    "load_audit_files": {"plausible_to": TIME_OF_BUILD},
}
# tables whose rows differ, and why
OTHER_ROWS = {
    "int_lines_read": "lines that are not UTF-8 are rows of Spark's, and of DuckDB's reject table",
    "int_lines_read_rejects": "see int_lines_read",
}
SAME = 9  # decimals of doubles: each engine adds in an order of its own
UNIT_TESTS = ["test", "--select", "test_type:unit", "--exclude", "source:recommender+"]
# rounds after the first are in a hook there, which unit tests do not run; assert_k_core_is_stable holds all of them
IN_A_HOOK = "the_k_core_repeats_until_it_is_stable"


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Study:
    """Raw files that Spark reads in pieces of 100 KB, built by both engines."""
    folder = tmp_path_factory.mktemp("spark")
    (folder / "conf").mkdir()
    (folder / "conf" / "spark-defaults.conf").write_text(
        "spark.sql.files.maxPartitionBytes 100k\nspark.sql.files.openCostInBytes 1k\n"
    )
    study = study_in(
        folder,
        SPARK_WAREHOUSE=str(folder / "spark"),
        SPARK_CONF_DIR=str(folder / "conf"),
        SPLITS="random leave_last rolling_1",
    )
    write_raw_files(folder / "raw")
    for target in ("", "spark_local"):
        result = study.run("build", TARGET=target)
        assert result.returncode == 0, result.stdout + result.stderr
    return study


def build_of(study: Study) -> str:
    """Name the build of Spark's that is published."""
    [folder] = (study.folder / "spark").glob("marts_*.db")
    return folder.name.removesuffix(".db").removeprefix("marts")


def parquet_of(study: Study) -> dict[str, Path]:
    """Name each table of Spark's build and its folder."""
    schemas = [f"{layer}{build_of(study)}.db" for layer in ("marts", "intermediate", "staging")]
    folders = [path for schema in schemas for path in (study.folder / "spark" / schema).iterdir()]
    return {path.name: path for path in folders if any(path.glob("*.parquet"))}


def differences(study: Study, table: str, folder: Path) -> str:
    """Say how a table differs between the engines; nothing where it does not."""
    with duckdb.connect(str(study.warehouse), read_only=True) as connection:
        here = _columns(connection, table)
        there = _columns(connection, f"read_parquet('{folder}/*.parquet')")
        allowed = ALLOWED.get(table.split(".")[-1], {})
        if here.keys() - allowed.keys() != there.keys() - allowed.keys():
            return f"columns {sorted(here.keys() ^ there.keys())}"
        kept = ", ".join(_comparable(name, here[name]) for name in here if name not in allowed)
        sides = [f"select {kept} from {relation}" for relation in (table, f"read_parquet('{folder}/*.parquet')")]
        apart = [
            connection.execute(f"({one}) except all ({other})").fetchall()[:3]
            for one, other in (sides, reversed(sides))
        ]
    return "" if apart == [[], []] else f"only on DuckDB {apart[0]}, only on Spark {apart[1]}"


def _columns(connection: duckdb.DuckDBPyConnection, relation: str) -> dict[str, str]:
    return {row[0]: row[1] for row in connection.execute(f"describe select * from {relation}").fetchall()}


def _comparable(name: str, data_type: str) -> str:
    if data_type == "DOUBLE":
        return f"round({name}, {SAME}) as {name}"
    return f"list_transform({name}, lambda one: round(one, {SAME})) as {name}" if data_type == "DOUBLE[]" else name


def qualified(study: Study) -> dict[str, str]:
    """Name each of DuckDB's tables with its schema."""
    rows = study.query("select table_name, schema_name from duckdb_tables() where schema_name <> 'recommender'")
    return {name: f"{schema}.{name}" for name, schema in rows}


def test_every_table_of_both_engines_is_the_same(study: Study) -> None:
    tables = qualified(study)
    compared = {name: folder for name, folder in parquet_of(study).items() if name in tables and name not in OTHER_ROWS}
    assert len(compared) > 80
    apart = {name: differences(study, tables[name], folder) for name, folder in compared.items()}
    assert {name: how for name, how in apart.items() if how} == {}


def test_a_wrong_value_is_noticed(study: Study, tmp_path: Path) -> None:
    folder = parquet_of(study)["users"]
    with duckdb.connect() as connection:
        connection.execute(
            f"copy (select * replace (play_count + (user_id = 'user_000007')::bigint as play_count) "
            f"from read_parquet('{folder}/*.parquet')) to '{tmp_path}/changed.parquet'"
        )
    assert "user_000007" in differences(study, "marts.users", tmp_path)


def test_every_line_has_its_number(study: Study) -> None:
    path = parquet_of(study)["rejected_lines"]
    rows = duckdb.sql(f"select file_id, line_number, reason from read_parquet('{path}/*.parquet')").fetchall()
    lines = (study.folder / "raw" / "events.tsv").read_bytes().split(b"\n")
    undecodable = {number for number, line in enumerate(lines, start=1) if b"\xff\xfe" in line or b"F\xc3\t" in line}
    assert (
        undecodable and {number for file, number, reason in rows if file == 1 and reason == "not UTF-8"} == undecodable
    )


COUNT = """
from pyspark.sql import SparkSession
address = "jdbc:derby:;databaseName={folder}/metastore"
builder = SparkSession.builder.config("spark.sql.warehouse.dir", "{folder}").enableHiveSupport()
spark = builder.config("spark.hadoop.javax.jdo.option.ConnectionURL", address).getOrCreate()
print("FOUND", spark.table("marts.plays").count(), [row.viewName for row in spark.sql("show views in marts").collect()])
"""


def test_marts_are_views_of_the_build(study: Study) -> None:
    script = COUNT.format(folder=study.folder / "spark")
    command = [sys.executable, "-c", script]
    printed = subprocess.run(command, capture_output=True, text=True, cwd=study.folder, check=True).stdout
    [(plays,)] = study.query("select count(*) from marts.plays")
    assert f"FOUND {plays} " in printed and "'plays'" in printed and "'model_leaderboard'" in printed


def test_duckdb_reads_the_build(study: Study) -> None:
    with duckdb.connect(str(study.folder / "spark.duckdb"), read_only=True) as connection:
        names = "select view_name from duckdb_views() where schema_name = 'marts' order by all"
        there = [name for (name,) in connection.execute(names).fetchall()]
        counts = [connection.execute(f"select count(*) from marts.{name}").fetchall() for name in there]
        [(known,)] = connection.execute(
            "select count(*) from marts.artists where artist_id = marts.artist_id_of('ΟΔΥΣΣΕΑΣ')"
        ).fetchall()
    marts = study.query("select table_name from duckdb_tables() where schema_name = 'marts' order by all")
    assert there == [name for (name,) in marts] and known == 1
    assert counts == [study.query(f"select count(*) from marts.{name}") for name in there]


def test_unit_tests_pass_there(study: Study) -> None:
    command = [
        sys.executable,
        "-m",
        "dbt.cli.main",
        "--no-use-colors",
        *UNIT_TESTS,
        IN_A_HOOK,
        "--target",
        "spark_local",
    ]
    environment = {**os.environ, **study.environment, "SPARK_BUILD": build_of(study)}
    result = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    told = [line for line in result.stdout.splitlines() if " FAIL " in line or " ERROR " in line or "Done." in line]
    assert result.returncode == 0, told
