"""One model on one dataset: fitting it, and what is stored of it."""

import hashlib
import json
import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime

import numpy as np

from models_py import __version__
from models_py.data.parameters import Parameters
from models_py.data.training import Dataset, TrainingData
from models_py.errors import SettingError
from models_py.evaluation.ranking import Lists, recommend
from models_py.evaluation.search import edges
from models_py.evaluation.tuning import Trial
from models_py.explanations.alike import Alike
from models_py.jobs.records import columns, joined
from models_py.memory import too_large
from models_py.recommenders.base import Recommender
from models_py.recommenders.fitted import FittedModel
from models_py.resources import measured
from models_py.warehouse import Replacement, Warehouse, strings

logger = logging.getLogger(__name__)

# Tables of the models that are served.
EXPLAINED = ("reasons", "reason_fidelity")


@dataclass(frozen=True)
class Run:
    """One model for one task of a dataset: the row of `runs`, and the trials and lists that go with it.

    Attributes
    ----------
    task : str
        Each task has a choice of hyper-parameters of its own; tasks that chose alike share a fit, and its cost.
    engine : str
        What fitted it.
    alike : Alike or None
        Items that the fitted model takes for alike; a model's are stored once, of its first task.
    """

    dataset: Dataset
    model_name: str
    task: str
    search_key: str
    is_baseline: bool
    engine: str = "python"
    status: str = "ok"
    reason: str | None = None
    hyper_parameters: str | None = None
    members: str | None = None
    edges: str | None = None
    trials_planned: int | None = None
    tuning_users: int | None = None
    fit_seconds: float | None = None
    recommend_seconds: float | None = None
    peak_memory_mb: float | None = None
    n_users: int | None = None
    n_items: int | None = None
    n_interactions: int | None = None
    trials: Sequence[Trial] = ()
    lists: Lists | None = None
    alike: Alike | None = None

    @property
    def trials_run(self) -> int:
        """Number of trials that ran."""
        return len(self.trials)


COLUMNS = [
    name for name in Run.__dataclass_fields__ if name not in ("dataset", "model_name", "trials", "lists", "alike")
]


def replacements(runs: Sequence[Run]) -> list[Replacement]:
    """Everything that a model's runs on a dataset leave in the warehouse, in place of what earlier ones left."""
    dataset, model_name = runs[0].dataset, runs[0].model_name
    key = {**dataset.key, "model_name": model_name}
    stamp = {"fingerprint": dataset.fingerprint}
    lists = {run.task: run.lists for run in runs if run.lists is not None}
    alike = next((run.alike for run in runs if run.alike), None)
    return [
        Replacement("runs", key, run_columns(runs), stamp),
        Replacement("trials", key, trial_columns(runs), stamp),
        Replacement("recommendations", key, _list_columns(lists), stamp),
        Replacement("similar_items", key, pairs(alike, "item"), stamp) if alike else Replacement("similar_items", key),
    ]


def run_columns(runs: Sequence[Run]) -> dict[str, np.ndarray]:
    """Put runs, which end now, into the columns of table `runs`, but those that name the model and its data."""
    ended = {
        "finished_at": np.full(len(runs), np.datetime64(datetime.now(UTC).replace(tzinfo=None), "us")),
        "package_version": strings([__version__] * len(runs)),
    }
    return columns(runs, [*COLUMNS, "trials_run"]) | ended


def trial_columns(runs: Sequence[Run]) -> dict[str, np.ndarray]:
    """Put the runs' trials into the columns of table `trials`, but those that name the model and its data."""
    return columns([trial for run in runs for trial in run.trials], Trial.__dataclass_fields__)


def fitted(
    runs: Sequence[Run], recommender: Recommender, data: TrainingData, parameters: Parameters
) -> tuple[list[Run], FittedModel]:
    """Fit on train once and make the lists of the task of each run; return the runs with them, and the model."""
    train, run = data.train, runs[0]
    if reason := recommender.lacks(train) or too_large([recommender], train, run.dataset.item_type):
        raise SettingError(f"{recommender.name} is not fitted: {reason}.")
    with measured() as fit_usage:
        model = recommender.fit(train, parameters.random_seed)
    with measured() as list_usage:
        tasks = [run.task for run in runs]
        lists = recommend(model, train, np.arange(train.n_users), tasks, parameters.list_length)
    found = {
        **described(recommender, min(train.counts.shape)),
        "fit_seconds": fit_usage.seconds,
        "recommend_seconds": list_usage.seconds,
        "peak_memory_mb": max(fit_usage.peak_memory_mb, list_usage.peak_memory_mb),
        "n_users": train.n_users,
        "n_items": train.n_items,
        "n_interactions": train.counts.nnz,
    }
    return [replace(run, **found, lists=lists[run.task]) for run in runs], model


