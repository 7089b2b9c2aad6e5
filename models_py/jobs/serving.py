"""Refits the winners on everything, stores the lists that people are served, and saves the models."""

import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np

from models_py.data.parameters import Parameters
from models_py.data.training import Dataset, TrainingData, read_training_data
from models_py.evaluation.ranking import recommend
from models_py.jobs.chosen import Chosen, chosen_on, known_by
from models_py.jobs.code import code_digest, origin
from models_py.jobs.diversity import diversified, step_key
from models_py.jobs.explaining import Served, explained, likened
from models_py.jobs.runs import Run, attempted, digest, fitted, leftovers, stored_search_keys, unexplained
from models_py.recommenders.base import Recommender
from models_py.recommenders.fitted import FittedModel
from models_py.serving.saved import VERSION, Label, save_model
from models_py.warehouse import Replacement, Warehouse, strings

logger = logging.getLogger(__name__)


def serve(warehouse: Warehouse, dataset: Dataset, parameters: Parameters, models: Path) -> None:
    """Refit on split 'full' the model that won each task on validation of the default split, and store its lists.

    Parameters
    ----------
    warehouse : Warehouse
    dataset : Dataset
        Of split 'full'.
    parameters : Parameters
    models : Path
        Folder that the models are saved in.
    """
    chosen = chosen_on(warehouse, parameters.default_split, dataset.item_type)
    known, winners = known_by(chosen), {of_task.task: of_task for of_task in chosen}
    stored = stored_search_keys(warehouse, dataset)
    wanted: dict[str, tuple[str, str, list[str]]] = {}
    for task, (name, _, hyper_parameters, _) in winners.items():
        wanted.setdefault(name, (name, hyper_parameters, []))[2].append(task)
    shared = [
        parameters.random_seed,
        parameters.list_length,
        parameters.window_days,
        parameters.headline_k,
        parameters.max_tracks_per_artist,
        VERSION,
        *step_key(parameters),
    ]
    keys = {
        name: digest([hyper_parameters, tasks, *origin(known[name], recommend), code_digest(explained), *shared])
        for name, (_, hyper_parameters, tasks) in wanted.items()
    }
    replacements = leftovers(warehouse, dataset, keys)
    data = None
    for name, hyper_parameters, tasks in wanted.values():
        label = Label(dataset.item_type, name, dataset.fingerprint, keys[name])
        if stored.get(name) != keys[name] or not (models / label.file_name).exists():
            data = data or read_training_data(warehouse, dataset, parameters.window_days)
            recommender = known[name](**json.loads(hyper_parameters))
            run = Run(dataset, name, keys[name], recommender.is_baseline)
            reasons: list[Replacement] = []
            save = partial(save_model, models, label)
            run = attempted(run, partial(_fitted, run, recommender, data, tasks, parameters, reasons, save))
            replacements += run.replacements() + (reasons or unexplained(dataset, name))
            if run.status == "failed":
                # these tasks are served what is popular
                winners = {task: winner for task, winner in winners.items() if winner.model_name != name}
    replacements.append(_served_rows(dataset, winners, keys, parameters))
    warehouse.replace(replacements)


def _fitted(
    run: Run,
    recommender: Recommender,
    data: TrainingData,
    tasks: list[str],
    parameters: Parameters,
    reasons: list[Replacement],
    save: Callable[[FittedModel], None],
) -> Run:
    """Fit, list, save, and add rows that explain the lists to `reasons`; lists are served without what fails."""
    run, model = fitted(run, recommender, data, tasks, parameters)
    run = replace(run, lists=diversified(run.lists, data.train, run.dataset.item_type, parameters))
    served = Served(run.model_name, model, run.lists)
    steps = {
        "explained": lambda: reasons.extend(explained(run.dataset, served, data, parameters)),
        "saved": lambda: save(model),
    }
    complete = True
    for done, step in steps.items():
        try:
            step()
        except Exception as error:
            complete = False
            logger.warning("%s of %ss cannot be %s: %s", run.model_name, run.dataset.item_type, done, error)
            logger.debug("%s is not %s", run.model_name, done, exc_info=True)
    return likened(run if complete else replace(run, search_key=""), model, data)


def _served_rows(
    dataset: Dataset, winners: Mapping[str, Chosen], keys: Mapping[str, str], parameters: Parameters
) -> Replacement:
    rows = {
        "task": strings(winners),
        "model_name": strings(winner.model_name for winner in winners.values()),
        "search_key": strings(keys[winner.model_name] for winner in winners.values()),
        "validation_ndcg": np.array([winner.validation_ndcg for winner in winners.values()], dtype=float),
    }
    constants = {
        "chosen_on_split": parameters.default_split,
        "fingerprint": dataset.fingerprint,
        "max_tracks_per_artist": parameters.max_tracks_per_artist,
        "diversity_kind": parameters.diversity_kind,
        "diversity_lambda": parameters.diversity_lambda,
    }
    return Replacement("served_models", {"item_type": dataset.item_type}, rows, constants)
