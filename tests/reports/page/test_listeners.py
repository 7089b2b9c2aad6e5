"""Pages of listeners: figures recounted from the plays, people chosen by rule, names as they are, data that lack."""

import json
import re
from pathlib import Path

import altair as alt
import duckdb
import numpy as np
import pandas as pd
import pytest
from conftest import Study
from listener_marts import WITHOUT_TIMES, plays_of, write_marts

from models_py.errors import SettingError
from models_py.reports.examples import Example, example_users
from models_py.reports.naming import check_user
from models_py.reports.page.asking import Marts
from models_py.reports.page.blocks import Block, Chart, Missing, Section, Sentence, Table
from models_py.reports.page.listeners import section
from models_py.reports.page.listeners.labels import CHARACTER, LINE, NARROWEST, placed_labels
from models_py.warehouse import Warehouse

KINDS = ["light", "median", "heavy", "mainstream", "niche"]
HOSTILE = ("<script>alert(1)</script>", '"; drop table users; --', "it's 'quoted'", "محسن چاوشی", "long " * 100)


def asked(path: Path, listener: str = "") -> Section:
    warehouse = Warehouse(path)
    with warehouse.held_open():
        return section(Marts(warehouse), listener)


def blocks_of(found: Section, kind: str) -> dict[str, Block]:
    """Blocks of a page by what they show; sentences by their first words."""
    (group,) = (group for group in found.groups if group.name == kind)
    named = {}
    for block in group.blocks:
        name = getattr(block, "name", None)
        named[name.removesuffix(f"_{kind}") if name else block.text.split(":")[0].split(" ")[0]] = block
    return named


def rows_of(chart: Chart) -> list[dict]:
    """Every row in the data of a chart's layers."""
    layers = chart.spec.get("layer", [chart.spec])
    sets = [layer.get("data", chart.spec.get("data")) for layer in layers]
    return [row for values in sets for row in values["values"]]


@pytest.fixture(scope="module")
def pages(demo: Study) -> Section:
    return asked(demo.warehouse)


@pytest.fixture(scope="module")
def people(demo: Study) -> list[Example]:
    return example_users(Warehouse(demo.warehouse))


@pytest.fixture(scope="module")
def histories(demo: Study, people: list[Example]) -> dict[str, pd.DataFrame]:
    """Plays of the examples, in order, with names."""
    with duckdb.connect(str(demo.warehouse), read_only=True) as connection:
        plays = connection.execute(
            """
            select user_id, played_at, play_id, artist_name, track_name, plays.artist_id, plays.track_id
            from marts.plays inner join marts.tracks on plays.track_id = tracks.track_id
            where list_contains($people, user_id)
            order by user_id, played_at, play_id
            """,
            {"people": [person.user_id for person in people]},
        ).df()
    by_user = dict(list(plays.groupby("user_id")))
    return {person.kind: by_user[person.user_id] for person in people}


def test_the_examples_are_where_the_rule_says(tmp_path: Path) -> None:
    # user n has n plays: of an artist of one's own where n is odd, else of one whom ten play
    plays = [
        play
        for number in range(1, 21)
        for play in plays_of(f"u{number:02}", number, ("own " + str(number),) if number % 2 else ("all",))
    ]
    path = write_marts(tmp_path / "music.duckdb", plays)
    found = {example.kind: example.user_id for example in example_users(Warehouse(path))}
    # place ceil(20 share) by plays
    assert (found["light"], found["median"], found["heavy"]) == ("u03", "u10", "u19")
    # of the others from place 10 on, even numbers play what all play: ties by id, the last and the first
    assert (found["mainstream"], found["niche"]) == ("u20", "u11")
    words = {example.kind: example.words for example in example_users(Warehouse(path))}
    assert words["heavy"] == "19 plays; 1 of 20 listeners have more"
    assert words["mainstream"].startswith("a play is, on average, of an artist with 50.0% of the listeners")


@pytest.mark.parametrize(
    ("count", "kinds"), [(0, []), (1, ["median"]), (2, ["median", "heavy"]), (3, ["light", "median", "heavy"])]
)
def test_fewer_listeners_give_fewer_examples(tmp_path: Path, count: int, kinds: list[str]) -> None:
    plays = [play for number in range(count) for play in plays_of(f"u{number}", number + 1)]
    path = write_marts(tmp_path / "music.duckdb", plays)
    assert [example.kind for example in example_users(Warehouse(path))] == kinds
    # whose tastes are alike are neither mainstream nor niche
    assert len({example.user_id for example in example_users(Warehouse(path))}) == len(kinds)


