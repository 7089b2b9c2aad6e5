"""Mutated raw files: each is refused in one sentence, or each of its lines is in one place under its own number.

The models' SQL is compiled once and run on each load of files (about 60 ms), then held against a reference on bytes.
"""

import gzip
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Protocol

import duckdb
import pytest
from dbt_runner import run_dbt
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from line_reference import MARK, READER_PIECE, UNREADABLE, Line, is_refused, lines_of, plays_of, profiles_of
from staging_sql import Staging, one_line

from models_py.errors import RawFileError
from models_py.settings.environment import Settings
from models_py.sources.files import check_raw_files

FILES = {"1k": ("a.tsv", "b.tsv.gz", "c.tsv", "d.tsv.gz"), "360k": ("a.tsv", "b.tsv.gz", "c.tsv")}
PROFILE = "userid-profile.tsv"
# characters of an undecodable line that the reader surely gives
READER_TEXT = 9000
A_FEW, MANY = {"1k": 40, "360k": 15}, {"1k": 1450, "360k": 550}

GOOD = {
    "1k": [
        b"ann\t2009-05-01T12:00:00Z\tm1\tLow\tm2\tMurderer",
        b"ann\t2009-05-01T12:00:00Z\tm1\tLow\tm2\tMurderer",
        b"ann\t2009-05-01T12:20:00Z\t\tLow\t\tHalf Light",
        b"ann\t2009-05-01T12:20:01Z\t\tLow\t\tHalf Light",
        b"bob\t2009-05-01T12:00:00Z\t\tSigur R\xc3\xb3s\t\t()",
        b'bob\t2009-05-01T12:40:01Z\t\t"Weird Al"\t\t"Eat It',
    ],
    "360k": [b"ann\tm1\tLow\t20", b"ann\tm1\tLow\t20", b"ann\t\tLOW\t3", b"bob\t\tSigur R\xc3\xb3s\t7"],
}
PROFILES = [b"#id\tgender\tage\tcountry\tregistered", b"ann\tf\t33\tPeru\tMay 1, 2005", b"bob\tm\t\tChad\t"]
ODD_FIELDS = [
    b"",
    b" ",
    b"\x00",
    b"a\x00b",
    b"\x01",
    b"\x01\x02\x03\x04",
    b"\xff",
    b"\xc3",
    b"\xed\xa0\x80",
    MARK,
    b'"',
    b'"quoted"',
    b"'",
    b"\\",
    b"\\N",
    b"NULL",
    b"#id",
    b"\x1a",
    b"\x0b\x0c",
    b"\xc2\x85",
    b"\xe2\x80\xa8",
    b"\xc2\xa0\xe3\x80\x80",
    b"x" * 3000,
    b"0",
    b"007",
    b"1e3",
    b"99999999999",
]
ODD_TIMES = [
    b"0000-01-01T00:00:00Z",
    b"0001-01-01T00:00:00Z",
    b"9999-12-31T23:59:59Z",
    b"2001-12-31T23:59:59Z",
    b"2002-01-01T00:00:00Z",
    b"2009-12-31T23:59:59Z",
    b"2010-01-01T00:00:00Z",
    b"2008-02-29T00:00:00Z",
    b"2009-02-29T00:00:00Z",
    b"2009-05-01T23:59:60Z",
    b"2009-05-01T24:00:00Z",
    b"2009-05-01T 2:00:00Z",
    b"2009-05-01T12:00:0.Z",
    b" 009-05-01T12:00:00Z",
    b"-009-05-01T12:00:00Z",
    b"2009-05-01 12:00:00Z",
    b"2009-05-01T12:00:00",
    b"2009-05-01T12:00:00+",
    b"epoch",
    b"infinity",
]


class Loaded(Protocol):
    """Tables over the raw files of a folder."""

    def load(self) -> None:
        """Read the files as they are now."""

    def query(self, sql: str) -> list[tuple]:
        """Read the tables."""


class BuiltByDbt:
    """The tables as dbt builds them, listening marts of the load included."""

    def __init__(self, raw: Path, source: str, target: Path) -> None:
        self._raw, self._source, self._warehouse = raw, source, target / "music.duckdb"
        target.mkdir()

    def load(self) -> None:
        """Build them with the tests that need no other table."""
        selection = ["--select", "+load_audit_files", "+rejected_lines", "int_profiles_respelt"]
        selection += ["--exclude", "test_type:unit", "--indirect-selection", "cautious"]
        run_dbt("build", *selection, warehouse=self._warehouse, raw=self._raw, source=self._source)

    def query(self, sql: str) -> list[tuple]:
        """Read the warehouse."""
        with duckdb.connect(str(self._warehouse), read_only=True) as connection:
            return connection.execute(sql).fetchall()


