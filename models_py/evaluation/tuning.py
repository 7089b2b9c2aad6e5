"""The search for hyper-parameters: the same number of trials for every model, scored on validation."""

import json
import os
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, MutableMapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from functools import partial
from typing import Any, Protocol, TypeVar, runtime_checkable

import numpy as np

from models_py.data.interactions import Interactions
from models_py.data.validation import Validation
from models_py.evaluation.metrics import ndcg
from models_py.evaluation.ranking import recommend
from models_py.evaluation.search import NOTHING, Search, unsearched
from models_py.matrices.core import core
from models_py.matrices.weighting import listeners
from models_py.recommenders.base import Recommender
from models_py.recommenders.fitted import FittedModel

# Listeners that an item of a sample has at least, where any item has so many.
SHARED = 2
Made = TypeVar("Made")


@runtime_checkable
class LearnsFromValidation(Protocol):
    """A setting that has to be judged by what it learnt from other users; no recommender of the registry is one."""

    def judged(
        self, interactions: Interactions, validation: Validation, seed: int, prepared: Any = None
    ) -> tuple[Recommender, FittedModel]:
        """Give the setting with what it learnt, and a model that scores each user by what was learnt from others."""


@dataclass(frozen=True)
class Trial:
    """One setting of the hyper-parameters and its score on one task, for which it may be the one that is chosen."""

    trial: int
    task: str
    hyper_parameters: dict[str, object]
    validation_ndcg: float
    fit_seconds: float
    is_chosen: bool = False


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
    tried: MutableMapping[str, list[Trial]] | None = None,
) -> list[Trial]:
    """Fit settings on fit cells, score each by NDCG@k on validation for every task, and choose one for each.

    Of a round's settings those that agree in what their preparation reads are tried one after the other, so that it is
    made once; those of a recommender that learns in one thread are fitted side by side.

    Parameters
    ----------
    recommender : type
        A recommender class.
    interactions : Interactions
        Fit cells.
    validation : Validation
    n_trials : int
        Trials for this model, the same for every model.
    budget_seconds : float
        No trial starts that would end later, at the pace so far; the first always runs. What such a limit leaves
        depends on the hour: `inf`, the default of the study, switches it off.
    k : int
        Length of the lists that are judged.
    seed : int
    tasks : sequence of str
        Tasks to choose for, each by its own scores, the earlier trial in a tie; rounds of the search look in turn for
        what is best for each.
    fixed : mapping
        Hyper-parameters that are not searched, with their values, beside those that the plays cannot tell apart.
    tried : mutable mapping of str to list of Trial, optional
        Trials by their setting as JSON. Those of a search that ended early are not run again, and new ones are added,
        but for settings that learn from validation.

    Returns
    -------
    list of Trial
        One per trial and task, in the order in which settings were proposed.

    Raises
    ------
    RuntimeError
        Where a trial fails or gives a score that is not finite; it names the trial and its setting.
    """
    search = Search(recommender, n_trials, seed, tasks, {**unsearched(recommender, interactions), **fixed})
    judge = partial(_judged, interactions=interactions, validation=validation, k=k, tasks=tasks)
    trials: list[Trial] = []
    tried = {} if tried is None else tried
    # what was tried before has taken its time
    start = time.perf_counter() - sum(of_setting[0].fit_seconds for of_setting in tried.values())
    data = interactions, validation, seed
    for done, of_setting in enumerate(_all_tried(search, judge, data, tried), 1):
        trials += of_setting
        spent = time.perf_counter() - start
        if spent + spent / done > budget_seconds:
            break
    trials.sort(key=lambda trial: trial.trial)
    # of equal ones the first stays
    best = {trial.task: trial for trial in sorted(reversed(trials), key=lambda trial: trial.validation_ndcg)}
    return [replace(trial, is_chosen=trial is best[trial.task]) for trial in trials]