def described(recommender: Recommender, most: int) -> dict[str, object]:
    """Give the columns of `runs` that are of a setting; `most` is what counts in it can be at most."""
    of_setting = edges(recommender, most)
    return {
        "hyper_parameters": json.dumps(asdict(recommender)),
        "members": getattr(recommender, "members", None),
        "edges": ", ".join(f"{name} {value:g}" for name, value in of_setting.items()) or None,
    }


def attempted(runs: Sequence[Run], make: Callable[[], list[Run]]) -> list[Run]:
    """Make the runs; one model that fails is rows with its reason, not the end of the others, and is tried again."""
    try:
        return make()
    except Exception as error:
        name, dataset = runs[0].model_name, runs[0].dataset
        logger.warning("%s failed on split %s, %ss: %s", name, dataset.split_name, dataset.item_type, error)
        logger.debug("%s failed", name, exc_info=True)
        reason = f"{type(error).__name__}: {error}"
        return [replace(run, search_key="", status="failed", reason=reason) for run in runs]


def stored_search_keys(warehouse: Warehouse, dataset: Dataset) -> dict[str, dict[str, str]]:
    """Read, per model and task, the key of the search that made its stored rows, where they are of today's training."""
    rows = warehouse.read(
        "select model_name, task, search_key from recommender.runs "
        "where split_name = ? and item_type = ? and fingerprint = ?",
        [dataset.split_name, dataset.item_type, dataset.fingerprint],
    )
    keys: dict[str, dict[str, str]] = {}
    for name, task, key in zip(*rows.values(), strict=True):
        keys.setdefault(str(name), {})[str(task)] = str(key)
    return keys


def is_stored(
    warehouse: Warehouse, table: str, dataset: Dataset, search_key: str, split_name: str | None = None
) -> bool:
    """Tell whether a table holds what the same search made of these training rows; without a split those of 'full'."""
    of_split = "and split_name = ?" if split_name else ""
    rows = warehouse.read(
        f"select count(*) as n from recommender.{table} "
        f"where item_type = ? and fingerprint = ? and search_key = ? {of_split}",
        [dataset.item_type, dataset.fingerprint, search_key, *filter(None, [split_name])],
    )
    return bool(rows["n"][0])


def leftovers(warehouse: Warehouse, dataset: Dataset, kept: Iterable[str]) -> list[Replacement]:
    """Say what to delete so that only the kept models have rows: those of a renamed model would look out of date."""
    rows = warehouse.read(
        "select distinct model_name from recommender.runs where split_name = ? and item_type = ?",
        [dataset.split_name, dataset.item_type],
    )
    gone = sorted(set(rows["model_name"]) - set(kept))
    of_split = [
        Replacement(table, {**dataset.key, "model_name": name})
        for name in gone
        for table in ("runs", "trials", "recommendations", "similar_items")
    ]
    return of_split + [row for name in gone if dataset.split_kind == "full" for row in unexplained(dataset, name)]


def unexplained(dataset: Dataset, model_name: str) -> list[Replacement]:
    """Say what to delete of a model that is not served, or whose lists cannot be explained."""
    return [Replacement(table, {"item_type": dataset.item_type, "model_name": model_name}) for table in EXPLAINED]


def digest(value: object) -> str:
    """Return the md5 of a value's JSON."""
    return hashlib.md5(json.dumps(value).encode(), usedforsecurity=False).hexdigest()


def pairs(alike: Alike, entity: str) -> dict[str, np.ndarray]:
    """Put pairs of items or users into columns."""
    return {
        f"{entity}_index": alike.index,
        "rank": alike.rank,
        f"similar_{entity}_index": alike.other_index,
        "similarity": alike.similarity,
    }


def _list_columns(lists: Mapping[str, Lists]) -> dict[str, np.ndarray]:
    return {
        "task": np.repeat(strings(lists), [len(of_task.rank) for of_task in lists.values()]),
        **joined(lists.values(), Lists.__dataclass_fields__),
    }
