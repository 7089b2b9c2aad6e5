"""Metadata files are optional: joined by name or MBID, counted where a line is bad, refused where all are."""

import gzip
from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb
import pytest
from conftest import Study
from dbt_runner import run_dbt

from models_py.errors import RawFileError
from models_py.settings.environment import Settings
from models_py.sources.files import check_raw_files

SONG, VERSION, OTHER = (f"{digit * 8}-0000-4000-8000-{digit * 12}" for digit in "abc")
PLAYS = [
    ("ann", "2009-05-01T12:00:00Z", "", "Low", SONG.upper(), "Murderer"),
    ("ann", "2009-05-01T12:05:00Z", "", "Low", VERSION, "Murderer"),
    ("ann", "2009-05-01T12:10:00Z", "", "Low", VERSION, "Murderer"),
    ("bob", "2009-05-01T12:00:00Z", "", "Múm", "", "Green Grass"),
]
TAGS = (
    b"artist_name\ttag\ttaggers\n"
    b"LOW \tSlowcore\t7\nLow\tseen live\t9\nLow\tslow core\t1\nNobody\tjazz\t2\n"
    b"\n\xff\tjazz\t2\nLow\tjazz\nLow\tjazz\tmany\nLow\t \t3\n"
)
RHYTHM = (
    "mbid,submission_offset,bpm,bpm_histogram_first_peak_bpm_mean,bpm_histogram_first_peak_bpm_median,"
    "bpm_histogram_second_peak_bpm_mean,bpm_histogram_second_peak_bpm_median,danceability,onset_rate\r\n"
    f"{SONG},1,99,99,99,50,50,0.5,1.5\r\n{SONG},0,98.5,98,98,49,49,nan,1.25\r\n{OTHER},0,10,10,10,5,5,0.5,0.5\r\n"
    f"{SONG},2\r\nno mbid,0,1,1,1,1,1,1,1\r\n"
).encode()
# the key is a name and not taken
TONAL = f"mbid,submission_offset,key_key,key_scale,tuning_frequency\n{SONG},0,A,minor,440\n".encode()
BUILT = [
    "+metadata_coverage",
    "+load_audit",
    "+user_features",
    "+user_one_hot",
    "+item_features",
    "+play_concentration",
]


def build(folder: Path, source: str = "1k", **files: bytes) -> Iterator[duckdb.DuckDBPyConnection]:
    """Load plays and the given files, whose names have two underscores for a dot and one for a hyphen."""
    (folder / "raw").mkdir(parents=True)
    rows = PLAYS if source == "1k" else [(user, mbid, artist, "3") for user, _, mbid, artist, *_ in PLAYS]
    (folder / "raw" / "plays.tsv").write_text("".join("\t".join(row) + "\n" for row in rows), "utf-8")
    for name, data in files.items():
        (folder / "raw" / name.replace("__", ".").replace("_", "-")).write_bytes(data)
    warehouse = folder / "music.duckdb"
    selection = ["--select", *BUILT, "--exclude", "test_type:unit", "--indirect-selection", "cautious"]
    run_dbt("build", *selection, warehouse=warehouse, raw=folder / "raw", source=source)
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        yield connection


