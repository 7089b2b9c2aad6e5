"""The whole path on the embedded demo, as a person runs it, held against what the demo planted."""

import re
import shutil
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from conftest import Study
from dbt_runner import run_dbt
from sklearn.metrics import adjusted_rand_score

from models_py.blends import BLENDS
from models_py.recommenders.registry import recommenders
from models_py.sources.demo import compare_key, planted_preferences, planted_track_preferences

K = 20

MODELS = [*recommenders().values(), *BLENDS]
# what the demo has no plays by period for, and for artists what works by the artists of tracks
SKIPPED = {
    "track": {"act_r", "mixed", "personal_decayed", "tifu_knn"},
    "artist": {"act_r", "mixed", "personal_decayed", "tifu_knn", "artist_backoff"},
}
# tasks that each model makes lists for, by item type; 'new_artists' is left out, which the demo does not ask for
TASKS_OF_MODELS = {
    item_type: [task for model in MODELS for task in model.tasks if task != "new_artists" and model.name not in skipped]
    for item_type, skipped in SKIPPED.items()
}


def test_every_line_of_the_demo_is_accounted_for(demo: Study) -> None:
    audit = dict(demo.query("select check_name, value from marts.load_audit"))
    counts = demo.truth()["counts"]
    for check in ("lines_read", "lines_rejected", "bogus_timestamps", "exact_duplicates_removed", "plays_kept"):
        assert audit[check] == counts[check], check
    assert audit["plays_without_title"] == counts["blank_titles"]
    assert demo.query("select count(*) from marts.plays") == [(counts["plays_kept"],)]


def test_identity_is_by_name(demo: Study) -> None:
    counts = demo.truth()["counts"]
    assert demo.query("select count(*) from marts.artists") == [(counts["artists"],)]
    assert demo.query("select count(*) from marts.tracks") == [(counts["tracks"],)]
    assert demo.query("select count(*) from marts.users where play_count > 0") == [(counts["users"],)]
    assert demo.query("select bool_and(is_demo) from marts.load_audit_files") == [(True,)]


def test_what_is_printed_names_the_data_and_the_next_step(demo_output: tuple[Study, str]) -> None:
    study, printed = demo_output
    assert "embedded demo" in printed
    assert "say nothing about music" in printed
    assert "most_popular" in printed
    assert "of test plays repeat what the user played in train" in printed
    assert str(study.warehouse) in printed


def test_baselines_of_habit_lead_where_everything_repeats(demo: Study) -> None:
    leaders = demo.query(
        "select task, item_type, model_name from marts.model_leaderboard "
        "where split_name = 'temporal' and leaderboard_rank = 1 and task = 'repeat' order by all"
    )
    # people of the demo play what they played before, as real ones do
    assert len(leaders) == 2
    assert {model for *_, model in leaders} <= {"personal_top", "personal_recent"}
    baselines = demo.query(
        "select distinct task, baseline_name from marts.model_comparisons where compared_with = 'best_baseline'"
    )
    assert {model for task, model in baselines if task == "discovery"} <= {"most_popular", "recent_popular"}


def test_every_evaluated_user_is_in_one_group_of_each_segment(demo: Study) -> None:
    counts = demo.query(
        """
        select s.item_type, s.task, s.model_name, s.segment, sum(s.n_users) = any_value(l.n_users)
        from marts.segment_metrics as s
        inner join marts.model_leaderboard as l using (split_name, item_type, task, model_name)
        where s.segment not in ('item_popularity', 'artist_discovery')
        group by all
        """
    )
    assert len(counts) == 6 * sum(map(len, TASKS_OF_MODELS.values()))
    assert all(whole for *_, whole in counts)
    apart = demo.query(
        """
        select max(abs(by_segment - ndcg)) from (
            select any_value(l.ndcg) as ndcg, sum(s.value * s.n_users) / sum(s.n_users) as by_segment
            from marts.segment_metrics as s
            inner join marts.model_leaderboard as l using (split_name, item_type, task, model_name)
            where s.metric = 'ndcg' and s.segment <> 'artist_discovery'
            group by split_name, item_type, task, model_name, segment
        )
        """
    )
    assert apart[0][0] < 1e-9


def test_the_search_is_reported_by_number_of_trials(demo: Study) -> None:
    answer = demo.call("tuning")
    assert answer.returncode == 0
    assert "artists, best NDCG on validation" in answer.stdout
    assert "changed" in answer.stdout


