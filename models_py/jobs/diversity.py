"""Diversifies what is served, and stores what that costs and gives: lists that are diversified more and more."""

import json
import logging
from collections.abc import Iterator, Mapping, Sequence
from functools import cache

import numpy as np

from models_py.data.interactions import Interactions
from models_py.data.parameters import Parameters
from models_py.data.training import Dataset, TrainingData, read_training_data
from models_py.diversity.features import lacks
from models_py.diversity.kinds import GRID, KINDS
from models_py.diversity.reordering import Diversity
from models_py.evaluation.metrics import ndcg
from models_py.evaluation.ranking import Lists, recommend
from models_py.evaluation.tuning import LearnsFromValidation
from models_py.jobs.chosen import chosen_on, known_by
from models_py.jobs.code import code_digest
from models_py.jobs.evaluation import tuning_data
from models_py.jobs.runs import digest, is_stored, stored_search_keys
from models_py.recommenders.base import Recommender
from models_py.warehouse import Replacement, Warehouse, strings

logger = logging.getLogger(__name__)

# What the price is measured on.
TASK = "discovery"
# Users beyond whom it is not: every kind and trade-off is a list more for each.
MOST_USERS = 50_000
# Tasks whose served lists are diversified: who asks for repeats asks for what was played.
DIVERSIFIED = (TASK, "new_artists")
TRIALS, HEADS = "diversity_trials", "diversified"


def diversified(
    lists: Mapping[str, Lists], interactions: Interactions, item_type: str, parameters: Parameters
) -> dict[str, Lists]:
    """Diversify lists of what is new to users, as the vars ask; where that cannot be, say why and leave them alone."""
    kind, tasks = parameters.diversity_kind, [task for task in DIVERSIFIED if task in lists]
    if kind is None or not tasks:
        return dict(lists)
    if reason := lacks(kind, interactions):
        logger.warning("%ss are served without diversity by %s: %s", item_type, kind, reason)
        return dict(lists)
    diversity = Diversity.of(kind, interactions, parameters.mix_smoothing)
    step = parameters.diversity_lambda, parameters.headline_k
    return {**lists, **{task: diversity.reordered(lists[task], *step) for task in tasks}}


def step_key(parameters: Parameters) -> list:
    """Tell what served lists depend on beside their model; nothing where they are not diversified."""
    if parameters.diversity_kind is None:
        return []
    return [parameters.diversity_kind, parameters.diversity_lambda, parameters.mix_smoothing, code_digest(Diversity)]


def diversify(warehouse: Warehouse, dataset: Dataset, parameters: Parameters) -> None:
    """Store the heads of the lists of the model that won discovery, by kind and trade-off, and what validation says.

    What is stored stays where it was made from the same lists.
    """
    chosen = chosen_on(warehouse, dataset.split_name, dataset.item_type)
    best = next((of_task for of_task in reversed(chosen) if of_task.task == TASK), None)
    trade_offs = sorted({*GRID, parameters.diversity_lambda})
    made_by = stored_search_keys(warehouse, dataset).get(best.model_name if best else "", {}).get(TASK)
    search_key = digest([best, made_by, trade_offs, parameters.mix_smoothing, code_digest(Diversity)])
    if is_stored(warehouse, TRIALS, dataset, search_key, dataset.split_name):
        return
    # of another model, or of other lists
    warehouse.replace([Replacement(table, dataset.key) for table in (TRIALS, HEADS)])
    if dataset.n_users > MOST_USERS:
        logger.warning(
            "What diversity of %ss costs is not measured: %s users are more than %s",
            dataset.item_type,
            f"{dataset.n_users:,}",
            f"{MOST_USERS:,}",
        )
        return
    data = read_training_data(warehouse, dataset, parameters.window_days)
    steps = [(kind, trade_off) for kind in KINDS if not lacks(kind, data.train) for trade_off in trade_offs]
    if best is None or not steps:
        return
    recommender = known_by(chosen)[best.model_name](**json.loads(best.hyper_parameters))
    scores = _validated(recommender, steps, data, dataset.item_type, parameters)
    lists = _read_lists(warehouse, dataset, best.model_name)
    stamp = {"model_name": best.model_name, "fingerprint": dataset.fingerprint}
    trials = Replacement(TRIALS, dataset.key, scores, {**stamp, "search_key": search_key})
    # all of them before the file is opened to write
    heads = [
        Replacement(HEADS, dataset.key | key, rows, stamp) for key, rows in _heads(lists, steps, data.train, parameters)
    ]
    warehouse.replace([trials, *heads])


def _validated(
    recommender: Recommender,
    steps: Sequence[tuple[str, float]],
    data: TrainingData,
    item_type: str,
    parameters: Parameters,
) -> dict[str, np.ndarray]:
    """Score each step on validation, where its trade-off may be chosen: on test that would flatter it."""
    fit, validation = tuning_data(data, item_type, parameters)
    if isinstance(recommender, LearnsFromValidation):
        _, model = recommender.judged(fit, validation, parameters.random_seed)
    else:
        model = recommender.fit(fit, parameters.random_seed)
    lists = recommend(model, fit, np.arange(fit.n_users), [TASK], parameters.list_length)[TASK]
    judge = validation.relevant[TASK], validation.n_relevant[TASK], parameters.headline_k
    of_steps = [ndcg(reordered, *judge) for reordered in _reordered(lists, steps, fit, parameters)]
    return {
        "diversity_kind": strings(kind for kind, _ in steps),
        "trade_off": np.array([trade_off for _, trade_off in steps]),
        "validation_ndcg": np.array([float(of_users.mean()) for of_users in of_steps]),
    }


def _heads(
    lists: Lists, steps: Sequence[tuple[str, float]], interactions: Interactions, parameters: Parameters
) -> Iterator[tuple[dict[str, object], dict[str, np.ndarray]]]:
    """Yield the key of each step and the first headline_k places of its lists."""
    head = lists.rank <= parameters.headline_k
    for (kind, trade_off), reordered in zip(steps, _reordered(lists, steps, interactions, parameters), strict=True):
        rows = {name: getattr(reordered, name)[head] for name in ("user_index", "rank", "item_index")}
        yield {"diversity_kind": kind, "trade_off": trade_off}, rows


def _reordered(
    lists: Lists, steps: Sequence[tuple[str, float]], interactions: Interactions, parameters: Parameters
) -> Iterator[Lists]:
    diversity = cache(lambda kind: Diversity.of(kind, interactions, parameters.mix_smoothing))
    return (diversity(kind).reordered(lists, trade_off, parameters.headline_k) for kind, trade_off in steps)


def _read_lists(warehouse: Warehouse, dataset: Dataset, model_name: str) -> Lists:
    rows = warehouse.read(
        """
        select u.user_index, r.rank, i.item_index, r.score
        from recommender.recommendations as r
        inner join marts.training_users as u
            on r.split_name = u.split_name and r.item_type = u.item_type and r.user_id = u.user_id
        inner join marts.training_items as i
            on r.split_name = i.split_name and r.item_type = i.item_type and r.item_id = i.item_id
        where r.split_name = ? and r.item_type = ? and r.model_name = ? and r.task = ?
        order by u.user_index, r.rank
        """,
        [dataset.split_name, dataset.item_type, model_name, TASK],
    )
    return Lists(**rows)
