"""What the environment says, and what counts as an event file."""

from pathlib import Path

import pytest

from models_py.errors import StudyError
from models_py.settings import Settings


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


@pytest.mark.parametrize("names", ["random_2 random_3", "random_2,random_3", " random_2, random_3 "])
def test_splits_are_named_with_blanks_or_commas(names: str):
    assert Settings.from_environment({"SPLITS": names}).splits == ("random_2", "random_3")


def test_an_unknown_source_names_those_that_exist():
    with pytest.raises(StudyError, match="SOURCE is '2k'.*1k.*360k"):
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
