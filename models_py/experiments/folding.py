"""What folding somebody in misses: a list by a model that never saw them beside that of one fitted with their plays."""

import json
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from models_py.data.interactions import Interactions
from models_py.data.parameters import Parameters
from models_py.data.training import default_dataset, read_training_data
from models_py.evaluation.ranking import top_items
from models_py.jobs.chosen import chosen_on, known_by
from models_py.memory import too_large
from models_py.recommenders.base import Recommender
from models_py.warehouse import Warehouse

TASK = "discovery"


@dataclass(frozen=True)
class Difference:
    """How alike lists are that are folded in and those of a refit with the person's row added.

    Attributes
    ----------
    model_name : str
    shared : tuple of float
        Per person, share of the first items that both lists have.
    """

    model_name: str
    shared: tuple[float, ...]


def fold_in_differences(warehouse: Warehouse, parameters: Parameters, item_type: str, n_users: int) -> list[Difference]:
    """Fold people, drawn by the seed, into each learned model of the default split, and fit it with each added.

    Parameters
    ----------
    warehouse : Warehouse
    parameters : Parameters
    item_type : str
    n_users : int
        People who are tried, each of whom costs a fit of every model.

    Raises
    ------
    WarehouseError
        Where there is nothing of the item type.
    """
    dataset = default_dataset(warehouse, item_type)
    train = read_training_data(warehouse, dataset, parameters.window_days).train
    models = _learned(warehouse, parameters, item_type, train)
    rng = np.random.default_rng(parameters.random_seed)
    tried = np.sort(rng.permutation(np.flatnonzero(np.diff(train.counts.indptr)))[:n_users])
    others = np.setdiff1d(np.arange(train.n_users), tried)
    items = np.arange(train.n_items)
    without = train.restricted(others, items)
    fitted = {name: model.fit(without, parameters.random_seed) for name, model in models.items()}
    shared: dict[str, list[float]] = {name: [] for name in models}
    for user in tried:
        history = train.counts[user]
        with_user = train.restricted(np.append(others, user), items)
        for name, model in models.items():
            folded = _first(fitted[name].fold_in(history), history, without, parameters.headline_k)
            refit = model.fit(with_user, parameters.random_seed)
            known = _first(refit.scores(np.array([len(others)])), history, without, parameters.headline_k)
            shared[name].append(len(np.intersect1d(folded, known)) / max(len(known), 1))
    return [Difference(name, tuple(values)) for name, values in shared.items()]


def _learned(
    warehouse: Warehouse, parameters: Parameters, item_type: str, train: Interactions
) -> dict[str, Recommender]:
    """Give the chosen settings, best first."""
    chosen = chosen_on(warehouse, parameters.default_split, item_type)
    known = known_by(chosen)
    settings = {
        one.model_name: known[one.model_name](**json.loads(one.hyper_parameters))
        for one in reversed(chosen)
        if one.task == TASK and not known[one.model_name].is_baseline
    }
    return {name: model for name, model in settings.items() if not too_large([model], train, item_type)}


def _first(scores: np.ndarray, history: sparse.csr_matrix, others: Interactions, k: int) -> np.ndarray:
    """Give the first items that are new to the history and that somebody else plays."""
    allowed = (history.toarray() == 0) & (others.listeners > 0)
    found = top_items(np.asarray(scores), allowed, k)[0][0]
    return found[found >= 0]
