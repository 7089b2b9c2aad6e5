"""The whole path on few people: what is reused, what the other format gives, what noise in the future cannot change."""

import math
import shutil
from collections.abc import Callable
from pathlib import Path

import duckdb
import numpy as np
import pytest
from conftest import FEW_DRAWS, Study, study_in
from dbt_runner import run_dbt

from models_py.serving.saved import models_folder
from models_py.sources.demo import write_demo
from models_py.sources.demo.files import EVENTS_1K, TAGS

pytestmark = pytest.mark.slow

# a few trials, one point of each grid, and periods in which plays decay
GRIDS = "cluster_counts: [8], theme_counts: [8], factorization_factors: [8]"
SMALL = f"{{tuning_trials: 3, period_days: 30, {GRIDS}, {FEW_DRAWS}}}"


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Study:
    """Evaluate a demo of few people with few trials; tests only read it."""
    study = study_in(tmp_path_factory.mktemp("small"), VARS=SMALL)
    write_demo(Path(study.environment["DEMO"]), users=60)
    study.evaluate(data_tests=False)
    return study


def is_alike(one: object, other: object) -> bool:
    """Compare values, numbers to nine digits."""
    return (
        math.isclose(one, other, rel_tol=1e-9) if isinstance(one, float) and isinstance(other, float) else one == other
    )


def events_of(study: Study) -> str:
    """Read the lines of its demo."""
    return (Path(study.environment["DEMO"]) / EVENTS_1K).read_text()


def test_a_second_evaluation_reuses_what_is_unchanged(small: Study, tmp_path: Path) -> None:
    copy = Study(tmp_path, {**small.environment, "WAREHOUSE": str(tmp_path / "music.duckdb")})
    shutil.copy(small.warehouse, copy.warehouse)
    shutil.copytree(models_folder(small.warehouse), models_folder(copy.warehouse))
    before = copy.query("select split_name, item_type, model_name, finished_at from recommender.runs order by all")
    with duckdb.connect(str(copy.warehouse), read_only=True) as reader:
        copy.evaluate(data_tests=False)
        # a reader that holds the old file is neither locked out nor disturbed
        assert reader.execute("select count(*) from marts.plays").fetchone()[0] > 0
    after = copy.query("select split_name, item_type, model_name, finished_at from recommender.runs order by all")
    assert after == before
    assert not list(tmp_path.glob("*.wal"))
    assert not (tmp_path / "building" / "music.duckdb").exists()


def test_a_bare_dbt_build_works_on_the_published_file_and_keeps_the_results(small: Study, tmp_path: Path) -> None:
    warehouse = tmp_path / "music.duckdb"
    shutil.copy(small.warehouse, warehouse)
    leaderboard = "select * from marts.model_leaderboard order by all"
    before = small.query(leaderboard)
    run_dbt("build", warehouse=warehouse, raw=Path(small.environment["DEMO"]) / "1k", variables=SMALL)
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        after = connection.execute(leaderboard).fetchall()
        # no version promises the order of sums, and so their last digits
        assert [row for row, was in zip(after, before, strict=True) if not all(map(is_alike, row, was))] == []
        # tables that are built anew have lost their comments
        comments = "select table_name, column_name, comment from duckdb_columns() where not internal order by all"
        assert connection.execute(comments).fetchall() == small.query(comments)


def test_feedback_is_heeded_by_every_table_of_the_next_build(small: Study, tmp_path: Path) -> None:
    copy = Study(tmp_path, {**small.environment, "WAREHOUSE": str(tmp_path / "music.duckdb")})
    shutil.copy(small.warehouse, copy.warehouse)
    ((user, artist),) = copy.query(
        "select user_id, artist_name from marts.playlists where user_id is not null "
        "order by playlist_id, position limit 1"
    )
    feedback = tmp_path / "feedback.csv"
    feedback.write_text(
        "user_id,item_type,artist,title,feedback,given_on\n"
        f'{user},artist,"{artist.replace(chr(34), chr(34) * 2)}",,hide,2009-05-04\n'
        "nobody,artist,No Such Name,,hide,2009-05-04\n"
    )
    result = copy.call("build", data_tests=True, FEEDBACK=str(feedback))
    assert result.returncode == 0, result.stderr
    assert f"Entry 2 of {feedback} matches nothing: there is no user 'nobody'." in result.stdout
    assert copy.query("select status from marts.feedback order by entry_number") == [("ok",), ("unknown user",)]
    for table in ("served_recommendations", "playlists", "recommendation_reasons"):
        of_user = f"from marts.{table} where user_id = '{user}'"
        assert copy.query(f"select count(*) > 0, count(*) filter (artist_name = $${artist}$$) {of_user}") == [(True, 0)]
    # others are served what they were, and ranks have no gap
    changed = copy.query(
        f"attach '{small.warehouse}' as before (read_only); "
        "select distinct user_id from "
        "(from marts.served_recommendations except from before.marts.served_recommendations)"
    )
    assert changed == [(user,)]
    assert copy.query(
        "select count(*) from (select max(rank) <> count(*) as has_gap from marts.served_recommendations "
        "group by item_type, task, user_id) where has_gap"
    ) == [(0,)]


