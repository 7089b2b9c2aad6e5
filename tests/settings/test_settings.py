"""What the environment says, and what counts as an event file."""

import os
import shlex
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import ROOT, Study

from models_py import __main__ as commands
from models_py.errors import SettingError
from models_py.recommenders.base import TASKS
from models_py.settings.environment import Settings


@pytest.mark.parametrize(
    "environment", [{}, dict.fromkeys(("RAW", "SOURCE", "WAREHOUSE", "DEMO", "SPLITS", "VARS"), "")]
)
def test_what_is_not_set_has_its_default(environment: dict[str, str]):
    expected = Settings(
        raw=Path("warehouse/raw"),
        source="1k",
        warehouse=Path("warehouse/lastfm.duckdb"),
        demo=Path("warehouse/demo"),
        splits=(),
        variables="{}",
    )
    assert Settings.from_environment(environment) == expected


@pytest.mark.parametrize(
    "names", ["random_2 random_3", "random_2,random_3", " random_2, random_3 ", "random_2 random_3 random_2"]
)
def test_splits_are_named_with_blanks_or_commas(names: str):
    assert Settings.from_environment({"SPLITS": names}).splits == ("random_2", "random_3")


def test_an_unknown_source_names_those_that_exist():
    with pytest.raises(SettingError, match="SOURCE is '2k'.*1k.*360k"):
        Settings.from_environment({"SOURCE": "2k"})


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        ([], False),
        (["plays.tsv"], True),
        (["plays.tsv.gz"], True),
        (["userid-profile.tsv", "usersha1-profile.tsv.gz", "README.md", "plays.csv"], False),
        (["userid-profile.tsv", "userid-timestamp-artid.tsv"], True),
    ],
)
def test_every_tsv_but_a_profile_is_an_event_file(tmp_path: Path, names: list[str], expected: bool):
    for name in names:
        (tmp_path / name).touch()
    assert Settings.from_environment({"RAW": str(tmp_path)}).has_event_files() is expected


def test_a_missing_folder_holds_no_event_file(tmp_path: Path):
    assert not Settings.from_environment({"RAW": str(tmp_path / "missing")}).has_event_files()


def test_a_dollar_sign_in_a_setting_is_one_for_make_and_the_shell():
    raw = "x$(shell exit 1) `exit 1` $HOME $$ # \"y\" 'z'"
    for assignments, environment in (([f"RAW={raw}"], {}), ([], {"RAW": raw})):
        printed = subprocess.run(
            ["make", "--no-print-directory", *assignments, "help"],
            cwd=ROOT,
            env={**os.environ, **environment},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        assert f"Settings: RAW={raw} SOURCE=" in printed


# what takes longest to load, and DuckDB, which would look at the file
HEAVY = {"dbt", "duckdb", "numba", "numpy", "pandas", "rich", "scipy", "sklearn"}


@pytest.mark.parametrize(
    ("command", "settings", "sentence"),
    [
        ("build", {"SOURCE": "2k"}, "SOURCE is '2k'"),
        ("build", {"SPLITS": "temporl"}, "SPLITS names temporl"),
        ("evaluate", {"VARS": "{theme_counts: [8, 8]}"}, "names a number twice"),
        ("fit", {"VARS": "{min_age: 101}"}, "above max_age"),
        ("build", {"MEMORY_LIMIT": "lots"}, "MEMORY_LIMIT is 'lots': write a number with a unit"),
        ("recommend --user ann", {"MEMORY_LIMIT": "1GB'; drop"}, "MEMORY_LIMIT is"),
        ("evaluate", {"PYTHON_MEMORY_LIMIT": "lots"}, "PYTHON_MEMORY_LIMIT is 'lots'"),
        ("build", {"RAW": "/no/such/folder"}, "RAW is /no/such/folder"),
        ("build", {"WAREHOUSE": "folder/marts.duckdb"}, "'marts' is also the name of a schema"),
        ("build", {"WAREHOUSE": "README.md"}, "README.md cannot be opened (it is no DuckDB file)"),
        ("build", {"WAREHOUSE": "README.md/music.duckdb"}, "Cannot write to README.md"),
        ("build", {"TARGET": "sparc"}, "TARGET is 'sparc'; set it to spark_local or spark"),
        ("evaluate", {"TARGET": "sparc"}, "TARGET is 'sparc'; set it to spark_local or spark"),
        ("export folder --target sparc", {}, "TARGET is 'sparc'; set it to spark_local or spark"),
        ("export tests", {}, "tests is there already"),
        ("benchmark", {"TARGET": "spark"}, "set TARGET to spark_local"),
        ("fit", {"TARGET": "spark_local"}, "run `make evaluate TARGET=spark_local`"),
        ("fit", {"WAREHOUSE": "/no/such/file"}, "There is no warehouse at /no/such/file"),
        ("protocols", {"ITEM_TYPE": "album"}, "'album' is no item type"),
        ("protocols", {"TRIALS": "lots"}, "TRIALS"),
        ("published", {"SEEDS": "1"}, "SEEDS"),
        ("published", {"DATA": ""}, "DATA is not set"),
        ("benchmark", {"SCALES": "all"}, "SCALES names all"),
        ("recommend --usr ann", {}, "No such option: --usr"),
        ("query 'select 1'", {"WAREHOUSE": "README.md"}, "README.md cannot be opened"),
        ("demo", {"DEMO": "README.md/demo"}, "The demo cannot be written to README.md/demo"),
    ],
)
def test_a_setting_is_refused_before_anything_is_loaded(
    new_study: Callable[..., Study], command: str, settings: dict[str, str], sentence: str
) -> None:
    study = new_study(**settings)
    # one that would be refused later
    (study.folder / "raw" / "plays.tsv.gz").write_bytes(b"no gzip")
    result = study.run(*shlex.split(command), PYTHONPROFILEIMPORTTIME="1")
    *imports, said = result.stderr.strip().splitlines()
    assert result.returncode in (1, 2)
    assert sentence in said
    loaded = {line.split("|")[-1].strip().split(".")[0] for line in imports if line.startswith("import time:")}
    assert "models_py" in loaded
    assert not loaded & HEAVY
    assert len(imports) == sum(line.startswith("import time:") for line in imports)
    assert not (study.folder / "building").exists()


def test_the_command_line_knows_the_tasks_of_recommenders() -> None:
    assert commands.TASKS == TASKS