def test_the_demo_has_five_examples_and_a_page_for_each(pages: Section, people: list[Example]) -> None:
    assert [person.kind for person in people] == KINDS
    assert len({person.user_id for person in people}) == len(KINDS)
    assert [group.name for group in pages.groups] == ["who", *KINDS]
    assert [row["user_id"] for row in pages.groups[0].blocks[1].rows] == [person.user_id for person in people]


def test_the_calendar_and_the_clock_count_every_play(pages: Section, histories: dict[str, pd.DataFrame]) -> None:
    for kind, plays in histories.items():
        blocks = blocks_of(pages, kind)
        days = plays.groupby(plays["played_at"].dt.strftime("%Y-%m-%d")).size()
        drawn = [row for row in rows_of(blocks["calendar"]) if "day" in row]
        assert {row["day"]: row["plays"] for row in drawn} == days.to_dict()
        # a cell stands at its own weekday and week
        first = pd.Timestamp(days.index[0]).year
        for row in drawn:
            day = pd.Timestamp(row["day"])
            assert row["row"] == 8 * (day.year - first) + day.weekday()
            assert row["week"] == (day.day_of_year - 1 + pd.Timestamp(day.year, 1, 1).weekday()) // 7
        assert blocks["calendar"].caption.startswith(f"{len(days):,} day")
        assert f": {days.max():,}." in blocks["calendar"].caption
        hours = plays["played_at"].dt.hour.value_counts().reindex(range(24), fill_value=0)
        drawn = [row for row in rows_of(blocks["clock"]) if "plays" in row]
        assert [row["plays"] for row in drawn] == hours.tolist()
        best = max(hours[[(start + hour) % 24 for hour in range(6)]].sum() for start in range(24)) / hours.sum()
        assert int(re.match(r"(\d+)%", blocks["clock"].caption)[1]) == pytest.approx(100 * best, abs=0.51)


def test_artists_are_stacked_as_they_were_played(pages: Section, histories: dict[str, pd.DataFrame]) -> None:
    for kind, plays in histories.items():
        chart = blocks_of(pages, kind)["artists_over_time"]
        drawn = pd.DataFrame([row for row in rows_of(chart) if "plays" in row])
        unit = re.search(r"per (quarter|month)", chart.caption)[1]
        periods = plays["played_at"].dt.to_period(unit[0].upper()).dt.start_time.dt.strftime("%Y-%m-%d")
        counted = plays.groupby([periods, "artist_name"]).size()
        for row in drawn.to_dict("records"):
            assert row["plays"] == counted.get((row["period"], row["artist"]), 0) == row["top"] - row["bottom"]
        totals = plays["artist_name"].value_counts()
        assert drawn.groupby("rank")["plays"].sum().tolist() == totals.iloc[:6].tolist()
        for _, stack in drawn.groupby("period"):
            assert stack["bottom"].tolist() == [0, *stack["top"].iloc[:-1]]
        assert len(drawn) == drawn["period"].nunique() * drawn["rank"].nunique()
        share = totals.iloc[:6].sum() / len(plays)
        assert float(re.search(r"([\d.]+)% of all plays", chart.caption)[1]) == pytest.approx(100 * share, abs=0.51)


def test_years_discoveries_and_records_agree_with_the_plays(pages: Section, histories: dict[str, pd.DataFrame]) -> None:
    for kind, plays in histories.items():
        blocks = blocks_of(pages, kind)
        for row in blocks["artists_by_year"].rows:
            counted = plays[plays["played_at"].dt.year == row["year"]]["artist_name"].value_counts()
            listed = re.findall(r"(.+?) \(([\d,]+)\)(?:, |$)", row["artists"])
            assert [int(count.replace(",", "")) for _, count in listed] == counted.iloc[:5].tolist()
            assert all(counted[name] == int(count.replace(",", "")) for name, count in listed)
        firsts = plays.groupby("artist_id")["played_at"].min().dt.to_period("M").value_counts()
        drawn = {row["month"]: row["artists"] for row in rows_of(blocks["discoveries"])}
        assert {month: count for month, count in drawn.items() if count} == {
            f"{month}-01": count for month, count in firsts.items()
        }
        assert blocks["discoveries"].caption.startswith(f"{plays['artist_id'].nunique():,} artists in ")
        lengths = {row["record"]: row["length"] for row in blocks["records"].rows}
        assert lengths == {
            "Days in a row with a play": longest_run(plays["played_at"].dt.normalize()),
            "Plays of one artist in a row": int(
                plays.groupby((plays["artist_id"] != plays["artist_id"].shift()).cumsum()).size().max()
            ),
            "Plays of one track in a day": int(plays.groupby([plays["played_at"].dt.date, "track_id"]).size().max()),
        }


