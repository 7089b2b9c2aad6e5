"""The Python jobs on a small demo's marts, with toy recommenders whose behaviour is known."""

import json
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import ClassVar

import duckdb
import numpy as np
import pytest
from conftest import FEW_DRAWS, ROOT, Study, study_in
from dbt_runner import run_dbt
from scipy import sparse
from stopped_commands import STOPPED_LEARNING, start_when, stopped

from models_py import jobs, pipeline
from models_py.data.interactions import Interactions
from models_py.data.parameters import Parameters
from models_py.data.training import Dataset, read_datasets, read_training_data
from models_py.diversity.kinds import GRID
from models_py.errors import WarehouseError
from models_py.jobs import chosen, clusters, diversity, evaluation, serving
from models_py.jobs.remedies import remedies
from models_py.publishing import building
from models_py.recommenders.base import NO_TIMES, TASKS, Recommender
from models_py.recommenders.fitted import FittedModel, SameForAll
from models_py.serving import saved
from models_py.serving.saved import models_folder
from models_py.settings.environment import Settings
from models_py.sources.demo import write_demo
from models_py.terminal.progress import stage
from models_py.warehouse import Warehouse

VARIABLES = (
    "{tuning_trials: 2, min_users_to_learn: 5, cluster_counts: [2], theme_counts: [2], factorization_factors: [2], "
    f"{FEW_DRAWS}}}"
)
SPLITS = "random rolling_2 rolling_3 leave_last"
TABLES = ("runs", "trials", "recommendations")
FITS: list[str] = []


@dataclass(frozen=True)
class Popular(Recommender):
    """What most people play."""

    name: ClassVar[str] = "popular"
    tasks: ClassVar[tuple[str, ...]] = TASKS
    is_baseline: ClassVar[bool] = True
    space: ClassVar[dict[str, tuple]] = {"listeners_weigh": (1.0, 0.0, -1.0)}

    listeners_weigh: float = 1.0

    def fit(self, interactions: Interactions, seed: int, prepared: object = None) -> SameForAll:
        """Count, and leave a note that it was asked to."""
        FITS.append(self.name)
        return SameForAll(interactions.plays + self.listeners_weigh * 100 * interactions.listeners)

    def memory(self, interactions: Interactions) -> int:
        """Hardly anything."""
        return 0


@dataclass(frozen=True)
class Loyal(Popular):
    """What one plays oneself: as good as can be at repeats, and blind beyond them."""

    name: ClassVar[str] = "loyal"

    def fit(self, interactions: Interactions, seed: int, prepared: object = None) -> "OwnPlays":
        """Keep the plays."""
        FITS.append(self.name)
        return OwnPlays(interactions)


@dataclass(frozen=True)
class OwnPlays(FittedModel):
    """Plays as scores."""

    interactions: Interactions

    @property
    def n_items(self) -> int:
        """Number of items."""
        return self.interactions.n_items

    def _arrays(self) -> list[sparse.csr_matrix]:
        return [self.interactions.counts]

    def scores(self, users: np.ndarray) -> np.ndarray:
        """Plays of every item by each of the users."""
        return self.fold_in(self.interactions.counts[users])

    def fold_in(self, histories: sparse.csr_matrix) -> np.ndarray:
        """Plays of every item."""
        return histories.toarray()

    def contributions(self, history: sparse.csr_matrix, items: np.ndarray) -> sparse.csr_matrix:
        """Plays speak for themselves."""
        added = history[0, items].toarray().ravel()
        return sparse.csr_matrix((added, (np.arange(len(items)), items)), shape=(len(items), self.n_items))


@dataclass(frozen=True)
class Mute(Loyal):
    """One that cannot say why."""

    name: ClassVar[str] = "mute"

    def fit(self, interactions: Interactions, seed: int, prepared: object = None) -> "Untold":
        """Keep the plays."""
        FITS.append(self.name)
        return Untold(interactions)


class Untold(OwnPlays):
    """Plays as scores, without reasons."""

    def contributions(self, history: sparse.csr_matrix, items: np.ndarray) -> sparse.csr_matrix:
        """Fail."""
        raise ArithmeticError("no idea")


@dataclass(frozen=True)
class Twin(Popular):
    """The same lists under a name that comes earlier."""

    name: ClassVar[str] = "a_twin"


@dataclass(frozen=True)
class Timely(Popular):
    """One that needs times."""

    name: ClassVar[str] = "timely"

    @classmethod
    def lacks(cls, interactions: Interactions) -> str | None:
        """Need recent plays."""
        return None if interactions.windows else NO_TIMES


@dataclass(frozen=True)
class Habitual(Popular):
    """One that has nothing new to tell."""

    name: ClassVar[str] = "habitual"
    tasks: ClassVar[tuple[str, ...]] = ("repeat", "all")


@dataclass(frozen=True)
class Broken(Popular):
    """One that cannot be fitted."""

    name: ClassVar[str] = "broken"

    def fit(self, interactions: Interactions, seed: int, prepared: object = None) -> SameForAll:
        """Fail."""
        FITS.append(self.name)
        raise ArithmeticError("no luck today")


@dataclass(frozen=True)
class Endless(Popular):
    """One whose scores are no numbers."""

    name: ClassVar[str] = "endless"

    def fit(self, interactions: Interactions, seed: int, prepared: object = None) -> SameForAll:
        """Give infinite scores."""
        return SameForAll(np.full(interactions.n_items, np.inf))


@dataclass(frozen=True)
class Learner(Popular):
    """One that is no baseline."""

    name: ClassVar[str] = "learner"
    is_baseline: ClassVar[bool] = False


@dataclass(frozen=True)
class OtherLearner(Learner):
    """Another one."""

    name: ClassVar[str] = "other_learner"


