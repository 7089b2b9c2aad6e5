"""The Python jobs between the two dbt halves: each reads marts/training, fits, and replaces its rows in `recommender`."""

import hashlib
import inspect
import json
import logging
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime

import numpy as np
from threadpoolctl import threadpool_limits

from models_py import __version__
from models_py.progress import Stage, console
from models_py.ranking import Lists, recommend
from models_py.recommenders.base import Recommender
from models_py.recommenders.registry import recommenders
from models_py.resources import measured
from models_py.training import Parameters, Study, TrainingData, read_studies, read_training_data
from models_py.tuning import Trial, space_size, tune
from models_py.warehouse import Replacement, Warehouse

logger = logging.getLogger(__name__)

BLAS_THREADS = 2


@dataclass(frozen=True)
class Run:
    """One model on one study: the row of `runs`, and the trials and lists that go with it."""

    study: Study
    model_name: str
    search_key: str
    status: str = "ok"
    reason: str | None = None
    hyper_parameters: str | None = None
    trials_planned: int | None = None
    fit_seconds: float | None = None
    recommend_seconds: float | None = None
    peak_memory_mb: float | None = None
    n_users: int | None = None
    n_items: int | None = None
    n_interactions: int | None = None
    trials: Sequence[Trial] = ()
    lists: Mapping[str, Lists] = field(default_factory=dict)

    def replacements(self) -> list[Replacement]:
        """Everything that the run leaves in the warehouse, in place of what an earlier run of the model left."""
        key = {**self.study.key, "model_name": self.model_name}
        values = {
            name: getattr(self, name)
            for name in self.__dataclass_fields__
            if name not in ("study", "model_name", "trials", "lists")
        }
        values |= {
            "trials_run": len({trial.trial for trial in self.trials}),
            "finished_at": datetime.now(UTC).replace(tzinfo=None),
            "package_version": __version__,
        }
        stamp = {"fingerprint": self.study.fingerprint}
        return [
            Replacement("runs", key, {}, values | stamp),
            Replacement("trials", key, _trial_columns(self.trials), stamp),
            Replacement("recommendations", key, _list_columns(self.lists), stamp),
        ]


def run(warehouse: Warehouse, shown: Stage) -> None:
    """Run every job on every study of the warehouse; with too few users to learn from, say so and do nothing."""
    parameters = Parameters.read(warehouse)
    studies = read_studies(warehouse)
    learnable = [study for study in studies if study.n_users >= parameters.min_users_to_learn]
    evaluated = [study for study in learnable if study.split_kind != "full"]
    if not evaluated:
        most = max((study.n_users for study in studies), default=0)
        console.print(
            f"No recommender is fitted: {most} active users are too few to learn from "
            f"({parameters.min_users_to_learn} are needed); add listening data, or lower the var min_users_to_learn."
        )
        return
    shown.total = len(evaluated) * len(recommenders()) + len(learnable) - len(evaluated)
    with threadpool_limits(limits=BLAS_THREADS):
        for study in evaluated:
            evaluate(warehouse, study, parameters, shown)
        for study in learnable:
            if study.split_kind == "full":
                shown.doing(f"serving {study.item_type}s")
                serve(warehouse, study, parameters)
                shown.advance()


def evaluate(warehouse: Warehouse, study: Study, parameters: Parameters, shown: Stage) -> None:
    """Tune, refit and recommend with every registered model, writing each in one transaction as it ends.

    A model whose rows are of the same training rows, code, search space, number of trials, budget and seed is left alone.
    """
    stored = _stored_search_keys(warehouse, study)
    data = None
    for name, recommender in recommenders().items():
        shown.doing(f"{study.split_name} {study.item_type} {name}")
        search_key = _search_key(recommender, parameters)
        if stored.get(name) != search_key:
            data = data or read_training_data(warehouse, study)
            warehouse.replace(_evaluated(study, recommender, data, search_key, parameters).replacements())
        shown.advance()


def serve(warehouse: Warehouse, study: Study, parameters: Parameters) -> None:
    """Refit on split 'full' the model that won each task on validation of the default split, and store its lists."""
    winners = _winners(warehouse, study, parameters)
    stored = _stored_search_keys(warehouse, study)
    wanted: dict[str, tuple[str, str, list[str]]] = {}
    for task, (name, hyper_parameters, _) in winners.items():
        wanted.setdefault(name, (name, hyper_parameters, []))[2].append(task)
    keys = {
        name: _digest([hyper_parameters, tasks, _source(recommenders()[name]), parameters.list_length])
        for name, (_, hyper_parameters, tasks) in wanted.items()
    }
    replacements = [
        Replacement(table, {**study.key, "model_name": name})
        for name in stored.keys() - keys.keys()
        for table in ("runs", "trials", "recommendations")
    ]
    data = None
    for name, hyper_parameters, tasks in wanted.values():
        if stored.get(name) != keys[name]:
            data = data or read_training_data(warehouse, study)
            recommender = recommenders()[name](**json.loads(hyper_parameters))
            run = Run(study, name, keys[name])
            replacements += _fitted(run, recommender, data, tasks, parameters).replacements()
    replacements.append(_served_rows(study, winners, parameters))
    warehouse.replace(replacements)


