"""Factorizations and their errors against dense references on small cases."""

import numpy as np
import pytest
from scipy import sparse

from models_py.data.interactions import Interactions
from models_py.factorization import (
    Factorization,
    factorization_errors,
    fit_factorizations,
    score_factorizations,
)

SCALES = {"plays": lambda plays: plays, "log_plays": np.log1p}


def interactions(dense: np.ndarray) -> Interactions:
    return Interactions(counts=sparse.csr_matrix(dense.astype(np.float32)), parents=np.arange(dense.shape[1]))


def study(seed: int, n_users: int = 17, n_items: int = 23) -> tuple[np.ndarray, np.ndarray]:
    """Train and test plays, dense; about half of the test cells are train cells too."""
    rng = np.random.default_rng(seed)
    plays = np.ceil(rng.lognormal(1.5, 1.5, size=(n_users, n_items)))
    train = plays * (rng.random(plays.shape) < 0.3)
    train[0, 0] = 5
    test = np.ceil(plays / 2) * np.where(train > 0, rng.random(plays.shape) < 0.2, rng.random(plays.shape) < 0.1)
    return train, test


def dense_prediction(train: np.ndarray, model: str, n_factors: int) -> np.ndarray:
    """Predictions by definition, from scaled train plays."""
    played = train > 0
    mean = train[played].mean()
    if model == "global_mean":
        return np.full(train.shape, mean)
    if model == "item_mean":
        means = [column[column > 0].mean() if (column > 0).any() else mean for column in train.T]
        return np.tile(means, (len(train), 1))
    left, values, right = np.linalg.svd(train, full_matrices=False)
    return left[:, :n_factors] @ np.diag(values[:n_factors]) @ right[:n_factors]


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_errors_are_those_of_the_dense_definition(seed):
    train, test = study(seed)
    rows = {
        (row.model_name, row.n_factors, row.scale, row.cells): row
        for row in factorization_errors(interactions(train), sparse.csr_matrix(test), (2, 5), seed=3)
    }
    masks = {"train": train > 0, "held_out": (test > 0) & (train == 0), "all_unseen": train == 0}
    for scale, transform in SCALES.items():
        truth = np.where(train > 0, transform(train), transform(test))
        for model, n_factors in [("global_mean", 0), ("item_mean", 0), ("svd", 2), ("svd", 5)]:
            errors = dense_prediction(transform(train), model, n_factors) - truth
            for cells, mask in masks.items():
                row = rows[model, n_factors, scale, cells]
                assert row.n_cells == mask.sum()
                assert row.rmse == pytest.approx(np.sqrt(np.mean(errors[mask] ** 2)), rel=1e-9)
                assert row.mae == pytest.approx(np.mean(np.abs(errors[mask])), rel=1e-9)


def test_every_model_scale_and_kind_of_cells_is_one_row():
    train, test = study(4)
    penalties = {"plays": 1.0, "log_plays": 2.0}
    rows = factorization_errors(interactions(train), sparse.csr_matrix(test), (2, 5), seed=3, penalties=penalties)
    keys = {(row.model_name, row.n_factors, row.scale, row.cells) for row in rows}
    models = [(name, 0) for name in ("global_mean", "item_mean", "user_item_bias")]
    models += [(name, n) for name in ("svd", "nmf", "als") for n in (2, 5)]
    assert len(rows) == len(keys) == len(models) * 2 * 3
    assert {(name, n) for name, n, _, _ in keys} == set(models)


def test_scoring_any_prediction_agrees_with_the_definition_for_every_block_size():
    train, test = study(5)
    rng = np.random.default_rng(0)
    model = Factorization("svd", 3, "log_plays", rng.normal(size=(len(train), 3)), rng.normal(size=(train.shape[1], 3)))
    errors = (model.user_part @ model.item_part.T - np.log1p(test))[train == 0]
    for block_cells in (1, 23, 60, 10**9):
        rows = score_factorizations([model], interactions(train), sparse.csr_matrix(test), block_cells)
        unseen = next(row for row in rows if row.cells == "all_unseen")
        assert unseen.rmse == pytest.approx(np.sqrt(np.mean(errors**2)), rel=1e-12)
        assert unseen.mae == pytest.approx(np.mean(np.abs(errors)), rel=1e-12)


def test_train_cells_in_held_out_change_nothing():
    train, test = study(6)
    fitted = fit_factorizations(interactions(train), (3,), seed=1)
    without = sparse.csr_matrix(test * (train == 0))
    assert score_factorizations(fitted, interactions(train), sparse.csr_matrix(test)) == score_factorizations(
        fitted, interactions(train), without
    )


