"""What is printed is data: hostile names reach a terminal or a pipe as text, and one module alone prints."""

import ast
import io
import re
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import duckdb
import pytest
from conftest import ROOT, Study
from rich.console import Console

from models_py.data.parameters import Parameters
from models_py.experiments.protocols import report as study_report
from models_py.experiments.published import report as published_report
from models_py.reports import tuning as tuning_report
from models_py.reports.answers import print_answer, print_served
from models_py.reports.catalogues import report_catalogues
from models_py.reports.facts import print_facts
from models_py.reports.leaderboard import print_leaderboard
from models_py.reports.tuning import report_tuning
from models_py.settings.environment import Settings
from models_py.terminal import printing
from models_py.terminal.printing import complain, print_csv, print_table, say, visible
from models_py.terminal.progress import stage
from models_py.warehouse import Warehouse

# markup, an emoji code and a format; colours, a title, line ends, directions, a byte order mark, half a character
NAMES = ("[unknown]", "Superchic[k]", "[/]", "[red]x", ":smile:", "{task}")
HOSTILE = (
    "a\x1b[31mb",
    "a\x1b]0;title\x07b",
    "a\r\nb\tc\x00d\x7f",
    "a\x85\x9bb",
    "a\u202eb\u2066c\u200fd\u061c",
    "a\u2028b\u2029c",
    "a\ufeff\u00adb",
    "a\udcffb",
)
SHAPELESS = re.compile(
    r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u00ad\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]"
)
EVERYTHING = " ".join((*NAMES, *HOSTILE))


def assert_shown(printed: str, *texts: str) -> None:
    """Every text is there as it is or as escapes, and nothing that steers a terminal."""
    assert not SHAPELESS.search(printed)
    for text in texts:
        assert visible(text) in printed


@pytest.mark.parametrize(
    "text", [*NAMES, "Sigur Rós", "محسن\u200cچاوشی", "👩\u200d🎤", "東京事変", "wide\u3000blank", "a\\x1b"]
)
def test_what_has_a_shape_is_shown_as_it_is(text: str) -> None:
    assert visible(text) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\x1b[31mb", r"a\x1b[31mb"),
        ("a\r\nb\tc\x00d\x7f", r"a\r\nb\tc\x00d\x7f"),
        ("a\x9bb", r"a\x9bb"),
        ("a\u202eb", r"a\u202eb"),
        ("a\u2066b\u200f", r"a\u2066b\u200f"),
        ("a\u2028b", r"a\u2028b"),
        ("a\udcffb", r"a\udcffb"),
        ("\U000e0041", r"\U000e0041"),
    ],
)
def test_what_has_none_is_an_escape(text: str, shown: str) -> None:
    assert visible(text) == shown


def test_every_way_to_print_prints_text(capsys: pytest.CaptureFixture[str]) -> None:
    say(EVERYTHING)
    print_table(EVERYTHING, [*NAMES, EVERYTHING], [[*NAMES, text] for text in HOSTILE], "lllllrl")
    print_csv([EVERYTHING], [[text] for text in HOSTILE])
    complain(EVERYTHING)
    printed = capsys.readouterr()
    assert_shown(printed.out, *NAMES, *HOSTILE)
    assert_shown(printed.err, *NAMES, *HOSTILE)
    assert printed.err.count("\n") == 1


def test_a_table_in_a_pipe_has_a_line_per_row_and_cuts_nothing_off(capsys: pytest.CaptureFixture[str]) -> None:
    print_table("", ["name", "plays"], [["x" * 5000, 12], ["", None]], "lr")
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert ["x" * 5000, "12"] in lines
    assert ["NULL"] in lines


def test_csv_tells_no_value_from_an_empty_one(capsys: pytest.CaptureFixture[str]) -> None:
    print_csv(["a,b", "c"], [["", None], ['say "no"', 1.5]])
    assert capsys.readouterr().out == '"a,b",c\n"",\n"say ""no""",1.5\n'


