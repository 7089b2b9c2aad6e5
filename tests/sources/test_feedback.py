"""The feedback file: what is read, and what is refused with its line."""

import csv
import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path

import duckdb
import pytest
from conftest import ROOT
from hypothesis import given
from hypothesis import strategies as st
from made_matrices import reproducible

from models_py.errors import SettingError
from models_py.sources.feedback import HEADER, Entry, add_entry, read_feedback

TEXTS = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\r\x00"), min_size=1).filter(str.strip)
ENTRIES = st.builds(
    lambda user, artist, title, feedback, day: Entry(
        user, "track" if title else "artist", artist, title or "", feedback, day
    ),
    TEXTS,
    TEXTS,
    st.none() | TEXTS,
    st.sampled_from(["hide", "love"]),
    st.dates(date(2002, 1, 1)),
)


@reproducible
@given(entries=st.lists(ENTRIES))
def test_whatever_is_written_by_the_rules_of_csv_is_read_back(
    entries: list[Entry], tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("feedback") / "feedback.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(HEADER)
        writer.writerows([vars(entry).values() for entry in entries])
    assert read_feedback(path) == entries


def test_without_a_file_nobody_has_said_anything(tmp_path: Path) -> None:
    assert read_feedback(tmp_path / "feedback.csv") == []


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        ("user,item", "Line 1 .*header has to be user_id,item_type,artist,title,feedback,given_on"),
        ("ann,track,A,T,hide", "Line 2 .*5 fields, not 6"),
        ("ann,album,A,T,hide,2009-05-04", "Line 2 .*item_type is 'album', not track or artist"),
        ("ann,track,A,T,like,2009-05-04", "Line 2 .*feedback is 'like', not hide or love"),
        ("ann,track,A,T,hide,4 May", "Line 2 .*given_on is '4 May', not a date such as 2009-05-04"),
        ("ann,track,A,T,hide,20090504", "Line 2 .*given_on is '20090504', not a date"),
        ("ann,track,A,,hide,2009-05-04", "Line 2 .*a track needs a title"),
        ("ann,artist,A,T,hide,2009-05-04", "Line 2 .*an artist has none"),
        (",artist,A,,hide,2009-05-04", "Line 2 .*user_id"),
        ('ann,artist,A,,hide,2009-05-04\nann,artist,"A,,hide,2009-05-04', "Line 3 .*unexpected end of data"),
    ],
)
def test_a_line_that_is_no_feedback_is_refused_with_its_number(tmp_path: Path, lines: str, reason: str) -> None:
    path = tmp_path / "feedback.csv"
    path.write_text(lines if lines.startswith("user,") else ",".join(HEADER) + "\n" + lines)
    with pytest.raises(SettingError, match=reason):
        read_feedback(path)


def test_a_blank_before_a_quote_is_refused_and_one_inside_is_text(tmp_path: Path) -> None:
    path = tmp_path / "feedback.csv"
    path.write_text(",".join(HEADER) + '\nann,artist, "A",,hide,2009-05-04\n')
    with pytest.raises(SettingError, match="a blank before a quote"):
        read_feedback(path)
    path.write_text(",".join(HEADER) + '\nann,artist,"  ""A, ""B""",,hide,2009-05-04\n')
    assert read_feedback(path)[0].artist == '  "A, "B"'


def test_mixed_line_ends_are_refused_as_everywhere(tmp_path: Path) -> None:
    path = tmp_path / "feedback.csv"
    path.write_bytes(",".join(HEADER).encode() + b"\r\nann,artist,A,,hide,2009-05-04\n")
    with pytest.raises(SettingError, match="mixes line ends"):
        read_feedback(path)


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
@pytest.mark.parametrize("is_ended", [True, False])
def test_entries_are_added_below_what_stands_there(tmp_path: Path, line_end: str, is_ended: bool) -> None:
    path = tmp_path / "feedback.csv"
    entry = Entry("ann", "track", 'The "A", and B', "T\nU", "love", date(2009, 5, 4))
    add_entry(path, entry)
    assert read_feedback(path) == [entry]
    written = line_end.join([",".join(HEADER), "bob,artist,  A ,,hide,2009-05-04"]) + line_end * is_ended
    path.write_bytes(written.encode())
    simple = replace(entry, title="T")
    add_entry(path, simple)
    assert path.read_bytes().startswith(written.encode())
    assert read_feedback(path)[1:] == [simple]


def test_of_entries_that_are_added_at_once_none_is_lost(tmp_path: Path) -> None:
    path = tmp_path / "feedback.csv"
    entries = [Entry("ann", "artist", f"A{number}", "", "hide", date(2009, 5, 4)) for number in range(50)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(partial(add_entry, path), entries))
    assert sorted(entry.artist for entry in read_feedback(path)) == sorted(entry.artist for entry in entries)
    assert read_feedback(path)[0].user_id == "ann"


@reproducible
@given(entries=st.lists(ENTRIES, min_size=1))
def test_sql_reads_the_same_entries(entries: list[Entry], tmp_path_factory: pytest.TempPathFactory) -> None:
    """By the macro's own reader and its options."""
    path = tmp_path_factory.mktemp("feedback") / "feedback.csv"
    for entry in entries:
        add_entry(path, entry)
    macro = (ROOT / "dbt_project/macros/reading.sql").read_text()
    options = re.search(r"(delim = ',', quote = .*?), hive_partitioning", macro)[1]
    columns = ", ".join(f"'{name}': 'varchar'" for name in HEADER)
    rows = duckdb.sql(f"select * from read_csv('{path}', columns = {{{columns}}}, {options})").fetchall()
    read = read_feedback(path)
    assert rows == [tuple(str(value) or None for value in vars(entry).values()) for entry in read] and read == entries
