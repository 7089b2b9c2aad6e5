"""Says of a served model why it recommends what it does, and of items and users which are alike."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from models_py.data.parameters import Parameters
from models_py.data.training import Dataset, TrainingData, read_training_data
from models_py.evaluation.ranking import Lists, capped
from models_py.explanations.alike import similar_items, similar_users
from models_py.explanations.reasons import Fidelity, fidelity, reasons
from models_py.jobs.code import code_digest
from models_py.jobs.records import columns
from models_py.jobs.runs import Run, digest, is_stored, pairs
from models_py.recommenders.fitted import FittedModel
from models_py.warehouse import Replacement, Warehouse

logger = logging.getLogger(__name__)

# Places beyond those that are shown which get reasons too.
SPARE = 10


@dataclass(frozen=True)
class Served:
    """A fitted model that is served, and its lists by task."""

    name: str
    model: FittedModel
    lists: Mapping[str, Lists]


def explained(dataset: Dataset, served: Served, data: TrainingData, parameters: Parameters) -> list[Replacement]:
    """Give the rows of a served model's reasons, and of what these are worth, for each task."""
    counts = data.train.counts
    # where something is left out of a served list, what comes next moves up
    depth = parameters.headline_k + SPARE
    most = parameters.max_tracks_per_artist if dataset.item_type == "track" else 0
    stamp = {"fingerprint": dataset.fingerprint}
    found: list[Replacement] = []
    for task, lists in served.lists.items():
        key = {"item_type": dataset.item_type, "model_name": served.name, "task": task}
        rows = vars(reasons(served.model, counts, capped(lists, data.train.parents, most), depth)).copy()
        rows["because_item_index"] = rows.pop("because_index").astype(np.int64)
        worth = fidelity(served.model, counts, lists, parameters.random_seed)
        found += [
            Replacement("reasons", key, rows, stamp),
            Replacement("reason_fidelity", key, columns([worth], Fidelity.__dataclass_fields__), stamp),
        ]
    return found


def likened(run: Run, model: FittedModel, data: TrainingData) -> Run:
    """Add to a run which items its model takes for alike; a run that cannot be is left without, to be tried again."""
    try:
        return replace(run, alike=similar_items(model, data.train.listeners))
    except Exception as error:
        logger.warning("What %s takes for alike %ss is not stored: %s", run.model_name, run.dataset.item_type, error)
        logger.debug("%s is not likened", run.model_name, exc_info=True)
        return replace(run, search_key="")


def liken_users(warehouse: Warehouse, dataset: Dataset, parameters: Parameters) -> None:
    """Store each user's nearest by the artists that they play, unless what is stored is the same search's."""
    search_key = digest([code_digest(similar_users)])
    if dataset.item_type != "artist" or is_stored(warehouse, "similar_users", dataset, search_key):
        return
    stamp = {"fingerprint": dataset.fingerprint, "search_key": search_key}
    counts = read_training_data(warehouse, dataset, parameters.window_days).train.counts
    rows = pairs(similar_users(counts), "user")
    warehouse.replace([Replacement("similar_users", {"item_type": dataset.item_type}, rows, stamp)])
