"""Exports that two people might bring, with what goes wrong in practice: every line and record is in one place."""

import json
import zipfile
from dataclasses import dataclass

import duckdb
import pytest
from dbt_runner import run_dbt
from export_forms import Play, lastfm_csv, lastfm_csv_short, spotify

from models_py.settings.environment import Settings
from models_py.sources.archives import unpack
from models_py.sources.files import check_raw_files, describe_unknown_files

COUNTS = (
    "lines_read",
    "lines_rejected",
    "skipped",
    "too_short",
    "not_music",
    "bogus_timestamps",
    "exact_duplicates_removed",
    "merged_between_files",
    "plays_kept",
)
START = 1_700_000_000
SONGS = [Play(START + 600 * number, "Low", f"Song {number}") for number in range(6)]


@dataclass(frozen=True)
class Load:
    """A warehouse of what was loaded."""

    settings: Settings

    def query(self, sql: str) -> list[tuple]:
        """Read it."""
        with duckdb.connect(str(self.settings.warehouse), read_only=True) as connection:
            return connection.execute(sql).fetchall()

    def audit(self) -> dict[str, tuple[int, ...]]:
        """Read the counts of each file, without those that are zero in all."""
        rows = self.query(f"select file_name, {', '.join(COUNTS)} from marts.load_audit_files")
        return {name: counts for name, *counts in rows}


def record(ts: str, played: int, title: str | None = "Song", artist: str | None = "Low", **more: object) -> dict:
    """Write a record of Spotify's extended history."""
    names = {"master_metadata_track_name": title, "master_metadata_album_artist_name": artist}
    return {
        "ts": ts,
        "ms_played": played,
        "ip_addr_decrypted": "203.0.113.7",
        **names,
        "user_agent_decrypted": "me",
        **more,
    }


