"""The chapter on insights: figures recomputed from single users, items and plays, verdicts by rule, names as text."""

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import altair as alt
import duckdb
import numpy as np
import pandas as pd
import pytest
from conftest import Study

from models_py.reports.page.asking import Marts
from models_py.reports.page.blocks import Block, Chart, Missing, Section, Sentence, Table
from models_py.reports.page.heading import Heading
from models_py.reports.page.insights import section
from models_py.reports.page.report import render
from models_py.warehouse import Warehouse

TABLES = (
    "evaluation_parameters load_audit_files personalization_gain personalization_segments playlists retention "
    "retention_calibration retention_coefficients retention_quality undersold_check undersold_items user_item_plays "
    "users"
).split()
# of what is large, enough to count
PARTS = {
    "playlists": "coalesce(user_id < 'user_000030', playlist_id like '%77')",
    "user_item_plays": "item_type = 'track' and user_id < 'user_000030'",
}
NOTHING = "; ".join(f"delete from marts.{table}" for table in TABLES[2:] if table != "users")
# what two users leave: means without intervals, and too few of everything else
TWO_USERS = """
delete from marts.personalization_gain where user_id not in (
    select user_id from marts.personalization_gain group by user_id order by count(*) desc, user_id limit 2
);
update marts.personalization_segments
set n_users = 1, ci_low = null, ci_high = null, verdict = 'not sure' where segment <> 'everyone';
update marts.personalization_segments
set n_users = 2, ci_low = null, ci_high = null, verdict = 'not sure' where segment = 'everyone';
delete from marts.undersold_items;
update marts.undersold_check
set undersold_count = 0, item_count = 0, listeners = null, control_listeners = null, new_listeners = null,
    control_new_listeners = null, new_listener_lead = null, ci_low = null, ci_high = null, verdict = 'not sure';
update marts.retention_quality
set status = 'skipped', reason = 'users are too few: 10 of each are needed', n_train = 1, n_test = 1;
delete from marts.retention_coefficients; delete from marts.retention_calibration;
"""
HOSTILE = (
    "<script>alert(1)</script>",
    "\"; drop table plays; --'",
    "محسن چاوشی",
    "</text><img src=x onerror=alert(2)>",
    "long " * 100,
    "@accent",
)
# figures that stand in the wording, none of the data
SAID = {"95%", "0.5", "0"}
NUMBER = re.compile(r"(?<![\w.@])[-+]?\d[\d,]*(?:\.\d+)?%?")
FORMS = (",.0f", ".1f", ".2f", ".3f", ".4f", "+.2f", "+.3f", "+.4f", "g", ".0%", ".1%", ".2%")

Changed = Callable[..., Path]