@pytest.mark.parametrize(
    ("item_type", "preferences"), [("artist", planted_preferences), ("track", planted_track_preferences)]
)
def test_models_lie_between_popularity_and_the_planted_ceiling(
    demo: Study, item_type: str, preferences: Callable
) -> None:
    scores = dict(
        demo.query(
            f"""select model_name, ndcg from marts.model_leaderboard
            where split_name = 'temporal' and task = 'discovery' and item_type = '{item_type}'"""
        )
    )
    ceiling = planted_ceiling(demo, item_type, *preferences(demo.truth()))
    for model in ("user_knn", "item_knn", "svd", "nmf"):
        assert 1.4 * scores["most_popular"] < scores[model] < ceiling, (model, scores, ceiling)


def planted_ceiling(demo: Study, item_type: str, user_ids: list, items: list, preferences: np.ndarray) -> float:
    """NDCG@20, discovery, of a list that knows each user's planted preferences, over the same evaluated users."""
    keys = [compare_key(item) if isinstance(item, str) else tuple(map(compare_key, item)) for item in items]
    column = {key: number for number, key in enumerate(keys)}
    names = demo.query(
        f"select item_id, artist_name, item_name from marts.item_popularity where item_type = '{item_type}'"
    )
    item_column = {
        item_id: column.get(compare_key(artist) if item_type == "artist" else (compare_key(artist), compare_key(title)))
        for item_id, artist, title in names
    }
    condition = f"split_name = 'temporal' and item_type = '{item_type}'"
    evaluated = demo.query(
        f"""select user_id, list(item_id) from marts.test_interactions
        where {condition} and user_has_training and not is_repeat group by user_id"""
    )
    played = demo.query(
        f"select user_id, list(distinct item_id) from intermediate.int_train_cells where {condition} group by user_id"
    )
    seen = {user: {item_column.get(item) for item in items} for user, items in played}
    row = {user: number for number, user in enumerate(user_ids)}
    values = []
    for user, relevant in evaluated:
        wanted = {item_column.get(item) for item in relevant}
        order = [item for item in np.argsort(-preferences[row[user]], kind="stable") if item not in seen[user]][:K]
        gain = sum(1 / np.log2(rank + 2) for rank, item in enumerate(order) if item in wanted)
        values.append(gain / sum(1 / np.log2(rank + 2) for rank in range(min(K, len(relevant)))))
    return float(np.mean(values))


def test_everybody_is_served_and_a_person_can_ask(demo: Study) -> None:
    (users,) = demo.query("select count(*) from marts.users where play_count > 0")[0]
    for item_type in ("artist", "track"):
        served = demo.query(
            f"""select count(distinct user_id), min(rank) from marts.served_recommendations
            where item_type = '{item_type}' and task = 'discovery'"""
        )
        assert served == [(users, 1)]
    # of whom only a profile is known has no stored list, and gets favourites of others who is asked for
    (profile,) = demo.query("select min(user_id) from marts.users where play_count = 0")[0]
    assert demo.query(f"select count(*) from marts.served_recommendations where user_id = '{profile}'") == [(0,)]
    answer = demo.call("recommend", "--user", profile)
    assert answer.returncode == 0
    assert f"artists for {profile} (discovery), favourites " in answer.stdout
    answer = demo.call("recommend", "--user", profile, "--repeat")
    assert answer.returncode == 1
    assert "serve_users_without_plays" in answer.stderr
    answer = demo.run("recommend", "--user", "user_000010")
    assert answer.returncode == 0
    assert "artists for user_000010" in answer.stdout
    assert "tracks for user_000010" in answer.stdout


def test_an_unknown_user_is_one_sentence(demo: Study) -> None:
    answer = demo.call("recommend", "--user", "nobody")
    assert answer.returncode == 1
    assert "There is no user 'nobody'" in answer.stderr
    assert "user_000001" in answer.stderr
    assert "Traceback" not in answer.stderr


def test_the_served_model_won_on_validation(demo: Study) -> None:
    winners = demo.query(
        """
        select s.item_type, s.task, s.model_name, max_by(t.model_name, t.validation_ndcg)
        from recommender.served_models as s
        inner join marts.tuning_trials as t on s.item_type = t.item_type and s.task = t.task
        where t.split_name = 'temporal' and t.is_chosen
        group by all
        """
    )
    assert len(winners) == 6
    assert all(served == best for _, _, served, best in winners)


def test_the_gain_over_most_popular_is_that_of_the_leaderboard(demo: Study) -> None:
    means = demo.query(
        """
        select item_type, task, model_name, count(*), avg(value), avg(gain) from marts.personalization_gain
        group by all order by all
        """
    )
    leaderboard = demo.query(
        """
        select s.item_type, s.task, s.model_name, l.n_users, l.ndcg, l.ndcg - p.ndcg
        from recommender.served_models as s
        inner join marts.model_leaderboard as l
            on s.item_type = l.item_type and s.task = l.task and s.model_name = l.model_name
        inner join marts.model_leaderboard as p on s.item_type = p.item_type and s.task = p.task
        where l.split_name = 'temporal' and p.split_name = 'temporal' and p.model_name = 'most_popular'
        order by all
        """
    )
    assert len(means) == 6
    for one, other in zip(means, leaderboard, strict=True):
        assert one[:4] == other[:4]
        assert one[4:] == pytest.approx(other[4:], abs=1e-9)


