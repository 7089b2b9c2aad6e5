"""Hand-written raw files, read by the real SQL: every line is in one place, under its own number."""

import gzip
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest
from dbt_runner import run_dbt

TABLES = ("rejected_lines", "load_audit", "load_audit_files", "plays", "sessions", "tracks", "users", "user_item_plays")
PLAY, DUPLICATE, BOGUS = "play", "duplicate", "bogus time"
FIELDS, COUNT_FIELDS, BLANK, NO_USER = "not 6 fields", "not 4 fields", "blank line", "no user"
TIME, NO_ARTIST, ENCODING = "unreadable time", "no artist name", "not UTF-8"
COUNT, FRACTION, LARGE = (f"play count is {what}" for what in ("not a positive number", "a fraction", "too large"))
HEADER, DATE = "header", "user is a date"

Line = tuple[bytes, str]


@dataclass(frozen=True)
class RawFile:
    """Lines, each with what must become of it, and how they are put into a file."""

    lines: list[Line]
    newline: bytes = b"\n"
    start: bytes = b""
    ends_with_newline: bool = True

    def write(self, path: Path) -> None:
        """Write the file, compressed where its name says so."""
        text = self.newline.join(line for line, _ in self.lines)
        data = self.start + text + (self.newline if self.ends_with_newline else b"")
        path.write_bytes(gzip.compress(data) if path.suffix == ".gz" else data)


@dataclass(frozen=True)
class Load:
    """Raw files and the warehouse that was built from them; file numbers follow the names."""

    files: Mapping[str, RawFile]
    warehouse: Path

    def query(self, sql: str) -> list[tuple]:
        """Read the warehouse."""
        with duckdb.connect(str(self.warehouse), read_only=True) as connection:
            return connection.execute(sql).fetchall()

    def audit(self) -> dict[str, int]:
        """Read the checks of the load."""
        return dict(self.query("select check_name, value from marts.load_audit"))

    def lines(self) -> Iterator[tuple[int, int, bytes, str]]:
        """Yield file number, line number, line and what must become of it."""
        for file_id, name in enumerate(sorted(self.files), start=1):
            for number, (line, fate) in enumerate(self.files[name].lines, start=1):
                yield file_id, number, line, fate


def event(user: str = "ann", at: str = "2009-05-01T12:00:00Z", artist: str = "Low", title: str = "Murderer") -> bytes:
    """Write a line of the 1K format without MusicBrainz ids."""
    return "\t".join((user, at, "", artist, "", title)).encode()


def later(second: int) -> str:
    """Return a time of its own."""
    return f"2009-05-02T12:00:{second:02d}Z"