class Fuzz:
    """Raw files of one source, written anew for each case and judged."""

    def __init__(self, folder: Path, source: str, names: Sequence[str], loaded_by: Callable[..., Loaded]) -> None:
        self.raw = folder / "raw"
        self.raw.mkdir(parents=True)
        self.source = source
        self.names = names
        self.files_judged = 0
        self.settings = Settings.from_environment({"RAW": str(self.raw), "SOURCE": source})
        self._write(dict.fromkeys(names, GOOD[source][0]), PROFILES[1])
        self.staging = loaded_by(self.raw, source, folder / "target")

    def _write(self, events: Mapping[str, bytes], profiles: bytes) -> None:
        for name, data in {**events, PROFILE: profiles}.items():
            self._write_file(name, data)

    def _write_file(self, name: str, data: bytes) -> None:
        (self.raw / name).write_bytes(gzip.compress(data, 1) if name.endswith(".gz") else data)

    def judge(self, contents: list[bytes], profiles: bytes = PROFILES[1]) -> None:
        """Load the files and compare what became of each line with the reference."""
        events = dict(zip(self.names, contents, strict=False))
        events |= dict.fromkeys(self.names[len(contents) :], b"")
        self._write(events, profiles)
        self.files_judged += len(contents) + 1
        refused, is_empty = self._refused()
        expected = {name for name, data in {**events, PROFILE: profiles}.items() if is_refused(data)}
        assert refused == expected
        if is_empty:
            return
        events = {name: b"" if name in refused else data for name, data in events.items()}
        self.staging.load()
        files = {number: lines_of(events[name], self.source) for number, name in enumerate(self.names, start=1)}
        self._compare_lines(files)
        (self._compare_plays if self.source == "1k" else self._compare_counts)(files)
        self._compare_profiles(b"" if PROFILE in refused else profiles)

    def _refused(self) -> tuple[set[str], bool]:
        """Refuse files one by one, empty them, and tell at last whether nothing is left."""
        refused: set[str] = set()
        while True:
            try:
                check_raw_files(self.settings)
            except RawFileError as error:
                message = str(error)
                assert one_line(message)
                if "not one line" in message:
                    return refused, True
                (name,) = [name for name in (*self.names, PROFILE) if message.startswith(f"{self.raw / name} ")]
                assert name not in refused
                refused.add(name)
                self._write_file(name, b"")
            else:
                return refused, False

    def _compare_lines(self, files: Mapping[int, list[Line]]) -> None:
        found = self.staging.query(
            "select file_id, line_number, reason, raw_line from intermediate.int_lines_numbered order by all"
        )
        expected = [(file, line) for file, lines in files.items() for line in lines]
        assert [row[:2] for row in found] == [(file, line.number) for file, line in expected]
        for (file, line), (*_, reason, raw_line) in zip(expected, found, strict=True):
            place = (file, line.number, line.text)
            assert reason in line.reasons if line.reasons else reason is None, place
            if line.reasons and not line.reasons & UNREADABLE:
                assert raw_line == line.text, place
            elif line.reasons and len(line.text) < READER_TEXT:
                # the reader shows bad bytes as '?', and at times the good byte after them
                rest = iter(line.text)
                assert all(character in rest for character in raw_line if character != "?"), place

    def _compare_plays(self, files: Mapping[int, list[Line]]) -> None:
        found = self.staging.query(
            """select p.file_id, p.line_number, u.user_id, strftime(p.played_at, '%Y-%m-%dT%H:%M:%SZ'),
                coalesce(s.artist_mbid, ''), s.artist_name, coalesce(s.track_mbid, ''), s.track_name,
                r.line_number is not null, p.starts_session
            from intermediate.int_plays_sequenced as p
            inner join intermediate.int_users_numbered as u using (user_number)
            left join intermediate.int_plays_repeated as r using (file_id, line_number)
            left join intermediate.int_spellings_read as s on p.spelling_key = s.spelling_key order by all"""
        )
        expected = [
            (*place, play.user, play.value, *play.names, play.is_duplicate, play.starts_session)
            for place, play in plays_of(files, "1k").items()
        ]
        assert found == expected

    def _compare_counts(self, files: Mapping[int, list[Line]]) -> None:
        found = self.staging.query(
            """select p.file_id, p.line_number, p.user_id, cast(p.play_count as varchar),
                coalesce(s.artist_mbid, ''), s.artist_name, p.is_duplicate
            from intermediate.int_artist_plays_deduplicated as p
            left join intermediate.int_spellings_read as s using (spelling_key) order by all"""
        )
        expected = [
            (*place, play.user, play.value, *play.names, play.is_duplicate)
            for place, play in plays_of(files, "360k").items()
        ]
        assert found == expected

    def _compare_profiles(self, data: bytes) -> None:
        found = self.staging.query(
            "select user_id, coalesce(gender, ''), coalesce(country, '') from intermediate.int_profiles_respelt"
        )
        assert {user: tuple(rest) for user, *rest in found} == profiles_of(data)
        (rows,) = self.staging.query(
            """select (select count(*) from staging.stg_lastfm__profile_lines)
                + (select count(*) from staging.stg_lastfm__profile_lines_rejects)"""
        )
        assert rows == (len(lines_of(data, "1k")),)


