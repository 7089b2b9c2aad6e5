"""`verify-facts` on a made events file: its facts are counted here in plain Python, and every difference must show."""

import hashlib
import random
import shutil
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from statistics import mean, median

import duckdb
import numpy as np
import pytest
from conftest import ROOT, Study, study_in
from dbt_runner import run_dbt

from models_py.errors import WarehouseError
from models_py.reports.facts import print_facts
from models_py.settings.environment import Settings
from models_py.sources.download import ARCHIVES

PROFILES = """#id\tgender\tage\tcountry\tregistered
user_000001\tm\t3\tJapan\tAug 13, 2006
user_000002\tf\t\tJapan\tFeb 24, 2006
user_000003\tm\t103\t\t
user_000004\t\t\tPeru\tJan 1, 2007
"""
NEEDED = ("+load_audit", "+sessions", "+evaluation_parameters", "lastfm_1k_facts", "lastfm_1k_top_songs")
Line = tuple[str, datetime, str, str, str, str]


def made_lines() -> list[Line]:
    """Draw plays like the real file's: its users, bogus years, shared seconds, a line twice, no ids, blank titles."""
    rng = random.Random(20090619)
    lines = []
    for number in range(1, 31):
        time = datetime(2008, 1, 1) + timedelta(hours=number)
        for _ in range(rng.randint(5, 90)):
            time += timedelta(seconds=rng.choice([0, 200, 1200, 1201, 90_000]))
            artist = rng.randint(1, 12) // rng.randint(1, 3) + 1
            title = rng.choice(["Intro", "INTRO", "None", "", " \x0b", "Song"])
            mbids = [rng.choice(["", f"{kind}-{artist}"]) for kind in ("artist", "track")]
            lines.append((f"user_{number:06d}", time, mbids[0], f'"Artist {artist}', mbids[1], title))
    lines += [("user_000007", datetime(year, 9, 29, 18, 32, 4), "", "Artist", "", "Song") for year in (2010, 2013)]
    return [*lines, lines[100]]


def profiles() -> list[list[str]]:
    """Split the made profiles into their fields."""
    return [row.split("\t") for row in PROFILES.splitlines()[1:]]


def counted(lines: list[Line], profiles: list[list[str]]) -> dict[str, float | datetime]:
    """Count every fact by its definition."""
    users = sorted(Counter(line[0] for line in lines).values())
    artists = sorted(Counter(line[3] for line in lines).values(), reverse=True)
    songs = Counter((line[3], line[5]) for line in lines)
    listeners = defaultdict(set)
    for line in lines:
        listeners[line[3], line[5]].add(line[0])
    popular = [len(found) for found in listeners.values() if len(found) > 20]
    sessions = session_sizes(lines)
    plausible = [line for line in lines if line[1].year < 2010]
    seconds = Counter((line[0], line[1]) for line in plausible)
    equal = [count for count in Counter(plausible).values() if count > 1]
    heard = np.cumsum(artists)
    return {
        "lines": len(lines),
        "users": len(users),
        "missing_artist_mbid": sum(not line[2] for line in lines),
        "missing_track_mbid": sum(not line[4] for line in lines),
        "blank_track_names": sum(not line[5].strip() for line in lines),
        "distinct_artist_mbids": len({line[2] for line in lines} - {""}),
        "distinct_artist_names": len(artists),
        "distinct_artist_name_mbid_pairs": len({line[2:4] for line in lines}),
        "distinct_track_mbids": len({line[4] for line in lines} - {""}),
        "distinct_track_names": len({line[5] for line in lines}),
        "distinct_track_keys": len({line[4] or (line[3], line[5]) for line in lines}),
        "distinct_user_artist_track": sum(map(len, listeners.values())),
        "first_played_at": min(line[1] for line in lines),
        "last_played_at": max(line[1] for line in lines),
        "last_sane_played_at": max(line[1] for line in plausible),
        "rows_2010": sum(line[1].year == 2010 for line in lines),
        "rows_2013": sum(line[1].year == 2013 for line in lines),
        "exact_duplicate_rows": sum(equal),
        "same_second_pairs": sum(seconds.values()) - len(seconds),
        "max_plays_of_a_user": users[-1],
        "median_plays_per_user": median(users),
        "mean_plays_per_user": mean(users),
        "p90_plays_per_user": float(np.percentile(users, 90)),
        "top_artist_plays": artists[0],
        "second_artist_plays": artists[1],
        "third_artist_plays": artists[2],
        "top_song_plays": max(songs.values()),
        "songs_with_more_than_20_listeners": len(popular),
        "user_song_pairs_over_20_listeners": sum(popular),
        "sessions_20_minutes": len(sessions),
        "mean_tracks_per_session": mean(sessions),
        "max_tracks_per_session": max(sessions),
        "single_track_sessions": sessions.count(1),
        "artists_making_80_percent_of_plays": int(np.searchsorted(heard, 0.8 * len(lines)) + 1),
        "profile_rows": len(profiles),
        "profile_male": sum(profile[1] == "m" for profile in profiles),
        "profile_female": sum(profile[1] == "f" for profile in profiles),
        "profile_age_present": sum(profile[2] != "" for profile in profiles),
        "profile_countries": len({profile[3] for profile in profiles} - {""}),
        "profile_country_present": sum(profile[3] != "" for profile in profiles),
        "profile_registered_missing": sum(profile[4] == "" for profile in profiles),
        "songs_with_published_plays": 2,
    }


