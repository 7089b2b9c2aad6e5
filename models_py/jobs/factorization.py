"""Stores how well factorizations rebuild play counts, and how well they rank."""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from scipy import sparse
from threadpoolctl import threadpool_limits

from models_py.data.parameters import Parameters
from models_py.data.training import Dataset, TrainingData, matrix, read_training_data
from models_py.factorization import (
    Factorization,
    FactorizationError,
    choose_penalties,
    fit_factorizations,
    score_factorizations,
    validation_ndcg,
)
from models_py.jobs.records import columns
from models_py.warehouse import Replacement, Warehouse

SCALES = ("plays", "log_plays")


def factorize(warehouse: Warehouse, dataset: Dataset, parameters: Parameters) -> None:
    """Choose and rank on validation after fits on fit cells; fit on train, then open the test cells and score."""
    data = read_training_data(warehouse, dataset)
    # a scale per thread, and one thread for each: within a scale a second one waits more than it works
    with threadpool_limits(limits=1), ThreadPoolExecutor(len(SCALES)) as pool:
        fits = list(pool.map(lambda scale: _fit(data, scale, parameters), SCALES))
        held_out = _read_held_out_plays(warehouse, dataset, data.train.counts.shape)
        scored = list(pool.map(lambda fit: _columns(fit, data, held_out), fits))
    rows = {name: np.concatenate([of_scale[name] for of_scale in scored]) for name in scored[0]}
    warehouse.replace([Replacement("factorization_errors", dataset.key, rows, {"fingerprint": dataset.fingerprint})])


@dataclass(frozen=True)
class ScaleFits:
    """Everything that is fitted on one scale, and what validation says of it."""

    penalty: float
    ndcg: Mapping[tuple[str, int, str], float]
    fitted: Sequence[Factorization]


def _fit(data: TrainingData, scale: str, parameters: Parameters) -> ScaleFits:
    factors, seed = parameters.factorization_factors, parameters.random_seed
    penalties = choose_penalties(data.fit, data.train, factors, seed, (scale,))
    ranked = fit_factorizations(data.fit, factors, seed, (scale,), penalties)
    ndcg = validation_ndcg(ranked, data.fit, data.validation, parameters.headline_k)
    del ranked
    return ScaleFits(penalties[scale], ndcg, fit_factorizations(data.train, factors, seed, (scale,), penalties))


def _columns(fits: ScaleFits, data: TrainingData, held_out: sparse.csr_matrix) -> dict[str, np.ndarray]:
    errors = score_factorizations(fits.fitted, data.train, held_out)
    # nan, which is null in SQL, where validation says nothing
    chosen = [fits.penalty if error.model_name == "als" else np.nan for error in errors]
    ranks = [fits.ndcg.get((error.model_name, error.n_factors, error.scale), np.nan) for error in errors]
    return {
        **columns(errors, FactorizationError.__dataclass_fields__),
        "penalty": np.array(chosen, dtype=float),
        "validation_ndcg": np.array(ranks, dtype=float),
    }


def _read_held_out_plays(warehouse: Warehouse, dataset: Dataset, shape: tuple[int, int]) -> sparse.csr_matrix:
    """Test plays of active users in the catalogue. The only place where Python opens test cells; fits come first."""
    cells = warehouse.read(
        """
        select u.user_index, i.item_index, t.play_count
        from marts.test_interactions as t
        inner join marts.training_users as u
            on t.split_name = u.split_name and t.item_type = u.item_type and t.user_id = u.user_id
        inner join marts.training_items as i
            on t.split_name = i.split_name and t.item_type = i.item_type and t.item_id = i.item_id
        where t.split_name = ? and t.item_type = ?
        """,
        [dataset.split_name, dataset.item_type],
    )
    everything = np.ones(len(cells["play_count"]), dtype=bool)
    return matrix(cells["play_count"], cells["user_index"], cells["item_index"], everything, shape)