def longest_run(days: pd.Series) -> int:
    unique = pd.Series(sorted(days.unique()))
    return int(unique.groupby((unique.diff() != pd.Timedelta(days=1)).cumsum()).size().max())


def test_sentences_and_lists_agree_with_their_tables(
    demo: Study, pages: Section, people: list[Example], histories: dict[str, pd.DataFrame]
) -> None:
    for person in people:
        plays, blocks = histories[person.kind], blocks_of(pages, person.kind)
        summary = blocks[person.user_id].text
        assert f"played {len(plays):,} times: {plays['track_id'].nunique():,} tracks" in summary
        assert f"by {plays['artist_id'].nunique():,} artists" in summary
        ((label, share),) = demo.query(
            "select cluster_label, share from marts.user_clusters inner join marts.cluster_profiles "
            f"using (cluster_id, cluster_label) where entity_type = 'user' and user_id = '{person.user_id}'"
        )
        assert blocks["Cluster"].text.startswith(f"Cluster: {label}, ")
        assert float(re.search(r"([\d.]+)% of those", blocks["Cluster"].text)[1]) == pytest.approx(
            100 * share, abs=0.51
        )
        themes = demo.query(
            "select rank, round(share, 6) from marts.user_themes where item_type = 'artist' and model_name = 'nmf' "
            f"and user_id = '{person.user_id}' order by rank"
        )
        drawn = rows_of(blocks["themes"])
        assert [(row["rank"], row["share"]) for row in drawn[: len(themes)]] == themes
        nearest = demo.query(
            f"select similar_user_id from marts.similar_users where user_id = '{person.user_id}' and rank <= 5 "
            "order by rank"
        )
        assert [(row["similar_user_id"],) for row in blocks["nearest"].rows] == nearest
        for item_type in ("artist", "track"):
            served = demo.query(
                "select item_name, artist_name from marts.served_recommendations where task = 'discovery' "
                f"and item_type = '{item_type}' and user_id = '{person.user_id}' and rank <= 10 order by rank"
            )
            called = [name if item_type == "artist" else f"{name} by {artist}" for name, artist in served]
            listed = blocks[f"{item_type}s_to_discover"].rows
            assert [row["item"] for row in listed] == called
            assert all(row["because"].startswith("you play ") or row["because"] == "many play it" for row in listed)
        playlists = demo.query(
            f"select playlist_id, count(*) from marts.playlists where user_id = '{person.user_id}' group by all"
        )
        assert sorted(row["tracks"] for row in blocks["playlists"].rows) == sorted(count for _, count in playlists)


def test_every_chart_is_valid_and_light(pages: Section) -> None:
    charts = [block for group in pages.groups for block in group.blocks if isinstance(block, Chart)]
    assert len(charts) == len({chart.name for chart in charts}) == 5 * len(KINDS)
    for chart in charts:
        # the schema is checked, which refuses a property that Vega-Lite does not have
        (alt.LayerChart if "layer" in chart.spec else alt.Chart).from_dict(dict(chart.spec))
        assert len(json.dumps(chart.spec, allow_nan=False)) < 200_000
        assert re.fullmatch(r"[a-z_]+", chart.name)
        assert "marts." in chart.sql and chart.caption and chart.alt
        assert not re.search(r'"aggregate"|"bin"', json.dumps(chart.spec))


def test_somebody_asked_for_comes_first_and_once(demo: Study, people: list[Example]) -> None:
    found = asked(demo.warehouse, "user_000001")
    assert [group.name for group in found.groups] == ["who", "asked", *KINDS]
    assert found.groups[1].title.endswith("user_000001")
    heavy = asked(demo.warehouse, people[2].user_id)
    assert [group.name for group in heavy.groups] == ["who", "asked", "light", "median", "mainstream", "niche"]


def test_who_never_played_has_a_page_that_says_so(demo: Study) -> None:
    ((nobody,),) = demo.query("select user_id from marts.users where play_count = 0")
    page = asked(demo.warehouse, nobody).groups[1]
    assert page.blocks[0].text == f"{nobody} played nothing."
    assert any("no times of plays" in block.text for block in page.blocks if isinstance(block, Missing))
    assert not any(isinstance(block, Chart) for block in page.blocks)


def test_an_unknown_listener_is_told_the_closest(demo: Study) -> None:
    with pytest.raises(SettingError, match=r"no user 'user_00015' .*closest user_000015, "):
        check_user(Warehouse(demo.warehouse), "user_00015")


