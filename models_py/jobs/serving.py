"""Refits the winners on everything, stores the lists that people are served, and saves the models."""

import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cache, partial
from pathlib import Path

import numpy as np

from models_py.data.parameters import Parameters
from models_py.data.training import Dataset, TrainingData, read_training_data
from models_py.evaluation.ranking import recommend
from models_py.jobs.chosen import Chosen, chosen_on, known_by
from models_py.jobs.code import code_digest, origin
from models_py.jobs.diversity import diversified, step_key
from models_py.jobs.explaining import Served, explained, likened
from models_py.jobs.runs import (
    Run,
    attempted,
    digest,
    fitted,
    leftovers,
    replacements,
    stored_search_keys,
    unexplained,
)
from models_py.recommenders.base import Recommender
from models_py.recommenders.fitted import FittedModel
from models_py.serving.saved import VERSION, Label, save_model
from models_py.warehouse import Replacement, Warehouse, strings

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Fit:
    """The setting of a model that won some tasks, and the digest of all that decides about them."""

    hyper_parameters: str
    tasks: list[str]
    search_key: str


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
    wanted = _fits(winners, known, parameters)
    stored = stored_search_keys(warehouse, dataset)
    data = cache(lambda: read_training_data(warehouse, dataset, parameters.window_days))
    changes = leftovers(warehouse, dataset, wanted)
    for name, fits in wanted.items():
        labels = {fit.search_key: Label(dataset.item_type, name, dataset.fingerprint, fit.search_key) for fit in fits}
        keys = {task: fit.search_key for fit in fits for task in fit.tasks}
        if stored.get(name) == keys and all((models / label.file_name).exists() for label in labels.values()):
            continue
        runs: list[Run] = []
        reasons: list[Replacement] = []
        for fit in fits:
            save = partial(save_model, models, labels[fit.search_key])
            planned = [Run(dataset, name, task, fit.search_key, known[name].is_baseline) for task in fit.tasks]
            recommender = known[name](**json.loads(fit.hyper_parameters))
            runs += attempted(planned, partial(_fitted, planned, recommender, data(), parameters, reasons, save))
        changes += [*replacements(runs), *unexplained(dataset, name), *reasons]
        # these tasks are served what is popular
        failed = {run.task for run in runs if run.status == "failed"}
        winners = {task: winner for task, winner in winners.items() if task not in failed}
    changes.append(_served_rows(dataset, winners, wanted, parameters))
    warehouse.replace(changes)


def _fits(
    winners: Mapping[str, Chosen], known: Mapping[str, type[Recommender]], parameters: Parameters
) -> dict[str, list[Fit]]:
    """Say what is to be fitted, by model: once for all tasks that it won with one setting."""
    shared = [
        parameters.random_seed,
        parameters.list_length,
        parameters.window_days,
        parameters.headline_k,
        parameters.max_tracks_per_artist,
        VERSION,
        *step_key(parameters),
    ]
    tasks: dict[tuple[str, str], list[str]] = {}
    for task, winner in winners.items():
        tasks.setdefault((winner.model_name, winner.hyper_parameters), []).append(task)
    fits: dict[str, list[Fit]] = {}
    for (name, setting), of_setting in tasks.items():
        key = digest([setting, of_setting, *origin(known[name], recommend), code_digest(explained), *shared])
        fits.setdefault(name, []).append(Fit(setting, of_setting, key))
    return fits


def _fitted(
    runs: list[Run],
    recommender: Recommender,
    data: TrainingData,
    parameters: Parameters,
    reasons: list[Replacement],
    save: Callable[[FittedModel], None],
) -> list[Run]:
    """Fit, list, save, and add rows that explain the lists to `reasons`; lists are served without what fails."""
    runs, model = fitted(runs, recommender, data, parameters)
    item_type = runs[0].dataset.item_type
    lists = diversified({run.task: run.lists for run in runs}, data.train, item_type, parameters)
    served = Served(recommender.name, model, lists)
    steps = {
        "explained": lambda: reasons.extend(explained(runs[0].dataset, served, data, parameters)),
        "saved": lambda: save(model),
    }
    complete = True
    for done, step in steps.items():
        try:
            step()
        except Exception as error:
            complete = False
            logger.warning("%s of %ss cannot be %s: %s", recommender.name, item_type, done, error)
            logger.debug("%s is not %s", recommender.name, done, exc_info=True)
    runs = [replace(run, lists=lists[run.task], search_key=run.search_key if complete else "") for run in runs]
    return [likened(runs[0], model, data), *runs[1:]]


def _served_rows(
    dataset: Dataset, winners: Mapping[str, Chosen], fits: Mapping[str, list[Fit]], parameters: Parameters
) -> Replacement:
    keys = {task: fit.search_key for of_model in fits.values() for fit in of_model for task in fit.tasks}
    rows = {
        "task": strings(winners),
        "model_name": strings(winner.model_name for winner in winners.values()),
        "search_key": strings(keys[task] for task in winners),
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