@pytest.fixture(scope="module")
def marts(demo: Study, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Copy the marts that the chapter reads, with the playlists of some users alone."""
    path = tmp_path_factory.mktemp("marts") / "music.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute(f"attach '{demo.warehouse}' as study (read_only); create schema marts")
        for table in TABLES:
            connection.execute(
                f"create table marts.{table} as from study.marts.{table} where {PARTS.get(table, 'true')}"
            )
    return path


@pytest.fixture
def changed(marts: Path, tmp_path: Path) -> Changed:
    """Copy these marts, changed by some SQL."""

    def copied(changes: str = "") -> Path:
        path = tmp_path / "music.duckdb"
        shutil.copy(marts, path)
        with duckdb.connect(str(path)) as connection:
            connection.execute(changes or "select 1")
        return path

    return copied


def chapter(path: Path) -> Section:
    warehouse = Warehouse(path)
    with warehouse.held_open():
        return section(Marts(warehouse))


def query(path: Path, sql: str) -> pd.DataFrame:
    with duckdb.connect(str(path), read_only=True) as connection:
        return connection.execute(sql).df()


def blocks(found: Section, group: str = "") -> list[Block]:
    return [block for part in found.groups if group in ("", part.name) for block in part.blocks]


def named(found: Section, name: str) -> Block:
    return next(block for block in blocks(found) if getattr(block, "name", None) == name)


def texts(found: Section, group: str) -> str:
    """All sentences of a group, those on what is missing too."""
    return "\n".join(block.text for block in blocks(found, group) if isinstance(block, Sentence | Missing))


def data(chart: Chart) -> list[dict]:
    """Every row in a chart's spec, once."""
    sets = [part["data"]["values"] for part in [chart.spec, *chart.spec.get("layer", [])] if "data" in part]
    return [row for place, rows in enumerate(sets) if rows not in sets[:place] for row in rows]


def figures(text: str) -> list[float]:
    return [float(number.rstrip("%,").replace(",", "")) for number in NUMBER.findall(text)]


def test_every_chart_can_be_drawn_and_leaves_nothing_to_compute(changed: Changed) -> None:
    found = chapter(changed())
    charts = [block for block in blocks(found) if isinstance(block, Chart)]
    names = [block.name for block in blocks(found) if isinstance(block, Chart | Table)]
    assert len(names) == len(set(names))
    assert {"gain_shares", "gain_activity", "gain_history_length", "gain_mainstreamness", "gain_of_users"} < set(names)
    assert {"undersold_check", "retention_calibration", "retention_coefficients", "playlist_kinds"} < set(names)
    for chart in charts:
        alt.LayerChart.from_dict(dict(chart.spec), validate=True)
        rows = data(chart)
        assert 0 < len(json.dumps(rows, allow_nan=False)) < 200_000
        shown = {**chart.spec, "data": None, "datasets": None}
        assert not re.search(r'"(aggregate|bin|timeUnit)":', json.dumps(shown))
        assert chart.spec["width"] == "container"
        assert "marts." in chart.sql and chart.caption.endswith(".") and chart.alt.endswith(".")


@pytest.mark.parametrize(
    "changes",
    [
        "",
        "update marts.personalization_segments set mean_gain = mean_gain / 3, ci_low = ci_low - 0.2, "
        "verdict = 'not sure'",
        "update marts.undersold_check set new_listener_lead = 1.37, ci_low = 0.61, ci_high = 2.19, verdict = 'more', "
        "is_later = false",
        "update marts.retention_quality set brier_gain = 0.0417, brier_gain_low = 0.0108, brier_gain_high = 0.0733, "
        "auc = 0.7531, auc_low = 0.6113, auc_high = 0.8642",
        TWO_USERS,
    ],
)
def test_every_figure_of_a_sentence_is_in_the_rows_of_its_query(changed: Changed, changes: str) -> None:
    path = changed(changes)
    for block in blocks(chapter(path)):
        if not isinstance(block, Sentence):
            continue
        rows = query(path, block.sql).to_dict("records") if block.sql else []
        known = [value for row in rows for value in row.values() if isinstance(value, int | float)]
        written = SAID | {f"{number}" for number in range(len(rows) + 1)}
        written |= {format(value + 0.0, form) for value in known for form in FORMS if value == value}
        assert [number for number in NUMBER.findall(block.text) if number.rstrip(",") not in written] == [], block.text


def test_gains_are_those_of_single_users(changed: Changed) -> None:
    path = changed()
    found = chapter(path)
    users = query(path, "from marts.personalization_gain where gain is not null")
    table = named(found, "gains").rows
    names = {"discovery": "Discovery", "repeat": "Playing again", "all": "Anything"}
    groups = {f"{names[task]}, {kind}s": of for (task, kind), of in users.groupby(["task", "item_type"])}
    assert [row["list"] for row in table][0] == "Discovery, tracks" and {row["list"] for row in table} == set(groups)
    for row in table:
        gain = groups[row["list"]]["gain"]
        assert row["gain"] == pytest.approx(gain.mean(), abs=1e-4) and row["n_users"] == len(gain)
        assert row["low"] <= row["gain"] <= row["high"] and row["verdict"] == verdict(row, "pays", "does not pay")
        assert row["share_better"] == pytest.approx((gain > 0).mean(), abs=1e-4)
        bars = {bar["part"]: bar["share"] for bar in data(named(found, "gain_shares")) if bar["list"] == row["list"]}
        shares = {"better": (gain > 0).mean(), "equal": (gain == 0).mean(), "worse": (gain < 0).mean()}
        assert bars == pytest.approx(shares, abs=2e-4)
    pays = sum(row["verdict"] == "pays" for row in table)
    assert f"personalization pays for {pays} of {len(table)} kinds of lists." in texts(found, "gains").lower()
    curve = [row for row in data(named(found, "gain_of_users")) if row.get("items") == "artists" and "share" in row]
    gain = np.sort(groups["Discovery, artists"]["gain"])
    for row in curve:
        assert row["gain"] == pytest.approx(gain[round(row["share"] * len(gain)) - 1], abs=1e-4)
    assert f"half of {len(gain)} users gain {np.median(gain):.3f} or more" in named(found, "gain_of_users").caption


def verdict(row: dict, above: str, below: str) -> str:
    if row["low"] is None:
        return "not sure"
    return above if row["low"] > 0 else below if row["high"] <= 0 else "not sure"


@pytest.mark.parametrize("is_sure", [True, False])
def test_a_tenth_gains_more_only_where_intervals_are_apart(changed: Changed, is_sure: bool) -> None:
    half = 0.001 if is_sure else 0.5
    path = changed(
        f"update marts.personalization_segments set ci_low = mean_gain - {half}, ci_high = mean_gain + {half}, "
        f"verdict = case when mean_gain > {half} then 'pays' else 'not sure' end where ci_low is not null"
    )
    told = texts(chapter(path), "gains").splitlines()
    tenths = query(
        path,
        "from marts.personalization_segments where task = 'discovery' and ci_low is not null "
        "and segment_value like 'tenth%'",
    )
    words = {"activity": "by plays", "history_length": "by how much they know"}
    for (kind, segment), of in tenths.groupby(["item_type", "segment"]):
        if segment not in words:
            continue
        begins = f"discovery of {kind}s, users in tenths {words[segment]}:"
        (text,) = (each for each in told if begins in each.lower())
        first, last = of.loc[of["mean_gain"].idxmax()], of.loc[of["mean_gain"].idxmin()]
        parts = [str(int(row["segment_value"].removeprefix("tenth "))) for row in (first, last)]
        assert re.findall(r"tenth (\d+) \(", text) == parts
        assert (f"{first['mean_gain']:+.3f}" in text) and ("gains more than" in text) == is_sure
        assert ("no tenth clearly gains more" in text) != is_sure


def test_groups_that_do_not_pay_are_counted_and_listed(changed: Changed) -> None:
    path = changed(
        "update marts.personalization_segments set mean_gain = -0.1234, ci_low = -0.2, ci_high = -0.05, "
        "verdict = 'does not pay' where task = 'discovery' and item_type = 'artist' and segment_value = 'tenth 07'"
    )
    found = chapter(path)
    groups = query(path, "from marts.personalization_segments where segment <> 'everyone'")
    few = groups["ci_low"].isna()
    counts = [
        len(groups),
        groups[["item_type", "task"]].drop_duplicates().shape[0],
        (groups["verdict"] == "does not pay").sum(),
        (groups["verdict"] == "pays").sum(),
        ((groups["verdict"] == "not sure") & ~few).sum(),
        few.sum(),
    ]
    assert figures(texts(found, "exceptions").splitlines()[0])[: len(counts)] == counts
    listed = named(found, "exceptions").rows
    assert [row["kind"] for row in listed if row["does_not_pay"] == "7 (-0.123)"] == [
        "Tenth by plays",
        "Tenth by items known",
        "Tenth by popularity of these",
    ]
    shown = sum(len(row[name].split("), ")) for row in listed for name in ("does_not_pay", "not_sure") if row[name])
    assert shown == counts[2] + counts[4]


def test_lists_of_most_popular_are_called_so(changed: Changed) -> None:
    path = changed(
        "update marts.personalization_segments set model_name = 'most_popular', mean_gain = 0, ci_low = 0, "
        "ci_high = 0, verdict = 'does not pay', share_better = 0, share_worse = 0, share_equal = 1"
    )
    found = chapter(path)
    assert "discovery, tracks (most_popular itself is served)" in texts(found, "gains")
    assert texts(found, "exceptions").startswith("Not enough data: no personal list")


def test_what_is_undersold_is_held_against_its_items(changed: Changed) -> None:
    path = changed()
    found = chapter(path)
    items = query(path, "from marts.undersold_items order by item_type desc, undersold_ratio desc")
    catalogue = query(path, "select item_type, catalogue_count from marts.undersold_check").set_index("item_type")
    told = [block.text for block in blocks(found, "undersold") if isinstance(block, Sentence) and block.sql]
    for (kind, of), text in zip(items.groupby("item_type", sort=False), told, strict=True):
        known = of.dropna(subset="control_new_listeners")
        means = [known["new_listener_count"].mean(), known["control_new_listeners"].mean()]
        assert text.startswith(
            f"On these planted tastes, of {catalogue.loc[kind, 'catalogue_count']:,} {kind}s, {len(of)} ("
        )
        assert f"found {means[0]:.2f} new listeners on average" in text
        assert f"recommended less {means[1]:.2f}: a difference of {means[0] - means[1]:+.2f}" in text
        rows = named(found, f"undersold_{kind}").rows
        assert [row["item_name"] for row in rows][:1] == of["item_name"].iloc[:1].tolist()
        assert all(
            row["undersold_ratio"] == pytest.approx(row["expected_listener_count"] / row["listener_count"])
            for row in rows
        )


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ("ci_low = 0.1, ci_high = 2, verdict = 'more'", "(95% interval 0.10 to 2.00), so they found more."),
        ("ci_low = -2, ci_high = 0, verdict = 'no more'", "(95% interval -2.00 to 0.00), so they found no more."),
        ("ci_low = -2, ci_high = 2, verdict = 'not sure'", "which does not settle whether they find more."),
        ("ci_low = null, ci_high = null, verdict = 'not sure'", "of too few items (fewer than 20) to say more."),
        ("is_later = false", "In held-out plays of a random split, not later ones, "),
        ("new_listener_lead = null, item_count = 0", "There are no artists as popular to hold them against."),
        ("undersold_count = 0", "o artist of 693 is undersold"),
    ],
)
def test_the_check_says_what_its_interval_allows(changed: Changed, changes: str, words: str) -> None:
    assert words in texts(chapter(changed(f"update marts.undersold_check set {changes}")), "undersold")


