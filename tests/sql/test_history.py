"""Plays over time on the demo, counted anew in plain Python from the plays themselves."""

from collections import Counter, defaultdict
from datetime import date, datetime, timedelta
from itertools import groupby

import pytest
from conftest import Study

Play = tuple[str, datetime, int, int]


@pytest.fixture(scope="module")
def plays(demo: Study) -> list[Play]:
    """User, time, track and artist of every play, each user's in order."""
    return demo.query(
        "select user_id, played_at, track_id, artist_id from marts.plays "
        "order by user_id, played_at, file_id, line_number desc"
    )


def first_plays(plays: list[Play]) -> list[Play]:
    """Keep the plays with which users discover artists."""
    seen: set[tuple[str, int]] = set()
    return [play for play in plays if (play[0], play[3]) not in seen and not seen.add((play[0], play[3]))]


def test_days_hours_and_months_count_every_play(demo: Study, plays: list[Play]) -> None:
    days = Counter((user, at.date()) for user, at, *_ in plays)
    assert dict(((user, day), n) for user, day, n in demo.query("from marts.user_days")) == days
    hours = Counter((user, at.isoweekday(), at.hour) for user, at, *_ in plays)
    assert dict(((user, day, hour), n) for user, day, hour, n in demo.query("from marts.user_hours")) == hours
    clock = Counter((at.isoweekday(), at.hour) for _, at, *_ in plays)
    rows = demo.query("select weekday, hour, play_count, play_share from marts.plays_by_hour")
    assert len(rows) == 168
    for weekday, hour, n, share in rows:
        assert n == clock[weekday, hour]
        assert share == pytest.approx(n / len(plays))


def test_months_count_discoveries_sessions_and_who_is_new(demo: Study, plays: list[Play]) -> None:
    month_of = {play: play[1].date().replace(day=1) for play in plays}
    of_month, discoveries = defaultdict(list), Counter()
    for play in plays:
        of_month[month_of[play]].append(play)
    for user, at, *_ in first_plays(plays):
        discoveries[user, at.date().replace(day=1)] += 1
    first_months: dict[str, date] = {}
    for user, at, *_ in plays:
        first_months.setdefault(user, at.date().replace(day=1))
    rows = demo.query(
        "select month, play_count, user_count, new_user_count, discovery_count, discovery_share, discoveries_per_user "
        "from marts.plays_by_month"
    )
    assert {row[0] for row in rows} == set(of_month)
    for month, play_count, user_count, new_users, discovery_count, share, per_user in rows:
        users = {user for user, *_ in of_month[month]}
        found = sum(discoveries[user, month] for user in users)
        assert (play_count, user_count, discovery_count) == (len(of_month[month]), len(users), found)
        assert new_users == list(first_months.values()).count(month)
        assert share == pytest.approx(found / play_count)
        assert per_user == pytest.approx(found / user_count)
    assert demo.query("select sum(session_count) from marts.plays_by_month") == demo.query(
        "select count(*) from marts.sessions"
    )
    whole = dict(demo.query("select month, is_whole from marts.plays_by_month"))
    # the demo ends on the day of the published data's last play, and begins on no first of a month
    assert [month for month, is_whole in sorted(whole.items()) if not is_whole] == [min(whole), max(whole)]


def test_favourites_of_a_year_are_the_ten_most_played(demo: Study, plays: list[Play]) -> None:
    counts: dict[tuple[str, int], Counter] = defaultdict(Counter)
    for user, at, _, artist in plays:
        counts[user, at.year][artist] += 1
    found = defaultdict(list)
    for user, year, artist, n in demo.query(
        "select user_id, year, artist_id, play_count from marts.user_artist_years order by user_id, year, rank"
    ):
        found[user, year].append((artist, n))
    assert found == {
        key: sorted(artists.items(), key=lambda pair: (-pair[1], pair[0]))[:10] for key, artists in counts.items()
    }


