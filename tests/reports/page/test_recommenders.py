"""The chapter on recommenders: its figures are those of the tables, whatever the tables say."""

from collections.abc import Callable
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest
from conftest import Study
from report_blocks import asked, blocks, check_blocks, copied, data, named, part, study, texts, unsupported

from models_py.reports.page.blocks import Chart, Missing, Section, Sentence
from models_py.reports.page.recommenders import section
from models_py.reports.page.recommenders.leaders import leaders
from models_py.reports.page.recommenders.segments import segments
from models_py.reports.page.recommenders.splits import random_against_time, spread
from models_py.reports.page.study import Board

TABLES = (
    "accuracy_diversity evaluation_parameters load_audit_files model_comparisons model_leaderboard model_metrics "
    "model_overlaps model_runs model_spread segment_metrics split_summary training_users tuning_curves tuning_trials "
    "user_item_plays user_metrics users"
).split()
RESULTS = (
    "accuracy_diversity model_comparisons model_leaderboard model_metrics model_overlaps model_runs model_spread "
    "segment_metrics tuning_curves tuning_trials user_metrics"
).split()
NO_RESULTS = "; ".join(f"delete from marts.{table}" for table in RESULTS)
DISCOVERY = "where item_type = 'track' and task = 'discovery'"
RANDOM = """
    insert into marts.model_spread
    select 'random', item_type, task, model_name, split_count, 3 * ndcg, ndcg_sd, ndcg_lowest, ndcg_highest,
        interval_half_width, leader_name, difference, difference_sd, difference_half_width, verdict
    from marts.model_spread
    where split_kind = 'temporal' and task = 'discovery'
"""
ALIKE = """
    insert into marts.split_summary by name
    select * replace ('temporal_random' as split_name, split_name as like_split)
    from marts.split_summary
    where split_name = 'temporal';
    insert into marts.model_leaderboard by name
    select * replace ('temporal_random' as split_name, 2 * ndcg as ndcg)
    from marts.model_leaderboard
    where split_name = 'temporal' and task = 'discovery'
"""
SCALED = """
    update marts.model_leaderboard set ndcg = ndcg * 0.37, ndcg_ci_low = ndcg / 9, coverage = coverage / 7;
    update marts.model_comparisons set mean_difference = mean_difference * 1.7, verdict = 'tie';
    update marts.accuracy_diversity set ndcg_kept = ndcg_kept * 1.01, is_served = is_default;
    update marts.segment_metrics set value = value / 3;
    update marts.tuning_curves set best_validation_ndcg = best_validation_ndcg / 2
"""
SPREAD = """
    update marts.model_spread set split_count = 4, ndcg_lowest = ndcg / 2, ndcg_highest = 2 * ndcg, verdict = 'behind'
    where split_kind = 'temporal'
"""