def test_quality_is_that_of_single_predictions(changed: Changed) -> None:
    path = changed()
    found = chapter(path)
    users = query(path, "from marts.retention")
    test = users[users["part"] == "test"]
    stayed, predicted = test["is_retained"].to_numpy(), test["predicted"].to_numpy()
    pairs = predicted[stayed][:, None] - predicted[~stayed][None, :]
    area = (pairs > 0).mean() + (pairs == 0).mean() / 2
    base = users.loc[users["part"] == "train", "is_retained"].mean()
    text = texts(found, "retention")
    assert f"AUC is {area:.3f} (95% interval" in text
    assert f"Brier score is {((predicted - stayed) ** 2).mean():.4f} (" in text
    assert f"the {((base - stayed) ** 2).mean():.4f} of saying the same share of everybody" in text
    assert f"{base:.0%} of the {(users['part'] == 'train').sum()} users who joined first" in text
    assert f"{stayed.mean():.0%} of the {len(test)} who joined after them" in text
    dots = [row for row in data(named(found, "retention_calibration")) if "n_users" in row]
    ranked = test.sort_values(["predicted", "user_id"]).reset_index(drop=True)
    start = 0
    for row in dots:
        of = ranked.iloc[start : start + row["n_users"]]
        start += row["n_users"]
        share, n, z = of["is_retained"].mean(), len(of), 1.959964
        middle = (share + z**2 / (2 * n)) / (1 + z**2 / n)
        reach = z * np.sqrt(share * (1 - share) / n + z**2 / (4 * n**2)) / (1 + z**2 / n)
        drawn = [row[name] for name in ("observed", "predicted", "low", "high")]
        assert drawn == pytest.approx([share, of["predicted"].mean(), middle - reach, middle + reach], abs=2e-4)
        assert row["role"] == ("within" if row["low"] <= row["predicted"] <= row["high"] else "outside")
    assert start == len(test)


