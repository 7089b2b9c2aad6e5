"""Factorizations of played cells alone, against dense references and planted truths."""

import warnings

import numpy as np
import pytest
from made_matrices import interactions_of, random_plays
from scipy import sparse

from models_py.factorization.fitting import choose_penalties, fit_factorizations
from models_py.factorization.masked import PENALTIES, MaskedFit, choose_penalty, fit_als


def planted(seed: int, n_users: int = 120, n_items: int = 150, n_factors: int = 3) -> np.ndarray:
    """Values of every cell: a mean, biases and a low rank."""
    rng = np.random.default_rng(seed)
    low_rank = rng.normal(0, 1, (n_users, n_factors)) @ rng.normal(0, 1, (n_factors, n_items))
    return 5 + rng.normal(0, 1, (n_users, 1)) + rng.normal(0, 1, n_items) + low_rank


def masked(values: np.ndarray, share: float, seed: int) -> sparse.csr_matrix:
    return sparse.csr_matrix(values * (np.random.default_rng(seed).random(values.shape) < share))


def rmse(model, truth: np.ndarray, cells: np.ndarray) -> float:
    return float(np.sqrt(np.mean((model.columns(slice(None)).T - truth)[cells] ** 2)))


def test_a_planted_low_rank_is_found_on_cells_that_were_not_played():
    values = planted(0)
    matrix = masked(values, 0.4, 1)
    unplayed = matrix.toarray() == 0
    by_factors = {model.n_factors: model for model in fit_als(matrix, (1, 3), "log_plays", 0.05, seed=1)}
    spread = values[unplayed].std()
    assert rmse(by_factors[3], values, unplayed) < 0.15 * spread < rmse(by_factors[1], values, unplayed)


def test_biases_alone_are_found_and_no_factor_is_made_of_noise():
    rng = np.random.default_rng(2)
    biases = 4 + rng.normal(0, 1, (100, 1)) + rng.normal(0, 1, 140)
    matrix = masked(biases + rng.normal(0, 0.5, biases.shape), 0.3, 3)
    (model,) = fit_als(matrix, (4,), "log_plays", 1.2, seed=1)
    assert rmse(model, biases, matrix.toarray() == 0) < 0.2
    # the size of noise is known well enough that a penalty of 1.2 of it leaves next to nothing of the factors
    factors = model.user_part[:, :4] @ model.item_part[:, :4].T
    assert factors.std() < 0.05


def test_cells_that_were_not_played_change_nothing():
    matrix = masked(planted(4), 0.3, 5)
    wide = sparse.csr_matrix(sparse.hstack([matrix, sparse.csr_matrix((matrix.shape[0], 40))]))
    (narrow,) = fit_als(matrix, (2,), "log_plays", 0.1, seed=1)
    fit = MaskedFit(wide, 0.0)
    fit.penalty = MaskedFit(matrix, 0.1).penalty
    fit.grow(2, seed=1)
    # a zero-filled factorization would be drawn to 0 by forty more columns of nothing
    difference = fit.model("log_plays").columns(slice(None)).T[:, : matrix.shape[1]] - narrow.columns(slice(None)).T
    assert np.abs(difference).max() < 1e-4


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_each_update_is_the_dense_ridge_regression(seed):
    """Set each user's p to the minimum over p of what is fitted, cell by cell as it is written down."""
    matrix = masked(planted(seed, 12, 9, 2), 0.5, seed)
    fit = MaskedFit(matrix, 0.3)
    fit.grow(2, seed=1)
    q, old, residuals = fit.items[1].copy(), fit.users[1].copy(), fit.residuals.toarray()
    played = matrix.toarray() != 0
    fit.fit_factor(1)
    for user in range(12):
        items = np.flatnonzero(played[user])
        without = residuals[user, items] + old[user] * q[items]
        expected = (without * q[items]).sum() / ((q[items] ** 2).sum() + fit.penalty)
        assert fit.users[1][user] == pytest.approx(expected, abs=1e-5)
    of_user = fit.users[1]
    for item in range(9):
        users = np.flatnonzero(played[:, item])
        without = (residuals + np.outer(old, q))[users, item]
        expected = (without * of_user[users]).sum() / ((of_user[users] ** 2).sum() + fit.penalty)
        assert fit.items[1][item] == pytest.approx(expected, abs=1e-5)


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_no_update_raises_the_objective_and_residuals_stay_those_of_the_model(seed):
    matrix = masked(planted(seed, 30, 40), 0.3, seed)
    fit = MaskedFit(matrix, 0.2)
    fit.grow(3, seed=1)
    before = fit.objective()
    for _ in range(5):
        for update in (fit.fit_biases, *(lambda factor=factor: fit.fit_factor(factor) for factor in range(3))):
            update()
            assert fit.objective() <= before * (1 + 1e-6)
            before = fit.objective()
    model = fit.model("log_plays")
    assert np.allclose(matrix.data - model.at(matrix), fit.residuals.data, atol=1e-4)


def test_the_penalty_is_chosen_on_validation_cells():
    values = planted(6)
    noise = np.random.default_rng(7).normal(0, 1, values.shape)
    clean, chance = masked(values, 0.4, 8), masked(noise + 5, 0.2, 8)
    rest = masked(values, 0.1, 9)
    assert choose_penalty(clean, rest, (3,), "log_plays", seed=1) == PENALTIES[0]
    other = masked(np.random.default_rng(10).normal(0, 1, values.shape) + 5, 0.1, 9)
    assert choose_penalty(chance, other, (8,), "log_plays", seed=1) > 1
    assert choose_penalty(clean, sparse.csr_matrix(values.shape), (3,), "log_plays", seed=1) == PENALTIES[-1]


def test_validation_cells_are_those_that_fit_lacks():
    fit = random_plays(20, 30, 0.3, seed=1)
    more = fit + random_plays(20, 30, 0.1, seed=2)
    same = choose_penalties(interactions_of(fit), interactions_of(fit + fit), (2,), seed=1)
    assert same == {"plays": PENALTIES[-1], "log_plays": PENALTIES[-1]}
    chosen = choose_penalties(interactions_of(fit), interactions_of(more), (2,), seed=1)
    assert set(chosen.values()) <= set(PENALTIES)


def test_the_curve_is_that_of_separate_growth():
    matrix = masked(planted(11), 0.3, 12)
    models = list(fit_als(matrix, (4, 1, 2), "log_plays", 0.2, seed=1))
    assert [model.n_factors for model in models] == [1, 2, 4]
    (alone,) = fit_als(matrix, (1,), "log_plays", 0.2, seed=1)
    assert np.array_equal(alone.user_part, models[0].user_part)


@pytest.mark.parametrize(
    "plays",
    [
        np.ones((1, 1)),
        np.full((3, 4), 2.0),
        np.eye(4),
        np.array([[1.0, 0, 0], [0, 0, 0], [2.0, 0, 0]]),
        np.zeros((2, 3)),
        np.array([[1.0, 5.0]]),
    ],
)
def test_small_and_degenerate_matrices_run_without_warnings(plays):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        penalties = choose_penalties(interactions_of(plays), interactions_of(plays), (1, 2), seed=1)
        fitted = fit_factorizations(interactions_of(plays), (1, 2), seed=1, penalties=penalties)
    assert all(np.isfinite(model.columns(slice(None))).all() for model in fitted)