def test_equal_tuning(demo: Study) -> None:
    short = demo.query("select model_name from marts.model_runs where status = 'ok' and trials_run < trials_planned")
    assert short == []
    first_trials = demo.query(
        """select item_type, task, count(*) from marts.tuning_trials
        where split_name = 'temporal' and trial = 0 group by all"""
    )
    models = {(item_type, task): count for item_type, task, count in first_trials}
    assert models == {
        (item_type, task): count
        for item_type, tasks in TASKS_OF_MODELS.items()
        for task, count in Counter(tasks).items()
    }


def test_clusters_find_the_planted_genres(demo: Study) -> None:
    truth = demo.truth()
    chosen = demo.query(
        """select n_clusters, silhouette - silhouette_shuffled > 0.2 from marts.cluster_quality
        where is_chosen and entity_type = 'artist'"""
    )
    assert chosen == [(len(truth["genres"]), True)]
    main = {compare_key(name): own[0] for name, own in zip(truth["artists"], truth["artist_genres"], strict=True)}
    found = demo.query("select artist_name, cluster_id from marts.item_clusters where item_type = 'artist'")
    assert len(found) > 500
    assert adjusted_rand_score([main[compare_key(name)] for name, _ in found], [label for _, label in found]) >= 0.9


def test_factorization_loses_to_the_mean_on_played_cells(demo: Study) -> None:
    rmse = dict(
        demo.query(
            """select model_name, min(rmse) from marts.factorization_quality
            where item_type = 'artist' and scale = 'log_plays' and cells = 'held_out' group by model_name"""
        )
    )
    assert rmse["svd"] > rmse["global_mean"] > 0


def test_without_raw_data_one_sentence_names_the_remedy(tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match="make demo"):
        run_dbt("build", warehouse=tmp_path / "music.duckdb")


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"SPLITS": "temporl"}, "SPLITS names temporl"),
        ({"SOURCE": "2k"}, "SOURCE is '2k'"),
        ({"SOURCE": "360k", "SPLITS": "temporal"}, "SPLITS names temporal"),
        ({"SOURCE": "360k", "SPLITS": "leave_last"}, "SPLITS names leave_last"),
        ({"SPLITS": "temporal random_groups"}, "lacks for tracks whose artists are known"),
        ({"RAW": "/no/such/folder"}, "RAW is /no/such/folder"),
        ({"WAREHOUSE": "it's.duckdb"}, "without quotes"),
        ({"VARS": "{tuning_trial: 3}"}, "VARS names tuning_trial"),
        ({"VARS": "{tuning_trials: 0}"}, "tuning_trials as 0"),
        ({"VARS": "{headline_k: x}"}, "headline_k as 'x'"),
        ({"VARS": "{cluster_counts: []}"}, "cluster_counts as []"),
        ({"VARS": "{max_cluster_share: 2}"}, "a share from 0 to 1"),
        ({"VARS": "{serve_users_without_plays: 1}"}, "true or false"),
        ({"VARS": "{list_length: 20}"}, "metrics go to 100"),
        ({"VARS": "{unfinished: ["}, "not YAML"),
    ],
)
def test_a_wrong_setting_is_one_sentence(new_study: Callable[..., Study], settings: dict, sentence: str) -> None:
    result = new_study(**settings).call("evaluate")
    assert result.returncode == 1
    assert sentence in result.stderr
    assert "Traceback" not in result.stderr


def test_two_kinds_of_lists_are_not_asked_for_at_once(new_study: Callable[..., Study]) -> None:
    result = new_study().call("recommend", "--user", "ann", "--task", "repeat", "--new-artists")
    assert result.returncode == 1 and "give one of them" in result.stderr


@pytest.mark.slow
def test_a_failing_build_leaves_the_published_file_alone(demo: Study, tmp_path: Path) -> None:
    copy = Study(tmp_path, {**demo.environment, "WAREHOUSE": str(tmp_path / "music.duckdb")})
    shutil.copy(demo.warehouse, copy.warehouse)
    before = copy.warehouse.read_bytes()
    result = copy.call("evaluate", MEMORY_LIMIT="64MB")
    assert result.returncode == 1
    assert re.fullmatch(
        r"DuckDB ran out of memory in \w+.*: raise MEMORY_LIMIT, which is 64MB\.", result.stderr.strip()
    )
    assert copy.warehouse.read_bytes() == before
