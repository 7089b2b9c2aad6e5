"""Tunes, refits and evaluates every registered model on one dataset."""

import logging
from collections.abc import Sequence
from dataclasses import asdict, replace
from functools import cache

import numpy as np

from models_py.data.interactions import Interactions
from models_py.data.parameters import Parameters
from models_py.data.training import Dataset, TrainingData, read_training_data
from models_py.data.validation import Validation
from models_py.evaluation.search import largest, searched_space, space_size, unsearched
from models_py.evaluation.tuning import searched, tune
from models_py.explanations.alike import similar_items
from models_py.jobs.chosen import chosen_on, known_by
from models_py.jobs.code import code_digest, origin
from models_py.jobs.explaining import likened
from models_py.jobs.runs import Run, attempted, digest, fitted, leftovers, replacements, stored_search_keys
from models_py.jobs.unfinished import UnfinishedSearch
from models_py.memory import too_large
from models_py.recommenders.base import Recommender
from models_py.recommenders.registry import recommenders
from models_py.terminal.progress import Stage
from models_py.warehouse import Warehouse

logger = logging.getLogger(__name__)


def evaluate(warehouse: Warehouse, dataset: Dataset, parameters: Parameters, shown: Stage) -> None:
    """Tune, refit and recommend with every registered model, writing each in one transaction as it ends.

    A model is left alone where its rows come from the same training rows, code, search space, number of trials, budget,
    sizes of the sample and of the k-core, and seed.
    """
    stored = stored_search_keys(warehouse, dataset)
    data = cache(lambda: read_training_data(warehouse, dataset, parameters.window_days))

    def bring_up_to_date(recommender: type[Recommender]) -> None:
        shown.doing(f"{dataset.split_name} {dataset.item_type} {recommender.name}")
        search_key = _search_key(recommender, parameters)
        if stored.get(recommender.name) != dict.fromkeys(dataset.tasks, search_key):
            tried = UnfinishedSearch(warehouse.path, digest([asdict(dataset), recommender.name, search_key]))
            warehouse.replace(replacements(_evaluated(dataset, recommender, data(), search_key, parameters, tried)))
            tried.forget()
        shown.advance()

    for recommender in recommenders().values():
        bring_up_to_date(recommender)
    known = known_by(chosen_on(warehouse, dataset.split_name, dataset.item_type))
    for name, blend in known.items():
        if name not in recommenders():
            bring_up_to_date(blend)
    warehouse.replace(leftovers(warehouse, dataset, known))


def _evaluated(
    dataset: Dataset,
    recommender: type[Recommender],
    data: TrainingData,
    search_key: str,
    parameters: Parameters,
    tried: UnfinishedSearch,
) -> list[Run]:
    runs = [Run(dataset, recommender.name, task, search_key, recommender.is_baseline) for task in dataset.tasks]
    listed = [run for run in runs if run.task in recommender.tasks]
    others = [_skipped(run, f"it makes no lists for {run.task}") for run in runs if run not in listed]
    if not listed:
        return others
    if reason := recommender.lacks(data.train):
        return others + [_skipped(run, reason) for run in listed]
    if reason := too_large([largest(recommender)], data.train, dataset.item_type):
        logger.warning(
            "%s is skipped on split %s, %ss: %s", recommender.name, dataset.split_name, dataset.item_type, reason
        )
        # another limit may admit it
        return others + [_skipped(replace(run, search_key=""), reason) for run in listed]
    return others + attempted(listed, lambda: _tuned(listed, recommender, data, parameters, tried))


def _skipped(run: Run, reason: str) -> Run:
    return replace(run, status="skipped", reason=reason)


def _tuned(
    runs: Sequence[Run],
    recommender: type[Recommender],
    data: TrainingData,
    parameters: Parameters,
    tried: UnfinishedSearch,
) -> list[Run]:
    """Tune, and fit on train once for tasks that chose alike, which share the fit."""
    done: list[Run] = []
    for setting, of_setting in chosen_settings(runs, recommender, data, parameters, tried).items():
        made, model = fitted(of_setting, setting, data, parameters)
        if not done and made[0].dataset.is_default:
            made[0] = likened(made[0], model, data)
        done += made
    return done


def chosen_settings(
    runs: Sequence[Run],
    recommender: type[Recommender],
    data: TrainingData,
    parameters: Parameters,
    tried: UnfinishedSearch | None = None,
) -> dict[Recommender, list[Run]]:
    """Choose each run's hyper-parameters on validation, of a sample where data are large; give the runs by setting.

    Trials of a search that ended early are not run again.
    """
    fit, validation = tuning_data(data, runs[0].dataset.item_type, parameters)
    trials = tune(
        recommender,
        fit,
        validation,
        n_trials=parameters.tuning_trials,
        budget_seconds=parameters.tuning_budget_seconds,
        k=parameters.headline_k,
        seed=parameters.random_seed,
        tasks=[run.task for run in runs],
        tried=tried,
    )
    space = searched_space(recommender, unsearched(recommender, fit))
    planned = min(parameters.tuning_trials, space_size(space))
    alike: dict[Recommender, list[Run]] = {}
    for run in runs:
        of_task = [trial for trial in trials if trial.task == run.task]
        chosen = next(trial.hyper_parameters for trial in of_task if trial.is_chosen)
        run = replace(run, trials=of_task, trials_planned=planned, tuning_users=fit.n_users)
        alike.setdefault(recommender(**chosen), []).append(run)
    return alike


def tuning_data(data: TrainingData, item_type: str, parameters: Parameters) -> tuple[Interactions, Validation]:
    """Give what trials are fitted and scored on."""
    return searched(
        data.fit,
        data.validation,
        np.diff(data.train.counts.indptr),
        most_cells=parameters.max_tuning_cells,
        least_users=parameters.min_users_to_learn,
        min_items=parameters.min_items_per_user,
        min_users=parameters.min_users(item_type),
        seed=parameters.random_seed,
    )


def _search_key(recommender: type[Recommender], parameters: Parameters) -> str:
    return digest(
        [
            recommender.space,
            asdict(recommender()),
            parameters.tuning_trials,
            parameters.tuning_budget_seconds,
            parameters.max_tuning_cells,
            parameters.min_users_to_learn,
            parameters.min_items_per_user,
            parameters.min_users_per_track,
            parameters.min_users_per_artist,
            parameters.random_seed,
            parameters.headline_k,
            parameters.list_length,
            parameters.window_days,
            *origin(recommender, tune),
            code_digest(similar_items),
        ]
    )