def _evaluated(
    study: Study, recommender: type[Recommender], data: TrainingData, search_key: str, parameters: Parameters
) -> Run:
    """One model's run; a failure is a row with its reason, not the end of the others."""
    run = Run(study, recommender.name, search_key)
    if recommender.needs_times and not data.train.windows:
        return replace(run, status="skipped", reason="it needs the times of plays, which this split does not have")
    tasks = [task for task in recommender.tasks if task in study.tasks]
    try:
        trials = tune(
            recommender,
            data.fit,
            data.validation,
            n_trials=parameters.tuning_trials,
            budget_seconds=parameters.tuning_budget_seconds,
            seed=parameters.random_seed,
            tasks=tasks,
        )
        chosen = next(trial.hyper_parameters for trial in trials if trial.is_chosen)
        planned = min(parameters.tuning_trials, space_size(recommender))
        run = replace(run, trials=trials, trials_planned=planned)
        return _fitted(run, recommender(**chosen), data, tasks, parameters)
    except Exception as error:
        logger.exception("%s failed on split %s, %ss", recommender.name, study.split_name, study.item_type)
        # no search key: a failed run is tried again
        return Run(study, recommender.name, "", status="failed", reason=f"{type(error).__name__}: {error}")


def _fitted(
    run: Run, recommender: Recommender, data: TrainingData, tasks: Sequence[str], parameters: Parameters
) -> Run:
    """Fit on train and make the lists."""
    train = data.train
    with measured() as fit_usage:
        model = recommender.fit(train, parameters.random_seed)
    with measured() as list_usage:
        lists = recommend(model, train, np.arange(train.n_users), tasks, parameters.list_length)
    return replace(
        run,
        hyper_parameters=json.dumps(asdict(recommender)),
        fit_seconds=fit_usage.seconds,
        recommend_seconds=list_usage.seconds,
        peak_memory_mb=max(fit_usage.peak_memory_mb, list_usage.peak_memory_mb),
        n_users=train.n_users,
        n_items=train.n_items,
        n_interactions=train.counts.nnz,
        lists=lists,
    )


def _winners(warehouse: Warehouse, study: Study, parameters: Parameters) -> dict[str, tuple[str, str, float]]:
    """Per task the model with the best validation NDCG@20 on the default split: name, hyper-parameters, score."""
    rows = warehouse.read(
        """
        select t.task, t.model_name, t.hyper_parameters, t.validation_ndcg_20
        from recommender.trials as t
        inner join marts.training_fingerprints as f
            on t.split_name = f.split_name and t.item_type = f.item_type and t.fingerprint = f.fingerprint
        inner join recommender.runs as r
            on t.split_name = r.split_name and t.item_type = r.item_type and t.model_name = r.model_name
        where f.is_default and t.item_type = ? and t.is_chosen and r.status = 'ok'
        order by t.validation_ndcg_20, t.model_name desc
        """,
        [study.item_type],
    )
    known = recommenders()
    return {
        str(task): (str(name), str(hyper_parameters), float(score))
        for task, name, hyper_parameters, score in zip(*rows.values(), strict=True)
        if name in known
    }


def _served_rows(study: Study, winners: Mapping[str, tuple[str, str, float]], parameters: Parameters) -> Replacement:
    rows = {
        "task": _strings(winners),
        "model_name": _strings(name for name, _, _ in winners.values()),
        "validation_ndcg_20": np.array([score for _, _, score in winners.values()], dtype=float),
    }
    constants = {"chosen_on_split": parameters.default_split, "fingerprint": study.fingerprint}
    return Replacement("served_models", {"item_type": study.item_type}, rows, constants)


def _stored_search_keys(warehouse: Warehouse, study: Study) -> dict[str, str]:
    rows = warehouse.read(
        "select model_name, search_key from recommender.runs where split_name = ? and item_type = ? and fingerprint = ?",
        [study.split_name, study.item_type, study.fingerprint],
    )
    return {str(name): str(key) for name, key in zip(*rows.values(), strict=True)}


def _search_key(recommender: type[Recommender], parameters: Parameters) -> str:
    return _digest(
        [
            recommender.space,
            asdict(recommender()),
            parameters.tuning_trials,
            parameters.tuning_budget_seconds,
            parameters.random_seed,
            parameters.list_length,
            _source(recommender),
        ]
    )


def _source(recommender: type[Recommender]) -> str:
    return inspect.getsource(sys.modules[recommender.__module__])


def _digest(value: object) -> str:
    return hashlib.md5(json.dumps(value).encode()).hexdigest()


def _trial_columns(trials: Sequence[Trial]) -> dict[str, np.ndarray]:
    return {
        "trial": np.array([trial.trial for trial in trials], dtype=np.int32),
        "task": _strings(trial.task for trial in trials),
        "hyper_parameters": _strings(json.dumps(trial.hyper_parameters) for trial in trials),
        "validation_ndcg_20": np.array([trial.validation_ndcg_20 for trial in trials], dtype=float),
        "fit_seconds": np.array([trial.fit_seconds for trial in trials], dtype=float),
        "is_chosen": np.array([trial.is_chosen for trial in trials], dtype=bool),
    }


def _list_columns(lists: Mapping[str, Lists]) -> dict[str, np.ndarray]:
    return {
        "task": np.repeat(_strings(lists), [len(of_task.rank) for of_task in lists.values()]),
        **{
            name: np.concatenate([np.empty(0, np.int64), *(getattr(of_task, name) for of_task in lists.values())])
            for name in ("user_index", "item_index")
        },
        "rank": np.concatenate([np.empty(0, np.int32), *(of_task.rank for of_task in lists.values())]),
        "score": np.concatenate([np.empty(0), *(of_task.score for of_task in lists.values())]),
    }


def _strings(values: object) -> np.ndarray:
    return np.array(list(values), dtype=object)
