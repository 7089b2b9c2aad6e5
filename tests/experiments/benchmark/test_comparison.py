"""Data frames count what DuckDB counts in the same file, stray quotes, blanks and names like 'None' included."""

from pathlib import Path

import duckdb
import pytest

from models_py.experiments.benchmark.comparison import COLUMNS, TOOLS

PLAYS = [
    ("user_1", "", "Sigur Rós", "", "Untitled #1"),
    ("user_1", "a-1", "Sigur Rós", "t-1", "Untitled #1"),
    ("user_1", "", "None", "", "None"),
    ("user_1", "", "NA", "", "null"),
    ("user_2", "", '"Weird Al" Yankovic', "", '12" mix'),
    ("user_2", "", '"Weird Al" Yankovic', "", '7" mix'),
    ("user_2", "", "Sigur Rós", "", ""),
]


@pytest.fixture
def plays(tmp_path: Path) -> Path:
    path = tmp_path / "plays.tsv"
    lines = ["\t".join((user, "2009-01-01T00:00:00Z", *rest)) for user, *rest in PLAYS]
    path.write_text("\n".join(lines) + "\n")
    return path


@pytest.mark.parametrize("tool", TOOLS)
def test_counts_are_those_of_duckdb(tool: str, plays: Path) -> None:
    pytest.importorskip(tool.split("_")[0])
    names = ", ".join(f"'{name}': 'varchar'" for name in COLUMNS)
    [counted] = duckdb.sql(
        f"""
        select count(*), count(distinct (user_id, artist_name, coalesce(track_name, '')))
        from read_csv('{plays}', delim = '\t', quote = '', header = false, columns = {{{names}}})
        """
    ).fetchall()
    loaded = []
    assert TOOLS[tool](plays, lambda: loaded.append(True)) == counted == (7, 6)
    assert loaded == [True]


@pytest.mark.parametrize("tool", TOOLS)
def test_a_broken_line_does_not_stop_the_count(tool: str, plays: Path) -> None:
    pytest.importorskip(tool.split("_")[0])
    with plays.open("ab") as file:
        file.write(b"user_3\t2009-01-01T00:00:00Z\t\t\xff\xfe\t\tCut \xc3\n")
        file.write(b"user_3\t2009-01-01T00:00:00Z\n")
    _, pairs = TOOLS[tool](plays, lambda: None)
    assert pairs >= 7