def _all_tried(
    search: Search,
    judge: Callable[[FittedModel], dict[str, float]],
    data: tuple[Interactions, Validation, int],
    tried: MutableMapping[str, list[Trial]],
) -> Iterator[list[Trial]]:
    """Yield the trials of each setting that the search proposes, and let it learn their scores."""
    while settings := search.propose():
        names = {number: json.dumps(asdict(setting)) for number, setting in settings.items()}
        ended = {number: tried[name] for number, name in names.items() if name in tried}
        yield from ended.values()
        for group in _by_preparation(settings):
            waiting = [number for number in group if number not in ended]
            for trials in _tried(group, waiting, judge, *data) if waiting else ():
                number = trials[0].trial
                ended[number] = trials
                if not isinstance(settings[number], LearnsFromValidation):
                    tried[names[number]] = trials
                yield trials
        search.learn(
            {number: {trial.task: trial.validation_ndcg for trial in trials} for number, trials in ended.items()}
        )


def _by_preparation(settings: Mapping[int, Recommender]) -> list[dict[int, Recommender]]:
    """Group settings, by their number, that share what they prepare."""
    groups: dict[tuple, dict[int, Recommender]] = {}
    for number, setting in settings.items():
        shared = tuple(getattr(setting, name) for name in setting.prepared_by)
        groups.setdefault(shared, {})[number] = setting
    return list(groups.values())


def _tried(
    group: Mapping[int, Recommender],
    waiting: Sequence[int],
    judge: Callable[[FittedModel], dict[str, float]],
    interactions: Interactions,
    validation: Validation,
    seed: int,
) -> Iterator[list[Trial]]:
    """Yield the trials of each setting of a group that waits for them, one per task.

    What the group shares depends on all of it, so that a search which goes on finds what it would have found.
    """
    first, start = next(iter(group.values())), time.perf_counter()
    with _naming(next(iter(group)), first):
        prepared = first.prepare(list(group.values()), interactions, seed)
    preparing = (time.perf_counter() - start) / len(group)

    def fitted(number: int) -> tuple[Recommender, FittedModel, float]:
        setting, start = group[number], time.perf_counter()
        with _naming(number, setting):
            if isinstance(setting, LearnsFromValidation):
                setting, model = setting.judged(interactions, validation, seed, prepared)
            else:
                model = setting.fit(interactions, seed, prepared)
        return setting, model, time.perf_counter() - start

    n_at_once = (os.cpu_count() or 1) if first.in_one_thread else 1
    for number, (setting, model, seconds) in zip(waiting, _ahead(fitted, waiting, n_at_once), strict=True):
        with _naming(number, setting):
            scores = judge(model)
        yield [Trial(number, task, asdict(setting), score, seconds + preparing) for task, score in scores.items()]


@contextmanager
def _naming(number: int, setting: Recommender) -> Iterator[None]:
    """Say which trial failed."""
    try:
        yield
    except Exception as error:
        raise RuntimeError(f"trial {number}, {setting}, failed with {type(error).__name__}: {error}") from error


def _ahead(make: Callable[[int], Made], numbers: Sequence[int], n_at_once: int) -> Iterator[Made]:
    """Make so many at once, in threads, and yield them in order; no more of them wait than that."""
    if n_at_once == 1:
        yield from map(make, numbers)
        return
    with ThreadPoolExecutor(n_at_once) as pool:
        ahead: deque[Future[Made]] = deque()
        try:
            for number in numbers:
                ahead.append(pool.submit(make, number))
                if len(ahead) > n_at_once:
                    yield ahead.popleft().result()
            while ahead:
                yield ahead.popleft().result()
        finally:
            for waiting in ahead:
                waiting.cancel()


def _judged(
    model: FittedModel, interactions: Interactions, validation: Validation, k: int, tasks: Sequence[str]
) -> dict[str, float]:
    lists = recommend(model, interactions, np.arange(interactions.n_users), tasks, k)
    values = {task: ndcg(lists[task], validation.relevant[task], validation.n_relevant[task], k) for task in tasks}
    return {task: float(of_users.mean()) if len(of_users) else 0.0 for task, of_users in values.items()}