def test_names_are_kept_as_they_are(tmp_path: Path) -> None:
    user = HOSTILE[1]
    others = [play for number in range(9) for play in plays_of(f"u{number}", 5 * number + 40, HOSTILE)]
    names = ", ".join("'" + name.replace("'", "''") + "'" for name in HOSTILE)
    quoted = user.replace("'", "''")
    path = write_marts(
        tmp_path / "music.duckdb",
        [*plays_of(user, 400, HOSTILE), *others],
        f"insert into marts.served_recommendations select 'artist', 'discovery', 'als', '{quoted}', "
        f"row_number() over (), 1, name, name, 1 from (select unnest([{names}]) as name)",
        f"insert into marts.recommendation_reasons select 'artist', 'discovery', 'als', '{quoted}', "
        f"row_number() over (), 1, name, name, 1 from (select unnest([{names}]) as name)",
        f"insert into marts.playlists select 'one', 'on_repeat', '{quoted}', name, 1, name, name, name "
        f"from (select unnest([{names}]) as name)",
    )
    found = asked(path, user)
    page = blocks_of(found, "asked")
    assert found.groups[1].title == f"The listener asked for: {user}"
    assert {row["artist"] for row in rows_of(page["artists_over_time"]) if "artist" in row} == set(HOSTILE)
    assert [row["item"] for row in page["artists_to_discover"].rows] == list(HOSTILE)
    assert [row["because"] for row in page["artists_to_discover"].rows] == [f"you play {name}" for name in HOSTILE]
    assert {row["title"] for row in page["playlists"].rows} == set(HOSTILE)
    assert all(len(row["label"]) <= 20 for row in rows_of(page["artists_over_time"]) if "label" in row)


def test_without_times_one_sentence_says_what_is_missing(tmp_path: Path) -> None:
    plays = [play for number in range(9) for play in plays_of(f"u{number}", number + 3, ("a", "b"))]
    path = write_marts(tmp_path / "music.duckdb", plays, WITHOUT_TIMES)
    found = asked(path)
    lacking = [
        block.text
        for group in found.groups
        for block in group.blocks
        if isinstance(block, Missing)
        if "no times" in block.text
    ]
    assert len(lacking) == 1 and "no tracks are known" in lacking[0]
    first = next(block for block in found.groups[1].blocks if isinstance(block, Sentence))
    assert first.text == f"{found.groups[1].title.split(': ')[1]} played 4 times: 2 artists."


@pytest.mark.parametrize("count", [0, 1, 2])
def test_hardly_anybody_gives_sentences_not_errors(tmp_path: Path, count: int) -> None:
    plays = [play for number in range(count) for play in plays_of(f"u{number}", number + 1)]
    found = asked(write_marts(tmp_path / "music.duckdb", plays))
    assert len(found.groups) == count + 1
    if not count:
        assert [block.text for block in found.groups[0].blocks] == ["Not enough data: nobody has a play."]
    for group in found.groups:
        assert all(rows_of(block) for block in group.blocks if isinstance(block, Chart))
        assert all(block.rows for block in group.blocks if isinstance(block, Table))


def test_names_of_areas_are_apart_and_inside() -> None:
    rng = np.random.default_rng(1)
    for periods in (4, 9, 30):
        rows = []
        for period in range(periods):
            plays = rng.integers(0, 20, size=6) * (rng.random(6) < 0.6)
            tops = np.cumsum(plays)
            rows += [
                {
                    "period": f"p{period:02}",
                    "rank": rank + 1,
                    "artist": f"an artist called {rank}" * (rank % 2 + 1),
                    "bottom": int(tops[rank] - plays[rank]),
                    "top": int(tops[rank]),
                }
                for rank in range(6)
            ]
        rows[0]["top"] += 1
        labels = placed_labels(rows, 280)
        boxes = [box(label, periods, max(row["top"] for row in rows)) for label in labels]
        assert labels
        for number, one in enumerate(boxes):
            assert one[0] >= 0 and one[1] <= NARROWEST
            for other in boxes[number + 1 :]:
                assert one[1] <= other[0] or other[1] <= one[0] or abs(one[2] - other[2]) >= LINE
        for label in labels:
            (area,) = (row for row in rows if (row["period"], row["rank"]) == (label["at"], label["area"]))
            assert area["bottom"] < label["place"] < area["top"]


def box(label: dict, periods: int, highest: int) -> tuple[float, float, float]:
    """Left, right and middle of a name in pixels."""
    x = int(label["at"][1:]) * NARROWEST / (periods - 1)
    wide = CHARACTER * len(label["label"])
    left = x - {"left": 0, "center": wide / 2, "right": wide}[label["align"]]
    return left, left + wide, 280 * label["place"] / highest