EVENTS = {
    "a_newest.tsv": RawFile(
        [
            (b"user-id\ttimestamp\tartist-mbid\tartist-name\ttrack-mbid\ttrack-name", HEADER),
            (event(), PLAY),
            (b"ann\t2009-05-01T12:00:00Z\t\tLow\tMurderer", FIELDS),
            (event() + b"\tmore", FIELDS),
            (b"", BLANK),
            (event(user=""), NO_USER),
            (event(user=" \a "), NO_USER),
            (event(at="2009-06-18"), TIME),
            (event(at="epoch"), TIME),
            (event(at="2008-13-45T99:00:00Z"), TIME),
            (event(at=""), TIME),
            (event(user="sep 20, 2008"), DATE),
            (event(user="sept 20, 2008"), DATE),
            (event(user="20.09.2008"), DATE),
            (event(user="9/20/2008"), DATE),
            (event(at="2019-09-29T18:32:04Z"), PLAY),
            (event(at="1970-01-01T00:00:00Z"), BOGUS),
            (event(at="2999-01-01T00:00:00Z"), BOGUS),
            (event(title="Caf") + b"\xff", ENCODING),
            (b"\xff\xfe", ENCODING),
            (event(at="noon"), TIME),
            (event(artist=""), NO_ARTIST),
            (event(artist="   "), NO_ARTIST),
            (event(artist="\a"), NO_ARTIST),
            (event(title="MURDERER"), PLAY),
            (event(), DUPLICATE),
            (event(user='"ann'), PLAY),
            (event(at=later(1), artist='"Weird Al" Yankovic', title='"Eat It'), PLAY),
            (event(at=later(2), title="None"), PLAY),
            (event(at=later(3), title="NA"), PLAY),
            (event(at=later(4), title="null"), PLAY),
            (event(at=later(5), title=""), PLAY),
            (event(at=later(6), title=" \a"), PLAY),
            (event(at=later(7), title="(untitled)"), PLAY),
            (event(at=later(8), artist="Sigur Rós", title=""), PLAY),
            (b"the last line ends without a newline", FIELDS),
        ],
        ends_with_newline=False,
    ),
    "b_older.tsv.gz": RawFile(
        [(event(), DUPLICATE), (event(at=later(1)), PLAY), (event() + b"\xff", ENCODING), (b"", BLANK)]
    ),
    "c_windows.tsv": RawFile(
        [
            (event(at=later(11)), PLAY),
            (event() + b"\xff", ENCODING),
            (b"", BLANK),
            (b"short", FIELDS),
            (event(at=later(12)), PLAY),
        ],
        newline=b"\r\n",
    ),
    "d_marked.tsv": RawFile([(event(at=later(1)), DUPLICATE), (event(at="noon"), TIME)], start=b"\xef\xbb\xbf"),
    "e_empty.tsv": RawFile([], ends_with_newline=False),
}
EVENT_PROFILES = b"#id\tgender\tage\tcountry\tregistered\nann\tf\t33\tSpain\tMay 1, 2005\neve\t\t\t\t\n"
MORE_PROFILES = b"""id\tgender\tage\tcountry\tregistered
p1\tF\t33.0\tperu\t2005-05-01
p2\tfemale\t33.5\tPERU\t1 May 2005
p3\tf\t7\tPeru \t5/1/2005
p4\tm\told\tChad\tMay 32, 2005
p5\t\t\t\tSept 9, 2999
p6\t\t\t\tSept 9, 2005
p4\tf\t40\tPeru\tMay 1, 2005
sep 20, 2008\tm\t20\tPeru\tMay 1, 2005
"""

COUNTS = {
    "a_counts.tsv": RawFile(
        [
            (b"user\tartist_mbid\tartist_name\tplays", HEADER),
            (b"ann\t\tLow\t20", PLAY),
            (b"ann\tLow\t20", COUNT_FIELDS),
            (b"ann\t\tLow\t20\t", COUNT_FIELDS),
            (b"", BLANK),
            (b"\t\tLow\t20", NO_USER),
            (b"ann\t\tLow\t0", COUNT),
            (b"ann\t\tLow\ttwenty", COUNT),
            (b"ann\t\tLow\t-3", COUNT),
            (b"ann\t\tLow\t1.5", FRACTION),
            (b"ann\t\tLow\t+12", COUNT),
            (b"ann\t\tLow\t1e3", COUNT),
            (b"ann\t\tLow\t12,000", COUNT),
            (b"ann\t\tLow\t1234567890", LARGE),
            (b"sep 20, 2008\t\tLow\t20", DATE),
            (b"cat\t\tLow\t12.0", PLAY),
            (b"cat\t\tLow\t 3 ", PLAY),
            (b"ann\t\tLow\t", COUNT),
            (b"ann\t\tL\xffw\t20", ENCODING),
            (b"ann\t\t \t20", NO_ARTIST),
            (b"ann\t\tLow\t20", DUPLICATE),
            (b"ann\t\tLOW\t3", PLAY),
            (b'bob\t\t"Weird Al" Yankovic\t007', PLAY),
        ]
    ),
    "b_counts.tsv.gz": RawFile([(b"ann\t\tLow\t20", DUPLICATE), (b"bob\t\tLow\t5", PLAY), (b"bob\t\tLow\tx", COUNT)]),
}
COUNT_PROFILES = b"ann\tf\t33\tSpain\tMay 1, 2005\n"


