"""The search for hyper-parameters: the same number of trials for every model, scored on validation."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from typing import Any, Protocol, runtime_checkable

import numpy as np

from models_py.data.interactions import Interactions
from models_py.data.validation import Validation
from models_py.evaluation.metrics import ndcg
from models_py.evaluation.ranking import recommend
from models_py.evaluation.search import NOTHING, Search
from models_py.matrices.core import core
from models_py.matrices.weighting import listeners
from models_py.recommenders.base import Recommender
from models_py.recommenders.fitted import FittedModel

# Listeners that an item of a sample has at least, where any item has so many.
SHARED = 2


@runtime_checkable
class LearnsFromValidation(Protocol):
    """A setting that has to be judged by what it learnt from other users; no recommender of the registry is one."""

    def judged(
        self, interactions: Interactions, validation: Validation, seed: int, prepared: Any = None
    ) -> tuple[Recommender, FittedModel]:
        """Give the setting with what it learnt, and a model that scores each user by what was learnt from others."""


@dataclass(frozen=True)
class Trial:
    """One setting of the hyper-parameters and its score on the task that it was tried for."""

    trial: int
    task: str
    hyper_parameters: dict[str, object]
    validation_ndcg: float
    fit_seconds: float
    is_chosen: bool = False


@dataclass(frozen=True)
class Tried:
    """What came of a setting: itself, with what it may have learnt, its score by task, and the seconds of its fit."""

    setting: Recommender
    scores: Mapping[str, float]
    seconds: float


def sample(
    interactions: Interactions,
    validation: Validation,
    cells_per_user: np.ndarray,
    *,
    most_cells: int,
    least_users: int,
    seed: int,
) -> tuple[Interactions, Validation]:
    """Restrict a search on large data to some of its users, and to the items that two of them have played.

    Parameters
    ----------
    interactions : Interactions
        Fit cells.
    validation : Validation
    cells_per_user : array of int, shape (n_users,)
        Training cells, by which size is measured.
    most_cells : int
        Users are taken in seeded order until they have so many; where all of them have no more, all are taken.
    least_users : int
        So many are taken in any case.
    seed : int

    Returns
    -------
    interactions : Interactions
    validation : Validation
    """
    if cells_per_user.sum() <= most_cells:
        return interactions, validation
    order = np.random.default_rng(seed).permutation(len(cells_per_user))
    enough = np.searchsorted(np.cumsum(cells_per_user[order]), most_cells) + 1
    users = np.sort(order[: max(enough, least_users)])
    known_by = listeners(interactions.counts[users])
    # as in a catalogue: what one user alone plays says nothing about others, and would be most of what is searched
    items = np.flatnonzero(known_by >= min(SHARED, known_by.max()))
    return interactions.restricted(users, items), validation.restricted(users, items)


def within_core(
    interactions: Interactions, validation: Validation, min_items: int, min_users: int, least_users: int
) -> tuple[Interactions, Validation]:
    """Restrict a search to the k-core of its own cells, as the final fit keeps to that of all training cells.

    What is outside counts as a miss. Everything stays where fewer than `least_users` are in the core, or none of them
    has anything to find.
    """
    users, items = core(interactions.counts, min_items, min_users)
    within = validation.restricted(users, items)
    if len(users) < least_users or not any(cells.nnz for cells in within.relevant.values()):
        return interactions, validation
    return interactions.restricted(users, items), within


def searched(
    interactions: Interactions,
    validation: Validation,
    cells_per_user: np.ndarray,
    *,
    most_cells: int,
    least_users: int,
    min_items: int,
    min_users: int,
    seed: int,
) -> tuple[Interactions, Validation]:
    """Give what trials are fitted and scored on: the k-core of the fit cells, or a sample of users where it is large.

    Parameters are those of `sample` and `within_core`.
    """
    limits = {"most_cells": most_cells, "least_users": least_users, "seed": seed}
    some, held_out = sample(interactions, validation, cells_per_user, **limits)
    if some is not interactions:
        return some, held_out
    return within_core(interactions, validation, min_items, min_users, least_users)


def tune(
    recommender: type[Recommender],
    interactions: Interactions,
    validation: Validation,
    *,
    n_trials: int,
    budget_seconds: float,
    k: int,
    seed: int,
    tasks: Sequence[str],
    fixed: Mapping[str, object] = NOTHING,
) -> list[Trial]:
    """Fit settings on fit cells and score each by NDCG@k on validation, with a search of its own for every task.

    The searches go on side by side: what two of them propose is fitted once, and of a round's settings those that agree
    in what their preparation reads are tried one after the other, so that it is made once.

    Parameters
    ----------
    recommender : type
        A recommender class.
    interactions : Interactions
        Fit cells.
    validation : Validation
    n_trials : int
        Trials of each task's search, the same for every model.
    budget_seconds : float
        No trial starts that would end later, at the pace so far; the first always runs. What such a limit leaves
        depends on the hour: `inf`, the default of the study, switches it off.
    k : int
        Length of the lists that are judged.
    seed : int
    tasks : sequence of str
        Tasks to choose for, each by its own scores; the earlier trial in a tie.
    fixed : mapping
        Hyper-parameters that are not searched, with their values.

    Returns
    -------
    list of Trial
        Of each task in turn, in the order in which its search proposed settings.

    Raises
    ------
    RuntimeError
        Where a trial fails or gives a score that is not finite; it names the trial and its setting.
    """
    searches = {task: Search(recommender, n_trials, seed, fixed) for task in tasks}
    judge = partial(_judged, interactions=interactions, validation=validation, k=k, tasks=tasks)
    trials: dict[str, list[Trial]] = {task: [] for task in tasks}
    for of_round in _rounds(searches, judge, (interactions, validation, seed), budget_seconds):
        for trial in of_round:
            trials[trial.task].append(trial)
    return [trial for of_task in trials.values() for trial in _with_choice(of_task)]


def _with_choice(trials: list[Trial]) -> list[Trial]:
    best = max(trials, key=lambda trial: trial.validation_ndcg)
    return [replace(trial, is_chosen=trial.trial == best.trial) for trial in trials]


def _rounds(
    searches: Mapping[str, Search],
    judge: Callable[[FittedModel], dict[str, float]],
    data: tuple[Interactions, Validation, int],
    budget_seconds: float,
) -> Iterator[list[Trial]]:
    """Yield the trials of each round of the searches, and let each learn its task's scores."""
    start = time.perf_counter()
    tried: dict[Recommender, Tried] = {}
    in_time = True
    while in_time and (proposed := {task: found for task, search in searches.items() if (found := search.propose())}):
        new = {one: number for found in proposed.values() for number, one in found.items() if one not in tried}
        for setting, outcome in _all_tried(new, judge, data):
            tried[setting] = outcome
            spent = time.perf_counter() - start
            if spent + spent / len(tried) > budget_seconds:
                in_time = False
                break
        trials = [
            _trial(number, task, tried[setting])
            for task, found in proposed.items()
            for number, setting in found.items()
            if setting in tried
        ]
        yield trials
        for task, search in searches.items():
            search.learn({trial.trial: trial.validation_ndcg for trial in trials if trial.task == task})


