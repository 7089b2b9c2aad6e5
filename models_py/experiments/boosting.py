"""Gradient boosting in the place of the re-ranker's regression: the same candidates and users, judged on validation."""

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import product

import numpy as np

from models_py.blends.reranked import FOLDS, Reranked, folds_of, regressed
from models_py.data.interactions import Interactions
from models_py.data.parameters import Parameters
from models_py.data.training import default_dataset, read_training_data
from models_py.data.validation import Validation
from models_py.errors import WarehouseError
from models_py.evaluation.metrics import ndcg
from models_py.evaluation.ranking import Lists, top_items
from models_py.jobs.chosen import chosen_on, known_by
from models_py.jobs.evaluation import tuning_data
from models_py.matrices.cells import values_at
from models_py.warehouse import Warehouse

TASK = "discovery"
TREES = 100
LEAVES = (4, 8, 16)
LEARNING_RATES = (0.03, 0.1)

# Learns from descriptions and whether each was played, and then scores descriptions.
Learner = Callable[[np.ndarray, np.ndarray], Callable[[np.ndarray], np.ndarray]]


@dataclass(frozen=True)
class Attempt:
    """A way to rank candidates, and what it is worth.

    Attributes
    ----------
    learner : str
    validation_ndcg : float
        Each user is ranked by what was learnt on others.
    seconds : float
        To learn from all but a fifth of the users, five times.
    """

    learner: str
    validation_ndcg: float
    seconds: float


def compare_learners(warehouse: Warehouse, parameters: Parameters, item_type: str) -> Iterator[Attempt]:
    """Rank the candidates of the re-ranker's chosen setting by the regression, and by boosted trees.

    Parameters
    ----------
    warehouse : Warehouse
        With a `reranked` of the default split.
    parameters : Parameters
    item_type : str

    Raises
    ------
    WarehouseError
        Where there is no such model.
    """
    dataset = default_dataset(warehouse, item_type)
    chosen = chosen_on(warehouse, dataset.split_name, item_type)
    settings = [json.loads(one.hyper_parameters) for one in chosen if one.model_name == Reranked.name]
    if not settings:
        raise WarehouseError(f"{warehouse.path} has no re-ranked {item_type}s: two models that learn are needed.")
    setting = known_by(chosen)[Reranked.name](**settings[0])
    data = read_training_data(warehouse, dataset, parameters.window_days)
    fit, validation = tuning_data(data, item_type, parameters)
    rows, items, described = setting.described(fit, parameters.random_seed)
    played = values_at(validation.relevant[TASK], rows, items)
    of_rows = folds_of(fit.n_users, parameters.random_seed)[rows]
    for name, learner in _learners(parameters.random_seed):
        started = time.perf_counter()
        scores = np.zeros(len(rows))
        for fold in range(FOLDS):
            score = learner(described[of_rows != fold], played[of_rows != fold])
            scores[of_rows == fold] = score(described[of_rows == fold])
        seconds = time.perf_counter() - started
        yield Attempt(name, _judged(rows, items, scores, fit, validation, parameters.headline_k), seconds)


def _learners(seed: int) -> Iterator[tuple[str, Learner]]:
    yield "logistic regression", _regression
    for leaves, rate in product(LEAVES, LEARNING_RATES):
        yield f"{TREES} trees of {leaves} leaves, learning rate {rate}", _boosting(leaves, rate, seed)


def _regression(described: np.ndarray, played: np.ndarray) -> Callable[[np.ndarray], np.ndarray]:
    coefficients = regressed(described, played)
    return lambda others: others @ coefficients


def _boosting(leaves: int, rate: float, seed: int) -> Learner:
    # here, because it takes long to load
    from sklearn.ensemble import HistGradientBoostingClassifier

    def learn(described: np.ndarray, played: np.ndarray) -> Callable[[np.ndarray], np.ndarray]:
        model = HistGradientBoostingClassifier(
            max_iter=TREES,
            max_leaf_nodes=leaves,
            learning_rate=rate,
            min_samples_leaf=200,
            l2_regularization=10.0,
            early_stopping=False,
            random_state=seed,
        ).fit(described, played)
        return model.decision_function

    return learn


def _judged(
    rows: np.ndarray, items: np.ndarray, scores: np.ndarray, fit: Interactions, validation: Validation, k: int
) -> float:
    dense, is_candidate = np.zeros(fit.counts.shape), np.zeros(fit.counts.shape, dtype=bool)
    dense[rows, items], is_candidate[rows, items] = scores, True
    found, values = top_items(dense, is_candidate, k)
    users, ranks = np.nonzero(found >= 0)
    lists = Lists(users, ranks + 1, found[users, ranks], values[users, ranks])
    return float(ndcg(lists, validation.relevant[TASK], validation.n_relevant[TASK], k).mean())