@pytest.fixture(scope="module")
def described(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    yield from build(
        tmp_path_factory.mktemp("described"),
        artist_tags_hetrec__tsv=TAGS,
        recording_features_rhythm__csv=RHYTHM,
        recording_features_tonal__csv__gz=gzip.compress(TONAL),
    )


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    yield from build(tmp_path_factory.mktemp("bare"), source="360k")


def test_tags_find_their_artists_whatever_the_case(described: duckdb.DuckDBPyConnection) -> None:
    rows = described.execute("select artist_name, tag, tag_count, share, rank from marts.artist_tags").fetchall()
    assert rows == [("Low", "slowcore", 8, 1.0, 1)]


def test_metadata_are_no_events(described: duckdb.DuckDBPyConnection) -> None:
    audit = dict(described.execute("select check_name, value from marts.load_audit").fetchall())
    assert audit["lines_read"] == audit["plays_kept"] == len(PLAYS)


def test_bad_lines_of_metadata_are_counted(described: duckdb.DuckDBPyConnection) -> None:
    audit = dict(described.execute("select check_name, value from marts.load_audit").fetchall())
    assert {name: count for name, count in audit.items() if name.startswith(("artist_tag_", "recording_"))} == {
        "artist_tag_lines_decoded": 9,
        "artist_tag_lines_undecodable": 1,
        "artist_tag_lines_malformed": 3,
        "artist_tag_headers": 1,
        "recording_feature_lines_undecodable": 0,
        "recording_feature_lines_malformed": 2,
        "recording_feature_headers": 2,
    }


def test_features_of_several_files_meet_in_one_row(described: duckdb.DuckDBPyConnection) -> None:
    columns = "recording_mbid, bpm, danceability, onset_rate, tuning_frequency, is_major, average_loudness"
    rows = described.execute(f"select {columns} from marts.recording_feature_matrix").fetchall()
    # danceability is that of the first submission that has it; VERSION is played more, but without features
    assert rows == [(SONG, 98.5, 0.5, 1.25, 440.0, 0.0, None)]


def test_coverage_is_reported(described: duckdb.DuckDBPyConnection) -> None:
    columns = "metadata, described_items, item_count, covered_items, share_of_plays"
    rows = described.execute(f"select {columns} from marts.metadata_coverage order by 1").fetchall()
    assert rows == [("artist_tags", 2, 2, 1, 0.75), ("recording_features", 1, 2, 1, 0.75)]


def test_without_metadata_everything_is_there_and_empty(bare: duckdb.DuckDBPyConnection) -> None:
    assert bare.execute("select count(*) from marts.artist_tags").fetchall() == [(0,)]
    assert bare.execute("select count(*) from marts.recording_feature_matrix").fetchall() == [(0,)]
    rows = bare.execute(
        "select metadata, covered_items, share_of_plays from marts.metadata_coverage order by 1"
    ).fetchall()
    assert rows == [("artist_tags", 0, 0.0), ("recording_features", 0, 0.0)]


def test_without_times_features_of_time_are_null_and_scaled_to_the_median(bare: duckdb.DuckDBPyConnection) -> None:
    rows = bare.execute(
        "select user_id, play_count, artist_entropy, tenure_days, tenure_days_scaled, night_share, night_share_scaled "
        "from marts.user_features order by 1"
    ).fetchall()
    assert rows == [("ann", 3, 0, None, 0, None, 0), ("bob", 3, 0, None, 0, None, 0)]


@pytest.mark.parametrize(
    ("name", "data", "sentence"),
    [
        ("artist-tags.tsv", b"artist,tag,count\nLow,slowcore,7\n", "artist-tags.tsv is a tag: write 3 fields"),
        ("artist-tags.tsv", b"Low\tslowcore\n", "artist-tags.tsv is a tag: write 3 fields"),
        ("artist-tags.tsv.gz", b"Low\tslowcore\t7\n", "artist-tags.tsv.gz is not compressed"),
        ("recording-features.csv", RHYTHM.split(b"\n", 1)[1], "has no header that begins with mbid"),
        ("recording-features.csv", RHYTHM.replace(b",", b";"), "has no header that begins with mbid"),
    ],
)
def test_metadata_in_another_format_are_refused(
    new_study: Callable[..., Study], name: str, data: bytes, sentence: str
) -> None:
    study = new_study()
    (study.folder / "raw" / "plays.tsv").write_text("\t".join(PLAYS[0]) + "\n")
    (study.folder / "raw" / name).write_bytes(data)
    with pytest.raises(RawFileError) as caught:
        check_raw_files(Settings.from_environment(study.environment))
    assert sentence in str(caught.value) and "\n" not in str(caught.value)


def test_metadata_in_their_format_pass(new_study: Callable[..., Study]) -> None:
    study = new_study()
    (study.folder / "raw" / "plays.tsv").write_text("\t".join(PLAYS[0]) + "\n")
    (study.folder / "raw" / "artist-tags.tsv").write_bytes(TAGS)
    (study.folder / "raw" / "recording-features.csv").write_bytes(RHYTHM)
    (study.folder / "raw" / "artist-tags-none.tsv").write_bytes(b"")
    settings = Settings.from_environment(study.environment)
    assert [path.name for path in settings.event_files()] == ["plays.tsv"]
    check_raw_files(settings)
