"""The feedback file: what is read, and what is refused with its line."""

import csv
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_matrices import reproducible

from models_py.errors import SettingError
from models_py.sources.feedback import HEADER, Entry, read_feedback

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
