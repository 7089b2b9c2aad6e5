"""Tunes on a sample in Python, fits on everything in Spark, and stores runs, trials and lists as tables of Spark."""

from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Protocol

from pyspark.errors import PySparkException
from pyspark.sql import DataFrame, SparkSession

from models_py.data.parameters import Parameters
from models_py.data.training import Dataset, TrainingData
from models_py.jobs.evaluation import chosen_settings
from models_py.jobs.runs import Run, attempted, described
from models_py.recommenders.base import Recommender
from models_py.recommenders.ease import EASE
from models_py.recommenders.slim import SLIM
from models_py.spark.als import ALSByMLlib
from models_py.spark.cells import Cells
from models_py.spark.drawing import draw, read_study
from models_py.spark.failures import said_by
from models_py.spark.item_knn import ItemKNNBySQL
from models_py.spark.item_weights import ItemWeightsOfGram
from models_py.spark.listing import united
from models_py.spark.popularity import MostPopularBySQL, RecentPopularBySQL
from models_py.spark.results import Results
from models_py.terminal.progress import Stage


class Learner(Protocol):
    """What fits a recommender's settings on Spark.

    Attributes
    ----------
    recommender : type
        Of the settings, by which they are tuned on a sample.
    engine : str
        What fits: 'spark_sql', 'spark_mllib' or 'spark_and_python'.
    """

    recommender: type[Recommender]
    engine: str

    def lists(self, setting: Recommender, cells: Cells, tasks: Sequence[str], k: int, seed: int) -> DataFrame:
        """Fit and list for everybody; columns are those of `listing.LISTED`."""


LEARNERS: Sequence[Learner] = (
    MostPopularBySQL(),
    RecentPopularBySQL(),
    ItemKNNBySQL(),
    ALSByMLlib(),
    ItemWeightsOfGram(EASE),
    ItemWeightsOfGram(SLIM),
)


@dataclass(frozen=True)
class Learnt:
    """A setting that was chosen for a task on the default split."""

    learner: Learner
    setting: Recommender
    validation_ndcg: float


def learn(session: SparkSession, marts: str, results: Results, shown: Stage) -> None:
    """Tune, fit and list on every dataset that is evaluated, and then what is served on split 'full'.

    Parameters
    ----------
    session : SparkSession
    marts : str
        Schema of the marts.
    results : Results
        Where rows go.
    shown : Stage
    """
    parameters, datasets = read_study(session, marts)
    learnable = [dataset for dataset in datasets if dataset.n_users >= parameters.min_users_to_learn]
    shown.total = sum(1 if dataset.split_kind == "full" else len(LEARNERS) for dataset in learnable)
    best: dict[str, dict[str, Learnt]] = {}
    with TemporaryDirectory() as folder:
        for number, dataset in enumerate(each for each in learnable if each.split_kind != "full"):
            cells = Cells(session, marts, dataset)
            with closing(cells):
                found = _evaluated(cells, parameters, Path(folder, f"{number}.duckdb"), results, shown)
            if dataset.is_default:
                best[dataset.item_type] = found
    for dataset in learnable:
        if dataset.split_kind == "full":
            with closing(Cells(session, marts, dataset)) as cells:
                _serve(cells, best.get(dataset.item_type, {}), parameters, results)
            shown.advance()


def _evaluated(cells: Cells, parameters: Parameters, path: Path, results: Results, shown: Stage) -> dict[str, Learnt]:
    """Store every learner's runs and lists; give the best on validation, by task."""
    data, dataset = draw(cells, parameters, path), cells.dataset
    best: dict[str, Learnt] = {}
    for learner in LEARNERS:
        recommender = learner.recommender
        shown.doing(f"{dataset.split_name} {dataset.item_type} {recommender.name}")
        runs = _planned(learner, dataset, dataset.tasks)
        if reason := recommender.lacks(data.train):
            runs = [replace(run, status="skipped", reason=reason) for run in runs]
        else:
            runs = attempted(runs, partial(_tuned, runs, learner, cells, data, parameters, results))
        results.add_runs(runs)
        for run in runs:
            trial = next((trial for trial in run.trials if trial.is_chosen), None)
            if trial and (run.task not in best or trial.validation_ndcg > best[run.task].validation_ndcg):
                best[run.task] = Learnt(learner, recommender(**trial.hyper_parameters), trial.validation_ndcg)
        shown.advance()
    return best


def _planned(learner: Learner, dataset: Dataset, tasks: Sequence[str]) -> list[Run]:
    recommender = learner.recommender
    return [Run(dataset, recommender.name, task, "", recommender.is_baseline, learner.engine) for task in tasks]


def _tuned(
    runs: Sequence[Run],
    learner: Learner,
    cells: Cells,
    data: TrainingData,
    parameters: Parameters,
    results: Results,
) -> list[Run]:
    """Choose settings on the sample, and fit each on everything."""
    chosen = chosen_settings(runs, learner.recommender, data, parameters)
    return _fitted(chosen, learner, cells, parameters, results)


def _fitted(
    planned: Mapping[Recommender, Sequence[Run]],
    learner: Learner,
    cells: Cells,
    parameters: Parameters,
    results: Results,
) -> list[Run]:
    """Fit each setting and list for the tasks of its runs; store all lists at once, or none where one fails.

    Spark fits while it lists, so that the seconds are of both.
    """
    runs, lists = [], []
    try:
        for setting, of_setting in planned.items():
            start, tasks = perf_counter(), [run.task for run in of_setting]
            listed = learner.lists(setting, cells, tasks, parameters.list_length, parameters.random_seed)
            cells.keep(listed).count()
            found = {
                **described(setting, min(cells.dataset.n_users, cells.n_items)),
                "fit_seconds": perf_counter() - start,
                "n_users": cells.dataset.n_users,
                "n_items": cells.n_items,
                "n_interactions": cells.counted.count(),
            }
            lists.append(listed)
            runs += [replace(run, **found) for run in of_setting]
        results.add_lists(cells, united(lists), learner.recommender.name)
    except PySparkException as error:
        raise RuntimeError(said_by(error)) from error
    finally:
        cells.release()
    return runs


def _serve(cells: Cells, best: Mapping[str, Learnt], parameters: Parameters, results: Results) -> None:
    """Refit what won each task on split 'full', and say what is served."""
    served: dict[str, Learnt] = {}
    by_learner: dict[Learner, dict[Recommender, list[Run]]] = {}
    for task, learnt in best.items():
        of_setting = by_learner.setdefault(learnt.learner, {}).setdefault(learnt.setting, [])
        of_setting += _planned(learnt.learner, cells.dataset, [task])
    for learner, planned in by_learner.items():
        all_planned = [run for runs in planned.values() for run in runs]
        runs = attempted(all_planned, partial(_fitted, planned, learner, cells, parameters, results))
        results.add_runs(runs)
        served |= {run.task: best[run.task] for run in runs if run.status == "ok"}
    results.add_served(
        cells.dataset,
        parameters,
        {task: (learnt.learner.recommender.name, learnt.validation_ndcg) for task, learnt in served.items()},
    )
