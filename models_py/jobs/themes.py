"""Stores the themes of items that are played together; SQL chooses how many there are."""

from collections.abc import Sequence

import numpy as np
from threadpoolctl import threadpool_limits

from models_py.data.parameters import Parameters
from models_py.data.training import Dataset, read_training_data
from models_py.jobs.code import code_digest
from models_py.jobs.records import columns, joined
from models_py.jobs.runs import digest, is_stored
from models_py.themes import Themes, theme_grid
from models_py.warehouse import Replacement, Warehouse

# What names a factorization.
SETTINGS = ("model_name", "n_themes")
WITH_INTERVAL = ("coherence", "coherence_random", "coherence_lead")
TABLES = ("theme_trials", "theme_figures", "theme_items", "theme_users")


def find_themes(warehouse: Warehouse, dataset: Dataset, parameters: Parameters) -> None:
    """Find themes in the plays of a dataset; where there are none, delete those that are stored."""
    settings = (
        parameters.theme_counts,
        parameters.theme_top_items,
        parameters.random_seed,
        parameters.bootstrap_draws,
    )
    search_key = digest([*settings, code_digest(theme_grid)])
    if is_stored(warehouse, "theme_trials", dataset, search_key):
        return
    counts = read_training_data(warehouse, dataset).train.counts
    # one thread: a second one waits more than it works on matrices this thin, and costs five times the time at worst
    with threadpool_limits(limits=1):
        found = theme_grid(counts, *settings)
    key, stamp = {"item_type": dataset.item_type}, {"fingerprint": dataset.fingerprint}
    if found:
        rows = [_trials(found), _figures(found), _items(found), _users(found)]
        stamps = [{**stamp, "search_key": search_key}, stamp, stamp, stamp]
        warehouse.replace(
            [Replacement(table, key, *of_table) for table, *of_table in zip(TABLES, rows, stamps, strict=True)]
        )
    else:
        # a stamp without rows would be stored as a row
        warehouse.replace([Replacement(table, key) for table in TABLES])


def _trials(found: Sequence[Themes]) -> dict[str, np.ndarray]:
    trials = [themes.trial for themes in found]
    intervals = {
        f"{name}{end}": np.array([getattr(trial, name)[place] for trial in trials])
        for name in WITH_INTERVAL
        for place, end in enumerate(("", "_low", "_high"))
    }
    return {**columns(trials, (*SETTINGS, "stability", "half_sample_stability")), **intervals}


def _figures(found: Sequence[Themes]) -> dict[str, np.ndarray]:
    sizes = [themes.trial.n_themes for themes in found]
    return {
        **columns([themes.trial for themes in found], SETTINGS, sizes),
        "theme_id": np.concatenate([np.arange(size) for size in sizes]),
        **joined(found, ("strength", "coherence", "coherence_positive", "coherence_random", "stability")),
    }


def _items(found: Sequence[Themes]) -> dict[str, np.ndarray]:
    return _long(found, "items", ("theme_id", "item_index", "weight", "rank"))


def _users(found: Sequence[Themes]) -> dict[str, np.ndarray]:
    return _long(found, "users", ("theme_id", "user_index", "share", "rank"))


def _long(found: Sequence[Themes], field: str, names: Sequence[str]) -> dict[str, np.ndarray]:
    parts = [getattr(themes, field) for themes in found]
    return {
        **columns([themes.trial for themes in found], SETTINGS, [len(part[0]) for part in parts]),
        **dict(zip(names, map(np.concatenate, zip(*parts, strict=True)), strict=True)),
    }