def test_same_seed_gives_the_same_rows():
    train, test = study(7)
    runs = [factorization_errors(interactions(train), sparse.csr_matrix(test), (2, 4), seed=9) for _ in range(2)]
    assert runs[0] == runs[1]


def test_nmf_is_not_negative_and_finds_a_low_rank():
    rng = np.random.default_rng(8)
    train = np.round(rng.gamma(1.0, 5.0, (30, 3)) @ rng.gamma(1.0, 5.0, (3, 40)))
    fitted = fit_factorizations(interactions(train), (3,), seed=1)
    nmf = next(model for model in fitted if model.model_name == "nmf" and model.scale == "plays")
    assert nmf.user_part.min() >= 0 and nmf.item_part.min() >= 0
    assert np.linalg.norm(nmf.columns(slice(None)).T - train) < 0.02 * np.linalg.norm(train)


def test_bias_finds_planted_users_and_items_and_damps_noise():
    rng = np.random.default_rng(9)
    users, items = rng.normal(0, 1.0, 60), rng.normal(0, 0.5, 80)
    log_plays = 4 + users[:, None] + items + rng.normal(0, 0.3, (60, 80))
    plays = np.round(np.exp(log_plays)) * (rng.random((60, 80)) < 0.4)
    held_out = np.round(np.exp(log_plays)) * (plays == 0) * (rng.random((60, 80)) < 0.2)
    rmse = {
        row.model_name: row.rmse
        for row in factorization_errors(interactions(plays), sparse.csr_matrix(held_out), (), seed=1)
        if row.scale == "log_plays" and row.cells == "held_out"
    }
    assert rmse["user_item_bias"] < 0.36 < rmse["item_mean"] < rmse["global_mean"]

    noise = np.exp(rng.normal(3, 1.0, (60, 80))) * (rng.random((60, 80)) < 0.4)
    models = {model.model_name: model for model in fit_factorizations(interactions(noise), (), seed=1)}
    spread = {name: model.columns(slice(None)).std() for name, model in models.items()}
    assert spread["user_item_bias"] < 0.5 * spread["item_mean"]


def test_a_zero_filled_factorization_loses_to_the_mean_on_played_cells_and_wins_on_unseen_ones():
    rng = np.random.default_rng(10)
    plays = np.ceil(rng.lognormal(3, 1, (80, 120))) * (rng.random((80, 120)) < 0.06)
    is_train = rng.random(plays.shape) < 0.8
    rmse = {
        (row.model_name, row.cells): row.rmse
        for row in factorization_errors(
            interactions(plays * is_train), sparse.csr_matrix(plays * ~is_train), (4,), seed=1
        )
        if row.scale == "log_plays"
    }
    for model in ("svd", "nmf"):
        assert rmse[model, "held_out"] > rmse["global_mean", "held_out"]
        assert rmse[model, "all_unseen"] < rmse["global_mean", "all_unseen"]


def test_impossible_numbers_of_factors_are_left_out():
    train, test = study(11, n_users=4, n_items=6)
    rows = factorization_errors(interactions(train), sparse.csr_matrix(test), (0, 2, 4, 50), seed=1)
    assert {row.n_factors for row in rows} == {0, 2}


def test_kinds_without_cells_are_left_out():
    full = np.arange(1.0, 13.0).reshape(3, 4)
    nothing = sparse.csr_matrix((3, 4))
    assert {row.cells for row in factorization_errors(interactions(full), nothing, (1,), seed=1)} == {"train"}
    assert factorization_errors(interactions(np.zeros((3, 4))), nothing, (1,), seed=1) == []


@pytest.mark.parametrize("shape", [(1, 1), (1, 5), (5, 1)])
def test_one_user_or_one_item(shape):
    rows = factorization_errors(interactions(np.full(shape, 7.0)), sparse.csr_matrix(shape), (1,), seed=1)
    assert all(row.n_factors == 0 and row.rmse == pytest.approx(0, abs=1e-12) for row in rows)


def test_equal_counts_are_predicted_by_every_mean():
    train, _ = study(12)
    rows = factorization_errors(interactions((train > 0) * 3.0), sparse.csr_matrix(train.shape), (), seed=1)
    assert all(row.rmse == pytest.approx(0, abs=1e-9) for row in rows if row.cells == "train")


def test_another_shape_is_refused():
    train, _ = study(13)
    with pytest.raises(ValueError, match="shape"):
        factorization_errors(interactions(train), sparse.csr_matrix((2, 2)), (2,), seed=1)
