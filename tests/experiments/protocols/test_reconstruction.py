"""Errors on every scale and kind of cells against the dense definition."""

import numpy as np
import pytest
from made_matrices import random_plays
from scipy import sparse

from models_py.experiments.protocols.reconstruction import reconstruction_errors
from models_py.experiments.protocols.splitting import split_by_cell

SCALES = {
    "plays": lambda plays, of_user: plays,
    "log_plays": lambda plays, of_user: np.log(1 + plays),
    "percent": lambda plays, of_user: 100 * plays / of_user,
}


@pytest.fixture(scope="module")
def counts() -> sparse.csr_matrix:
    dense = random_plays(25, 20, 0.5, seed=4)
    dense[3], dense[:, 5] = 0, 0
    return sparse.csr_matrix(dense)


@pytest.mark.parametrize("scale", SCALES)
def test_errors_are_those_of_the_dense_definition(counts: sparse.csr_matrix, scale: str):
    rows = {
        (row.model_name, row.scale, row.cells, row.n_factors): row
        for row in reconstruction_errors(counts, (4,), seed=2)
    }
    train, test = (part.toarray() for part in split_by_cell(counts, np.random.default_rng(2)))
    users, items = train.any(axis=1), train.any(axis=0)
    assert users.sum() == 24 and items.sum() == 19
    train, test = train[users][:, items], test[users][:, items]
    of_user = train.sum(axis=1, keepdims=True)
    train_values, test_values = SCALES[scale](train, of_user), SCALES[scale](test, of_user)
    left, values, right = np.linalg.svd(train_values, full_matrices=False)
    predictions = {
        ("zero", 0): np.zeros_like(train),
        ("global_mean", 0): np.full_like(train, train_values[train > 0].mean()),
        ("svd", 4): left[:, :4] @ np.diag(values[:4]) @ right[:4],
    }
    truths = {
        "train_played": (train_values, train > 0),
        "train_all": (train_values, np.full(train.shape, True)),
        "held_out_played": (test_values, test > 0),
        "held_out_all": (test_values, train == 0),
    }
    for (model, n_factors), prediction in predictions.items():
        for cells, (truth, mask) in truths.items():
            row = rows[model, scale, cells, n_factors]
            errors = (prediction - truth)[mask]
            assert row.n_cells == mask.sum()
            assert row.rmse == pytest.approx(np.sqrt(np.mean(errors**2)), rel=1e-6, abs=1e-9)
            assert row.mae == pytest.approx(np.mean(np.abs(errors)), rel=1e-6, abs=1e-9)


def test_every_model_scale_and_kind_of_cells_is_one_row(counts: sparse.csr_matrix):
    rows = reconstruction_errors(counts, (2, 4), seed=1)
    keys = {(row.model_name, row.n_factors, row.scale, row.cells) for row in rows}
    assert len(rows) == len(keys) == (4 + 2 * 2) * 3 * 4


def test_nothing_beats_svd_on_all_cells_of_train(counts: sparse.csr_matrix):
    """Eckart & Young 1936: so a lower error of nmf says that other cells were counted, or another model was fitted."""
    rows = [row for row in reconstruction_errors(counts, (2, 4), seed=1) if row.cells == "train_all" and row.n_factors]
    rmse = {(row.model_name, row.scale, row.n_factors): row.rmse for row in rows}
    assert all(rmse["svd", scale, n] <= rmse["nmf", scale, n] for scale in SCALES for n in (2, 4))