@dataclass
class Bench:
    """A warehouse of the test's own, and the jobs on it with the recommenders that the test names."""

    path: Path
    monkeypatch: pytest.MonkeyPatch

    @property
    def warehouse(self) -> Warehouse:
        """The warehouse as the jobs see it."""
        return Warehouse(self.path)

    @property
    def parameters(self) -> Parameters:
        """The study's numbers."""
        return Parameters.read(self.warehouse)

    def register(self, *recommenders: type) -> None:
        """Let these be all the recommenders there are."""
        found = {recommender.name: recommender for recommender in sorted(recommenders, key=lambda one: one.name)}
        for module in (evaluation, chosen, jobs, saved):
            self.monkeypatch.setattr(module, "recommenders", lambda: found)

    def evaluate(self, *recommenders: type, split: str = "temporal", item_type: str = "artist", **changes) -> list[str]:
        """Evaluate on one study, with parameters changed; return which models were fitted, each once."""
        self.register(*recommenders)
        FITS.clear()
        with stage("test") as shown:
            evaluation.evaluate(
                self.warehouse, self.dataset(split, item_type), replace(self.parameters, **changes), shown
            )
        return sorted(set(FITS))

    def serve(self, item_type: str = "artist", **changes) -> None:
        """Serve one item type, with parameters changed."""
        changed, models = replace(self.parameters, **changes), models_folder(self.warehouse.path)
        serving.serve(self.warehouse, self.dataset("full", item_type), changed, models)

    def diversify(self, item_type: str = "artist", **changes) -> list[str]:
        """Diversify the lists of one item type; return which models were fitted, each once."""
        FITS.clear()
        changed = replace(self.parameters, **changes)
        diversity.diversify(self.warehouse, self.dataset("temporal", item_type), changed)
        return sorted(set(FITS))

    def dataset(self, split: str, item_type: str) -> Dataset:
        """Find one by split and item type."""
        datasets = read_datasets(self.warehouse)
        return next(found for found in datasets if (found.split_name, found.item_type) == (split, item_type))

    def query(self, sql: str) -> list[tuple]:
        """Read the warehouse."""
        with duckdb.connect(str(self.path), read_only=True) as connection:
            return connection.execute(sql).fetchall()

    def change(self, sql: str) -> None:
        """Change the warehouse."""
        with duckdb.connect(str(self.path)) as connection:
            connection.execute(sql)

    def results(self) -> dict[str, list[tuple]]:
        """Everything that is stored of models."""
        return {table: self.query(f"from recommender.{table} order by all") for table in TABLES}

    def models(self, table: str) -> list[str]:
        """Names that a table has rows of."""
        return [name for (name,) in self.query(f"select distinct model_name from recommender.{table} order by all")]


@pytest.fixture(scope="module")
def marts(tmp_path_factory: pytest.TempPathFactory) -> Study:
    """Build the marts of a demo of 40 people, with splits of each kind; no recommender has run."""
    folder = tmp_path_factory.mktemp("jobs")
    write_demo(folder / "demo", users=40)
    study = study_in(folder, VARS=VARIABLES, SPLITS=SPLITS)
    build(study.warehouse, folder, "--exclude", "source:recommender+")
    return study


def build(warehouse: Path, folder: Path, *selection: str) -> None:
    """Run a dbt half on the demo in the folder, without tests."""
    models = ["--resource-type", "seed", "--resource-type", "model"]
    raw = folder / "demo" / "1k"
    run_dbt("build", *models, *selection, warehouse=warehouse, raw=raw, splits=SPLITS, variables=VARIABLES)


