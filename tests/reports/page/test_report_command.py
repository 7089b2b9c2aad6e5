"""The report as a command and as the last step of an evaluation: what it prints, writes, refuses and leaves alone."""

import os
from pathlib import Path

import duckdb
import pytest
from conftest import Study

from models_py import __main__ as commands
from models_py import pipeline
from models_py.errors import ReportError
from models_py.reports import leaderboard
from models_py.settings.environment import Settings
from models_py.settings.paths import docs_page

MOST_BYTES = 5_000_000
DRAWING = {"altair", "vl_convert"}


@pytest.fixture
def linked(demo: Study, tmp_path: Path) -> Study:
    """Give the demo's warehouse another place, to write a report beside it."""
    study = Study(tmp_path, {**demo.environment, "WAREHOUSE": str(tmp_path / "music.duckdb"), "LISTENER": ""})
    study.warehouse.symlink_to(demo.warehouse)
    return study


def test_the_command_writes_one_file_beside_the_warehouse_and_says_where(linked: Study) -> None:
    answer = linked.call("report")
    assert answer.returncode == 0, answer.stderr
    report = linked.folder / "music.report.html"
    assert answer.stdout.splitlines()[-1] == f"The report is {report}."
    assert answer.stdout.startswith("Report: ")
    assert sorted(os.listdir(linked.folder)) == ["music.duckdb", "music.report.html"]
    assert report.stat().st_size < MOST_BYTES
    before = report.read_bytes()
    assert linked.call("report").returncode == 0
    # nothing in it depends on when it was written
    assert report.read_bytes() == before


@pytest.mark.slow
def test_the_documentation_of_the_tables_is_linked_where_it_is(linked: Study) -> None:
    target = linked.folder / "some target"
    target.mkdir()
    (target / "static_index.html").touch()
    report = linked.folder / "music.report.html"
    assert linked.call("report", DBT_TARGET_PATH=str(target)).returncode == 0
    assert '<a href="some%20target/static_index.html">' in report.read_text(encoding="utf-8")
    assert linked.call("report", DBT_TARGET_PATH=str(target / "other")).returncode == 0
    assert "static_index.html" not in report.read_text(encoding="utf-8")


def test_the_documentation_is_where_dbt_writes_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DBT_TARGET_PATH", raising=False)
    assert docs_page() == Path("dbt_project/target/static_index.html")


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"WAREHOUSE": "/no/such/music.duckdb"}, "There is no warehouse at /no/such/music.duckdb: run `make evaluate`"),
        ({"LISTENER": "nobody"}, "There is no user 'nobody' in "),
    ],
)
def test_what_is_missing_is_one_sentence(linked: Study, changes: dict[str, str], sentence: str) -> None:
    answer = linked.call("report", **changes)
    assert answer.returncode == 1
    assert answer.stderr.startswith(sentence) and answer.stderr.count("\n") == 1
    assert os.listdir(linked.folder) == ["music.duckdb"]


def test_a_folder_that_cannot_be_written_is_one_sentence(linked: Study, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.replace", refuse)
    answer = linked.call("report")
    assert answer.returncode == 1
    assert answer.stderr.startswith(f"The report cannot be written to {linked.folder / 'music.report.html'} (No space")
    assert os.listdir(linked.folder) == ["music.duckdb"]


def test_where_the_report_fails_the_tables_stay_published(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "music.duckdb"
    monkeypatch.setattr(leaderboard, "print_leaderboard", lambda _: None)
    monkeypatch.setattr(pipeline, "evaluate", lambda *_, **__: duckdb.connect(path).execute("create schema marts"))
    with pytest.raises(ReportError) as caught:
        commands._evaluate(Settings.from_environment({"WAREHOUSE": str(path)}), prepare=True)
    assert str(caught.value).startswith(f"The tables are published in {path}, but the report of them is not written: ")
    assert "lacks a table or column" in str(caught.value)
    assert os.listdir(tmp_path) == ["music.duckdb"]


def test_an_evaluation_ends_with_the_report(
    demo_output: tuple[Study, str],
) -> None:
    study, printed = demo_output
    report = study.warehouse.with_name("music.report.html")
    assert printed.splitlines()[-1] == f"The report is {report}."
    assert report.stat().st_size < MOST_BYTES


def test_who_asks_for_a_list_does_not_wait_for_what_draws(demo: Study) -> None:
    answer = demo.run("recommend", "--user", "user_000010", PYTHONPROFILEIMPORTTIME="1")
    assert answer.returncode == 0
    lines = [line for line in answer.stderr.splitlines() if line.startswith("import time:")]
    loaded = {line.split("|")[-1].strip().split(".")[0] for line in lines}
    assert "models_py" in loaded
    assert not loaded & DRAWING