@pytest.fixture(scope="module")
def path(demo: Study, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Copy the marts that the chapter reads."""
    return copied(demo.warehouse, tmp_path_factory.mktemp("marts") / "music.duckdb", TABLES)


@pytest.fixture(scope="module")
def found(path: Path) -> Section:
    """Ask for the chapter on the demo."""
    return chapter(path)


@pytest.fixture
def changed(demo: Study, tmp_path: Path) -> Callable[[str], Path]:
    """Copy the marts that the chapter reads, changed by some SQL."""
    return lambda changes="": copied(demo.warehouse, tmp_path / "music.duckdb", TABLES, changes)


def chapter(path: Path) -> Section:
    """Ask for the chapter."""
    return asked(section, path)


def board(path: Path) -> Board:
    """Give the leaderboard of tracks to discover."""
    return Board(study(path), "track", "discovery")


def query(path: Path, sql: str) -> pd.DataFrame:
    """Ask the tables by other means than the report does."""
    with duckdb.connect(str(path), read_only=True) as connection:
        return connection.execute(sql).df()


def drawn(found: Section, name: str) -> pd.DataFrame:
    """Give the rows of a chart."""
    return pd.DataFrame(data(named(found, name)))


def test_each_block_can_be_drawn_and_read(found: Section) -> None:
    check_blocks(found)
    assert len([block for block in blocks(found) if isinstance(block, Chart)]) > 30
    assert all("splits" in text or "`make evaluate SPLITS=random`" in text for text in texts(found, Missing))


@pytest.mark.parametrize("changes", ["", f"{RANDOM}; {SPREAD}; {SCALED}", f"{ALIKE}; {SPREAD}"])
def test_every_figure_of_a_text_is_in_the_rows_of_its_query(changed: Callable[[str], Path], changes: str) -> None:
    path = changed(changes)
    found = chapter(path)
    assert bool(texts(found, Missing)) == (not changes)
    for block in blocks(found):
        if isinstance(block, Sentence):
            assert not unsupported(block.text, block.sql or "select 1", path, [20]), block.text
        if isinstance(block, Chart):
            assert not unsupported(f"{block.title} {block.caption} {block.alt}", block.sql, path, [20]), block.name


def test_the_leaderboard_is_the_mean_over_users(path: Path, found: Section) -> None:
    means = (
        query(path, f"from marts.user_metrics {DISCOVERY} and k = 20 and split_name = 'temporal'")
        .groupby("model_name")["value"]
        .mean()
        .sort_values(ascending=False)
    )
    rows = drawn(found, "leaderboard_track_discovery").dropna(subset=["model_name"]).set_index("model_name")
    np.testing.assert_allclose(rows["ndcg"], means[rows.index], atol=6e-5)
    assert list(rows.index[:3]) == list(means.index[:3])
    sentence = texts(found)[0]
    assert sentence.startswith("On these planted tastes, ")
    assert f"{means.index[0]} is highest (NDCG@20 {means.iloc[0]:.3f}" in sentence


@pytest.mark.parametrize(
    ("verdict", "words"),
    [("worse", " leads ("), ("tie", ", but level with "), ("not known", "No verdict is known on ")],
)
def test_a_model_leads_only_where_every_other_is_known_to_be_worse(
    changed: Callable[[str], Path], verdict: str, words: str
) -> None:
    path = changed(f"update marts.model_comparisons set verdict = '{verdict}' where compared_with = 'leader'")
    sentence, chart = leaders(board(path))
    assert words in sentence.text
    assert verdict == "worse" or " leads (" not in sentence.text
    roles = {row["role"] for row in data(chart) if "role" in row} - {"baseline"}
    assert roles == {"leader", "level" if verdict == "tie" else "other"}


def test_verdicts_against_the_baseline_are_counted(path: Path, found: Section) -> None:
    verdicts = query(path, f"from marts.model_comparisons {DISCOVERY} and compared_with = 'best_baseline'")
    better, worse = ((verdicts["verdict"] == verdict).sum() for verdict in ("better", "worse"))
    words = f"Of {len(verdicts)} other models, {better} are better than the best baseline"
    assert words in texts(found)[0]
    assert f"and {worse or 'none'} {'are' if worse > 1 else 'is'} worse." in texts(found)[0]


def test_the_forest_plot_is_paired_by_user(path: Path, found: Section) -> None:
    values = query(path, f"from marts.user_metrics {DISCOVERY} and k = 20 and split_name = 'temporal'").pivot(
        index="user_id", columns="model_name", values="value"
    )
    (baseline,) = query(
        path,
        f"select distinct baseline_name from marts.model_comparisons {DISCOVERY} and compared_with = 'best_baseline'",
    )["baseline_name"]
    rows = drawn(found, "differences_track_discovery_best_baseline").dropna(subset=["model_name"])
    for row in rows.itertuples():
        assert row.difference == pytest.approx((values[row.model_name] - values[baseline]).mean(), abs=6e-5)
        assert row.role == ("tie" if row.low <= 0 <= row.high or row.p_value_adjusted >= 0.05 else row.role)


@pytest.mark.parametrize("measure", ["coverage", "novelty"])
def test_no_model_beats_an_unbeaten_one_at_both(path: Path, found: Section, measure: str) -> None:
    board = query(path, f"from marts.model_leaderboard {DISCOVERY} and split_name = 'temporal'")
    figures = board[["ndcg", measure]].to_numpy()
    beaten = [any((other >= own).all() and (other > own).any() for other in figures) for own in figures]
    rows = drawn(found, f"{measure}_track_discovery")
    unbeaten = set(rows.loc[rows["is_unbeaten"].astype(bool), "model_name"])
    assert unbeaten == set(board.loc[~np.array(beaten), "model_name"])


def test_the_seconds_of_a_blend_include_its_members(path: Path, found: Section) -> None:
    runs = query(path, f"from marts.model_runs {DISCOVERY} and split_name = 'temporal'").set_index("model_name")
    trials = query(path, f"from marts.tuning_trials {DISCOVERY} and split_name = 'temporal'")
    tuned = trials.groupby("model_name")["fit_seconds"].sum()
    rows = drawn(found, "costs_track_discovery").drop_duplicates("model_name").set_index("model_name")
    for model, seconds in rows["seconds"].items():
        members = runs.loc[model, "members"]
        searched = {model, *(members.split("+") if isinstance(members, str) else ())}
        own = runs.loc[model, "fit_seconds"] + runs.loc[model, "recommend_seconds"]
        assert seconds == pytest.approx(max(own + sum(tuned.get(name, 0) for name in searched), 0.01), abs=1e-3)


def test_precision_and_recall_are_those_of_each_length(path: Path, found: Section) -> None:
    metrics = query(path, f"from marts.model_metrics {DISCOVERY} and split_name = 'temporal' and scope = 'all'")
    rows = drawn(found, "lengths_track_discovery").drop_duplicates(["model_name", "k"])
    assert set(rows["k"]) == {5, 10, 20, 50, 100}
    for row in rows.itertuples():
        own = metrics[(metrics["model_name"] == row.model_name) & (metrics["k"] == row.k)].set_index("metric")["value"]
        assert (row.precision, row.recall) == pytest.approx((own["precision"], own["recall"]), abs=6e-5)


def test_random_beside_time_gives_the_ratio_and_else_names_the_command(found: Section) -> None:
    lacking = texts(found, Missing)
    assert any("`make evaluate SPLITS=random`" in text for text in lacking)


def test_the_ratio_of_random_to_time_is_that_of_the_tables(changed: Callable[[str], Path]) -> None:
    chart = random_against_time(board(changed(RANDOM)))
    assert "scores 3 times as much at random as by time" in chart.caption
    rows = pd.DataFrame([row for row in data(chart) if "temporal" in row])
    np.testing.assert_allclose(rows["random"], 3 * rows["temporal"], atol=2e-4)


def test_splits_with_as_many_items_are_set_side_by_side_where_there_are_some(changed: Callable[[str], Path]) -> None:
    chart = random_against_time(board(changed(f"{RANDOM}; {ALIKE}")))
    assert "as many items held out by time and at random (temporal, temporal_random)" in chart.title
    assert "scores 2 times as much at random as by time" in chart.caption
    rows = pd.DataFrame([row for row in data(chart) if "temporal" in row])
    np.testing.assert_allclose(rows["random"], 2 * rows["temporal"], atol=2e-6)


def test_a_source_without_times_does_not_ask_for_a_split_by_time(changed: Callable[[str], Path]) -> None:
    path = changed("update marts.users set first_played_at = null")
    assert "have no times" in random_against_time(board(path)).text
    assert "random_2" in spread(board(path))[0].text


def test_ranges_over_splits_are_drawn_where_there_are_several(changed: Callable[[str], Path]) -> None:
    (chart,) = spread(board(changed(SPREAD)))
    assert "4 temporal splits" in chart.title
    assert "no model is tied with it" in chart.caption
    rows = pd.DataFrame(data(chart))
    np.testing.assert_allclose(rows["high"], 4 * rows["low"], atol=6e-4)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        (NO_RESULTS, "no results of these training rows are stored (run `make fit`)"),
        (f"{NO_RESULTS}; delete from marts.training_users", "0 active users are too few to learn from"),
        (
            f"{NO_RESULTS}; delete from marts.user_item_plays; delete from marts.users",
            "no play was kept",
        ),
    ],
)
def test_without_a_leaderboard_the_chapter_says_why(changed: Callable[[str], Path], changes: str, reason: str) -> None:
    found = chapter(changed(changes))
    check_blocks(found)
    lacking = texts(found, Missing)
    assert lacking and all(reason in text for text in lacking)
    assert not [block for block in blocks(found) if isinstance(block, Chart)]


def test_one_model_alone_is_compared_with_nothing(changed: Callable[[str], Path]) -> None:
    kept = "where model_name <> 'most_popular'"
    changes = [f"delete from marts.{table} {kept}" for table in RESULTS if table != "model_comparisons"]
    changes += ["delete from marts.model_comparisons", "delete from marts.model_overlaps"]
    changes += ["update marts.model_leaderboard set leaderboard_rank = 1"]
    found = chapter(changed("; ".join(changes)))
    check_blocks(found)
    assert any("most_popular alone was evaluated" in text for text in texts(found))
    lacking = " ".join(texts(found, Missing))
    for words in ("no model can be compared", "no two models have lists", "were not diversified"):
        assert words in lacking


def test_groups_that_are_too_small_have_no_interval(changed: Callable[[str], Path]) -> None:
    found = part(segments(board(changed("update marts.segment_metrics set ci_low = null, ci_high = null"))))
    check_blocks(found)
    assert all(row["low"] is None for row in data(named(found, "segment_activity_track_discovery")) if "low" in row)


def test_on_other_data_than_the_demo_nothing_is_called_made_up(changed: Callable[[str], Path]) -> None:
    found = leaders(board(changed("update marts.load_audit_files set is_demo = false")))
    assert found[0].text.startswith("Tracks that the listener had not played: ")
