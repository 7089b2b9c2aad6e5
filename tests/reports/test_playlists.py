"""Playlists as the command prints and writes them, read back by programs of others: m3u8 and jsonschema."""

import json
import os
from collections.abc import Callable
from pathlib import Path

import duckdb
import jsonschema
import m3u8
import pytest
from commands import called

MBID = "8874134b-ae82-4abd-a600-e287ee69d826"
# what the names of tracks 1, 2, ... look like; U+0085 and U+2028 end a line for some readers
TRACKS = [
    ("Low", "Murderer", MBID.upper()),
    ("Björk, etc.", '静かな夜: #1 / part "2"', None),
    ("#hash", "two\nlines\r#PLAYLIST:planted\nplanted.mp3", "not an mbid"),
    ("a\x85b\u2028c\x1b", "[unknown]", None),
    ("..", " blanks ", None),
]
# of xspf.org/jspf, what of it is written: of a track everything is optional, identifiers are a list of URIs
JSPF = {
    "type": "object",
    "required": ["playlist"],
    "additionalProperties": False,
    "properties": {
        "playlist": {
            "type": "object",
            "required": ["title", "track"],
            "additionalProperties": False,
            "properties": {
                "title": {"type": "string"},
                "track": {
                    "type": "array",
                    "items": {
                        "type": "object",
                        "additionalProperties": False,
                        "properties": {
                            "title": {"type": "string"},
                            "creator": {"type": "string"},
                            "annotation": {"type": "string"},
                            "identifier": {
                                "type": "array",
                                "minItems": 1,
                                "items": {
                                    "type": "string",
                                    "pattern": "^https://musicbrainz[.]org/recording/[0-9a-f-]{36}$",
                                },
                            },
                        },
                    },
                },
            },
        }
    },
}

Command = Callable[..., tuple[int, str, str]]


@pytest.fixture
def playlist(tmp_path: Path) -> Command:
    """Make a warehouse with the playlists of ann; run the command on it, and return its status and what it prints."""
    path = tmp_path / "music.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute(
            """
            create schema marts;
            create macro marts.artist_id_of(name) as 0;
            create table marts.users as from (values ('ann'), ('bob')) as t (user_id);
            create table marts.tracks (track_id bigint, artist_name varchar, track_name varchar, track_mbid varchar);
            create table marts.playlists (
                playlist_id varchar, playlist_kind varchar, user_id varchar, title varchar, "position" integer,
                track_id bigint, track_name varchar, artist_name varchar, why varchar
            )
            """
        )
        for number, track in enumerate(TRACKS, 1):
            connection.execute("insert into marts.tracks values (?, ?, ?, ?)", [number, *track])
        for kind, user, subject, title in (
            ("on_repeat", "ann", None, "On\nrepeat"),
            ("theme", "ann", "1", "Theme: folk"),
            ("theme", "ann", "2", "Theme: rock"),
            ("more_like", None, "1", "More like Murderer by Low"),
        ):
            connection.execute(
                "insert into marts.playlists select concat_ws(':', $1, $2, $3), $1, $2, $4, track_id, track_id, "
                "track_name, artist_name, 'why ' || track_id from marts.tracks",
                [kind, user, subject, title],
            )
        connection.execute(
            "create table marts.item_popularity as "
            "select 'track' as item_type, track_id as item_id, track_name as item_name, artist_name, 1 as play_count "
            "from marts.tracks"
        )

    def run(*arguments: object) -> tuple[int, str, str]:
        result = called(["playlist", *map(str, arguments)], {"WAREHOUSE": str(path)})
        return result.returncode, result.stdout, result.stderr

    return run


def test_without_a_choice_there_is_a_list(playlist: Command) -> None:
    status, printed, _ = playlist("--user", "ann")
    assert status == 0
    assert [line.split()[0] for line in printed.splitlines()[4:] if line.strip()] == [
        "on_repeat:ann",
        "theme:ann:1",
        "theme:ann:2",
    ]


def test_a_playlist_is_printed_with_its_reasons(playlist: Command) -> None:
    for choice in (["--user", "ann", "--kind", "on_repeat"], ["--id", "theme:ann:2"], ["--like", "low - MURDERER"]):
        status, printed, _ = playlist(*choice)
        assert status == 0
        assert "Murderer" in printed and "why 5" in printed and r"a\x85b\u2028c\x1b" in printed
    _, printed, _ = playlist("--user", "ann", "--kind", "theme")
    assert "Theme: folk (theme:ann:1)" in printed and "Theme: rock (theme:ann:2)" in printed