@pytest.fixture(scope="module")
def events(tmp_path_factory: pytest.TempPathFactory) -> Load:
    """Load files of the 1K format."""
    return load(
        tmp_path_factory.mktemp("events"),
        "1k",
        EVENTS,
        {"userid-profile.tsv": EVENT_PROFILES, "userid-profile-2.tsv": MORE_PROFILES},
    )


@pytest.fixture(scope="module")
def counts(tmp_path_factory: pytest.TempPathFactory) -> Load:
    """Load files of the 360K format."""
    return load(tmp_path_factory.mktemp("counts"), "360k", COUNTS, {"usersha1-profile.tsv": COUNT_PROFILES})


@pytest.fixture(scope="module")
def mixed(tmp_path_factory: pytest.TempPathFactory) -> Load:
    """Load files of both formats from one folder."""
    profiles = {"userid-profile.tsv": EVENT_PROFILES, "usersha1-profile.tsv": COUNT_PROFILES}
    return load(tmp_path_factory.mktemp("mixed"), "1k", EVENTS | COUNTS, profiles, "int_cells_split")


@pytest.fixture(params=["events", "counts", "mixed"])
def loaded(request: pytest.FixtureRequest) -> Load:
    """Give each load."""
    return request.getfixturevalue(request.param)


def load(
    folder: Path, source: str, files: Mapping[str, RawFile], others: Mapping[str, bytes], *more_tables: str
) -> Load:
    """Write the files and build the tables about them, with the tests that need no other table."""
    raw = folder / "raw"
    raw.mkdir()
    for name, file in files.items():
        file.write(raw / name)
    for name, data in others.items():
        (raw / name).write_bytes(data)
    selection = ["--select", *(f"+{table}" for table in (*TABLES, *more_tables)), "--exclude", "test_type:unit"]
    warehouse = folder / "music.duckdb"
    run_dbt("build", *selection, "--indirect-selection", "cautious", warehouse=warehouse, raw=raw, source=source)
    return Load(files, warehouse)


def test_rejected_lines_have_their_number_reason_and_text(loaded: Load) -> None:
    places = {PLAY, DUPLICATE, BOGUS}
    expected = [
        (file, number, fate, line.decode(errors="replace").replace("\ufffd", "?"))
        for file, number, line, fate in loaded.lines()
        if fate not in places
    ]
    assert loaded.query("select * from marts.rejected_lines order by file_id, line_number") == expected


def test_plays_are_the_lines_that_nothing_is_wrong_with(events: Load) -> None:
    expected = [(file, number) for file, number, _, fate in events.lines() if fate == PLAY]
    assert events.query("select file_id, line_number from marts.plays order by all") == expected


def test_every_file_is_audited(loaded: Load) -> None:
    expected = []
    for file_id, name in enumerate(sorted(loaded.files), start=1):
        fates = Counter(fate for file, _, _, fate in loaded.lines() if file == file_id)
        known = [fates[BOGUS], fates[DUPLICATE], fates[PLAY]]
        expected.append((file_id, name, fates.total(), fates.total() - sum(known), *known))
    columns = "file_id, file_name, lines_read, lines_rejected, bogus_timestamps, exact_duplicates_removed, plays_kept"
    assert loaded.query(f"select {columns} from marts.load_audit_files order by file_id") == expected


def test_the_audit_sums_the_files(loaded: Load) -> None:
    fates = Counter(fate for *_, fate in loaded.lines())
    audit = loaded.audit()
    assert audit["lines_read"] == fates.total()
    assert audit["bogus_timestamps"] == fates[BOGUS]
    assert audit["exact_duplicates_removed"] == fates[DUPLICATE]
    assert audit["plays_kept"] == fates[PLAY]
    assert audit["lines_rejected"] == fates.total() - fates[BOGUS] - fates[DUPLICATE] - fates[PLAY]


def test_text_arrives_as_it_stands(events: Load) -> None:
    names = events.query("select track_name, artist_name from marts.tracks where track_name <> '(untitled)'")
    assert sorted(names) == [
        ('"Eat It', '"Weird Al" Yankovic'),
        ("Murderer", "Low"),
        ("NA", "Low"),
        ("None", "Low"),
        ("null", "Low"),
    ]
    assert events.query("select user_id from marts.users where play_count > 0 order by all") == [('"ann',), ("ann",)]