def test_favourites_of_the_whole_history_are_followed(demo: Study, plays: list[Play]) -> None:
    totals: dict[str, Counter] = defaultdict(Counter)
    for user, _, _, artist in plays:
        totals[user][artist] += 1
    ten = {
        user: [artist for artist, _ in sorted(artists.items(), key=lambda pair: (-pair[1], pair[0]))[:10]]
        for user, artists in totals.items()
    }
    expected = Counter(
        (user, at.date().replace(day=1), artist, ten[user].index(artist) + 1)
        for user, at, _, artist in plays
        if artist in ten[user]
    )
    rows = demo.query("select user_id, month, artist_id, artist_rank, play_count from marts.user_artist_months")
    assert {tuple(key): n for *key, n in rows} == expected


def longest_days(days: set[date]) -> tuple[int, date]:
    """Find length and first day of the longest run of days, the earliest of equals."""
    starts = sorted(day for day in days if day - timedelta(1) not in days)
    lengths = []
    for start in starts:
        length = 1
        while start + timedelta(length) in days:
            length += 1
        lengths.append((-length, start))
    length, start = min(lengths)
    return -length, start


def test_records_are_the_longest_there_are(demo: Study, plays: list[Play]) -> None:
    rows = demo.query("select user_id, record_kind, length, started_on, ended_on, item_id from marts.user_records")
    records = {(user, kind): rest for user, kind, *rest in rows}
    for user, of_user in groupby(plays, key=lambda play: play[0]):
        played = list(of_user)
        length, start = longest_days({at.date() for _, at, *_ in played})
        assert records.pop((user, "days_in_a_row")) == [length, start, start + timedelta(length - 1), None]

        runs = [list(run) for _, run in groupby(played, key=lambda play: play[3])]
        run = max(runs, key=len)  # the first of equals
        assert records.pop((user, "artist_in_a_row")) == [
            len(run),
            run[0][1].date(),
            run[-1][1].date(),
            run[0][3],
        ]

        days = Counter((at.date(), track) for _, at, track, _ in played)
        (day, track), n = min(days.items(), key=lambda pair: (-pair[1], pair[0]))
        assert records.pop((user, "track_in_a_day")) == [n, day, day, track]
    assert records == {}


@pytest.mark.parametrize("item_type", ["track", "artist"])
def test_the_lorenz_curve_is_that_of_all_items(demo: Study, item_type: str) -> None:
    counts = sorted(
        n for (n,) in demo.query(f"select play_count from marts.item_popularity where item_type = '{item_type}'")
    )
    points = demo.query(
        f"select item_count, item_share, play_share from marts.lorenz_points where item_type = '{item_type}' order by 1"
    )
    assert (points[0], points[-1]) == ((0, 0, 0), (len(counts), 1, 1))
    assert 100 <= len(points) <= 202
    for item_count, item_share, play_share in points:
        assert item_share == pytest.approx(item_count / len(counts))
        assert play_share == pytest.approx(sum(counts[:item_count]) / sum(counts), abs=1e-9)
    # the ten most played items are points of their own, as far as steps in the logarithm part them
    assert {len(counts) - 1, len(counts) - 2, len(counts) - 3} <= {point[0] for point in points}


@pytest.mark.parametrize("item_type", ["track", "artist"])
def test_the_spy_holds_every_active_cell_heaviest_first(demo: Study, item_type: str) -> None:
    cells = set(
        demo.query(
            "select user_index, item_index from marts.training_interactions "
            f"where split_name = 'temporal' and item_type = '{item_type}'"
        )
    )
    spy = demo.query(
        "select user_bin, item_bin, user_count, item_count, cell_count, density from marts.matrix_spy "
        f"where split_name = 'temporal' and item_type = '{item_type}'"
    )
    assert sum(row[4] for row in spy) == len(cells)
    for place, entity in enumerate(("user", "item")):
        degrees = sorted(Counter(cell[place] for cell in cells).values(), reverse=True)
        sizes = {row[place]: row[2 + place] for row in spy}
        assert sorted(sizes) == list(range(100)), entity
        assert sum(sizes.values()) == len(degrees)
        assert max(sizes.values()) - min(sizes.values()) <= 1
        held = Counter()
        for row in spy:
            held[row[place]] += row[4]
        start = 0
        for bin_ in range(100):
            assert held[bin_] == sum(degrees[start : start + sizes[bin_]]), (entity, bin_)
            start += sizes[bin_]
    for *_, user_count, item_count, cell_count, density in spy:
        assert density == pytest.approx(cell_count / (user_count * item_count))