@pytest.mark.parametrize(
    ("changes", "words", "is_unsure"),
    [
        ("brier_gain_low = 0.01, brier_gain_high = 0.05", "days tells something about staying.", False),
        ("brier_gain_low = -0.05, brier_gain_high = -0.01", "days misleads about staying.", False),
        ("brier_gain_low = -0.05, brier_gain_high = 0.05", "days does not clearly tell anything about staying.", True),
        ("auc = 0.7, auc_low = 0.6, auc_high = 0.8", "(95% interval 0.600 to 0.800), above chance", None),
        ("auc = 0.5, auc_low = 0.4, auc_high = 0.6", "(95% interval 0.400 to 0.600), not clearly above chance", None),
    ],
)
def test_early_listening_tells_what_its_interval_allows(
    changed: Changed, changes: str, words: str, is_unsure: bool | None
) -> None:
    text = texts(chapter(changed(f"update marts.retention_quality set {changes}")), "retention")
    assert words in text.replace("first 30 ", "")
    assert is_unsure is None or ("so few users would not show a weak link" in text) == is_unsure


def test_features_go_with_staying_only_where_it_is_clear(changed: Changed) -> None:
    path = changed(
        "update marts.retention_coefficients set is_clear = false; update marts.retention_coefficients "
        "set coefficient = 0.5, ci_low = 0.2, ci_high = 0.9, is_clear = true where feature = 'active_days'; "
        "update marts.retention_coefficients "
        "set coefficient = -0.4, ci_low = -0.9, ci_high = -0.1, is_clear = true where feature = 'quiet_days'"
    )
    found = chapter(path)
    assert "days with a play goes with staying; quiet days at the end goes with leaving." in texts(found, "retention")
    roles = {row["feature"]: row["role"] for row in data(named(found, "retention_coefficients")) if "feature" in row}
    assert (roles.pop("active_days"), roles.pop("quiet_days"), set(roles.values())) == ("stays", "leaves", {"not sure"})