def test_a_blank_title_is_a_track_of_its_artist(events: Load) -> None:
    tracks = events.query(
        """select artist_name, play_count, count(distinct track_id) from marts.tracks
        where track_name = '(untitled)' group by all order by all"""
    )
    # two plays of Low without a title; one of the song that has this name; Sigur Rós have a track of their own
    assert tracks == [("Low", 1, 1), ("Low", 2, 1), ("Sigur Rós", 1, 1)]
    ids = events.query("select track_id from marts.tracks where track_name = '(untitled)'")
    assert len(set(ids)) == 3


def test_profiles_are_no_events(loaded: Load) -> None:
    people = loaded.query(
        "select user_id, age, country, play_count > 0 from marts.users where age is not null and user_id = 'ann'"
    )
    assert people == [("ann", 33, "Spain", True)]


def test_somebody_with_a_profile_and_no_plays_is_a_user(events: Load) -> None:
    silent = events.query("select user_id, country from marts.users where play_count = 0 and user_id < 'p'")
    assert silent == [("eve", None)]
    audit = events.audit()
    assert (audit["profiles_without_plays"], audit["users_without_profile"]) == (7, 1)


def test_a_profile_is_read_where_it_has_one_meaning_and_counted_where_it_has_none(events: Load) -> None:
    rows = events.query(
        """select user_id, gender, age, country, registered_on::varchar
        from marts.users where user_id like 'p_' order by 1"""
    )
    assert rows == [
        ("p1", "f", 33, "Peru", "2005-05-01"),
        ("p2", "f", None, "Peru", "2005-05-01"),
        ("p3", "f", None, "Peru", None),
        ("p4", "m", None, "Chad", None),
        ("p5", None, None, None, None),
        ("p6", None, None, None, "2005-09-09"),
    ]
    assert {check: value for check, value in events.audit().items() if check.startswith("profile")} == {
        "profile_lines_decoded": 12,
        "profile_lines_undecodable": 0,
        "profile_headers": 2,
        "profile_lines_malformed": 1,
        "profiles_repeated": 1,
        "profiles_read": 8,
        "profile_ages_unreadable": 2,
        "profile_ages_implausible": 1,
        "profile_dates_unreadable": 2,
        "profile_dates_implausible": 1,
        "profile_genders_respelt": 2,
        "profile_countries_respelt": 2,
        "profiles_without_plays": 7,
    }


def test_each_count_names_its_unit(events: Load, counts: Load) -> None:
    units = [dict(load.query("select check_name, unit from marts.load_audit")) for load in (events, counts)]
    assert units[1].items() <= units[0].items()
    assert units[0]["plays_kept"] == "lines"
    assert units[0]["plays_without_artist_mbid"] == "plays"
    assert units[0]["profile_ages_unreadable"] == "profiles"
    assert units[0]["users_without_profile"] == "users"


def test_spellings_of_one_name_are_counted(events: Load, counts: Load) -> None:
    # Murderer and MURDERER; Low and LOW
    assert (events.audit()["artist_spellings_merged"], events.audit()["track_spellings_merged"]) == (0, 1)
    assert counts.audit()["artist_spellings_merged"] == 1


def test_a_file_that_is_not_the_published_one_is_plausible_until_the_day_after_the_load(events: Load) -> None:
    ((of_lines, without_lines),) = events.query(
        """select list(distinct plausible_by) filter (lines_read > 0),
            bool_and(plausible_to is null) filter (lines_read = 0)
        from marts.load_audit_files"""
    )
    assert (of_lines, without_lines) == (["time of the load"], True)
    ((hours,),) = events.query(
        "select date_diff('hour', (now() at time zone 'UTC'), max(plausible_to)) from marts.load_audit_files"
    )
    assert 20 <= hours <= 24


