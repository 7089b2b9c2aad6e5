"""Refits the winners on everything and stores the lists that people are served."""

import json
from collections.abc import Mapping
from functools import partial

import numpy as np

from models_py.data.parameters import Parameters
from models_py.data.training import Dataset, read_training_data
from models_py.evaluation.ranking import recommend
from models_py.jobs.code import code_digest
from models_py.jobs.runs import Run, attempted, digest, fitted, leftovers, stored_search_keys
from models_py.recommenders.registry import recommenders
from models_py.warehouse import Replacement, Warehouse, strings


def serve(warehouse: Warehouse, dataset: Dataset, parameters: Parameters) -> None:
    """Refit on split 'full' the model that won each task on validation of the default split, and store its lists."""
    winners = _winners(warehouse, dataset, parameters)
    stored = stored_search_keys(warehouse, dataset)
    wanted: dict[str, tuple[str, str, list[str]]] = {}
    for task, (name, hyper_parameters, _) in winners.items():
        wanted.setdefault(name, (name, hyper_parameters, []))[2].append(task)
    shared = [parameters.random_seed, parameters.list_length, parameters.window_days]
    keys = {
        name: digest([hyper_parameters, tasks, code_digest(recommenders()[name], recommend), *shared])
        for name, (_, hyper_parameters, tasks) in wanted.items()
    }
    replacements = leftovers(warehouse, dataset, keys)
    data = None
    for name, hyper_parameters, tasks in wanted.values():
        if stored.get(name) != keys[name]:
            data = data or read_training_data(warehouse, dataset, parameters.window_days)
            recommender = recommenders()[name](**json.loads(hyper_parameters))
            run = Run(dataset, name, keys[name], recommender.is_baseline)
            run = attempted(run, partial(fitted, run, recommender, data, tasks, parameters))
            replacements += run.replacements()
            if run.status == "failed":
                # these tasks are served what is popular
                winners = {task: winner for task, winner in winners.items() if winner[0] != name}
    replacements.append(_served_rows(dataset, winners, parameters))
    warehouse.replace(replacements)


def _winners(warehouse: Warehouse, dataset: Dataset, parameters: Parameters) -> dict[str, tuple[str, str, float]]:
    """Per task the model with the best validation NDCG@20 on the default split: name, hyper-parameters, score."""
    rows = warehouse.read(
        """
        select t.task, t.model_name, t.hyper_parameters, t.validation_ndcg
        from recommender.trials as t
        inner join marts.training_fingerprints as f
            on t.split_name = f.split_name and t.item_type = f.item_type and t.fingerprint = f.fingerprint
        inner join recommender.runs as r
            on t.split_name = r.split_name and t.item_type = r.item_type and t.model_name = r.model_name
        where f.is_default and t.item_type = ? and t.is_chosen and r.status = 'ok'
        order by t.validation_ndcg, t.model_name desc
        """,
        [dataset.item_type],
    )
    known = recommenders()
    return {
        str(task): (str(name), str(hyper_parameters), float(score))
        for task, name, hyper_parameters, score in zip(*rows.values(), strict=True)
        if name in known
    }


def _served_rows(
    dataset: Dataset, winners: Mapping[str, tuple[str, str, float]], parameters: Parameters
) -> Replacement:
    rows = {
        "task": strings(winners),
        "model_name": strings(name for name, _, _ in winners.values()),
        "validation_ndcg": np.array([score for _, _, score in winners.values()], dtype=float),
    }
    constants = {"chosen_on_split": parameters.default_split, "fingerprint": dataset.fingerprint}
    return Replacement("served_models", {"item_type": dataset.item_type}, rows, constants)
