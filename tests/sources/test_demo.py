"""The demo says the truth about itself: files read back line by line, without the code that wrote them."""

import functools
import hashlib
import json
import os
import re
import subprocess
import sys
import unicodedata
from collections import Counter, defaultdict
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest

from models_py.errors import SettingError
from models_py.sources.demo import compare_key, files, planted_preferences, planted_track_preferences, write_demo

SMALL = {"users": 40, "seed": 3}


class Line(NamedTuple):
    """One line of the events file."""

    user: str
    at: datetime
    artist_mbid: str
    artist: str
    track_mbid: str
    title: str


class Demo(NamedTuple):
    """A written demo, read back."""

    folder: Path
    truth: dict
    lines: list[Line]
    kept: list[Line]  # plausible and once, from oldest to newest within a user


def rows_of(path: Path) -> list[list[str]]:
    text = path.read_bytes().decode("utf-8")
    assert text.endswith("\n") and "\r" not in text
    return [row.split("\t") for row in text[:-1].split("\n")]


def read(folder: Path) -> Demo:
    rows = rows_of(folder / files.EVENTS_1K)
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", row[1]) for row in rows)
    lines = [Line(user, datetime.fromisoformat(at[:-1]), *rest) for user, at, *rest in rows]
    kept = list(dict.fromkeys(line for line in lines if line.at.year < 2010))
    return Demo(folder, json.loads((folder / files.TRUTH).read_text("utf-8")), lines, kept[::-1])


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    folder = tmp_path_factory.mktemp("demo")
    write_demo(folder)
    return read(folder)


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    folder = tmp_path_factory.mktemp("small")
    write_demo(folder, **SMALL)
    return read(folder)


@pytest.fixture(scope="module", params=["demo", "small"])
def either(request: pytest.FixtureRequest) -> Demo:
    return request.getfixturevalue(request.param)