def test_counts_of_two_spellings_add_up(counts: Load) -> None:
    rows = counts.query("select user_id, play_count from marts.user_item_plays order by all")
    assert rows == [("ann", 23), ("bob", 5), ("bob", 7), ("cat", 15)]
    assert counts.query("select count(*) from marts.plays") == [(0,)]


def test_a_user_in_two_files_has_the_plays_and_sessions_of_one(tmp_path: Path) -> None:
    """Two sittings, of which each file holds a part, one line in both."""
    times = [f"2009-05-01T{hour}:{minute:02d}:00Z" for hour in (12, 18) for minute in (0, 10, 20, 30)]
    lines = [event(at=at, title=f"Song {number}") for number, at in enumerate(times)]
    parts = {"a.tsv": lines[0::2], "b.tsv.gz": [*lines[1::2], lines[0]]}
    files = {name: RawFile([(line, PLAY) for line in reversed(part)]) for name, part in parts.items()}
    loaded = load(tmp_path, "1k", files, {})
    sessions = loaded.query("select started_at::varchar, ended_at::varchar, play_count from marts.sessions order by 1")
    assert sessions == [
        ("2009-05-01 12:00:00", "2009-05-01 12:30:00", 4),
        ("2009-05-01 18:00:00", "2009-05-01 18:30:00", 4),
    ]
    assert loaded.query("select user_id, play_count, session_count from marts.users") == [("ann", 8, 2)]
    counts = loaded.query(
        "select lines_read, exact_duplicates_removed, plays_kept from marts.load_audit_files order by 1"
    )
    assert counts == [(4, 0, 4), (5, 1, 4)]


def test_each_file_of_a_mixed_load_names_its_format(mixed: Load) -> None:
    formats = mixed.query("select file_name, format, plausible_from is not null from marts.load_audit_files")
    told = {name: ("lastfm_360k", False) if "counts" in name else ("lastfm_1k", True) for name in mixed.files}
    # the file without a line is read as the first of the load
    told["e_empty.tsv"] = ("lastfm_360k", False)
    assert {name: (named, has_times) for name, named, has_times in formats} == told


def test_plays_and_play_counts_of_a_user_add_up(events: Load, counts: Load, mixed: Load) -> None:
    cells = "select user_id, item_id, play_count, last_played_at from marts.user_item_plays where item_type = 'artist'"
    both = events.query(cells) + counts.query(cells)
    added: Counter[tuple[str, int]] = Counter()
    for user, item, play_count, _ in both:
        added[user, item] += play_count
    assert {(user, item): play_count for user, item, play_count, _ in mixed.query(cells)} == added
    tracks = cells.replace("artist", "track")
    assert sorted(mixed.query(tracks)) == sorted(events.query(tracks))


def test_what_is_not_counted_in_plays_has_no_tracks_sessions_and_times(mixed: Load) -> None:
    known = "track_count > 0, session_count > 0, first_played_at is not null, play_count > 0"
    rows = dict((user, rest) for user, *rest in mixed.query(f"select user_id, {known} from marts.users"))
    # eve has a profile only
    assert rows == {
        '"ann': [True, True, True, True],
        "ann": [True, True, True, True],
        "bob": [None, None, False, True],
        "cat": [None, None, False, True],
        "eve": [False, False, False, False],
    }


def test_only_plays_are_split_by_time(mixed: Load) -> None:
    plays = mixed.query("select count(*) from marts.plays")
    assert mixed.query("select split_name from intermediate.int_splits_built where is_default") == [("temporal",)]
    totals = "select sum(play_count) from intermediate.int_cells_split where item_type = 'artist' and split_name = "
    assert mixed.query(totals + "'temporal'") == plays
    assert mixed.query(totals + "'full'") == mixed.query("select sum(play_count) from marts.users") != plays


def test_names_of_tracks_are_checked_among_lines_with_titles(events: Load, mixed: Load) -> None:
    of_tracks = ("plays_without_track_mbid", "plays_without_title", "track_spellings_merged")
    assert [mixed.audit()[check] for check in of_tracks] == [events.audit()[check] for check in of_tracks]
