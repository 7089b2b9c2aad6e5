"""Which settings of a search space are tried."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from itertools import cycle, product
from types import MappingProxyType

import numpy as np
import optuna
from optuna.distributions import BaseDistribution, CategoricalDistribution, IntDistribution

from models_py.data.interactions import Interactions
from models_py.recommenders.base import Recommender

NOTHING: Mapping[str, object] = MappingProxyType({})
# Settings that are proposed before any of them is judged: they share preparations, and the first are drawn at random.
ROUND = 10
# Proposals of what was tried already, after which a new setting is drawn at random.
PATIENCE = 20

optuna.logging.set_verbosity(optuna.logging.WARNING)


def unsearched(recommender: type[Recommender], interactions: Interactions) -> dict[str, object]:
    """Give the hyper-parameters that these plays cannot tell apart, with the values that are taken."""
    if interactions.periods is None:
        return dict.fromkeys(recommender.fades_by, 0.0)
    if interactions.periods.plays.shape[1] > 1:
        return {}
    return {name: getattr(recommender(), name) for name in recommender.fades_by}


def searched_space(recommender: type[Recommender], fixed: Mapping[str, object] = NOTHING) -> dict[str, tuple]:
    """Give the values of each hyper-parameter that is not fixed."""
    return {name: values for name, values in recommender.space.items() if name not in fixed}


def space_size(space: Mapping[str, tuple]) -> int:
    """Count the settings in a search space."""
    return math.prod(len(values) for values in space.values())


def largest(recommender: type[Recommender], fixed: Mapping[str, object] = NOTHING) -> Recommender:
    """Give the setting of the space that takes most memory: the largest value of everything; words matter little."""
    return recommender(**{name: max(values) for name, values in recommender.space.items()} | dict(fixed))


def edges(setting: Recommender, most: float = math.inf) -> dict[str, float]:
    """Give the numbers of a setting with which its search space ends, where it could go on: the space is too small.

    Words have no order, and nothing lies beyond 0, what the recommender names in `ends`, or counts of `most`: data with
    so few users or items have no more factors or neighbours.
    """
    values = asdict(setting)
    return {
        name: values[name]
        for name, of_name in setting.space.items()
        if not _is_in_words(of_name)
        and values[name] in (min(of_name), max(of_name))
        and values[name] not in (0, *setting.ends.get(name, ()))
        and not (isinstance(values[name], int) and values[name] >= most)
    }


class Search:
    """Proposes settings in rounds: the defaults, and then all of a small space or the most promising of a large one.

    Promising is what a tree-structured Parzen estimator makes of the scores so far (Bergstra et al. 2011, in optuna),
    in each round those of another task. Numbers are ordered for it, words are not. No setting is proposed twice.

    Parameters
    ----------
    recommender : type
    n_trials : int
        Settings in all; the whole space where that is smaller.
    seed : int
        The same seed and scores give the same settings; of a space that is not tried whole, fewer trials are the first
        of more.
    tasks : sequence of str
        What settings have scores on.
    fixed : mapping
        Hyper-parameters that are not searched, with their values.
    """

    def __init__(
        self,
        recommender: type[Recommender],
        n_trials: int,
        seed: int,
        tasks: Sequence[str],
        fixed: Mapping[str, object] = NOTHING,
    ) -> None:
        self._recommender, self._fixed = recommender, dict(fixed)
        self._space = searched_space(recommender, fixed)
        size = space_size(self._space)
        self._left = min(n_trials, size)
        self._is_whole = size <= n_trials
        self._numbers: dict[Recommender, int] = {}
        self._asked: dict[int, optuna.Trial] = {}
        self._rng = np.random.default_rng(seed)
        self._studies = {task: _study(seed) for task in tasks}
        self._turns = cycle(tasks)
        self._task = next(self._turns)
        self._study.enqueue_trial(self._encoded(recommender(**fixed)))

    @property
    def _study(self) -> optuna.Study:
        return self._studies[self._task]

    def propose(self) -> dict[int, Recommender]:
        """Give the next settings by their numbers, which count from 0; none where all have been tried."""
        if self._is_whole:
            proposed, self._left = list(self._everything()) if self._left else [], 0
            return dict(enumerate(proposed))
        n_asked = min(ROUND, self._left)
        self._left -= n_asked
        return dict(self._new() for _ in range(n_asked))

    def learn(self, scores: Mapping[int, Mapping[str, float]]) -> None:
        """Take in the scores of a round's settings, by their numbers and the task; higher is better."""
        for number in sorted(scores.keys() & self._asked.keys()):
            asked = self._asked.pop(number)
            for task, study in self._studies.items():
                if task == self._task:
                    study.tell(asked, scores[number][task])
                else:
                    known = {"params": asked.params, "distributions": self._distributions()}
                    study.add_trial(optuna.trial.create_trial(**known, value=scores[number][task]))
        self._task = next(self._turns)

    def _everything(self) -> Iterator[Recommender]:
        defaults = self._recommender(**self._fixed)
        yield defaults
        for values in product(*self._space.values()):
            setting = self._recommender(**self._fixed, **dict(zip(self._space, values, strict=True)))
            if setting != defaults:
                yield setting

    def _new(self) -> tuple[int, Recommender]:
        number = len(self._numbers)
        for _ in range(PATIENCE):
            asked = self._study.ask(self._distributions())
            setting = self._decoded(asked.params)
            if setting not in self._numbers:
                self._asked[number] = asked
                break
            self._study.tell(asked, state=optuna.trial.TrialState.FAIL)
        else:
            setting = self._drawn()
            self._study.enqueue_trial(self._encoded(setting))
            self._asked[number] = self._study.ask(self._distributions())
        self._numbers[setting] = number
        return number, setting

    def _drawn(self) -> Recommender:
        while True:
            places = {name: int(self._rng.integers(len(values))) for name, values in self._space.items()}
            if (setting := self._decoded(places)) not in self._numbers:
                return setting

    def _distributions(self) -> dict[str, BaseDistribution]:
        return {name: _distribution(values) for name, values in self._space.items()}

    def _encoded(self, setting: Recommender) -> dict[str, int]:
        values = asdict(setting)
        return {name: of_name.index(values[name]) for name, of_name in self._space.items()}

    def _decoded(self, places: Mapping[str, int]) -> Recommender:
        values = {name: of_name[places[name]] for name, of_name in self._space.items()}
        return self._recommender(**self._fixed, **values)


def _study(seed: int) -> optuna.Study:
    sampler = optuna.samplers.TPESampler(seed=seed, n_startup_trials=ROUND, multivariate=True, constant_liar=True)
    return optuna.create_study(direction="maximize", sampler=sampler)


def _distribution(values: tuple) -> BaseDistribution:
    """Give the distribution of a value's place."""
    if _is_in_words(values):
        return CategoricalDistribution(range(len(values)))
    return IntDistribution(0, len(values) - 1)


def _is_in_words(values: tuple) -> bool:
    return any(isinstance(value, str) for value in values)
