"""The order of playlists, on made candidates: what a week draws, and what no playlist may have."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from itertools import pairwise
from pathlib import Path

import duckdb
import numpy as np
import pytest
from dbt_runner import run_dbt

LENGTH, PER_ARTIST = 30, 2
WEEKS = ("2009-06-08", "2009-06-15")
USERS, RANKS = 500, 100
# of playlists, each a number of artists to draw 60 tracks from: a few give playlists that end before they are full
PLAYLISTS = 200
MODELS = ("int_playlist_weekly_discovery", "playlists")
RULES = "assert_playlists_keep_their_rules"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make what both models read, and run them."""
    folder = tmp_path_factory.mktemp("playlists")
    (folder / "raw").mkdir()
    (folder / "raw" / "events.tsv").write_text("user_000001\t2009-05-01T12:00:00Z\t\tSome Artist\t\tSome Title\n")
    rng = np.random.default_rng(5)
    tracks = [(track, f"track {track}", track % 40, f"artist {track % 40}") for track in range(400)]
    candidates = []
    for number in range(PLAYLISTS):
        artists = rng.choice(40, rng.integers(1, 41), replace=False)
        possible = [track for track, _, artist, _ in tracks if artist in artists]
        chosen = rng.choice(possible, min(60, len(possible)), replace=False)
        candidates += [(f"list {number}", int(track), float(rng.integers(20))) for track in chosen]
    with duckdb.connect(str(folder / "music.duckdb")) as connection:
        connection.execute("create schema marts; create schema intermediate")
        for table, columns, rows in (
            ("marts.tracks", "track_id bigint, track_name varchar, artist_id bigint, artist_name varchar", tracks),
            ("made", "playlist_id varchar, track_id bigint, priority double", candidates),
        ):
            values = [list(column) for column in zip(*rows, strict=True)]
            connection.execute(f"create table {table} ({columns})")
            connection.execute(f"insert into {table} select {', '.join(['unnest(?)'] * len(values))}", values)
        connection.execute(
            f"""
            create table intermediate.int_playlist_candidates as
                select *, 'on_repeat' as playlist_kind, 'ann' as user_id, 'A title' as title, 'so' as why from made;
            create table intermediate.int_playlist_dates as
                select cast(day as date) as week_starts_on from (values ('{WEEKS[0]}'), ('{WEEKS[1]}')) as weeks (day);
            create table intermediate.int_playlist_recommendations as
                select 'discovery' as task, 'user ' || u as user_id, r + 1 as rank, 1000 + r as track_id, 'so' as why
                from range({USERS}) as users (u), range({RANKS}) as ranks (r)
            """
        )
    run_dbt("run", "--select", *MODELS, warehouse=folder / "music.duckdb", raw=folder / "raw")
    return folder / "music.duckdb"


def query(path: Path, sql: str) -> list[tuple]:
    with duckdb.connect(str(path), read_only=True) as connection:
        return connection.execute(sql).fetchall()


def grouped(rows: Iterable[tuple]) -> dict[object, list[tuple]]:
    groups = defaultdict(list)
    for key, *row in rows:
        groups[key].append(tuple(row))
    return dict(groups)


def expected(candidates: list[tuple[float, int, int]]) -> list[int]:
    """Put candidates (priority, track, artist) in order by the rule as it is written."""
    chosen, by_artist = [], defaultdict(list)
    for _, track, artist in sorted(candidates):
        if len(by_artist[artist]) < PER_ARTIST and len(chosen) < LENGTH:
            by_artist[artist].append(track)
            chosen.append(track)
    order = [(artist, of[turn]) for turn in range(PER_ARTIST) for artist, of in by_artist.items() if turn < len(of)]
    return [track for place, (artist, track) in enumerate(order) if not place or order[place - 1][0] != artist]


def test_playlists_are_in_the_order_of_the_rule(made: Path) -> None:
    candidates = grouped(
        query(
            made,
            "select playlist_id, priority, track_id, artist_id "
            "from intermediate.int_playlist_candidates inner join marts.tracks using (track_id)",
        )
    )
    found = grouped(
        query(made, "select playlist_id, track_id, artist_name, position from marts.playlists order by all")
    )
    assert len(found) == PLAYLISTS
    for name, rows in found.items():
        rows = sorted(rows, key=lambda row: row[2])
        assert [track for track, _, _ in rows] == expected(candidates[name]), name
        assert [position for *_, position in rows] == list(range(1, len(rows) + 1))
        artists = [artist for _, artist, _ in rows]
        assert all(one != next_one for one, next_one in pairwise(artists))
        assert max(Counter(artists).values()) <= PER_ARTIST


@pytest.mark.parametrize(
    "harm",
    [
        "update marts.playlists set position = position + 1 where playlist_id = 'list 1'",
        "update marts.playlists set track_id = (select track_id from marts.playlists where playlist_id = 'list 1' and "
        "position = 1) where playlist_id = 'list 1' and position = 2",
        "insert into marts.playlists select * replace (position + 1000 as position) from marts.playlists",
    ],
)
def test_a_broken_rule_fails_the_build(made: Path, tmp_path: Path, harm: str) -> None:
    harmed = tmp_path / "music.duckdb"
    harmed.write_bytes(made.read_bytes())
    with duckdb.connect(str(harmed)) as connection:
        connection.execute(harm)
    with pytest.raises(AssertionError, match=RULES):
        run_dbt("test", "--select", RULES, warehouse=harmed, raw=made.parent / "raw")


def test_a_week_draws_another_order_in_which_higher_ranks_are_likelier(made: Path) -> None:
    rows = query(
        made,
        "select subject, user_id, track_id - 999 as rank from intermediate.int_playlist_weekly_discovery "
        "order by subject, user_id, priority",
    )
    orders = grouped(((week, user), rank) for week, user, rank in rows)
    # no two weeks or users have the same order, and each has the whole list
    assert len({tuple(order) for order in orders.values()}) == len(orders) == USERS * len(WEEKS)
    assert all(len(order) == RANKS for order in orders.values())
    # chances of the first place are those of 1 / rank, within four standard errors
    first = Counter(order[0][0] for order in orders.values())
    total = sum(1 / rank for rank in range(1, RANKS + 1))
    for rank in (1, 2, 5, 10):
        chance = 1 / rank / total
        assert abs(first[rank] / len(orders) - chance) < 4 * (chance * (1 - chance) / len(orders)) ** 0.5