NOTEBOOK = b"""artist,artist_mbid,album,album_mbid,track,track_mbid,timestamp,datetime
Low,,Album,,Now,,0,1970-01-01 00:00:00
Low,,Album,,Murderer,,1700000000,2023-11-14 22:13:20
Low,,Album,Murderer,,1700000000,2023-11-14 22:13:20
,,Album,,Murderer,,1700000600,2023-11-14 22:23:20
"""
SEMICOLONS = b"Song; live; again;Album;Low;14 Nov 2023 22:13;1700000000\n" * 2
LOG = b"""#AUDIOSCROBBLER/1.1
#TZ/UNKNOWN
#ARTIST\t#ALBUM\t#TITLE
#1 Dads\tAlbum\tSong\t1\t200\tL\t1700000000\t
#1 Dads\tAlbum\tSong\t1\t200\tS\t1700000000\t
Low\tAlbum\tIntro\t1\t20\tL\t1700000900\t
Low\tAlbum\tSong\t\t\tL\t1700001000
Low\tAlbum\tSong\t1\t200\tX\t1700001000\t
"""
EXTENDED = [
    record("2023-11-14T22:16:40Z", 200_000),
    record("2023-11-14T22:26:40Z", 9_000, skipped=True),
    record("2023-11-14T22:36:40Z", 9_000, skipped=None, reason_end="fwdbtn"),
    record("2023-11-14T22:46:40Z", 9_000, skipped=False),
    record("2023-11-14T22:56:40Z", 900_000, title=None, artist=None, episode_name="Talk"),
    record("yesterday", 200_000),
    5,
    record("2023-11-14T23:16:40Z", 40_000, skipped=True),
]
MALOJA = {
    "maloja": {"export_time": 1},
    "scrobbles": [
        {"time": START, "track": {"artists": ["Low", "Björk", "Can"], "title": "Song", "length": 200}, "duration": 100},
        {"time": START + 600, "track": {"artists": ["Low"], "title": "Song", "length": 200}, "duration": 99},
        {"time": None, "track": {"artists": ["Low"], "title": "Song"}},
        {"time": START + 1200, "track": {"artists": [], "title": "Song"}},
    ],
}
LISTENS = [
    {
        "listened_at": START,
        "user_name": "rob",
        "track_metadata": {
            "artist_name": "Low & Can",
            "track_name": "Song",
            "additional_info": {"artist_mbids": ["a1", "a2"], "tracknumber": 1, "lastfm_track_mbid": "t1"},
        },
    },
    {
        "listened_at": START + 600,
        "user_name": "rob",
        "track_metadata": {
            "artist_name": "Low",
            "track_name": "Song",
            "additional_info": {"track_number": "1"},
            "mbid_mapping": {"artist_mbids": ["a1"], "recording_mbid": "t1"},
        },
    },
]


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Load:
    """Load what people might bring."""
    folder = tmp_path_factory.mktemp("exports")
    raw = folder / "raw"
    for name in ("ann", "eve", "dan"):
        (raw / name).mkdir(parents=True)
    # ann has her plays from Last.fm, in seconds and in minutes, and from Spotify, of which the last stands in no other
    (raw / "ann" / "lastfm.csv").write_bytes(lastfm_csv(SONGS[:4]))
    (raw / "ann" / "older.csv").write_bytes(lastfm_csv_short(SONGS[1:5]))
    with zipfile.ZipFile(raw / "ann" / "my_spotify_data.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("Spotify Account Data/StreamingHistory_music_0.json", spotify(SONGS[2:6]))
        archive.writestr("Spotify Account Data/Userdata.json", "{}")
        archive.writestr("Spotify Account Data/Read_Me_First.pdf", "")
    # of two songs in one minute, one twice, and a page that was fetched twice
    minutes = [Play(START, "Can", "A"), Play(START + 30, "Can", "A"), Play(START + 600, "Can", "B")]
    (raw / "eve" / "minutes.csv").write_bytes(lastfm_csv_short(minutes) + lastfm_csv_short(minutes).split(b"\n", 1)[1])
    (raw / "dan" / "playlists.json").write_text('{"playlists": []}')
    (raw / "dan" / "endsong_0.json").write_text(json.dumps(EXTENDED))
    (raw / "bob.csv").write_bytes(NOTEBOOK)
    (raw / "cat.csv").write_bytes(SEMICOLONS)
    (raw / "fay.scrobbler.log").write_bytes(LOG)
    (raw / "gil.json").write_text(json.dumps(MALOJA))
    (raw / "listens_1.jsonl").write_text("\n".join(map(json.dumps, LISTENS)) + "\nno record\n")
    # somebody keeps them elsewhere and links to them
    for path in (raw / "bob.csv", raw / "ann" / "older.csv", raw / "ann" / "my_spotify_data.zip"):
        path.rename(folder / path.name)
        path.symlink_to(folder / path.name)
    settings = Settings.from_environment({"RAW": str(raw), "WAREHOUSE": str(folder / "music.duckdb")})
    unpack(settings.archives(), settings.unpacked)
    check_raw_files(settings)
    selection = [
        "--select",
        "+load_audit",
        "+rejected_lines",
        "+tracks",
        "+artist_credits",
        "--exclude",
        "test_type:unit",
    ]
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("UNPACKED", str(settings.unpacked))
        run_dbt("build", *selection, "--indirect-selection", "cautious", warehouse=settings.warehouse, raw=raw)
    return Load(settings)


def test_every_line_and_record_is_in_one_place(loaded: Load) -> None:
    #                                               read, bad, skips, short, other, bogus, twice, merged, kept
    assert loaded.audit() == {
        "ann/lastfm.csv": [5, 1, 0, 0, 0, 0, 0, 0, 4],
        "ann/my_spotify_data.zip/Spotify Account Data/StreamingHistory_music_0.json": [4, 0, 0, 0, 0, 0, 0, 2, 2],
        "ann/older.csv": [5, 1, 0, 0, 0, 0, 0, 4, 0],
        "bob.csv": [5, 4, 0, 0, 0, 0, 0, 0, 1],
        "cat.csv": [2, 0, 0, 0, 0, 0, 1, 0, 1],
        "dan/endsong_0.json": [8, 2, 2, 1, 1, 0, 0, 0, 2],
        "eve/minutes.csv": [7, 1, 0, 0, 0, 0, 3, 0, 3],
        "fay.scrobbler.log": [8, 4, 1, 1, 0, 0, 0, 0, 2],
        "gil.json": [4, 2, 0, 1, 0, 0, 0, 0, 1],
        "listens_1.jsonl": [3, 1, 0, 0, 0, 0, 0, 0, 2],
    }


def test_the_person_is_the_folder_or_in_the_file_or_its_name(loaded: Load) -> None:
    assert loaded.query("select user_id, play_count from marts.users order by 1") == [
        ("ann", 6),
        ("bob", 1),
        ("cat", 1),
        ("dan", 2),
        ("eve", 3),
        ("fay", 2),
        ("gil", 1),
        ("rob", 2),
    ]


def test_bad_records_have_their_number_and_reason(loaded: Load) -> None:
    rows = loaded.query(
        """
        select file_name, line_number, reason from marts.rejected_lines
        inner join marts.load_audit_files using (file_id)
        where reason <> 'header' order by all
        """
    )
    assert rows == [
        ("bob.csv", 2, "now playing"),
        ("bob.csv", 4, "not 8 fields"),
        ("bob.csv", 5, "no artist name"),
        ("dan/endsong_0.json", 6, "unreadable time"),
        ("dan/endsong_0.json", 7, "not a record"),
        ("fay.scrobbler.log", 2, "header of a local clock"),
        ("fay.scrobbler.log", 8, "neither L nor S"),
        ("gil.json", 3, "unreadable time"),
        ("gil.json", 4, "no artist name"),
        ("listens_1.jsonl", 3, "not a record"),
    ]


def test_the_audit_says_whose_clock_a_players_log_has(loaded: Load) -> None:
    assert loaded.query("select file_name from marts.load_audit_files where has_local_clock") == [
        ("fay.scrobbler.log",)
    ]


def test_ends_become_starts(loaded: Load) -> None:
    times = loaded.query("select played_at::varchar from marts.plays where user_id = 'dan' order by 1")
    assert times == [("2023-11-14 22:13:20",), ("2023-11-14 23:16:00",)]


def test_addresses_and_programs_never_reach_the_warehouse(loaded: Load) -> None:
    content = loaded.settings.warehouse.read_bytes()
    assert b"203.0.113.7" not in content
    assert b"user_agent" not in content


def test_names_are_those_of_the_file(loaded: Load) -> None:
    tracks = "select artist_name, track_name from marts.tracks where artist_name not in ('Low', 'Can') order by all"
    assert loaded.query(tracks) == [("#1 Dads", "Song"), ("Low & Can", "Song"), ("Low, Björk & Can", "Song")]
    assert ("Song; live; again",) in loaded.query("select track_name from marts.tracks")


def test_artists_that_are_listed_are_joined_and_stay_listed(loaded: Load) -> None:
    rows = loaded.query(
        "select artist_name, position, credited_name from marts.artist_credits order by artist_id, position"
    )
    assert rows == [("Low, Björk & Can", 1, "Low"), ("Low, Björk & Can", 2, "Björk"), ("Low, Björk & Can", 3, "Can")]


def test_an_artist_mbid_is_of_one_artist(loaded: Load) -> None:
    spellings = "select artist_name, artist_mbid, track_mbid from intermediate.int_spellings_read"
    assert loaded.query(f"{spellings} where track_mbid = 't1' order by 1") == [
        ("Low", "a1", "t1"),
        ("Low & Can", None, "t1"),
    ]


def test_what_folders_hold_beside_plays_is_named(loaded: Load) -> None:
    (sentence,) = describe_unknown_files(loaded.settings)
    assert sentence == (
        "Files of folders and archives that are no plays in a known format are left out (2): "
        "ann/my_spotify_data.zip/Spotify Account Data/Userdata.json, dan/playlists.json."
    )
