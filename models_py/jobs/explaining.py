"""Says of a served model why it recommends what it does, and of items and users which are alike."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from models_py.data.parameters import Parameters
from models_py.data.training import Dataset, TrainingData, read_training_data
from models_py.evaluation.ranking import Lists, capped
from models_py.explanations.alike import Alike, similar_items, similar_users
from models_py.explanations.reasons import Fidelity, Reasons, fidelity, reasons
from models_py.jobs.code import code_digest
from models_py.jobs.records import columns, joined
from models_py.jobs.runs import digest, is_stored
from models_py.recommenders.fitted import FittedModel
from models_py.warehouse import Replacement, Warehouse, strings

# Places beyond those that are shown which get reasons too.
SPARE = 10


@dataclass(frozen=True)
class Served:
    """A fitted model that is served, and its lists by task."""

    name: str
    model: FittedModel
    lists: Mapping[str, Lists]


def explained(
    warehouse: Warehouse, dataset: Dataset, served: Served, data: TrainingData, parameters: Parameters
) -> list[Replacement]:
    """Give the rows of a served model's reasons, of what these are worth, and of similar items."""
    key = {"item_type": dataset.item_type, "model_name": served.name}
    stamp = {"fingerprint": dataset.fingerprint}
    counts, ids = data.train.counts, _ids(warehouse, dataset, "item")
    # where something is left out of a served list, what comes next moves up
    depth = parameters.headline_k + SPARE
    most = parameters.max_tracks_per_artist if dataset.item_type == "track" else 0
    served_first = [capped(lists, data.train.parents, most) for lists in served.lists.values()]
    named = [reasons(served.model, counts, lists, depth) for lists in served_first]
    worth = [fidelity(served.model, counts, lists, parameters.random_seed) for lists in served.lists.values()]
    rows = joined(named, Reasons.__dataclass_fields__)
    because = rows.pop("because_index").astype(np.int64)
    # an id is exact as a double, and nan is null
    rows["because_item_id"] = np.where(because >= 0, ids[because].astype(float), np.nan)
    rows["task"] = np.repeat(strings(served.lists), [len(of_task.rank) for of_task in named])
    figures = {"task": strings(served.lists), **columns(worth, Fidelity.__dataclass_fields__)}
    alike = similar_items(served.model, data.train.listeners)
    return [
        Replacement("reasons", key, rows, stamp),
        Replacement("reason_fidelity", key, figures, stamp),
        Replacement("similar_items", key, _pairs(alike, "item", ids), stamp),
    ]


def liken_users(warehouse: Warehouse, dataset: Dataset, parameters: Parameters) -> None:
    """Store each user's nearest by the artists that they play, unless what is stored is the same search's."""
    search_key = digest([code_digest(similar_users)])
    if dataset.item_type != "artist" or is_stored(warehouse, "similar_users", dataset, search_key):
        return
    stamp = {"fingerprint": dataset.fingerprint, "search_key": search_key}
    counts = read_training_data(warehouse, dataset, parameters.window_days).train.counts
    pairs = _pairs(similar_users(counts), "user", _ids(warehouse, dataset, "user"))
    warehouse.replace([Replacement("similar_users", {"item_type": dataset.item_type}, pairs, stamp)])


def _pairs(alike: Alike, entity: str, ids: np.ndarray) -> dict[str, np.ndarray]:
    return {
        f"{entity}_index": alike.index,
        "rank": alike.rank,
        f"similar_{entity}_id": ids[alike.other_index],
        "similarity": alike.similarity,
    }


def _ids(warehouse: Warehouse, dataset: Dataset, entity: str) -> np.ndarray:
    """Read the ids of items or users in the order of their index."""
    rows = warehouse.read(
        f"select {entity}_id as id from marts.training_{entity}s where split_name = ? and item_type = ? "
        f"order by {entity}_index",
        [dataset.split_name, dataset.item_type],
    )
    return rows["id"]
