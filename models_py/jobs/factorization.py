"""Stores how well factorizations rebuild play counts, and how well they rank."""

from collections.abc import Mapping, Sequence

import numpy as np
from scipy import sparse
from threadpoolctl import threadpool_limits

from models_py.factors import (
    FactorizationError,
    choose_penalties,
    fit_factorizations,
    score_factorizations,
    validation_ndcg,
)
from models_py.training import Parameters, Study, TrainingData, matrix, read_training_data
from models_py.warehouse import Replacement, Warehouse, strings


def factorize(warehouse: Warehouse, study: Study, parameters: Parameters) -> None:
    """Choose and rank on validation after fits on fit cells; fit on train, then open the test cells and score."""
    data = read_training_data(warehouse, study)
    # one thread: a second one waits more than it works on matrices this thin
    with threadpool_limits(limits=1):
        columns = _measure(warehouse, study, data, parameters)
    warehouse.replace([Replacement("factorization_errors", study.key, columns, {"fingerprint": study.fingerprint})])


def _measure(warehouse: Warehouse, study: Study, data: TrainingData, parameters: Parameters) -> dict[str, np.ndarray]:
    factors, seed = parameters.factorization_factors, parameters.random_seed
    penalties = choose_penalties(data.fit, data.train, factors, seed)
    ranked = fit_factorizations(data.fit, factors, seed, penalties=penalties)
    ndcg = validation_ndcg(ranked, data.fit, data.validation)
    fitted = fit_factorizations(data.train, factors, seed, penalties=penalties)
    held_out = _read_held_out_plays(warehouse, study, data.train.counts.shape)
    errors = score_factorizations(fitted, data.train, held_out)
    return {**error_columns(errors), **_choice_columns(errors, penalties, ndcg)}


def error_columns(errors: Sequence[FactorizationError]) -> dict[str, np.ndarray]:
    """Put errors into columns, as they are stored."""
    return {
        **{name: strings(getattr(error, name) for error in errors) for name in ("model_name", "scale", "cells")},
        **{
            name: np.array([getattr(error, name) for error in errors])
            for name in ("n_factors", "n_cells", "rmse", "mae")
        },
    }


def _choice_columns(
    errors: Sequence[FactorizationError], penalties: Mapping[str, float], ndcg: Mapping[tuple[str, int, str], float]
) -> dict[str, np.ndarray]:
    """Return what validation says of the model of each row: nan, which is null in SQL, where it says nothing."""
    chosen = [penalties[error.scale] if error.model_name == "als" else np.nan for error in errors]
    ranks = [ndcg.get((error.model_name, error.n_factors, error.scale), np.nan) for error in errors]
    return {"penalty": np.array(chosen, dtype=float), "validation_ndcg_20": np.array(ranks, dtype=float)}


def _read_held_out_plays(warehouse: Warehouse, study: Study, shape: tuple[int, int]) -> sparse.csr_matrix:
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
        [study.split_name, study.item_type],
    )
    everything = np.ones(len(cells["play_count"]), dtype=bool)
    return matrix(cells["play_count"], cells["user_index"], cells["item_index"], everything, shape)