def test_playlists_are_counted_by_kind(changed: Changed) -> None:
    path = changed()
    found = chapter(path)
    tracks = query(
        path,
        "select l.*, p.item_id is null as is_new from marts.playlists as l left join marts.user_item_plays as p "
        "on p.item_type = 'track' and p.user_id = l.user_id and p.item_id = l.track_id",
    )
    kinds = dict(list(tracks.groupby("playlist_kind")))
    rows = named(found, "playlist_kinds").rows
    assert {row["playlist_kind"] for row in rows} == set(kinds)
    for row in rows:
        of = kinds[row["playlist_kind"]]
        assert (row["list_count"], row["user_count"]) == (of["playlist_id"].nunique(), of["user_id"].nunique())
        assert row["tracks"] == pytest.approx(of.groupby("playlist_id").size().mean(), abs=0.051)
        assert row["artists"] == pytest.approx(of.groupby("playlist_id")["artist_name"].nunique().mean(), abs=0.051)
        own = of[of["user_id"].notna()]
        assert row["new_share"] == pytest.approx(own["is_new"].mean(), abs=1e-4)
        reasons = [of["why"].str.match("because you play |like ").mean(), of["why"].str.match("among the most").mean()]
        assert [row["named_share"], row["popular_share"]] == pytest.approx(reasons, abs=1e-4)
    weekly = next(row for row in rows if row["playlist_kind"] == "weekly_discovery")
    assert f"Weekly discovery reaches {weekly['user_count']} listeners: {weekly['tracks']:.1f} tracks by" in texts(
        found, "playlists"
    )


