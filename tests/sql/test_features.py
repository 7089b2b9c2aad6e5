"""Features and tags on the demo, held against plain Python on the same plays and against what the demo planted."""

import math
from collections import Counter

import pytest
from conftest import Study

LEAST_LISTENERS = {"track": 5, "artist": 2}


def test_every_user_and_every_shared_item_has_features(demo: Study) -> None:
    users = demo.query("select user_id from marts.users order by 1")
    assert demo.query("select user_id from marts.user_features order by 1") == users
    for item_type, least in LEAST_LISTENERS.items():
        shared = demo.query(
            "select item_id from marts.item_popularity "
            f"where item_type = '{item_type}' and listener_count >= {least} order by 1"
        )
        assert shared
        assert (
            demo.query(f"select item_id from marts.item_features where item_type = '{item_type}' order by 1") == shared
        )


@pytest.mark.parametrize("table", ["user_features", "item_features"])
def test_scaled_features_are_finite_and_centred(demo: Study, table: str) -> None:
    names = [name for (name,) in demo.query(f"select column_name from (describe marts.{table})") if "_scaled" in name]
    assert len(names) > 10
    for name in names:
        raw = name.removesuffix("_scaled")
        assert demo.query(f"select count(*) from marts.{table} where not coalesce(isfinite({name}), false)") == [(0,)]
        group = "'user'" if table == "user_features" else "item_type"
        medians = demo.query(
            f"select quantile_cont({name}, 0.5), quantile_cont({name}, 0.75) - quantile_cont({name}, 0.25) "
            f"from marts.{table} where {raw} is not null group by {group}"
        )
        for median, spread in medians:
            assert median == pytest.approx(0, abs=1e-9), name
            assert spread == pytest.approx(1, abs=1e-9), name


def test_features_of_the_busiest_user_computed_by_hand(demo: Study) -> None:
    (user,) = demo.query("select user_id from marts.users order by play_count desc, user_id limit 1")[0]
    plays = demo.query(
        f"select artist_id, track_id, played_at from marts.plays where user_id = '{user}' order by played_at"
    )
    artists, days = Counter(artist for artist, *_ in plays), [at.date() for *_, at in plays]
    middle = days[0] + (days[-1] - days[0]) / 2
    total, seen, fresh, late = len(plays), set(), 0, 0
    for (_, track, _), day in zip(plays, days, strict=True):
        late += day > middle
        fresh += day > middle and track not in seen
        seen.add(track)
    expected = {
        "play_count": total,
        "active_day_share": len(set(days)) / ((days[-1] - days[0]).days + 1),
        "artist_entropy": -sum(n / total * math.log(n / total) for n in artists.values()) / math.log(len(artists)),
        "top_artist_share": max(artists.values()) / total,
        "new_track_share": fresh / late,
        "evening_share": sum(at.hour >= 18 for *_, at in plays) / total,
        "weekend_share": sum(day.weekday() >= 5 for day in days) / total,
        "tenure_days": (days[-1] - days[0]).days,
    }
    (found,) = demo.query(f"select {', '.join(expected)} from marts.user_features where user_id = '{user}'")
    assert dict(zip(expected, found, strict=True)) == pytest.approx(expected)


def test_one_hot_columns_hold_one_level_each(demo: Study) -> None:
    assert demo.query("select distinct sum(is_level) from marts.user_one_hot group by user_id, attribute") == [(1,)]
    sizes = dict(
        demo.query("select level, sum(is_level) from marts.user_one_hot where attribute = 'country' group by level")
    )
    assert {"other", "unknown"} < set(sizes)
    assert all(users >= 20 for level, users in sizes.items() if level not in ("other", "unknown"))


def test_logs_and_caps_take_weight_from_the_heaviest(demo: Study) -> None:
    for item_type in LEAST_LISTENERS:
        rows = demo.query(
            "select treatment, share_of_weight, gini from marts.play_concentration "
            f"where item_type = '{item_type}' and share_of_users = 0.1"
        )
        share, gini = ({treatment: row[k] for treatment, *row in rows} for k in (0, 1))
        assert share["raw"] > share["capped"] > share["log"]
        assert gini["raw"] > gini["capped"] > gini["log"]


def test_tags_cover_every_artist_and_lead_with_its_main_genre(demo: Study) -> None:
    assert demo.query(
        "select covered_items = item_count, covered_plays = play_count from marts.metadata_coverage "
        "where metadata = 'artist_tags'"
    ) == [(True, True)]
    truth = demo.truth()
    main = {name: genres[0] for name, genres in zip(truth["artists"], truth["artist_genres"], strict=True)}
    leading = dict(demo.query("select artist_name, tag from marts.artist_tags where rank = 1"))
    known = {name: tag for name, tag in leading.items() if name in main}
    assert len(known) > 0.9 * len(main)
    assert {name: main[name] for name in known} == known
    assert set(tag for (tag,) in demo.query("select distinct tag from marts.artist_tags")) == set(truth["genres"])