def test_new_artists_are_listed_judged_and_served_on_request(small: Study, tmp_path: Path) -> None:
    study = study_in(tmp_path, DEMO=small.environment["DEMO"], VARS=SMALL, NEW_ARTISTS="1")
    assert "tracks, lists of new artists alone" in study.evaluate()
    judged = "select distinct item_type from marts.model_leaderboard where task = 'new_artists'"
    assert study.query(judged) == [("track",)]
    assert small.query(judged) == []
    known = study.query(
        """
        select count(*), count(artists.artist_id) from marts.served_recommendations as served
        inner join marts.tracks on served.item_id = tracks.track_id
        left join (select distinct user_id, artist_id from marts.plays) as artists
            on served.user_id = artists.user_id and tracks.artist_id = artists.artist_id
        where served.task = 'new_artists'
        """
    )
    assert known[0][0] > 0 and known[0][1] == 0
    assert study.call("recommend", "--user", "user_000001", "--new-artists").returncode == 0
    # the other item type is as it was
    lists = "select * from recommender.recommendations where item_type = 'artist' order by all"
    assert study.query(lists) == small.query(lists)


def test_the_360k_format_fills_the_same_marts(small: Study, new_study: Callable[..., Study]) -> None:
    study = new_study(SOURCE="360k", DEMO=small.environment["DEMO"], VARS=SMALL, SPLITS="random_2")
    study.evaluate()
    assert study.query("select count(*) from marts.plays") == [(0,)]
    assert study.query("select distinct item_type from marts.user_item_plays") == [("artist",)]
    # the same plays in the other format: the same artists, listeners and counts
    totals = "select artist_id, play_count, listener_count from marts.artists order by artist_id"
    assert study.query(totals) == small.query(totals)
    splits = study.query("select distinct split_name from marts.model_leaderboard order by all")
    assert splits == [("random",), ("random_2",)]
    assert study.query(
        "select distinct status, reason is null from marts.model_runs where model_name = 'recent_popular'"
    ) == [("skipped", False)]


def test_too_few_users_are_said_so_and_the_marts_are_published(small: Study, new_study: Callable[..., Study]) -> None:
    study = new_study(VARS=f"{{{FEW_DRAWS}}}")
    few = [line for line in events_of(small).splitlines() if line.startswith(("user_000001", "user_000002"))]
    (study.folder / "raw" / "plays.tsv").write_text("\n".join(few) + "\n")
    printed = study.evaluate(data_tests=False)
    assert "too few to learn from" in printed
    assert study.query("select count(distinct user_id) from marts.plays") == [(2,)]
    assert "Everybody is served what they play themselves" in printed
    assert study.query("select distinct task, model_name from marts.served_recommendations order by all") == [
        ("all", "personal_recent"),
        ("discovery", "most_popular"),
        ("repeat", "personal_top"),
    ]


def test_noise_after_the_cut_off_changes_nothing_that_models_learn_from(
    small: Study, new_study: Callable[..., Study]
) -> None:
    (cut_off,) = small.query(
        "select strftime(played_at, '%Y-%m-%dT%H:%M:%SZ') from intermediate.int_split_boundaries "
        "where boundary = 'train_until'"
    )[0]
    noisy = new_study(VARS=SMALL)
    (noisy.folder / "raw" / "plays.tsv").write_text(noise_after(events_of(small), cut_off))
    shutil.copy(Path(small.environment["DEMO"]) / TAGS[0], noisy.folder / "raw")
    noisy.evaluate(data_tests=False)
    assert small.query("select count(*) from marts.test_interactions") != noisy.query(
        "select count(*) from marts.test_interactions"
    )
    for table in (
        "training_users",
        "training_items",
        "training_interactions",
        "training_item_windows",
        "training_interaction_periods",
        "training_tags",
        "training_known_artists",
        "validation_interactions",
        "training_fingerprints",
    ):
        rows = f"select * from marts.{table} where split_name = 'temporal' order by all"
        assert small.query(rows) == noisy.query(rows), table
    for rows in (
        "select * exclude (fit_seconds) from recommender.trials where split_name = 'temporal' order by all",
        "select * from recommender.recommendations where split_name = 'temporal' order by all",
        "select * from recommender.factorization_errors where split_name = 'temporal' and cells = 'train' order by all",
    ):
        assert small.query(rows) == noisy.query(rows)


def noise_after(text: str, cut_off: str) -> str:
    """Replace every event after the cut-off by a made-up one, later than the cut-off too."""
    rng = np.random.default_rng(5)
    lines = []
    for number, line in enumerate(text.splitlines()):
        user, played_at, *_ = line.split("\t")
        if played_at > cut_off and played_at < "2009-12-31":
            day, second = rng.integers(1, 29), rng.integers(0, 60)
            artist, title = rng.integers(0, 40), rng.integers(0, 500)
            user = f"user_{rng.integers(1, 70):06d}"
            time = f"2009-09-{day:02d}T{number % 24:02d}:{number % 60:02d}:{second:02d}Z"
            line = f"{user}\t{time}\t\tNoise {artist}\t\tHiss {title} {number}"
        lines.append(line)
    return "\n".join(lines) + "\n"