def session_sizes(lines: list[Line]) -> list[int]:
    """Count the plays of each session: kept plays only, a gap of more than 20 minutes starts the next."""
    times = defaultdict(list)
    for line in sorted(set(lines)):
        if line[1].year < 2010:
            times[line[0]].append(line[1])
    sizes = []
    for of_user in times.values():
        sizes.append(1)
        for earlier, later in pairwise(sorted(of_user)):
            if later - earlier > timedelta(minutes=20):
                sizes.append(0)
            sizes[-1] += 1
    return sizes


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Study:
    """Load the made file, and put its own facts in the place of the published ones."""
    study = study_in(tmp_path_factory.mktemp("facts"))
    raw, lines = study.folder / "raw", made_lines()
    rows = ("\t".join([user, f"{time:%Y-%m-%dT%H:%M:%SZ}", *names]) for user, time, *names in lines)
    (raw / ARCHIVES["1k"].events.name).write_text("".join(f"{row}\n" for row in rows))
    (raw / ARCHIVES["1k"].profiles.name).write_text(PROFILES)
    models = ("--resource-type", "seed", "--resource-type", "model")
    run_dbt("build", "--select", *NEEDED, *models, warehouse=study.warehouse, raw=raw)
    facts = counted(lines, profiles())
    songs = Counter((line[3], line[5]) for line in lines).most_common(3)
    with duckdb.connect(study.warehouse) as connection:
        named = {name for (name,) in connection.execute("select fact from staging.lastfm_1k_facts").fetchall()}
        assert named == facts.keys()
        for fact, value in facts.items():
            column = "published_at" if isinstance(value, datetime) else "published_value"
            connection.execute(f"update staging.lastfm_1k_facts set {column} = ? where fact = ?", [value, fact])
        connection.execute("delete from staging.lastfm_1k_top_songs")
        # the third one's plays are wrong
        values = [(*names, plays + (place == 2)) for place, (names, plays) in enumerate(songs)]
        connection.executemany("insert into staging.lastfm_1k_top_songs values (?, ?, ?)", values)
    return study


@pytest.fixture
def verified(
    parsed_once: None, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> Callable[[Study], str]:
    """Verify a study's warehouse as if its events file were the published one, and return what is printed."""

    def verify(study: Study) -> str:
        for name, value in study.environment.items():
            monkeypatch.setenv(name, value)
        monkeypatch.chdir(ROOT)
        events = ARCHIVES["1k"].events
        found = hashlib.md5((study.folder / "raw" / events.name).read_bytes()).hexdigest()
        print_facts(Settings.from_environment(), replace(events, md5=found))
        return capsys.readouterr().out

    return verify


def test_equal_counts_agree_and_a_wrong_one_is_a_difference(
    made: Study, verified: Callable[[Study], str], tmp_path: Path
):
    other = study_in(tmp_path)
    shutil.copytree(made.folder / "raw", other.folder / "raw", dirs_exist_ok=True)
    shutil.copy(made.warehouse, other.warehouse)
    with duckdb.connect(other.warehouse) as connection:
        connection.execute(
            "update staging.lastfm_1k_facts set published_value = published_value + 3 where fact = 'lines'"
        )
        connection.execute(
            "update staging.lastfm_1k_facts set published_at = published_at + interval 90 second "
            "where fact = 'first_played_at'"
        )
    rows = [line.split() for line in verified(other).splitlines()]
    printed = {row[0]: row for row in rows if row}
    facts = counted(made_lines(), profiles())
    assert printed["lines"][-1] == "-3"
    assert printed["first_played_at"][-2:] == ["-90", "s"]
    for fact in facts.keys() - {"lines", "first_played_at"}:
        assert "0" in printed[fact][-2:], printed[fact]
    assert printed["users"] == ["users", "30", "30", "0"]
    assert rows[-1][:6] == "40 of 42 published facts agree".split()


def test_the_made_file_has_something_to_count():
    facts = counted(made_lines(), profiles())
    assert [fact for fact, value in facts.items() if not value] == []
    assert facts["songs_with_more_than_20_listeners"] < facts["distinct_user_artist_track"] / 20
    assert facts["artists_making_80_percent_of_plays"] < facts["distinct_artist_names"]


def test_a_made_up_file_of_the_same_name_is_not_taken_for_the_real_one(made: Study):
    result = made.call("verify-facts")
    assert result.returncode == 0, result.stderr
    assert "do not apply" in result.stdout and "has MD5" in result.stdout
    assert "published facts agree" not in result.stdout


@pytest.mark.parametrize(
    ("format_name", "files", "reason"),
    [
        ("lastfm_360k", {"counts.tsv": False}, "files of another format (lastfm_360k)"),
        ("lastfm_1k", {"events.tsv": True}, "embedded demo"),
        ("lastfm_1k", {"events.tsv": False, "more.tsv": False}, "2 events files"),
        ("lastfm_1k", {"events.tsv": False}, "set RAW"),
    ],
)
def test_the_facts_apply_to_nothing_else(
    tmp_path: Path, capsys: pytest.CaptureFixture, format_name: str, files: dict[str, bool], reason: str
):
    study = study_in(tmp_path)
    with duckdb.connect(study.warehouse) as connection:
        connection.execute("create schema marts")
        connection.execute("create table marts.load_audit_files (file_name varchar, is_demo boolean, format varchar)")
        rows = [[*file, format_name] for file in files.items()]
        connection.executemany("insert into marts.load_audit_files values (?, ?, ?)", rows)
    print_facts(Settings.from_environment(study.environment))
    printed = capsys.readouterr().out
    assert printed.startswith("The published facts of Last.FM 1K do not apply:")
    assert reason in printed and printed.count("\n") == 1


def test_without_a_warehouse_one_sentence_says_so(tmp_path: Path):
    with pytest.raises(WarehouseError, match="There is no warehouse at .*: run `make evaluate` first"):
        print_facts(Settings.from_environment(study_in(tmp_path).environment))
