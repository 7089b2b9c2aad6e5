"""Stores how well factorizations rebuild play counts."""

from collections.abc import Sequence

import numpy as np
from scipy import sparse

from models_py.factors import FactorizationError, fit_factorizations, score_factorizations
from models_py.training import Parameters, Study, matrix, read_training_data
from models_py.warehouse import Replacement, Warehouse, strings


def factorize(warehouse: Warehouse, study: Study, parameters: Parameters) -> None:
    """Fit on train, then open the test cells and score."""
    train = read_training_data(warehouse, study).train
    fitted = fit_factorizations(train, parameters.factorization_factors, parameters.random_seed)
    held_out = _read_held_out_plays(warehouse, study, train.counts.shape)
    errors = score_factorizations(fitted, train, held_out)
    warehouse.replace(
        [Replacement("factorization_errors", study.key, error_columns(errors), {"fingerprint": study.fingerprint})]
    )


def error_columns(errors: Sequence[FactorizationError]) -> dict[str, np.ndarray]:
    """Put errors into columns, as they are stored."""
    return {
        **{name: strings(getattr(error, name) for error in errors) for name in ("model_name", "scale", "cells")},
        **{
            name: np.array([getattr(error, name) for error in errors])
            for name in ("n_factors", "n_cells", "rmse", "mae")
        },
    }


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
