"""One model on one dataset: fitting it, and what is stored of it."""

import hashlib
import json
import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
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
    """One model on one dataset: the row of `runs`, and the trials and lists that go with it."""

    dataset: Dataset
    model_name: str
    search_key: str
    is_baseline: bool
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
    lists: Mapping[str, Lists] = field(default_factory=dict)
    alike: Alike | None = None

    def replacements(self) -> list[Replacement]:
        """Everything that the run leaves in the warehouse, in place of what an earlier run of the model left."""
        key = {**self.dataset.key, "model_name": self.model_name}
        values = {
            name: getattr(self, name)
            for name in self.__dataclass_fields__
            if name not in ("dataset", "model_name", "trials", "lists", "alike")
        }
        values |= {
            "trials_run": len({trial.trial for trial in self.trials}),
            "finished_at": datetime.now(UTC).replace(tzinfo=None),
            "package_version": __version__,
        }
        stamp = {"fingerprint": self.dataset.fingerprint}
        return [
            Replacement("runs", key, {}, values | stamp),
            Replacement("trials", key, columns(self.trials, Trial.__dataclass_fields__), stamp),
            Replacement("recommendations", key, _list_columns(self.lists), stamp),
            Replacement("similar_items", key, pairs(self.alike, "item"), stamp)
            if self.alike
            else Replacement("similar_items", key),
        ]


def fitted(
    run: Run, recommender: Recommender, data: TrainingData, tasks: Sequence[str], parameters: Parameters
) -> tuple[Run, FittedModel]:
    """Fit on train and make the lists of every task; return the run with them, and the model."""
    train = data.train
    if reason := recommender.lacks(train) or too_large([recommender], train, run.dataset.item_type):
        raise SettingError(f"{recommender.name} is not fitted: {reason}.")
    with measured() as fit_usage:
        model = recommender.fit(train, parameters.random_seed)
    with measured() as list_usage:
        lists = recommend(model, train, np.arange(train.n_users), tasks, parameters.list_length)
    run = replace(
        run,
        hyper_parameters=json.dumps(asdict(recommender)),
        members=getattr(recommender, "members", None),
        edges=", ".join(f"{name} {value:g}" for name, value in edges(recommender, min(train.counts.shape)).items())
        or None,
        fit_seconds=fit_usage.seconds,
        recommend_seconds=list_usage.seconds,
        peak_memory_mb=max(fit_usage.peak_memory_mb, list_usage.peak_memory_mb),
        n_users=train.n_users,
        n_items=train.n_items,
        n_interactions=train.counts.nnz,
        lists=lists,
    )
    return run, model


def attempted(run: Run, make: Callable[[], Run]) -> Run:
    """Make the run; one that fails is a row with its reason, not the end of the others, and is tried again."""
    try:
        return make()
    except Exception as error:
        dataset = run.dataset
        logger.warning("%s failed on split %s, %ss: %s", run.model_name, dataset.split_name, dataset.item_type, error)
        logger.debug("%s failed", run.model_name, exc_info=True)
        return replace(run, search_key="", status="failed", reason=f"{type(error).__name__}: {error}")


def stored_search_keys(warehouse: Warehouse, dataset: Dataset) -> dict[str, str]:
    """Read, per model, the key of the search that made its stored rows, where they are of these training rows."""
    rows = warehouse.read(
        "select model_name, search_key from recommender.runs "
        "where split_name = ? and item_type = ? and fingerprint = ?",
        [dataset.split_name, dataset.item_type, dataset.fingerprint],
    )
    return {str(name): str(key) for name, key in zip(*rows.values(), strict=True)}


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
    return hashlib.md5(json.dumps(value).encode()).hexdigest()


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
