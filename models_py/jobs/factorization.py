"""Stores how well factorizations rebuild play counts."""

import numpy as np

from models_py.factors import fit_factorizations, score_factorizations
from models_py.training import Parameters, Study, read_held_out_plays, read_training_data
from models_py.warehouse import Replacement, Warehouse, strings


def factorize(warehouse: Warehouse, study: Study, parameters: Parameters) -> None:
    """Fit on train, then open the test cells and score."""
    train = read_training_data(warehouse, study).train
    fitted = fit_factorizations(train, parameters.factorization_factors, parameters.random_seed)
    held_out = read_held_out_plays(warehouse, study, train.counts.shape)
    errors = score_factorizations(fitted, train, held_out)
    rows = {
        **{name: strings(getattr(error, name) for error in errors) for name in ("model_name", "scale", "cells")},
        **{
            name: np.array([getattr(error, name) for error in errors])
            for name in ("n_factors", "n_cells", "rmse", "mae")
        },
    }
    warehouse.replace([Replacement("factorization_errors", study.key, rows, {"fingerprint": study.fingerprint})])