def test_m3u8_is_read_back_as_it_was(playlist: Command, tmp_path: Path) -> None:
    output = tmp_path / "list.M3U8"
    assert playlist("--user", "ann", "--kind", "on_repeat", "--output", output)[0] == 0
    assert output.read_text("utf-8").splitlines()[:2] == ["#EXTM3U", "#PLAYLIST:On repeat"]
    segments = m3u8.load(str(output)).segments
    assert [segment.title for segment in segments] == [
        "Low - Murderer",
        'Björk, etc. - 静かな夜: #1 / part "2"',
        "#hash - two lines #PLAYLIST:planted planted.mp3",
        "a b c  - [unknown]",
        ".. -  blanks",
    ]
    assert {segment.duration for segment in segments} == {-1}
    names = [segment.uri for segment in segments]
    assert names[0] == "Low - Murderer.mp3"
    # a name in the list's own folder, and no comment
    assert all(Path(name).name == name and "\\" not in name and ":" not in name for name in names)
    assert not any(name.startswith("#") for name in names)


def test_jspf_is_read_back_as_it_was(playlist: Command, tmp_path: Path) -> None:
    output = tmp_path / "list"
    assert playlist("--id", "theme:ann:1", "--format", "jspf", "--output", output)[0] == 0
    written = json.loads(output.read_text("utf-8"))
    jsonschema.validate(written, JSPF)
    tracks = written["playlist"]["track"]
    assert written["playlist"]["title"] == "Theme: folk"
    assert [(track["creator"], track["title"]) for track in tracks] == [track[:2] for track in TRACKS]
    assert [track["annotation"] for track in tracks] == [f"why {number}" for number in range(1, 6)]
    assert tracks[0]["identifier"] == [f"https://musicbrainz.org/recording/{MBID}"]
    assert not any("identifier" in track for track in tracks[1:])


def test_a_file_that_is_there_stays_unless_it_is_to_be_replaced(playlist: Command, tmp_path: Path) -> None:
    output = tmp_path / "list.jspf"
    output.write_text("mine")
    chosen = ("--id", "theme:ann:1", "--output", output)
    status, _, complaint = playlist(*chosen)
    assert (status, output.read_text()) == (1, "mine")
    assert complaint == f"{output} is there already: give another name, or --replace it.\n"
    assert playlist(*chosen, "--replace")[0] == 0
    assert json.loads(output.read_text())
    assert sorted(os.listdir(tmp_path)) == ["list.jspf", "music.duckdb"]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ([], "Whose playlists? Give --user"),
        (["--kind", "theme"], "Whose playlists? Give --user"),
        (["--user", "nobody"], "There is no user 'nobody'"),
        (["--user", "bob"], "has no playlist of bob"),
        (["--user", "bob", "--kind", "theme"], "has no playlist 'theme' of bob"),
        (["--user", "ann", "--kind", "rock"], "of kind 'rock': there are more_like, on_repeat, theme."),
        (["--user", "bob", "--id", "theme:ann:1"], "has no playlist 'theme:ann:1' of bob"),
        (["--like", "Low - Murder"], "the closest names are: Low - Murderer"),
        (
            ["--like", ".. -  blanks "],
            "has no tracks like .. -  blanks : it is not among the tracks with most listeners",
        ),
        (["--like", "x", "--id", "y"], "give one of them"),
        (["--user", "ann", "--output", "x.m3u8"], "A file holds one playlist: choose it"),
        (["--user", "ann", "--kind", "theme", "--output", "x.m3u8"], "one of theme:ann:1, theme:ann:2."),
        (["--id", "theme:ann:1", "--format", "jspf"], "give --output too"),
        (["--id", "theme:ann:1", "--output", "x.txt"], "x.txt cannot be written as 'txt': give --format m3u8 or jspf."),
        (["--id", "theme:ann:1", "--output", "/dev/null/x.m3u8"], "cannot be written (Not a directory)"),
    ],
)
def test_what_cannot_be_answered_is_one_sentence(playlist: Command, arguments: list[str], sentence: str) -> None:
    status, printed, complaint = playlist(*arguments)
    assert (status, printed) == (1, "")
    assert sentence in complaint and complaint.count("\n") == 1