def cut_off(demo: Demo) -> datetime:
    times = sorted(line.at for line in demo.kept)
    return times[-(-9 * len(times) // 10) - 1]


@functools.cache
def fold(name: str) -> str:
    """Fold a name, written once more, character by character."""
    blank = {chr(code) for code in [*range(33), *range(127, 161), 0x3000]}
    text = "".join(" " if c in blank else fold_letter(c) for c in unicodedata.normalize("NFC", name))
    return " ".join(word for word in text.split(" ") if word)


def fold_letter(letter: str) -> str:
    """Fold one letter by Unicode's case folding; of those that fold into several, the sharp s alone."""
    folded = letter.casefold()
    return folded if len(folded) == 1 or folded == "ss" else letter.lower()[0]


def planted_genres(demo: Demo) -> tuple[dict[str, set], dict[str, set]]:
    """Genres of each artist and each user's own."""
    truth = demo.truth
    genres = {fold(name): set(own) for name, own in zip(truth["artists"], truth["artist_genres"], strict=True)}
    own = {user: set(names) for user, names in zip(truth["user_ids"], truth["own_genres"], strict=True)}
    return genres, own


def track_key(line: Line) -> tuple[str, str]:
    return fold(line.artist), fold(line.title)


# What the generator promises


def test_the_same_bytes_in_another_process(small: Demo, tmp_path: Path):
    code = (
        f"import pathlib, models_py.sources.demo as demo; demo.write_demo(pathlib.Path({str(tmp_path)!r}), **{SMALL})"
    )
    subprocess.run([sys.executable, "-c", code], check=True, env={**os.environ, "PYTHONHASHSEED": "7"})
    written = sorted(path.relative_to(tmp_path) for path in tmp_path.rglob("*") if path.is_file())
    assert len(written) == 7
    for path in written:
        assert (tmp_path / path).read_bytes() == (small.folder / path).read_bytes()


def test_another_seed_is_another_demo(small: Demo, tmp_path: Path):
    write_demo(tmp_path, users=40, seed=4)
    assert (tmp_path / files.EVENTS_1K).read_bytes() != (small.folder / files.EVENTS_1K).read_bytes()


def test_what_is_returned_is_what_is_written(tmp_path: Path):
    assert json.loads(json.dumps(write_demo(tmp_path, users=20))) == read(tmp_path).truth


def test_too_few_users_are_refused(tmp_path: Path):
    with pytest.raises(SettingError, match="20 or more"):
        write_demo(tmp_path, users=19)


def test_a_failure_leaves_the_old_file_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    write_demo(tmp_path, users=20)
    before = (tmp_path / files.EVENTS_1K).read_bytes()

    def breaks_off(*_):
        yield "user_000001\thalf"
        raise OSError("disk full")

    monkeypatch.setattr(files, "_events_1k", breaks_off)
    with pytest.raises(OSError, match="disk full"):
        write_demo(tmp_path, users=20, seed=2)
    assert (tmp_path / files.EVENTS_1K).read_bytes() == before
    assert not list(tmp_path.rglob("*.part"))


# The truth's counts


def test_counts_match_the_file(either: Demo):
    lines, kept, bogus = either.lines, either.kept, [line for line in either.lines if line.at.year >= 2010]
    assert either.truth["counts"] == {
        "lines_read": len(lines),
        "lines_rejected": 0,
        "bogus_timestamps": len(bogus),
        "exact_duplicates_removed": len(lines) - len(bogus) - len(kept),
        "plays_kept": len(kept),
        "blank_titles": sum(not fold(line.title) for line in kept),
        "missing_artist_mbids": sum(not line.artist_mbid for line in kept),
        "missing_track_mbids": sum(not line.track_mbid for line in kept),
        "users": len({line.user for line in kept}),
        "artists": len({fold(line.artist) for line in kept}),
        "tracks": len({track_key(line) for line in kept}),
    }


def test_the_two_foldings_agree(small: Demo):
    names = {name for line in small.lines for name in (line.artist, line.title)}
    names |= set("ΟΔΟΣ Οδος \u00b5-Ziq \u039c-ZIQ Straße STRASSE STRAẞE Congreſs İz ız ﬁ ϐϵ".split())
    assert all(compare_key(name) == fold(name) for name in names)


def test_truth_names_every_track_played(small: Demo):
    named = {(fold(artist), fold(title)) for artist, title in planted_track_preferences(small.truth)[1]}
    assert {track_key(line) for line in small.kept if fold(line.title)} <= named


def test_360k_holds_the_same_plays(either: Demo):
    rows = rows_of(either.folder / files.EVENTS_360K)
    assert len({(user, mbid, name) for user, mbid, name, _ in rows}) == len(rows)
    found, expected = Counter(), Counter((line.user, fold(line.artist)) for line in either.kept)
    users = {hashlib.sha1(user.encode()).hexdigest(): user for user in either.truth["user_ids"]}
    for user, _, name, plays in rows:
        found[users[user], fold(name)] += int(plays)
    assert found == expected


def test_tags_name_the_planted_genres_of_every_artist(either: Demo):
    header, *rows = rows_of(either.folder / files.TAGS[0])
    assert header == ["artist_name", "tag", "taggers"]
    assert (either.folder / files.TAGS[0]).read_bytes() == (either.folder / files.TAGS[1]).read_bytes()
    names = {fold(genre).replace("-", " "): genre for genre in either.truth["genres"]}
    counts, others = defaultdict(Counter), Counter()
    for artist, tag, taggers in rows:
        genre = names.get(fold(tag).replace("-", " "))
        others[tag] += genre is None
        if genre:
            counts[artist][genre] += int(taggers)
    assert {artist: [genre for genre, _ in own.most_common()] for artist, own in counts.items()} == dict(
        zip(either.truth["artists"], either.truth["artist_genres"], strict=True)
    )
    assert set(+others) == {"seen live", "Awesome", "favorites"}


# The shape of the listening


def test_size_and_activity(demo: Demo):
    assert 200_000 <= len(demo.lines) <= 260_000
    plays = Counter(line.user for line in demo.kept)
    assert len(plays) == 300
    assert sum(count < 50 for count in plays.values()) >= 10
    assert sum(count > 5_000 for count in plays.values()) >= 3
    assert max(line.at for line in demo.kept) < datetime(2009, 6, 19)
    assert datetime(2006, 1, 1) <= min(line.at for line in demo.kept) < datetime(2006, 3, 1)


def test_lines_run_from_newest_to_oldest_by_user(either: Demo):
    order = [(line.user, -line.at.timestamp()) for line in either.lines]
    assert order == sorted(order)


def test_a_third_of_every_users_plays_lies_outside_the_own_genres(either: Demo):
    genres, own = planted_genres(either)
    outside, plays = Counter(), Counter()
    for line in either.kept:
        plays[line.user] += 1
        outside[line.user] += not genres[fold(line.artist)] & own[line.user]
    assert min(outside[user] / plays[user] for user in own) >= 0.3
    assert 0.32 <= outside.total() / plays.total() <= 0.5


def test_users_explore_their_own_genres(demo: Demo):
    genres, own = planted_genres(demo)
    cells = {(line.user, fold(line.artist)) for line in demo.kept}
    assert np.mean([bool(genres[artist] & own[user]) for user, artist in cells]) > 0.6


def test_an_artists_main_genre_comes_first(either: Demo):
    weights = defaultdict(dict)
    for genre, row in zip(either.truth["genres"], either.truth["genre_artists"], strict=True):
        for artist, weight in zip(row["artists"], row["weights"], strict=True):
            weights[artist][genre] = weight
    for artist, names in enumerate(either.truth["artist_genres"]):
        assert sorted(weights[artist], key=weights[artist].get, reverse=True) == names
    assert {len(names) for names in either.truth["artist_genres"]} == {1, 2}


def test_most_plays_are_repeats_and_discovery_goes_on(demo: Demo):
    cut, seen, new = cut_off(demo), set(), {"before": [], "after": []}
    for line in demo.kept:
        cell = line.user, track_key(line)
        new["after" if line.at > cut else "before"].append(cell not in seen)
        seen.add(cell)
    assert 0.5 < 1 - np.mean(new["before"] + new["after"]) < 0.8
    assert np.mean(new["after"]) > 0.2


def test_most_users_play_on_both_sides_of_the_cut_off(demo: Demo):
    cut = cut_off(demo)
    sides = {line.user for line in demo.kept if line.at <= cut} & {line.user for line in demo.kept if line.at > cut}
    assert len(sides) > 180


def test_albums_are_played_in_order(demo: Demo):
    places = {}
    for artist, own in zip(demo.truth["artists"], demo.truth["tracks"], strict=True):
        places |= {(fold(artist), fold(title)): place for place, title in enumerate(own["titles"])}
    steps = Counter()
    titled = [(line.user, *track_key(line)) for line in demo.kept if fold(line.title)]
    for (*owner, title), (*next_owner, next_title) in zip(titled[:-1], titled[1:], strict=True):
        if owner == next_owner:
            steps[places[owner[1], next_title] - places[owner[1], title]] += 1
    assert steps[1] > 0.9 * steps.total()
    assert steps.total() > len(demo.kept) / 3


def test_long_tail(demo: Demo):
    cut = cut_off(demo)
    listeners, plays = defaultdict(set), Counter()
    for line in (line for line in demo.kept if line.at <= cut):
        listeners["track", track_key(line)].add(line.user)
        listeners["artist", fold(line.artist)].add(line.user)
        plays[track_key(line)] += 1
    assert sum(kind == "track" and len(users) >= 5 for (kind, _), users in listeners.items()) > 3_000
    assert sum(kind == "artist" and len(users) >= 2 for (kind, _), users in listeners.items()) > 500
    assert sum(kind == "track" and len(users) < 5 for (kind, _), users in listeners.items()) > 2_000
    top = sum(count for _, count in plays.most_common(len(plays) // 10))
    assert top > 0.3 * plays.total()


# The planted preferences


def test_preferences_are_chances(either: Demo):
    users, artists, by_artist = planted_preferences(either.truth)
    same_users, tracks, by_track = planted_track_preferences(either.truth)
    assert by_artist.shape == (len(users), len(artists)) and by_track.shape == (len(users), len(tracks))
    assert users == same_users and len(set(map(fold, artists))) == len(artists)
    assert len({(fold(artist), fold(title)) for artist, title in tracks}) == len(tracks)
    assert (by_artist >= 0).all() and np.allclose(by_artist.sum(axis=1), 1, atol=1e-3)
    first = np.cumsum([0, *(len(own["titles"]) for own in either.truth["tracks"])])[:-1]
    assert np.all(np.add.reduceat(by_track, first, axis=1) >= by_artist)  # a visit plays one track or more


def test_tastes_have_settled_at_the_cut_off(either: Demo):
    assert cut_off(either) > datetime(2009, 1, 1)


def test_planted_preferences_foresee_discoveries_better_than_popularity(demo: Demo):
    users, artists, preferences = planted_preferences(demo.truth)
    user_row, column = {u: k for k, u in enumerate(users)}, {fold(a): k for k, a in enumerate(artists)}
    cut, before, after = cut_off(demo), np.zeros(preferences.shape, bool), np.zeros(preferences.shape, bool)
    for line in demo.kept:
        (after if line.at > cut else before)[user_row[line.user], column[fold(line.artist)]] = True

    def hits(scores: np.ndarray) -> int:
        top = np.argsort(-np.where(before, -1, scores), axis=1, kind="stable")[:, :20]
        return int(np.take_along_axis(after & ~before, top, axis=1).sum())

    assert hits(preferences) > 1.5 * hits(np.tile(before.sum(axis=0), (len(users), 1))) > 0


# The traps of the real file


def test_names_that_trip_a_reader(either: Demo):
    artists, titles = {line.artist for line in either.kept}, {line.title for line in either.kept}
    assert {"None", "NA", "null"} <= titles
    for names in (artists, titles):
        assert any(name.startswith('"') for name in names)
        assert any(name.count('"') % 2 for name in names)
        assert any("'T " in name for name in names)
        for script in ("LATIN", "CYRILLIC", "CJK"):
            assert any(not c.isascii() and script in unicodedata.name(c, "") for name in names for c in name)


def test_missing_mbids(demo: Demo):
    assert 0.01 < np.mean([not line.artist_mbid for line in demo.kept]) < 0.06
    assert 0.08 < np.mean([not line.track_mbid for line in demo.kept]) < 0.14


def test_blank_titles(either: Demo):
    blank = Counter(line.title for line in either.kept if not fold(line.title))
    assert blank == {"": 4, "  ": 2, "\a": 2}
    assert all(fold(line.artist) for line in either.lines)


def test_a_song_with_many_mbids_and_an_mbid_with_two_names(either: Demo):
    mbids, names = defaultdict(set), defaultdict(set)
    for line in either.kept:
        mbids[track_key(line)].add(line.track_mbid)
        names[line.artist_mbid].add(fold(line.artist))
    assert max(map(len, mbids.values())) == 6
    assert [len(own) for mbid, own in names.items() if mbid and len(own) > 1] == [2]


def test_spellings_that_fold(either: Demo):
    for names in ({line.artist for line in either.kept}, {line.title for line in either.kept}):
        spellings = defaultdict(set)
        for name in names:
            spellings[fold(name)].add(name)
        several = [own for own in spellings.values() if len(own) > 1]
        assert any(len({unicodedata.normalize("NFC", name) for name in own}) < len(own) for own in several)
        assert any(len({name.lower() for name in own}) < len(own) for own in several)
        assert any("  " in name for own in several for name in own)
        assert any("\u00a0" in name for own in several for name in own)


def test_a_title_alone_identifies_nothing(either: Demo):
    assert len({fold(line.artist) for line in either.kept if line.title == "Intro"}) >= 10


def test_plays_that_share_a_second(either: Demo):
    pairs = zip(either.kept[:-1], either.kept[1:], strict=True)
    assert sum(one.user == other.user and one.at == other.at for one, other in pairs) >= 10


def test_bogus_years_and_one_duplicate(either: Demo):
    assert sorted(line.at.year for line in either.lines if line.at.year > 2009) == [2010, 2013]
    assert [count for count in Counter(either.lines).values() if count > 1] == [2]


def test_a_player_left_on(either: Demo):
    longest, start = timedelta(0), either.kept[0]
    for before, line in zip(either.kept[:-1], either.kept[1:], strict=True):
        if line.user != before.user or line.at - before.at > timedelta(minutes=20):
            start = line
        longest = max(longest, line.at - start.at)
    assert longest > timedelta(days=7)


def test_profiles(either: Demo):
    header, *rows = rows_of(either.folder / files.PROFILES_1K)
    assert header == ["#id", "gender", "age", "country", "registered"]
    silent = {row[0] for row in rows} - {line.user for line in either.kept}
    assert silent == {rows[-1][0]} and [row[0] for row in rows[:-1]] == either.truth["user_ids"]
    assert {"3", "103"} <= {row[2] for row in rows}
    assert [""] * 4 in [row[1:] for row in rows]
    for column in range(1, 5):
        assert {bool(row[column]) for row in rows} == {True, False}
    for row in rows:
        if row[4]:
            date = datetime.strptime(row[4], "%b %d, %Y")
            assert row[4] == f"{date:%b} {date.day}, {date.year}" and 2004 < date.year < 2010
    hashed = sorted([hashlib.sha1(user.encode()).hexdigest(), *rest] for user, *rest in rows)
    assert hashed == rows_of(either.folder / files.PROFILES_360K)
