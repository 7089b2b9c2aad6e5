"""Somebody's own plays from files of every form."""

import gzip
import json
import zipfile
from pathlib import Path

import pytest
from export_forms import FORMS, Play
from hypothesis import given
from hypothesis import strategies as st
from made_matrices import reproducible

from models_py.errors import MusicError
from models_py.serving.histories import read_history

NAMES = st.text(st.characters(exclude_categories=("Cs", "Cc", "Zl", "Zp")), min_size=1).filter(str.strip)


@reproducible
@given(plays=st.dictionaries(st.tuples(NAMES, st.just("") | NAMES), st.integers(1, 999_999_999), min_size=1))
def test_artist_title_and_plays_are_read_as_written(
    plays: dict[tuple[str, str], int], tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("history") / "plays.tsv"
    path.write_text("".join(f"{artist}\t{title}\t{count}\n" for (artist, title), count in plays.items()), "utf-8")
    assert read_history(path).plays == plays


def test_a_file_of_plays_with_times_counts_each(tmp_path: Path) -> None:
    path = tmp_path / "plays.tsv.gz"
    lines = [
        "ann\t2009-05-04T23:08:57Z\t\tQueen\t\tInnuendo",
        "ann\t2009-05-05T23:08:57Z\t\tQueen\t\tInnuendo",
        "no play",
        "ann\t2009-05-05T23:18:57Z\t\tAbba\t\tSOS",
    ]
    path.write_bytes(gzip.compress("\n".join(lines).encode()))
    assert read_history(path).plays == {("Queen", "Innuendo"): 2, ("Abba", "SOS"): 1}


START = 1_700_000_000
SONGS = [
    Play(START + 600 * number, artist, title)
    for number, (artist, title) in enumerate(
        [("Low", "Song"), ("Low, Can & Björk", "Other; one"), ("Low", "Song"), ("Can", "Third")]
    )
]
COUNTED = {("Low", "Song"): 2, ("Low, Can & Björk", "Other; one"): 1, ("Can", "Third"): 1}


@pytest.mark.parametrize("name", FORMS)
def test_every_export_gives_the_same_plays(tmp_path: Path, name: str) -> None:
    path = tmp_path / FORMS[name].file_name
    path.write_bytes(FORMS[name].write(SONGS))
    assert read_history(path).plays == COUNTED


@pytest.mark.parametrize("name", ["spotify", "listenbrainz", "maloja"])
def test_parts_in_an_archive_add_up_and_what_holds_no_plays_is_left_alone(tmp_path: Path, name: str) -> None:
    form = FORMS[name]
    with zipfile.ZipFile(tmp_path / "my_data.zip", "w") as archive:
        for number, part in enumerate((SONGS[:2], SONGS[2:])):
            archive.writestr(f"Data/{number}_{form.file_name}", form.write(part))
        archive.writestr("Data/Userdata.json", "{}")
        archive.writestr("Data/Read_Me.pdf", "")
    assert read_history(tmp_path / "my_data.zip").plays == COUNTED


def test_records_that_are_no_plays_are_counted(tmp_path: Path) -> None:
    records = [
        {"endTime": "2023-11-14 22:16", "artistName": "Low", "trackName": "Song", "msPlayed": 30_000},
        {"endTime": "2023-11-14 22:16", "artistName": "Low", "trackName": "Song", "msPlayed": 29_999},
        {"endTime": "2023-11-14 22:16", "artistName": None, "trackName": "Talk", "msPlayed": 90_000},
        5,
    ]
    path = tmp_path / "StreamingHistory0.json"
    path.write_text(json.dumps(records, indent=1))
    history = read_history(path, least_seconds=30)
    assert (history.plays, history.n_other_lines) == ({("Low", "Song"): 1}, 3)
    lines = [json.dumps({"listened_at": START, "track_metadata": {"artist_name": "Low", "track_name": "Song"}})]
    path = tmp_path / "1.jsonl"
    path.write_text("\n".join([*lines, "no record", *lines]))
    history = read_history(path)
    assert (history.plays, history.n_other_lines) == ({("Low", "Song"): 2}, 1)


def test_what_a_player_skipped_is_no_play(tmp_path: Path) -> None:
    path = tmp_path / ".scrobbler.log"
    line = f"Low\tAlbum\tSong\t1\t200\t{{}}\t{START}\t"
    path.write_text("\n".join(["#AUDIOSCROBBLER/1.1", line.format("S"), line.format("L")]) + "\n")
    history = read_history(path)
    assert (history.plays, history.n_other_lines) == ({("Low", "Song"): 1}, 2)


def test_json_that_breaks_is_refused_with_its_name(tmp_path: Path) -> None:
    path = tmp_path / "history.json"
    path.write_bytes(FORMS["spotify"].write(SONGS)[:-30])
    with pytest.raises(MusicError, match=r"history.json cannot be read as JSON .*: export or download it again"):
        read_history(path)


def test_of_several_people_one_is_chosen(tmp_path: Path) -> None:
    path = tmp_path / "counts.tsv"
    path.write_text("ann\t\tQueen\t3\nbob\t\tAbba\t4\n")
    with pytest.raises(MusicError, match=r"has plays of several users \(ann, bob ...\): choose one with --user"):
        read_history(path)
    with pytest.raises(MusicError, match="no plays of user 'eve': it has those of ann, bob"):
        read_history(path, "eve")
    assert read_history(path, "bob").plays == {("Abba", ""): 4}


@pytest.mark.parametrize("content", ["", "Queen\tSOS\t0\n", "Queen\tSOS\tmany\n", "\tSOS\t3\n", "Queen\n"])
def test_a_file_without_a_play_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "plays.tsv"
    path.write_text(content)
    with pytest.raises(MusicError, match="No line of .* is a play: write artist, title and plays"):
        read_history(path)


def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(MusicError, match="none.tsv is no file"):
        read_history(tmp_path / "none.tsv")


def test_lines_that_are_no_plays_are_counted(tmp_path: Path) -> None:
    path = tmp_path / "plays.tsv"
    path.write_bytes(b"Queen\tSOS\t12.0\nAbba\tSOS\tmany\n\nBj\xf6rk\tJ\xf3ga\t3\n")
    history = read_history(path)
    assert (history.plays, history.n_other_lines) == ({("Queen", "SOS"): 12}, 2)


def test_a_file_without_users_has_none_to_choose(tmp_path: Path) -> None:
    path = tmp_path / "plays.tsv"
    path.write_text("Queen\tSOS\t1\n")
    with pytest.raises(MusicError, match="names no users: leave --user out"):
        read_history(path, "ann")