@pytest.fixture
def bench(marts: Study, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bench:
    """Copy the marts."""
    shutil.copy(marts.warehouse, tmp_path / marts.warehouse.name)
    return Bench(tmp_path / marts.warehouse.name, monkeypatch)


def test_what_is_unchanged_is_reused(bench: Bench) -> None:
    assert bench.evaluate(Popular, Loyal) == ["loyal", "popular"]
    before = bench.results()
    assert all(before.values())
    assert bench.evaluate(Popular, Loyal) == []
    assert bench.results() == before


@pytest.mark.parametrize(
    "changes",
    [
        {"tuning_trials": 3},
        {"random_seed": 2},
        {"tuning_budget_seconds": 3600.0},
        {"max_tuning_cells": 100},
        {"list_length": 5},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_another_search_refits_every_model(bench: Bench, changes: dict) -> None:
    bench.evaluate(Popular, Loyal)
    assert bench.evaluate(Popular, Loyal, **changes) == ["loyal", "popular"]
    assert bench.evaluate(Popular, Loyal, **changes) == []
    expected = changes.get("tuning_trials", 2)
    runs = bench.query("select distinct model_name, trials_run, trials_planned from recommender.runs order by all")
    assert runs == [("loyal", expected, expected), ("popular", expected, expected)]
    assert bench.query("select count(*) from recommender.trials") == [(2 * 3 * expected,)]
    assert bench.query("select max(rank) <= 5 from recommender.recommendations") == [("list_length" in changes,)]


def test_trials_of_large_data_run_on_a_sample_and_the_final_fit_on_everybody(bench: Bench) -> None:
    bench.evaluate(Popular)
    sizes = "select distinct tuning_users, n_users, n_interactions from recommender.runs"
    ((users, everybody, cells),) = bench.query(sizes)
    # who is active in train need not be in the core of fit
    assert everybody / 2 < users <= everybody
    trials = "select trial, validation_ndcg from recommender.trials order by all"
    whole = bench.query(trials)
    bench.evaluate(Popular, max_tuning_cells=cells)
    assert bench.query(trials) == whole
    bench.evaluate(Popular, max_tuning_cells=cells // 3)
    ((users, everybody, fitted),) = bench.query(sizes)
    assert everybody / 6 < users < everybody / 2 and fitted == cells
    assert bench.query("select count(distinct user_id) from recommender.recommendations") == [(everybody,)]
    sampled = bench.query(trials)
    assert sampled != whole
    bench.evaluate(Popular)
    bench.evaluate(Popular, max_tuning_cells=cells // 3)
    assert bench.query(trials) == sampled


def test_another_space_refits_that_model_alone(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    bench.evaluate(Popular, Loyal)
    monkeypatch.setattr(Popular, "space", {"listeners_weigh": (1.0, 7.0)})
    monkeypatch.setattr(Loyal, "space", {"listeners_weigh": (1.0, 0.0, -1.0)}, raising=False)
    assert bench.evaluate(Popular, Loyal) == ["popular"]
    tried = bench.query(
        "select distinct hyper_parameters->>'listeners_weigh' from recommender.trials where model_name = 'popular'"
    )
    assert sorted(tried) == [("1.0",), ("7.0",)]


def test_a_choice_at_the_end_of_its_space_is_stored_as_an_edge(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    stored = "select distinct edges from recommender.runs where model_name = 'popular'"
    monkeypatch.setattr(Popular, "space", {"listeners_weigh": (1.0, 3.0)})
    bench.evaluate(Popular)
    assert set(bench.query(stored)) <= {("listeners_weigh 1",), ("listeners_weigh 3",)}
    monkeypatch.setattr(Popular, "ends", {"listeners_weigh": (1.0, 3.0)})
    monkeypatch.setattr("models_py.jobs.code.code_digest", lambda *makers: "the code that says so")
    bench.evaluate(Popular)
    assert bench.query(stored) == [(None,)]


def test_other_code_refits(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    bench.evaluate(Popular)
    monkeypatch.setattr("models_py.jobs.code.code_digest", lambda *makers: "other code")
    assert bench.evaluate(Popular) == ["popular"]


def test_other_training_rows_refit_their_own_study(bench: Bench) -> None:
    for item_type in ("artist", "track"):
        bench.evaluate(Popular, item_type=item_type)
    bench.change("update marts.training_fingerprints set fingerprint = 'other' where item_type = 'artist'")
    assert bench.evaluate(Popular) == ["popular"]
    assert bench.evaluate(Popular, item_type="track") == []
    for table in TABLES:
        rows = f"select distinct item_type, fingerprint = 'other' from recommender.{table} order by all"
        assert bench.query(rows) == [("artist", True), ("track", False)], table


@pytest.mark.parametrize(
    ("failing", "reason"), [(Broken, "ArithmeticError: no luck today"), (Endless, "not finite")], ids=["fit", "scores"]
)
def test_a_failing_model_is_a_row_with_its_reason_and_the_others_run(bench: Bench, failing: type, reason: str) -> None:
    bench.evaluate(failing, Popular, Loyal)
    runs = bench.query("select distinct model_name, status from recommender.runs order by all")
    assert runs == sorted([("loyal", "ok"), ("popular", "ok"), (failing.name, "failed")])
    ((said,),) = bench.query("select distinct reason from recommender.runs where status = 'failed'")
    assert reason in said
    assert "trial 0" in said
    for table in ("trials", "recommendations"):
        assert bench.models(table) == ["loyal", "popular"]


def test_a_failed_model_is_tried_again(bench: Bench) -> None:
    bench.evaluate(Broken, Popular)
    assert bench.evaluate(Broken, Popular) == ["broken"]


def test_a_model_that_fails_now_leaves_nothing_of_its_earlier_run(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.evaluate(Popular, Loyal)
    monkeypatch.setattr(Popular, "fit", Broken.fit)
    bench.evaluate(Popular, Loyal, random_seed=2)
    left = "select distinct status, hyper_parameters from recommender.runs where model_name = 'popular'"
    assert bench.query(left) == [("failed", None)]
    assert bench.models("trials") == bench.models("recommendations") == ["loyal"]


def test_a_model_that_would_not_fit_into_memory_is_skipped_with_a_sentence(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHON_MEMORY_LIMIT", "1 GB")
    monkeypatch.setattr(Loyal, "memory", lambda self, interactions: 10**12)
    FITS.clear()
    bench.evaluate(Popular, Loyal)
    assert "loyal" not in FITS
    rows = bench.query("select distinct status, reason from recommender.runs where model_name = 'loyal'")
    assert [status for status, _ in rows] == ["skipped"]
    assert "GB" in rows[0][1] and "PYTHON_MEMORY_LIMIT" in rows[0][1]
    assert bench.models("recommendations") == ["popular"]


def test_a_model_skipped_for_its_memory_is_tried_again(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as small:
        small.setenv("PYTHON_MEMORY_LIMIT", "1MB")
        bench.evaluate(Popular)
    assert bench.models("recommendations") == []
    bench.evaluate(Popular)
    assert bench.models("recommendations") == ["popular"]


def test_a_model_that_needs_times_is_skipped_where_there_are_none(bench: Bench) -> None:
    assert bench.evaluate(Timely, Popular, split="random") == ["popular"]
    skipped = bench.query("select distinct model_name, reason from recommender.runs where status = 'skipped'")
    assert skipped == [("timely", "it needs the times of plays, which this split does not have")]
    assert bench.models("trials") == bench.models("recommendations") == ["popular"]
    assert bench.evaluate(Timely, Popular) == ["popular", "timely"]


@pytest.mark.parametrize("split", ["random", "leave_last"])
def test_where_no_cell_is_in_two_parts_nothing_repeats(bench: Bench, split: str) -> None:
    bench.evaluate(Popular, split=split)
    for table in ("trials", "recommendations"):
        assert bench.query(f"select distinct task from recommender.{table}") == [("discovery",)]


def test_a_model_without_lists_for_any_task_of_a_split_is_skipped(bench: Bench) -> None:
    assert bench.evaluate(Habitual, Popular, split="leave_last") == ["popular"]
    skipped = bench.query("select model_name, reason from recommender.runs where status = 'skipped'")
    assert skipped == [("habitual", "it makes no lists for discovery")]
    assert bench.evaluate(Habitual, Popular) == ["habitual", "popular"]
    assert bench.query("select distinct task from recommender.trials where model_name = 'habitual' order by 1") == [
        ("all",),
        ("repeat",),
    ]


def test_days_of_last_plays_are_those_of_the_part(bench: Bench) -> None:
    data = read_training_data(bench.warehouse, bench.dataset("temporal", "artist"))
    for interactions, parts in ((data.fit, "('fit')"), (data.train, "('fit', 'validation')")):
        rows = bench.query(
            f"""select user_index, item_index, epoch(max(last_played_at)) / 86400 from marts.training_interactions
            where split_name = 'temporal' and item_type = 'artist' and part in {parts} group by all order by all"""
        )
        cells = interactions.last_played.tocoo()
        found = sorted(zip(cells.row.tolist(), cells.col.tolist(), cells.data.tolist(), strict=True))
        assert found == [(user, item, pytest.approx(day, abs=1e-6)) for user, item, day in rows]
        assert len(rows) == interactions.counts.nnz > 0


def test_tests_of_rolling_splits_do_not_overlap(bench: Bench) -> None:
    names = ("rolling_2", "rolling_3", "temporal")
    ranges = bench.query(
        "select after, until from intermediate.int_split_parts "
        f"where part = 'test' and split_name in {names} order by all"
    )
    assert len(ranges) == len(names)
    assert all(until <= after for (_, until), (after, _) in pairwise(ranges))
    assert ranges[-1][1] is None
    outside = bench.query(
        f"""select count(*) from intermediate.int_cells_split as c
        inner join intermediate.int_split_parts as p on c.split_name = p.split_name and c.part = p.part
        where c.split_name in {names} and (c.first_played_at <= p.after or c.last_played_at > p.until)"""
    )
    assert outside == [(0,)]


def test_the_last_discovery_of_everybody_is_left_out(bench: Bench) -> None:
    late = bench.query(
        """
        with cells as (
            from intermediate.int_cells_split where split_name = 'leave_last' and item_type = 'track'
        ),
        test as (from cells where part = 'test'),
        latest as (select user_id, max(first_played_at) as first_played_at from cells group by all)
        select count(*), count(distinct user_id), (select count(distinct user_id) from cells)
        from test semi join latest using (user_id, first_played_at)
        """
    )
    assert late[0][0] == late[0][1] == late[0][2] > 0
    test_cells = bench.query(
        "select count(*) from intermediate.int_cells_split "
        "where split_name = 'leave_last' and item_type = 'track' and part = 'test'"
    )
    assert test_cells[0][0] == late[0][0]


def test_rows_of_a_model_that_is_gone_disappear_from_its_study(bench: Bench) -> None:
    for item_type in ("artist", "track"):
        bench.evaluate(Popular, Loyal, item_type=item_type)
    assert bench.evaluate(Popular) == []
    for table in TABLES:
        rows = bench.query(f"select distinct item_type, model_name from recommender.{table} order by all")
        assert rows == [("artist", "popular"), ("track", "loyal"), ("track", "popular")], table


def test_lists_of_models_that_learn_are_fused(bench: Bench) -> None:
    assert bench.evaluate(Popular, Learner, OtherLearner) == ["learner", "other_learner", "popular"]
    runs = bench.query("select task, status, reason from recommender.runs where model_name = 'fusion' order by all")
    others = [(task, "skipped", f"it makes no lists for {task}") for task in ("all", "repeat")]
    assert runs == sorted([("discovery", "ok", None), *others])
    ((hyper_parameters,),) = bench.query(
        "select hyper_parameters from recommender.runs "
        "where model_name = 'fusion' and status = 'ok' and not is_baseline"
    )
    assert json.loads(hyper_parameters)["members"] == "learner+other_learner"
    assert bench.query("select distinct task from recommender.trials where model_name = 'fusion'") == [("discovery",)]
    before = bench.results()
    assert bench.evaluate(Popular, Learner, OtherLearner) == []
    assert bench.results() == before
    bench.evaluate(Popular, Learner)
    assert all("fusion" not in bench.models(table) for table in TABLES)


def test_lists_that_cannot_be_explained_are_served_all_the_same(bench: Bench, caplog: pytest.LogCaptureFixture) -> None:
    bench.evaluate(Popular, Mute)
    bench.serve()
    assert "mute of artists cannot be explained" in caplog.text
    assert bench.query("select distinct model_name from recommender.reasons") == [("popular",)]
    assert served(bench) == {"discovery": "popular", "repeat": "mute", "all": "mute"}
    # they are explained as soon as that is possible
    FITS.clear()
    bench.serve()
    assert FITS == ["mute"]


def test_a_fusion_is_served_with_the_members_that_were_chosen(bench: Bench) -> None:
    bench.evaluate(Learner, OtherLearner)
    bench.change("update recommender.trials set validation_ndcg = 2 where model_name = 'fusion'")
    bench.serve()
    assert served(bench)["discovery"] == "fusion"
    fused, chosen_members = (
        bench.query(
            "select user_id, item_id from recommender.recommendations where split_name = 'full' "
            f"and task = 'discovery' and model_name = '{name}' order by all"
        )
        for name in ("fusion", "learner")
    )
    assert fused and not chosen_members


def test_a_reranking_is_served_with_what_it_learnt(bench: Bench) -> None:
    bench.evaluate(Learner, OtherLearner)
    ((stored, members),) = bench.query(
        "select hyper_parameters, members from recommender.runs where model_name = 'reranked' and status = 'ok'"
    )
    coefficients = dict(json.loads(stored)["coefficients"])
    assert members == "learner+other_learner" and {"intercept", "rank in learner"} <= coefficients.keys()
    bench.change("update recommender.trials set validation_ndcg = 2 where model_name = 'reranked'")
    bench.serve()
    assert served(bench)["discovery"] == "reranked"
    ((served_parameters,),) = bench.query(
        "select hyper_parameters from recommender.runs where split_name = 'full' and model_name = 'reranked'"
    )
    assert served_parameters == stored
    ((best, worst),) = bench.query(
        "select max(score), min(score) from recommender.recommendations "
        "where split_name = 'full' and model_name = 'reranked'"
    )
    assert 0 <= worst <= best <= 1


def served(bench: Bench) -> dict[str, str]:
    """Model per task."""
    return dict(bench.query("select task, model_name from recommender.served_models"))


def test_the_best_on_validation_is_served_with_what_was_chosen(bench: Bench) -> None:
    bench.evaluate(Popular, Loyal)
    bench.serve()
    best = bench.query(
        """select task, max_by(model_name, validation_ndcg) from recommender.trials
        where is_chosen group by task"""
    )
    assert served(bench) == dict(best) == {"discovery": "popular", "repeat": "loyal", "all": "loyal"}
    agreement = bench.query(
        """select distinct
            full_run.model_name, full_run.hyper_parameters = chosen_run.hyper_parameters, full_run.fingerprint
        from recommender.runs as full_run
        inner join recommender.runs as chosen_run using (item_type, task, model_name)
        where full_run.split_name = 'full' and chosen_run.split_name = 'temporal' order by all"""
    )
    fingerprint = bench.dataset("full", "artist").fingerprint
    assert agreement == [("loyal", True, fingerprint), ("popular", True, fingerprint)]
    lists = "select distinct task, model_name from recommender.recommendations where split_name = 'full'"
    assert dict(bench.query(lists)) == served(bench)


def choose(bench: Bench, **weights: float) -> None:
    """Let the popular model choose by task."""
    for task, weight in weights.items():
        bench.change(
            f"update recommender.trials set is_chosen = (hyper_parameters->>'listeners_weigh')::double = {weight} "
            f"where model_name = 'popular' and task = '{task}'"
        )


def test_each_task_has_a_choice_and_lists_of_its_own(bench: Bench) -> None:
    bench.evaluate(Popular, tuning_trials=3)
    chosen = dict(bench.query("select task, hyper_parameters from recommender.runs"))
    best = "select task, max(validation_ndcg) from recommender.trials {} group by task order by all"
    assert bench.query(best.format("where is_chosen")) == bench.query(best.format(""))
    assert chosen == dict(bench.query("select task, hyper_parameters from recommender.trials where is_chosen"))


def test_a_model_serves_each_task_with_what_was_chosen_for_it(bench: Bench) -> None:
    bench.evaluate(Popular, tuning_trials=3)
    choose(bench, discovery=1.0, repeat=-1.0, all=-1.0)
    FITS.clear()
    bench.serve()
    # once for each setting
    assert FITS == ["popular", "popular"]
    rows = bench.query(
        "select s.task, r.hyper_parameters->>'listeners_weigh', s.search_key = r.search_key "
        "from recommender.served_models as s inner join recommender.runs as r using (task, model_name) "
        "where r.split_name = 'full' order by all"
    )
    assert rows == [("all", "-1.0", True), ("discovery", "1.0", True), ("repeat", "-1.0", True)]
    assert len(list(models_folder(bench.path).iterdir())) == 2
    explained = "select distinct task from recommender.{} order by all"
    for table in ("reasons", "reason_fidelity"):
        assert bench.query(explained.format(table)) == [("all",), ("discovery",), ("repeat",)]
    before = bench.results()
    FITS.clear()
    bench.serve()
    assert FITS == [] and bench.results() == before
    choose(bench, discovery=-1.0)
    bench.serve()
    assert FITS == ["popular"]
    assert bench.query("select distinct hyper_parameters from recommender.runs where split_name = 'full'") == [
        ('{"listeners_weigh": -1.0}',)
    ]


def test_serving_again_fits_nothing(bench: Bench) -> None:
    bench.evaluate(Popular, Loyal)
    bench.serve()
    before = bench.results()
    FITS.clear()
    bench.serve()
    assert FITS == []
    assert bench.results() == before


def test_of_two_that_are_as_good_the_first_by_name_is_served(bench: Bench) -> None:
    bench.evaluate(Popular, Twin)
    bench.serve()
    assert set(served(bench).values()) == {"a_twin"}


def test_a_new_winner_replaces_the_old_one(bench: Bench) -> None:
    bench.evaluate(Popular)
    bench.serve()
    bench.evaluate(Twin, Loyal)
    bench.serve()
    assert served(bench) == {"discovery": "a_twin", "repeat": "loyal", "all": "loyal"}
    for table in ("runs", "recommendations"):
        assert bench.models(table) == ["a_twin", "loyal"], table


def test_a_winner_that_fails_on_everything_is_not_served(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    bench.evaluate(Popular, Loyal)
    monkeypatch.setattr(Loyal, "fit", Broken.fit)
    bench.serve()
    assert served(bench) == {"discovery": "popular"}
    runs = "select distinct model_name, status from recommender.runs where split_name = 'full' order by all"
    assert bench.query(runs) == [("loyal", "failed"), ("popular", "ok")]


def diversities(bench: Bench) -> dict[str, list[tuple]]:
    """Everything that is stored of diversified lists."""
    return {
        table: bench.query(f"from recommender.{table} order by all") for table in ("diversity_trials", "diversified")
    }


def test_diversified_lists_of_the_winner_are_stored_and_reused(bench: Bench) -> None:
    bench.evaluate(Popular, item_type="track")
    assert bench.diversify("track") == ["popular"]
    before = diversities(bench)
    steps = bench.query("select distinct diversity_kind, trade_off from recommender.diversity_trials order by all")
    assert steps == [(kind, trade_off) for kind in ("artists", "mix", "tags") for trade_off in GRID]
    heads = bench.query("select count(*) from recommender.diversified group by diversity_kind, trade_off")
    own_heads = bench.query(
        "select count(*) from recommender.recommendations "
        "where rank <= 20 and model_name = 'popular' and task = 'discovery'"
    )
    assert set(heads) == set(own_heads) != {(0,)}
    assert bench.diversify("track") == []
    assert diversities(bench) == before
    # another trade-off to serve with is one more row of the curve
    assert bench.diversify("track", diversity_lambda=0.15) == ["popular"]
    assert bench.query("select count(distinct trade_off) from recommender.diversified") == [(len(GRID) + 1,)]


def test_diversity_starts_at_what_was_chosen_on_validation(bench: Bench) -> None:
    bench.evaluate(Learner, OtherLearner, item_type="track")
    bench.change("update recommender.trials set validation_ndcg = validation_ndcg + 2 where model_name = 'reranked'")
    bench.diversify("track")
    found = bench.query(
        "select distinct model_name, validation_ndcg from recommender.diversity_trials where trade_off = 0"
    )
    ((chosen_ndcg,),) = bench.query(
        "select validation_ndcg - 2 from recommender.trials "
        "where model_name = 'reranked' and is_chosen and task = 'discovery'"
    )
    assert found == [("reranked", pytest.approx(chosen_ndcg, abs=1e-9))]


def test_diversified_lists_of_another_winner_or_other_rows_go(bench: Bench) -> None:
    bench.evaluate(Popular, Loyal)
    bench.diversify()
    bench.evaluate(Loyal, Twin)
    bench.diversify()
    assert {rows[2] for of_table in diversities(bench).values() for rows in of_table} == {"a_twin"}
    bench.change("update marts.training_fingerprints set fingerprint = 'other'")
    bench.diversify()
    assert diversities(bench) == {"diversity_trials": [], "diversified": []}


def test_served_lists_are_diversified_on_request_and_explained(bench: Bench) -> None:
    lists = (
        "select user_id, item_id, score, rank from recommender.recommendations "
        "where split_name = 'full' and task = '{}' order by user_id, rank"
    )
    bench.evaluate(Popular, item_type="track")
    bench.serve("track")
    own = {task: bench.query(lists.format(task)) for task in TASKS}
    bench.serve("track", diversity_lambda=0.9)
    assert {task: bench.query(lists.format(task)) for task in TASKS} == own
    bench.serve("track", diversity_kind="artists", diversity_lambda=0.9)
    now = {task: bench.query(lists.format(task)) for task in TASKS}
    # the same items with the same scores, in another order
    assert now["discovery"] != own["discovery"]
    assert sorted(row[:3] for row in now["discovery"]) == sorted(row[:3] for row in own["discovery"])
    assert now["repeat"] == own["repeat"] and now["all"] == own["all"]
    scores = {(user, rank): score for user, _, score, rank in now["discovery"]}
    reasons = bench.query(
        "select user_id, rank, sum(contribution) from recommender.reasons where task = 'discovery' group by all"
    )
    assert reasons and all(total == pytest.approx(scores[user, rank], rel=1e-6) for user, rank, total in reasons)
    FITS.clear()
    bench.serve("track", diversity_kind="artists", diversity_lambda=0.9)
    assert FITS == []


def test_a_kind_of_diversity_that_is_not_available_is_said(bench: Bench, caplog: pytest.LogCaptureFixture) -> None:
    bench.evaluate(Popular, Loyal)
    bench.serve()
    lists = bench.results()["recommendations"]
    bench.serve(diversity_kind="artists")
    assert bench.results()["recommendations"] == lists
    assert [record.getMessage() for record in caplog.records] == [
        "artists are served without diversity by artists: it needs items that share artists, and here each is its own"
    ]


def run_all(bench: Bench, *recommenders: type) -> None:
    """Run every job."""
    bench.register(*recommenders)
    with stage("test") as shown:
        jobs.run(bench.warehouse, shown, models_folder(bench.warehouse.path))


@pytest.mark.slow
def test_no_result_stays_beside_rows_it_was_not_learnt_from(bench: Bench, capsys: pytest.CaptureFixture[str]) -> None:
    run_all(bench, Popular, Loyal)
    tables = [*TABLES, "factorization_errors"]
    assert all(bench.query(f"select count(*) from recommender.{table}") > [(0,)] for table in tables)
    # other data, in which only split 'full' has enough active users
    bench.change("update marts.training_fingerprints set fingerprint = 'other ' || fingerprint")
    bench.change("delete from marts.training_users where split_name <> 'full' and user_index >= 3")
    capsys.readouterr()
    run_all(bench, Popular, Loyal)
    assert "too few to learn from" in " ".join(capsys.readouterr().out.split())
    for table in tables:
        assert bench.query(f"select count(*) from recommender.{table} where fingerprint not like 'other %'") == [
            (0,)
        ], table
    assert bench.query("select * from recommender.served_models where fingerprint not like 'other %'") == []


@pytest.mark.parametrize(
    ("changes", "active", "advice"),
    [
        # one item: no number can help
        ("delete from train_cells where item_id <> (select min(item_id) from train_cells)", 0, ""),
        # enough people, too few items each: five of them have seven or more
        (
            "delete from train_cells; insert into train_cells by name "
            "select 'temporal' as split_name, 'artist' as item_type, 'u' || u as user_id, i as item_id "
            "from range(9) as u (u), range(3 + 1, 13) as i (i) where i > 3 + u",
            0,
            ", or lower min_items_per_user to 5",
        ),
        # items are not shared enough
        ("", 0, ", or lower min_users_per_track to 2"),
        # too few people, some of them active
        ("delete from train_cells where user_id > 'user_000003'", 3, ", or lower min_users_to_learn to 3"),
    ],
    ids=["one item", "few items", "few listeners", "few people"],
)
def test_advice_is_what_can_help(bench: Bench, changes: str, active: int, advice: str) -> None:
    bench.change(
        "create table intermediate.train_cells as from intermediate.int_train_cells; set schema = 'intermediate'; "
        f"{changes}; drop view int_train_cells; alter table train_cells rename to int_train_cells"
    )
    assert remedies(bench.warehouse, active) == f"add listening data of more people{advice}"


def test_clusters_are_made_anew_only_when_what_they_come_from_has_changed(bench: Bench) -> None:
    study = bench.dataset("full", "artist")
    stored = "select * from recommender.cluster_trials order by all"

    def changed(**changes: object) -> bool:
        bench.change("update recommender.cluster_trials set davies_bouldin = -1")
        clusters.cluster(bench.warehouse, study, replace(bench.parameters, **changes))
        return bench.query("select count(*) from recommender.cluster_trials where davies_bouldin = -1") == [(0,)]

    assert changed()
    assert not changed()
    assert changed(cluster_counts=(2, 3))
    assert changed(random_seed=2)
    assert changed()
    bench.change("update marts.user_features set play_count_scaled = play_count_scaled + user_id[-1:]::int")
    assert changed()
    assert not changed()
    assert {row[0] for row in bench.query(stored)} == {"user", "artist"}


def test_only_the_best_known_items_are_clustered(bench: Bench) -> None:
    parameters = replace(bench.parameters, max_clustered_items=30)
    clusters.cluster(bench.warehouse, bench.dataset("full", "artist"), parameters)
    counted = """
        select count(*) from marts.training_interactions as c
        where c.split_name = 'full' and c.item_type = 'artist' and c.item_index = i.item_index"""
    listeners = f"""
        select i.item_id, ({counted}) as n from marts.training_items as i
        where i.split_name = 'full' and i.item_type = 'artist'"""
    found = bench.query(
        f"""with listeners as ({listeners})
        select count(*), min(n), (select count(*) from listeners where n > (select min(n) from listeners as l
            where l.item_id in (select item_id from recommender.item_cluster_labels)))
        from listeners where item_id in (select item_id from recommender.item_cluster_labels)"""
    )
    ((n_items, least, n_better_known),) = found
    assert n_items == 30 and least > 1 and n_better_known <= 30


def test_where_nothing_can_be_clustered_no_row_is_left(bench: Bench) -> None:
    for counts in ((2,), (1,)):
        parameters = replace(bench.parameters, cluster_counts=counts)
        clusters.cluster(bench.warehouse, bench.dataset("full", "artist"), parameters)
        tables = ("cluster_trials", "user_cluster_labels", "item_cluster_labels")
        rows = [bench.query(f"select count(*) from recommender.{table}")[0][0] for table in tables]
        assert all(rows) if counts == (2,) else not any(rows)


@pytest.mark.slow
def test_an_item_type_without_enough_listeners_loses_its_results_alone(bench: Bench) -> None:
    run_all(bench, Popular, Loyal)
    tables = [*TABLES, "factorization_errors", "served_models"]
    tracks = {table: f"select * from recommender.{table} where item_type = 'track' order by all" for table in tables}
    before = {table: bench.query(rows) for table, rows in tracks.items() if table != "factorization_errors"}
    bench.change("delete from marts.training_users where item_type = 'artist' and user_index >= 3")
    run_all(bench, Popular, Loyal)
    of_full = ("cluster_trials", "user_cluster_labels", "item_cluster_labels", "theme_trials", "theme_figures")
    for table in (*tables, *of_full, "theme_items", "theme_users"):
        assert bench.query(f"select count(*) from recommender.{table} where item_type = 'artist'") == [(0,)], table
    assert {table: bench.query(tracks[table]) for table in before} == before
    assert all(before.values())


@pytest.mark.slow
def test_when_nobody_can_be_learnt_from_any_more_nothing_stale_remains(bench: Bench, marts: Study) -> None:
    for split in ("temporal", "random"):
        bench.evaluate(Popular, Loyal, split=split)
    bench.serve()
    build(bench.path, marts.folder, "--select", "source:recommender+")
    assert bench.query("select count(*) from marts.model_leaderboard") > [(0,)]
    study = study_in(bench.path.parent, VARS=VARIABLES, SPLITS="random")
    events = marts.folder / "demo" / "1k" / "userid-timestamp-artid-artname-traid-traname.tsv"
    few = [line for line in events.read_text().splitlines() if line.startswith(("user_000001", "user_000002"))]
    (study.folder / "raw" / "plays.tsv").write_text("\n".join(few) + "\n")
    assert "too few to learn from" in study.evaluate(data_tests=False)
    for table in ("runs", "trials", "recommendations", "served_models"):
        assert study.query(f"select count(*) from recommender.{table}") == [(0,)], table
    for table in ("model_leaderboard", "model_metrics", "user_metrics", "model_runs", "recommendations"):
        assert study.query(f"select count(*) from marts.{table}") == [(0,)], table
    lists = study.query("select distinct user_id, task, model_name from marts.served_recommendations order by all")
    own = [("all", "personal_recent"), ("discovery", "most_popular"), ("repeat", "personal_top")]
    assert lists == [(user, *served) for user in ("user_000001", "user_000002") for served in own]


def test_results_of_a_version_with_other_columns_are_made_anew(bench: Bench, marts: Study) -> None:
    described = sorted(bench.query("describe recommender.trials"))
    bench.change("insert into recommender.runs (model_name) values ('popular')")
    for change, runs_kept in (
        ("drop column validation_ndcg", 1),
        ("rename validation_ndcg to validation_ndcg_20", 0),
        ("alter trial type double", 0),
    ):
        bench.change(f"alter table recommender.trials {change}")
        build(bench.path, marts.folder, "--select", "splits")
        assert bench.query("select count(*) from recommender.runs") == [(runs_kept,)], change
        assert sorted(bench.query("describe recommender.trials")) == described, change


def test_a_second_evaluation_of_a_warehouse_stops_with_one_sentence(bench: Bench, marts: Study) -> None:
    # the marts were loaded as if they were real data
    study = study_in(bench.path.parent, DEMO=marts.environment["DEMO"], VARS=VARIABLES, REPLACE="yes")
    before = bench.path.read_bytes()
    with building(bench.path):
        result = study.call("evaluate")
        assert bench.path.read_bytes() == before
    assert result.returncode == 1
    assert f"{bench.path} is being built by another process" in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_a_fit_that_ends_early_leaves_the_published_file_alone_and_the_next_goes_on(
    bench: Bench, marts: Study, number: signal.Signals, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    study = Study(bench.path.parent, {**marts.environment, "WAREHOUSE": str(bench.path)})
    before = bench.path.read_bytes()
    # the trials are there from the first model's first ones
    working = bench.path.parent / "building" / "music.duckdb"
    trials = working.with_name("music.duckdb.trials")
    process = start_when(study, "fit", lambda: any(trials.glob("*")))
    if number == signal.SIGKILL:
        process.kill()
        process.communicate()
    else:
        assert stopped(process, number) == STOPPED_LEARNING
    assert bench.path.read_bytes() == before and working.exists()
    go_on(study, monkeypatch, lambda *_: None)
    assert f"{working} has what a run that ended early had learnt: this one goes on from it." in capsys.readouterr().out
    assert not working.parent.exists()


def go_on(study: Study, monkeypatch: pytest.MonkeyPatch, run: Callable, **how: bool) -> None:
    """Fit and publish, with this in place of all jobs, and without dbt."""
    monkeypatch.chdir(ROOT)
    monkeypatch.setattr(pipeline.dbt, "build", lambda *_: None)
    monkeypatch.setattr(pipeline.jobs, "run", run)
    pipeline.evaluate(Settings.from_environment(study.environment), prepare=False, **how)


def test_what_a_run_that_ended_early_had_learnt_is_not_learnt_again(
    bench: Bench, marts: Study, monkeypatch: pytest.MonkeyPatch
) -> None:
    study = Study(bench.path.parent, {**marts.environment, "WAREHOUSE": str(bench.path)})
    fits: list[list[str]] = []

    def learn(warehouse: Warehouse, *_: object) -> None:
        fits.append(Bench(warehouse.path, monkeypatch).evaluate(Popular, Loyal))

    def learn_and_fail(*arguments: object) -> None:
        learn(*arguments)
        raise WarehouseError("the disk is full")

    with pytest.raises(WarehouseError, match="the disk is full"):
        go_on(study, monkeypatch, learn_and_fail)
    assert bench.models("runs") == []
    go_on(study, monkeypatch, learn)
    assert bench.models("runs") == ["loyal", "popular"]
    go_on(study, monkeypatch, learn, anew=True)
    assert fits == [["loyal", "popular"], [], ["loyal", "popular"]]


@pytest.fixture
def writer(bench: Bench) -> Iterator[list[subprocess.Popen]]:
    """Collect processes that hold the file, and end them."""
    started: list[subprocess.Popen] = []
    yield started
    for process in started:
        process.communicate()


def test_a_writer_that_came_during_the_evaluation_stops_the_publishing(
    bench: Bench, writer: list[subprocess.Popen], monkeypatch: pytest.MonkeyPatch
) -> None:
    program = (
        f"import duckdb, sys; c = duckdb.connect({str(bench.path)!r}); print('open', flush=True); sys.stdin.read()"
    )

    def open_elsewhere(*_: object) -> None:
        process = subprocess.Popen(
            [sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        writer.append(process)
        assert process.stdout.readline() == "open\n"

    (bench.path.parent / "raw").mkdir()
    (bench.path.parent / "raw" / "plays.tsv").write_text("a line\n")
    settings = Settings.from_environment({"WAREHOUSE": str(bench.path), "RAW": str(bench.path.parent / "raw")})
    monkeypatch.chdir(ROOT)
    monkeypatch.setattr(pipeline.dbt, "build", lambda *_: None)
    monkeypatch.setattr(pipeline.jobs, "run", open_elsewhere)
    before = bench.path.read_bytes()
    with pytest.raises(WarehouseError, match="locked") as caught:
        pipeline.evaluate(settings)
    assert "\n" not in str(caught.value)
    assert bench.path.read_bytes() == before
