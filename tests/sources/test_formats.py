"""The format of each event file is told by its first lines, by dbt and by Python alike."""

import gzip
from pathlib import Path

import duckdb
import pytest
from dbt_runner import run_dbt

from models_py.settings.environment import Settings
from models_py.sources.files import recognized_formats
from models_py.sources.formats import LINES_READ, event_endings, formats

PLAY = b"ann\t2009-05-01T12:00:00Z\t\tLow\t\tMurderer\n"
COUNT = b"ann\t\tLow\t20\n"
JUNK = b"Dear diary\n"
PLAYS, COUNTS = "lastfm_1k", "lastfm_360k"
# in order of name; the first that tells its format is read by it, and so is every file that tells none
FILES = {
    "a_diary.tsv": (JUNK, COUNTS),
    "b_counts.tsv": (COUNT, COUNTS),
    "c_plays.tsv": (PLAY, PLAYS),
    "d_plays.tsv.gz": (gzip.compress(PLAY, mtime=0), PLAYS),
    "e_marked.tsv": (b"\xef\xbb\xbf" + PLAY, PLAYS),
    "f_windows.tsv": (PLAY.replace(b"\n", b"\r\n"), PLAYS),
    "g_macintosh.tsv": (PLAY.replace(b"\n", b"\r") * 2, PLAYS),
    "h_headed.tsv": (b"user\tartist_mbid\tartist_name\tplays\n\n" + COUNT, COUNTS),
    "i_mostly_plays.tsv": (COUNT + PLAY * 2 + JUNK * 9, PLAYS),
    "j_mostly_counts.tsv": (PLAY + COUNT * 2 + b"\xff\n" * 9, COUNTS),
    "k_as_many_of_both.tsv": (COUNT + PLAY, PLAYS),
    "l_told_by_the_last_line_read.tsv": (JUNK * (LINES_READ - 1) + PLAY + COUNT * 9, PLAYS),
    "m_told_too_late.tsv": (JUNK * LINES_READ + PLAY, COUNTS),
    "n_no_such_day.tsv": (PLAY.replace(b"05-01", b"05-32"), COUNTS),
    "o_no_such_hour.tsv": (PLAY.replace(b"T12", b"T24"), COUNTS),
    "p_no_name_and_no_user.tsv": (b"\t2009-05-01T12:00:00Z\t\t\t\t\n", PLAYS),
    "q_long_names.tsv": (PLAY.replace(b"Low", b"Low" * 9000), PLAYS),
    "r_nought.tsv": (COUNT.replace(b"20", b"0"), COUNTS),
    "s_as_programs_write_counts.tsv": (b"ann\t\tLow\t 012.0 \n", COUNTS),
    "t_empty.tsv": (b"", COUNTS),
}


def told_by_dbt(folder: Path, source: str) -> list[str]:
    """Let dbt tell the formats of a raw folder's event files, in order of name."""
    warehouse = folder / "music.duckdb"
    run_dbt("run", "--select", "int_files_recognized", warehouse=warehouse, raw=folder / "raw", source=source)
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        rows = connection.execute("select format from intermediate.int_files_recognized order by file_id").fetchall()
    return [name for (name,) in rows]


def test_most_of_the_first_lines_tell_the_format(tmp_path: Path) -> None:
    (tmp_path / "raw").mkdir()
    for name, (data, _) in FILES.items():
        (tmp_path / "raw" / name).write_bytes(data)
    expected = [told for _, told in FILES.values()]
    assert recognized_formats(Settings.from_environment({"RAW": str(tmp_path / "raw")})) == expected
    assert told_by_dbt(tmp_path, "1k") == expected


@pytest.mark.parametrize("source", ["1k", "360k"])
def test_where_no_line_tells_a_format_source_does(tmp_path: Path, source: str) -> None:
    (tmp_path / "raw").mkdir()
    (tmp_path / "raw" / "diary.tsv").write_bytes(JUNK)
    (tmp_path / "raw" / "empty.tsv").write_bytes(b"")
    expected = [f"lastfm_{source}"] * 2
    assert recognized_formats(Settings.from_environment({"RAW": str(tmp_path / "raw"), "SOURCE": source})) == expected
    assert told_by_dbt(tmp_path, source) == expected


def test_every_value_of_source_is_a_format() -> None:
    assert {PLAYS, COUNTS} <= set(formats())
    assert event_endings()[:2] == (".tsv", ".tsv.gz")