def test_a_bar_at_a_terminal_shows_names_as_text(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = io.StringIO()
    terminal = Console(file=screen, force_terminal=True, width=400, highlight=False, color_system=None)
    monkeypatch.setattr("models_py.terminal.progress.console", lambda: terminal)
    monkeypatch.setattr(printing, "console", lambda: terminal)
    with stage(f"title {NAMES[0]} {{0}} a\x1b]0;b") as shown:
        shown.doing(EVERYTHING)
    printed = screen.getvalue()
    assert r"title [unknown] {0} a\x1b]0;b" in printed
    assert visible(EVERYTHING) in printed
    assert "\x1b]" not in printed and "\u202e" not in printed


@pytest.fixture(scope="module")
def hostile(demo: Study, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Copy the demo's warehouse to a path with hostile names in it, and give everything in it such names."""
    folder = tmp_path_factory.mktemp("hostile") / "[red]a\x1b[31m\u202e [" / "b]"
    folder.mkdir(parents=True)
    path = folder / "music[k].duckdb"
    shutil.copy(demo.warehouse, path)
    with duckdb.connect(str(path)) as connection:
        for table, column in {
            "served_recommendations": "item_name",
            "model_leaderboard": "model_name",
            "model_runs": "model_name",
            "tuning_curves": "model_name",
            "load_audit_files": "file_name",
        }.items():
            name = [f"{NAMES[0]}[/] a\x1b[31mb\u202e\n"]
            connection.execute(f"update marts.{table} set {column} = ? || {column}", name)
        connection.execute("update marts.model_runs set trials_run = 1, tuning_users = 2")
        connection.execute("update marts.evaluation_parameters set max_tuning_cells = 1")
        connection.execute("update marts.users set user_id = ? where user_id = 'user_000001'", [EVERYTHING[:-3]])
        connection.execute(
            "update marts.served_recommendations set user_id = ? where user_id = 'user_000001'", [EVERYTHING[:-3]]
        )
    return path


def test_lists_and_errors_of_hostile_people(hostile: Path, capsys: pytest.CaptureFixture[str]) -> None:
    print_served(hostile, EVERYTHING[:-3], "", "discovery", 5)
    assert_shown(capsys.readouterr().out, EVERYTHING[:-3], "[unknown][/] a\x1b[31mb\u202e\n")


def test_the_leaderboard_of_hostile_models(hostile: Path, capsys: pytest.CaptureFixture[str]) -> None:
    print_leaderboard(hostile)
    printed = capsys.readouterr().out
    assert_shown(printed, "[unknown][/] a\x1b[31mb\u202e\n", str(hostile))
    assert "tuning_budget_seconds ended the search of" in printed
    assert "settings were chosen on 2 of" in printed


def test_reports_of_hostile_files(
    hostile: Path, demo: Study, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    # names in drawings are tested with the report
    monkeypatch.setattr(tuning_report, "_draw", lambda curves, path: None)
    report_tuning(hostile)
    report_catalogues(hostile)
    with duckdb.connect(str(hostile)) as connection:
        connection.execute("update marts.load_audit_files set is_demo = false")
    say(study_report._data(Warehouse(hostile), "artist"))
    settings = Settings.from_environment(demo.environment)
    print_facts(replace(settings, warehouse=hostile))
    counts = SimpleNamespace(shape=(3, 2), nnz=4)
    monkeypatch.setattr(
        published_report, "read_counts", lambda asked, data: (counts, Parameters.read(Warehouse(hostile)))
    )
    monkeypatch.setattr(published_report, "compare", lambda *arguments: ({}, {"model": EVERYTHING}))
    published_report.print_comparison(settings, "", [1, 2])
    assert_shown(capsys.readouterr().out, "[unknown][/] a\x1b[31mb\u202e\n", EVERYTHING)


def test_answers_with_hostile_names(hostile: Path, capsys: pytest.CaptureFixture[str]) -> None:
    query = "select user_id from marts.users where user_id not like 'user_%'"
    print_answer(hostile, query, 10)
    print_answer(hostile, query, None)
    assert_shown(capsys.readouterr().out, EVERYTHING[:-3])


@pytest.mark.parametrize(
    ("command", "status"),
    [
        (["recommend", "--user", "[/]a\x1b[31m\u202e"], 1),
        (["query", 'select * from "[/]a\x1b[31m\u202e"'], 1),
        (["query", "select 1", "--rows", "[/]a\x1b[31m\u202e"], 2),
        (["[/]a\x1b[31m\u202e"], 2),
        (["query", "select 1", "--[/]a\x1b[31m\u202e"], 2),
    ],
)
def test_errors_are_one_line_of_text(demo: Study, command: list[str], status: int) -> None:
    result = demo.run(*command)
    assert result.returncode == status
    assert result.stdout == ""
    assert len(result.stderr.splitlines()) == 1
    assert not SHAPELESS.search(result.stderr.rstrip("\n"))


def test_what_a_pipe_cannot_encode_is_escaped(demo: Study) -> None:
    result = demo.run("query", "select 'Sigur Rós'", PYTHONIOENCODING="ascii")
    assert result.returncode == 0 and r"Sigur R\xf3s" in result.stdout


def test_a_terminal_sees_the_packages_own_warnings_alone() -> None:
    code = (
        "import logging, warnings; from models_py.terminal.printing import only_own_words; only_own_words(); "
        "warnings.warn('of a library'); logging.getLogger('library').error('of a library'); "
        "logging.getLogger('models_py.jobs').warning('own [/] %s', chr(27))"
    )
    result = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert (result.stdout, result.stderr) == ("", "own [/] \\x1b\n")


def test_no_other_module_prints() -> None:
    """Consoles, tables and print belong to one module; what draws bars gets its console from there."""
    printers = set()
    for path in (ROOT / "models_py").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            called = node.func if isinstance(node, ast.Call) else None
            name = getattr(called, "id", getattr(called, "attr", ""))
            imported = node.module or "" if isinstance(node, ast.ImportFrom) else ""
            if (
                name in ("print", "echo", "secho", "Console")
                or (name == "write" and "std" in ast.dump(called))
                or (imported.startswith("rich") and imported != "rich.progress")
            ):
                printers.add(path.relative_to(ROOT).as_posix())
    assert printers == {"models_py/terminal/printing.py"}
