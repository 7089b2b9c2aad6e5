"""Every combination of the switches for every model: fitted once for each of those that need a fit, then judged."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass

import numpy as np
from scipy import sparse

from models_py.data.interactions import Interactions
from models_py.data.validation import Validation
from models_py.errors import SettingError
from models_py.evaluation.search import largest
from models_py.experiments.protocols.judging import JUDGED, HeldOut
from models_py.experiments.protocols.models import TEXTBOOK, fixed, interactions, tuned, validation_of
from models_py.experiments.protocols.protocol import SWITCHES
from models_py.experiments.protocols.splitting import SPLITS, Catalogue, core
from models_py.memory import too_large
from models_py.recommenders.base import Recommender

N_STEPS = len(SWITCHES["split"]) * len(SWITCHES["catalogue"]) * len(SWITCHES["counts"]) * len(TEXTBOOK)


@dataclass(frozen=True)
class ProtocolScore:
    """One metric of one model under one combination of the switches.

    Attributes
    ----------
    sides : mapping of str to str
        Side of each switch.
    model_name, metric : str
    value : float
    n_users : int
        Users averaged over.
    hyper_parameters : dict
        Those that the model was fitted with.
    """

    sides: Mapping[str, str]
    model_name: str
    metric: str
    value: float
    n_users: int
    hyper_parameters: dict[str, object]


@dataclass(frozen=True)
class _Task:
    """Plays of a split and catalogue, as models see them, and what they are judged by."""

    sides: dict[str, str]
    fit: Interactions
    train: Interactions
    validation: Validation
    held_out: HeldOut


def factorial(
    counts: sparse.csr_matrix,
    min_items_per_user: int,
    min_users_per_item: int,
    n_trials: int,
    k: int,
    seed: int,
    step: Callable[[str], None] = lambda what: None,
) -> Iterator[ProtocolScore]:
    """Score every model under every combination of the switches.

    Parameters
    ----------
    counts : csr_matrix, shape (n_users, n_items)
        All plays, whole numbers.
    min_items_per_user, min_users_per_item : int
        Of the filtered catalogue.
    n_trials : int
        Settings tried per model and search.
    k : int
        Length of the lists that settings are chosen by.
    seed : int
        Of splits, samples and models.
    step : callable
        Told before each of the `N_STEPS` models what is fitted now.

    Raises
    ------
    SettingError
        Where a catalogue is empty, or a model would not fit into memory.
    """
    minima = {"full": (1, 1), "filtered": (min_items_per_user, min_users_per_item)}
    for task in _tasks(counts, minima, seed):
        _refuse_too_large(task)
        for textbook in TEXTBOOK:
            step(f"{textbook.name}, {', '.join(task.sides.values())}")
            yield from _scores(task, textbook, n_trials, k, seed)


def _tasks(counts: sparse.csr_matrix, minima: Mapping[str, tuple[int, int]], seed: int) -> Iterator[_Task]:
    for split in SWITCHES["split"]:
        rng = np.random.default_rng(seed)
        train, test = SPLITS[split](counts, rng)
        fit, validation = SPLITS[split](train, rng)
        for name in SWITCHES["catalogue"]:
            catalogue = core(train, *minima[name])
            _refuse_empty(catalogue, name, minima[name])
            held_out = HeldOut.of(train, test, catalogue, rng)
            for shown in SWITCHES["counts"]:
                yield _Task(
                    {"split": split, "catalogue": name, "counts": shown},
                    interactions(catalogue.cut(fit), shown),
                    interactions(catalogue.cut(train), shown),
                    validation_of(fit, validation, catalogue),
                    held_out,
                )


def _scores(task: _Task, textbook: Recommender, n_trials: int, k: int, seed: int) -> Iterator[ProtocolScore]:
    """Fit each setting that is wanted once, judge it, and give the scores of every combination that it stands for."""
    recommender = type(textbook)
    best = tuned(recommender, task.fit, task.validation, n_trials, k, seed)
    wanted = {"textbook": dict.fromkeys(best, textbook), "tuned": best}
    for setting in dict.fromkeys([textbook, *best.values()]):
        for (judged, metric), (value, n_users) in task.held_out.scores(setting.fit(task.train, seed)).items():
            sides = task.sides | dict(zip(JUDGED, judged, strict=True))
            for tuning, settings in wanted.items():
                if settings[sides["seen"]] == setting:
                    yield ProtocolScore(
                        sides | {"tuning": tuning}, recommender.name, metric, value, n_users, asdict(setting)
                    )


def _refuse_too_large(task: _Task) -> None:
    """Say so before the first of the models is fitted."""
    for textbook in TEXTBOOK:
        if reason := too_large([textbook, largest(type(textbook), fixed(type(textbook)))], task.train):
            raise SettingError(
                f"{textbook.name} cannot be studied: {reason}, or set ITEM_TYPE to artist where tracks are too many."
            )


def _refuse_empty(catalogue: Catalogue, name: str, minima: tuple[int, int]) -> None:
    if not len(catalogue.users) or not len(catalogue.items):
        limits = zip(minima, ("min_items_per_user", "min_users_per_track or min_users_per_artist"), strict=True)
        lower = " and ".join(var for minimum, var in limits if minimum > 1)
        raise SettingError(
            f"The {name} catalogue is empty: no user has {minima[0]} items with {minima[1]} users each in train: "
            f"add listening data{f', or lower the vars {lower}' if lower else ''}."
        )