def test_each_insight_says_what_it_would_not_support(changed: Changed) -> None:
    made_up = "these listeners are made up"
    for is_demo, has_times in ((True, True), (False, False)):
        changes = "" if is_demo else "update marts.load_audit_files set is_demo = false;"
        changes += "" if has_times else "update marts.users set first_played_at = null, last_played_at = null"
        path = changed(changes)
        found = chapter(path)
        for group in found.groups:
            last = group.blocks[-1]
            assert last.text.startswith("What this would not support: ") and not last.sql
            assert (made_up in last.text) == is_demo
            judged = group.name in ("gains", "exceptions", "undersold")
            assert ("held-out plays of a random split are of the same time" in last.text) == (judged and not has_times)
            assert not NUMBER.findall(last.text)
        assert ("planted tastes" in texts(found, "gains")) == is_demo
        path.unlink()


def test_where_data_lack_it_is_said(changed: Changed) -> None:
    found = chapter(changed(NOTHING))
    for group in found.groups:
        (said,) = (block for block in group.blocks if not isinstance(block, Sentence))
        assert isinstance(said, Missing) and said.text.startswith("Not enough data: ") and said.text.endswith(".")


def test_without_times_nobody_is_foreseen(changed: Changed) -> None:
    path = changed(
        "update marts.retention_quality set status = 'skipped', reason = 'the data have no times of plays', auc = null"
    )
    (said,) = blocks(chapter(path), "retention")
    assert isinstance(said, Missing)
    assert said.text == "Not enough data: who stays cannot be learnt, because the data have no times of plays."


def test_two_users_have_means_and_no_verdict(changed: Changed) -> None:
    found = chapter(changed(TWO_USERS))
    text = texts(found, "gains")
    assert "personalization pays for 0 of 6 kinds of lists." in text.lower()
    assert "over 2 users, too few for an interval" in text and "with so few that no interval is known" in text
    assert text.count("Not enough data: who gains most") == 3
    assert "here not to personalize is not known: all 270 groups of users have fewer than 20 users" in texts(
        found, "exceptions"
    )
    assert "o artist of 693 is undersold" in texts(found, "undersold")
    assert texts(found, "retention").endswith("because users are too few: 10 of each are needed.")
    drawn = {block.name for block in blocks(found) if isinstance(block, Chart)}
    assert drawn == {"gain_shares", "gain_of_users"}
    assert all(block.rows for block in blocks(found) if isinstance(block, Table))


def test_names_are_text(changed: Changed) -> None:
    names = ", ".join("'" + name.replace("'", "''") + "'" for name in HOSTILE)
    path = changed(
        f"update marts.undersold_items set item_name = list_extract([{names}], 1 + item_id % {len(HOSTILE)}), "
        f"artist_name = list_extract([{names}], 1 + item_id % {len(HOSTILE)});"
        "update marts.personalization_segments set segment_value = '<script>alert(1)</script>', verdict = 'not sure', "
        "ci_low = -1, ci_high = 1 where segment = 'country_group' and segment_value = 'Brazil'"
    )
    found = chapter(path)
    shown = {row["item_name"] for row in named(found, "undersold_artist").rows}
    assert shown <= set(HOSTILE) and len(shown) > 1
    assert any("<script>alert(1)</script> (+" in row["not_sure"] for row in named(found, "exceptions").rows)
    page = render(Heading("made", False, []), [found])
    assert "<script>alert" not in page and "<img src=x" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