EVENT = GOOD["1k"][0]
EVENTS = b"\n".join(GOOD["1k"]) + b"\n"
COUNTS = b"\n".join(GOOD["360k"]) + b"\n"
WIDE = b"ann\t2009-05-02T12:00:00Z\t\tLow\t\t"


def in_each_field(odd: bytes, line: bytes = EVENT) -> bytes:
    """Write the line once per field, with that field odd."""
    fields = line.split(b"\t")
    return b"\n".join(b"\t".join([*fields[:place], odd, *fields[place + 1 :]]) for place in range(len(fields)))


def across_pieces(lines: list[bytes], newline: bytes, offset: int, border: int = READER_PIECE) -> bytes:
    """Put lines so that they begin `offset` bytes from where a piece of the reader begins."""
    filler = (b"x" * (1000 - len(newline)) + newline) * (border // 1000 - 2)
    rest = border + offset - len(filler) - len(newline)
    return filler + b"y" * rest + newline + newline.join(lines) + newline


CORPUS = {
    "truncated in the last line": [EVENTS[:-20]],
    "truncated in a character": [EVENTS[: EVENTS.index(b"\xc3") + 1]],
    "a NUL in each field": [in_each_field(b"a\x00b")],
    "invalid UTF-8 in each field": [in_each_field(b"a\xff")],
    "a surrogate in each field": [in_each_field(b"\xed\xa0\x80")],
    "a control byte in each field": [in_each_field(b"a\x07b")],
    "a quote in each field": [in_each_field(b'"')],
    "a backslash in each field": [in_each_field(b"\\")],
    "each field empty": [in_each_field(b"")],
    "each field blank": [in_each_field(b"\xe3\x80\x80\xc2\xa0 ")],
    "Windows line ends": [EVENTS.replace(b"\n", b"\r\n")],
    "Windows line ends, blank lines, rejects": [EVENTS.replace(b"\n", b"\r\n\r\n\xff\r\n")],
    "old Mac line ends": [EVENTS.replace(b"\n", b"\r")],
    "Windows line ends but the last": [EVENTS.replace(b"\n", b"\r\n")[:-1]],
    "one Windows line end at the end": [EVENTS[:-1] + b"\r\n"],
    "a bare carriage return as the last line": [EVENTS + b"\r"],
    "a bare carriage return within a title": [EVENTS.replace(b"Half", b"Ha\rlf", 1)],
    "a mark": [MARK + EVENTS],
    "a mark in each file": [MARK + EVENTS, MARK + EVENTS, MARK + EVENTS],
    "a mark and a header": [MARK + b"user\ttime\tartist_id\tartist\ttrack_id\ttrack\n" + EVENTS],
    "a header in quotes": [b'"user-id"\t"Timestamp"\t"a"\t"b"\t"c"\t"d"\n' + EVENTS],
    "dates as users": [in_each_field(b"sep 20, 2008"), in_each_field(b"2008-9-20"), in_each_field(b"2008-02-30")],
    "two marks": [MARK + MARK + EVENTS],
    "a mark alone": [EVENTS, MARK],
    "lines of 1 MB": [WIDE + b"x" * 1_000_000 + b"\n" + EVENTS + WIDE + b"y" * 1_000_000],
    "a line over 2 MB between others": [EVENTS + WIDE + b"x" * 2_200_000 + b"\n" + EVENTS],
    "a line over 2 MB as the first": [WIDE + b"x" * 2_200_000 + b"\n" + EVENTS],
    "a line over 2 MB as the last": [EVENTS + WIDE + b"x" * 2_200_000],
    "a line over 2 MB that is not UTF-8": [EVENTS + WIDE + b"x" * 2_200_000 + b"\xff\n" + EVENTS],
    "swapped columns": [b"\n".join(b"\t".join(reversed(line.split(b"\t"))) for line in GOOD["1k"])],
    "the file twice": [EVENTS + EVENTS],
    "the file in two files": [EVENTS, EVENTS],
    "every odd time": [b"\n".join(b"\t".join([b"ann", time, b"", b"Low", b"", b"Song"]) for time in ODD_TIMES)],
    "24 o'clock became the next day": [b"ann\t2009-05-01T24:00:00Z\t\tLow\t\tSong\n"],
    "a blank became the first digit of the hour": [b"ann\t2009-05-01T 2:00:00Z\t\tLow\t\tSong\n"],
    "a dot became the last digit of the second": [b"ann\t2009-05-01T12:00:0.Z\t\tLow\t\tSong\n"],
    "a sign became the first digit of the year": [b"ann\t-009-05-01T12:00:00Z\t\tLow\t\tSong\n"],
    "rejects in a row": [b"\xff\n\xff\n" + EVENTS + b"\xff\n\xff\n\xff\n" + EVENTS + b"\xff"],
    "rejects alone": [b"\xff\n\xfe\n", EVENTS],
    "rejects in each file": [b"\xff\n" + EVENTS, EVENTS + b"\xff\n" + EVENTS, EVENTS + b"\xff"],
    "two faults in one line": [EVENTS + b"\xff\x01\x02\x03\x04\xff\n" + EVENTS],
    "the delimiter in a line": [EVENTS + b"a\x01\x02\x03\x04b\n" + EVENTS + b"\x01\x02\x03\x04\n" + EVENTS],
    "parts of the delimiter": [in_each_field(b"\x01"), in_each_field(b"\x01\x02\x03")],
    "the delimiter at the end of a title": [EVENTS + EVENT + b"\x01\x02\x03\x04\n"],
    "blank lines": [b"\n\n" + EVENTS + b"\n\n"],
    "blank lines alone": [b"\n\n\n", EVENTS],
    "blanks alone": [b" \n\t\n\x00\n \t \n\xe3\x80\x80\n" + EVENTS],
    "16 bits a character": [b"\xff\xfe" + EVENTS.decode().encode("utf-16-le"), EVENTS],
    "16 bits a character, no mark": [EVENTS, EVENTS.decode().encode("utf-16-be")],
    "nothing": [b""],
    "a reject across two pieces": [across_pieces([b"\xff" * 9, b"", EVENT, b"\xff", EVENT], b"\n", -4)],
    "a Windows line end across two pieces": [across_pieces([EVENT, EVENT], b"\r\n", 1)],
    "a blank line at a border was lost": [across_pieces([b"", b"", EVENT], b"\r\n", 1)],
    "a reject at a border took a good line with it": [across_pieces([b"\xff", b"", b"\xff", EVENT], b"\r\n", 1)],
}
PROFILE_CORPUS = {
    "a header as pandas writes it": b"user_id,gender,age,country,registered\n".replace(b",", b"\t") + PROFILES[1],
    "a header in words that are not known": b"qui\tsexe\tage_ans\tpays\tinscrit\n" + PROFILES[1],
    "a header of numbers": b"0\t1\t2\t3\t4\n" + PROFILES[1],
    "a header that is not the first line": PROFILES[1] + b"\nID\tSex\t\t\t\ncat\tx\tx\tx\tx",
    "nobody has the name of a column": b"id\tf\t33\tPeru\t\nann\tgender\tn/a\tcountry\tunknown",
    "several spellings": b"ann\tFemale\t33.0\tperu\t2005-05-01\nbob\tMALE\tx\tPERU\t1/2/2005\ncat\tF\t\tPeru \t-",
    "the most frequent spelling": b"ann\tWoman\t\tperu\t\nbob\tman\t\tperu\t\ncat\tOther\t\tPeru\t\ndan\t?\t\tPERU\t",
    "dates as users": b"sep 20, 2008\tm\t3\tPeru\t\n2008-09-31\tm\t3\tPeru\t",
}
COUNT_CORPUS = {
    "each field empty": [in_each_field(b"", GOOD["360k"][0])],
    "invalid UTF-8 in each field": [in_each_field(b"\xff", GOOD["360k"][0])],
    "a NUL in each field": [in_each_field(b"\x00", GOOD["360k"][0])],
    "a quote in each field": [in_each_field(b'"', GOOD["360k"][0])],
    "odd numbers": [
        b"\n".join(b"ann\t\tLow\t" + number for number in (b"00", b"+1", b"1 ", b"1.0", b"1e3", b"9" * 10))
    ],
    "numbers with a point": [
        b"\n".join(
            b"ann\t\tLow\t" + number for number in (b"12.000", b" 7.0 ", b"0.0", b"1.50", b".5", b"1.", b"1,000")
        )
    ],
    "headers": [b"User\tArtist MBID\tArtist\tPlays\n0\t1\t2\t3\n" + COUNTS],
    "dates as users": [
        b"\n".join(
            b"%s\t\tLow\t3" % user for user in (b"sep 20, 2008", b"2008-09-20", b"20 September 2008", b"sep 31, 2008")
        )
    ],
    "numbers in other scripts": ["ann\t\tLow\t\u0663\nann\t\tLow\t\u00b2\n".encode()],
    "the file in two files": [COUNTS, MARK + COUNTS],
    "Windows line ends": [COUNTS.replace(b"\n", b"\r\n")],
    "mixed line ends": [COUNTS.replace(b"\n", b"\r\n", 1)],
}


@pytest.fixture(scope="module")
def fuzz(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Fuzz]:
    """Compile the models of a source once."""
    made: dict[str, Fuzz] = {}

    def of_source(source: str) -> Fuzz:
        if source not in made:
            made[source] = Fuzz(tmp_path_factory.mktemp(source), source, FILES[source], Staging)
        return made[source]

    return of_source


@st.composite
def mutated_lines(draw: st.DrawFn, good: list[bytes]) -> bytes:
    """Take a good line and put up to two faults into it."""
    line = draw(st.sampled_from(good))
    for _ in range(draw(st.sampled_from([0, 0, 0, 1, 1, 2]))):
        line = draw(st.sampled_from(FAULTS))(draw, line)
    return line


def odd_field(draw: st.DrawFn, line: bytes) -> bytes:
    fields = line.split(b"\t")
    fields[draw(st.integers(0, len(fields) - 1))] = draw(st.sampled_from(ODD_FIELDS))
    return b"\t".join(fields)


def odd_time(draw: st.DrawFn, line: bytes) -> bytes:
    fields = line.split(b"\t")
    fields[min(1, len(fields) - 1)] = draw(st.sampled_from(ODD_TIMES))
    return b"\t".join(fields)


def swapped_fields(draw: st.DrawFn, line: bytes) -> bytes:
    return b"\t".join(draw(st.permutations(line.split(b"\t"))))


def lost_or_added_field(draw: st.DrawFn, line: bytes) -> bytes:
    fields = line.split(b"\t")
    place = draw(st.integers(0, len(fields) - 1))
    return b"\t".join(fields[:place] + fields[place + 1 :] if draw(st.booleans()) else [*fields, b"more"])


def odd_bytes(draw: st.DrawFn, line: bytes) -> bytes:
    place = draw(st.integers(0, len(line)))
    return line[:place] + draw(st.sampled_from(ODD_FIELDS) | st.binary(min_size=1, max_size=3)) + line[place:]


def cut_line(draw: st.DrawFn, line: bytes) -> bytes:
    return line[: draw(st.integers(0, len(line)))]


def blank_line(draw: st.DrawFn, line: bytes) -> bytes:
    return draw(st.sampled_from([b"", b"", b" ", b"\t", b"\t\t\t\t\t", b"\x00", b"\xff"]))


FAULTS = [odd_field, odd_time, swapped_fields, lost_or_added_field, odd_bytes, cut_line, blank_line]


@st.composite
def files(draw: st.DrawFn, good: list[bytes]) -> bytes:
    """Put lines into a file whose line ends, first bytes or last bytes may be odd too."""
    newline = draw(st.sampled_from([b"\n"] * 6 + [b"\r\n"] * 3 + [b"\r"]))
    lines = draw(st.lists(mutated_lines(good), max_size=8))
    data = newline.join(lines) + newline * draw(st.sampled_from([0, 1, 1, 1, 2]))
    oddity = draw(st.sampled_from(["", "", "", "", "", "", "mark", "twice", "cut", "line end", "two marks"]))
    if oddity in ("mark", "two marks"):
        data = MARK * (1 + (oddity == "two marks")) + data
    elif oddity == "twice":
        data += data
    elif oddity == "cut":
        data = data[: draw(st.integers(0, len(data)))]
    elif oddity == "line end":
        place = draw(st.integers(0, len(data)))
        data = data[:place] + draw(st.sampled_from([b"\r", b"\n", b"\r\n"])) + data[place:]
    return data


@pytest.mark.parametrize("source", ["1k", "360k"])
@pytest.mark.parametrize("loads", [A_FEW, pytest.param(MANY, marks=pytest.mark.slow)], ids=["a few", "many"])
def test_each_line_of_mutated_files_is_in_one_place(
    fuzz: Callable[[str], Fuzz], source: str, loads: Mapping[str, int]
) -> None:
    judged = fuzz(source)
    several = st.lists(files(GOOD[source]), min_size=len(judged.names), max_size=len(judged.names))
    fixed = settings(
        max_examples=loads[source],
        derandomize=True,
        database=None,
        phases=[Phase.explicit, Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck),
    )

    @fixed
    @given(several, files(PROFILES))
    def judge(contents: list[bytes], profiles: bytes) -> None:
        judged.judge(contents, profiles)

    before = judged.files_judged
    judge()
    assert judged.files_judged - before >= loads[source] * (len(judged.names) + 1)


@pytest.mark.parametrize("contents", CORPUS.values(), ids=CORPUS)
def test_each_line_of_a_known_mutation_is_in_one_place(fuzz: Callable[[str], Fuzz], contents: list[bytes]) -> None:
    fuzz("1k").judge(contents)


@pytest.mark.parametrize("profiles", PROFILE_CORPUS.values(), ids=PROFILE_CORPUS)
def test_each_profile_of_a_known_mutation_is_read_or_not(fuzz: Callable[[str], Fuzz], profiles: bytes) -> None:
    fuzz("1k").judge([EVENTS], profiles)


@pytest.mark.parametrize("contents", COUNT_CORPUS.values(), ids=COUNT_CORPUS)
def test_each_count_of_a_known_mutation_is_in_one_place(fuzz: Callable[[str], Fuzz], contents: list[bytes]) -> None:
    fuzz("360k").judge(contents)


@pytest.mark.xfail(strict=True, reason="DuckDB 1.5.6 does not count a blank line where a buffer of 32 MB begins")
def test_a_reject_after_a_blank_line_at_a_buffer_has_its_number(fuzz: Callable[[str], Fuzz]) -> None:
    fuzz("1k").judge([across_pieces([b"", b"\xff", EVENT], b"\n", 0, 4 * READER_PIECE)])


@pytest.mark.parametrize(("source", "corpus", "fewest"), [("1k", CORPUS, 30), ("360k", COUNT_CORPUS, 5)])
def test_dbt_puts_each_line_of_known_mutations_in_one_place(
    tmp_path: Path, source: str, corpus: Mapping[str, list[bytes]], fewest: int
) -> None:
    """All of them in one load, but for files that are refused or hold no play at all."""
    contents = [
        data
        for data in dict.fromkeys(data for files in corpus.values() for data in files)
        if not is_refused(data) and any(line.is_good for line in lines_of(data, source))
    ]
    assert len(contents) >= fewest
    names = [f"{number:02d}.tsv{'.gz' * (number % 2)}" for number in range(len(contents))]
    judged = Fuzz(tmp_path, source, names, BuiltByDbt)
    judged.judge(contents, b"\n".join([*PROFILES, b"\xff", PROFILES[1], b"short"]))
    audit = judged.staging.query(
        "select lines_read, lines_rejected, plays_kept from marts.load_audit_files order by file_id"
    )
    lines = {number: lines_of(data, source) for number, data in enumerate(contents, start=1)}
    kept = Counter(file for (file, _), play in plays_of(lines, source).items() if not play.is_duplicate)
    assert audit == [
        (len(lines[file]), sum(not line.is_good for line in lines[file]), kept[file]) for file in sorted(lines)
    ]