def _trial(number: int, task: str, tried: Tried) -> Trial:
    return Trial(number, task, asdict(tried.setting), tried.scores[task], tried.seconds)


def _all_tried(
    settings: Mapping[Recommender, int],
    judge: Callable[[FittedModel], dict[str, float]],
    data: tuple[Interactions, Validation, int],
) -> Iterator[tuple[Recommender, Tried]]:
    """Yield each setting, given with its number, and its outcome; those that share what they prepare in a row."""
    groups: dict[tuple, dict[Recommender, int]] = {}
    for setting, number in settings.items():
        shared = tuple(getattr(setting, name) for name in setting.prepared_by)
        groups.setdefault(shared, {})[setting] = number
    for group in groups.values():
        yield from _tried(group, judge, *data)


def _tried(
    group: Mapping[Recommender, int],
    judge: Callable[[FittedModel], dict[str, float]],
    interactions: Interactions,
    validation: Validation,
    seed: int,
) -> Iterator[tuple[Recommender, Tried]]:
    """Yield each setting of a group and its outcome."""
    prepared, preparing = None, 0.0
    for place, (setting, number) in enumerate(group.items()):
        try:
            start = time.perf_counter()
            if place == 0:
                prepared = setting.prepare(list(group), interactions, seed)
                preparing, start = time.perf_counter() - start, time.perf_counter()
            if isinstance(setting, LearnsFromValidation):
                learnt, model = setting.judged(interactions, validation, seed, prepared)
            else:
                learnt, model = setting, setting.fit(interactions, seed, prepared)
            seconds = time.perf_counter() - start + preparing / len(group)
            scores = judge(model)
        except Exception as error:
            raise RuntimeError(f"trial {number}, {setting}, failed with {type(error).__name__}: {error}") from error
        yield setting, Tried(learnt, scores, seconds)


def _judged(
    model: FittedModel, interactions: Interactions, validation: Validation, k: int, tasks: Sequence[str]
) -> dict[str, float]:
    lists = recommend(model, interactions, np.arange(interactions.n_users), tasks, k)
    values = {task: ndcg(lists[task], validation.relevant[task], validation.n_relevant[task], k) for task in tasks}
    return {task: float(of_users.mean()) if len(of_users) else 0.0 for task, of_users in values.items()}
