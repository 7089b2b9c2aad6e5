"""Archives of exports are unpacked within bounds, into one folder each, and refused where they are no export."""

import json
import zipfile
from pathlib import Path

import pytest

from models_py.errors import RawFileError
from models_py.settings.environment import Settings
from models_py.sources import archives
from models_py.sources.archives import unpack
from models_py.sources.files import check_raw_files, describe_unknown_files, explain

RECORDS = json.dumps([{"endTime": "2023-05-04 23:08", "artistName": "Low", "trackName": "Song", "msPlayed": 200_000}])


@pytest.fixture
def study(tmp_path: Path) -> Settings:
    """Make an empty raw folder."""
    (tmp_path / "raw").mkdir()
    return Settings.from_environment({"RAW": str(tmp_path / "raw"), "WAREHOUSE": str(tmp_path / "music.duckdb")})


def write(study: Settings, name: str, members: dict[str, str]) -> Path:
    """Write an archive into the raw folder."""
    path = study.raw / name
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for member, text in members.items():
            archive.writestr(member, text)
    return path


def unpacked(study: Settings) -> list[str]:
    """Unpack, and list the files that are read for plays."""
    unpack(study.archives(), study.unpacked)
    return [one.name for one in study.candidates() if one.is_event_file]


def test_what_may_hold_plays_is_read_and_nothing_else(study: Settings) -> None:
    members = {"MyData/StreamingHistory0.json": RECORDS, "MyData/Userdata.json": "{}", "Read_Me_First.pdf": "%PDF"}
    write(study, "ann/spotify.zip", members | {"__MACOSX/MyData/._StreamingHistory0.json": "x"})
    assert unpacked(study) == ["ann/spotify.zip/MyData/StreamingHistory0.json"]
    assert sorted(path.name for path in study.unpacked.rglob("*") if path.is_file()) == [
        "StreamingHistory0.json",
        "Userdata.json",
    ]
    check_raw_files(study)


def test_an_archive_is_unpacked_once_and_removed_with_it(study: Settings) -> None:
    path = write(study, "spotify.zip", {"StreamingHistory0.json": RECORDS})
    unpacked(study)
    (file,) = (path for path in study.unpacked.rglob("*") if path.is_file())
    before = file.stat().st_mtime_ns
    assert unpacked(study) == ["spotify.zip/StreamingHistory0.json"]
    assert file.stat().st_mtime_ns == before
    path.unlink()
    assert unpacked(study) == []
    assert list(study.unpacked.iterdir()) == []


@pytest.mark.parametrize(
    "name", ["../plays.json", "/tmp/plays.json", "a/../../plays.json", "a\\plays.json", "a\nb.json"]
)
def test_no_path_leaves_the_folder(study: Settings, name: str) -> None:
    path = write(study, "bad.zip", {name: RECORDS})
    with pytest.raises(RawFileError, match="has a path that leaves its folder"):
        unpacked(study)
    assert not (study.unpacked.parent / "plays.json").exists()
    assert not list(study.unpacked.iterdir())
    assert path.exists()


def test_sizes_are_bounded(study: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    write(study, "large.zip", {"plays.json": "0" * 1000, "more.json": RECORDS})
    for limit, value, words in (
        ("LARGEST_CONTENT", 1000, "holds more than"),
        ("MOST_FILES", 1, "has more than 1 files"),
        ("LARGEST_ARCHIVE", 10, "is larger than"),
    ):
        with monkeypatch.context() as changed, pytest.raises(RawFileError, match=words):
            changed.setattr(archives, limit, value)
            unpacked(study)


def test_a_damaged_archive_is_refused(study: Settings) -> None:
    path = write(study, "cut.zip", {"plays.json": RECORDS * 100})
    path.write_bytes(path.read_bytes()[:-30])
    with pytest.raises(RawFileError, match="cut.zip cannot be unpacked"):
        unpacked(study)


def test_an_archive_without_plays_is_refused(study: Settings) -> None:
    write(study, "photos.zip", {"a.json": "{}"})
    unpacked(study)
    with pytest.raises(RawFileError, match=r"photos.zip holds no file in a known format \(lastfm_1k"):
        check_raw_files(study)


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("a.json", '{"playlists": []}', "might have been spotify (a JSON list of records with endTime"),
        ("a.json", '{\n  "a": 1,\n  "b": 2,\n  "c": 3\n}\n', "might have been spotify (a JSON list of records"),
        ("a.csv", "artist,plays\nLow,20\n", "might have been lastfm_csv (8 fields separated by commas"),
        ("a.csv", "a;b\nc;d\n", "might have been lastexport_semicolons (5 fields"),
        ("a.log", "a\tb\n", "might have been lastexport (7 fields separated by tabs"),
        ("a.json", RECORDS[:-1], "is damaged or cut off (its list does not end)"),
        ("a.json", "\ufeff" + RECORDS, "starts with a byte order mark, which JSON has none of"),
        ("a.json.gz", RECORDS, "is in no known format"),
    ],
)
def test_a_file_of_no_known_format_is_named_with_those_it_might_have_been(
    study: Settings, name: str, text: str, words: str
) -> None:
    (study.raw / name).write_text(text)
    with pytest.raises(RawFileError) as refused:
        check_raw_files(study)
    assert words in str(refused.value)
    assert str(study.raw / name) in str(refused.value)


def test_beside_plays_a_file_of_no_known_format_is_named_and_left_out(study: Settings) -> None:
    (study.raw / "plays.tsv").write_text("ann\t2009-05-01T12:00:00Z\t\tLow\t\tMurderer\n")
    (study.raw / "truth.json").write_text('{"lines": 1}')
    check_raw_files(study)
    assert [path.name for path in study.event_files()] == ["plays.tsv"]
    (sentence,) = describe_unknown_files(study)
    assert sentence.startswith(f"{study.raw / 'truth.json'} is in no known format; it might have been ")
    assert sentence.endswith("; it is left out.")


def test_notes_are_left_alone_and_exports_with_their_ending_are_not(study: Settings) -> None:
    (study.raw / "README.txt").write_text("Dear diary\n")
    assert study.event_files() == []
    (study.raw / "exported_tracks.txt").write_text("1700000000\tSong\tLow\tAlbum\t\t\t\n")
    assert [path.name for path in study.event_files()] == ["exported_tracks.txt"]
    check_raw_files(study)


def test_many_peoples_data_are_read_from_the_raw_folder_itself_alone(study: Settings) -> None:
    line = "ann\t2009-05-01T12:00:00Z\t\tLow\t\tMurderer\n"
    (study.raw / "old").mkdir()
    (study.raw / "old" / "plays.tsv").write_text(line)
    (study.raw / "plays.tsv").write_text(line)
    assert [one.name for one in study.candidates() if one.is_event_file] == ["plays.tsv"]


def test_json_that_breaks_in_the_middle_is_refused_with_its_record(study: Settings) -> None:
    (study.raw / "a.json").write_text(RECORDS)
    place = f'"{study.raw}/a.json", at byte 7 in record/value 3'
    message = f"Malformed JSON in file {place}: unexpected character. Parse errors cannot"
    assert str(explain(study, ("int_lines_read",), message)) == (
        f"{study.raw / 'a.json'} is no JSON at record 3 (unexpected character): "
        "download it again, or remove that record."
    )
