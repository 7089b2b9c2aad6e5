"""What is foretold of later users and how it is judged, on made users whose truth is known."""

import numpy as np
import pytest
from sklearn.metrics import brier_score_loss, roc_auc_score

from models_py.retention import FEATURES, lacks, predict
from models_py.retention.scoring import area_under_curve, estimate, squared_error

N_USERS, N_TRAIN, DRAWS = 600, 400, 100
Users = tuple[dict[str, np.ndarray], np.ndarray, np.ndarray]


def made_users(seed: int, effect: float) -> Users:
    """Users of whom active days alone say whether they stay, as far as `effect` goes; the first to join are train."""
    rng = np.random.default_rng(seed)
    features = {name: rng.integers(1, 50, N_USERS).astype(float) for name in FEATURES}
    odds = np.exp(effect * (features["active_days"] - 25) / 14 + 0.5)
    retained = rng.random(N_USERS) < odds / (1 + odds)
    return features, retained, np.arange(N_USERS) < N_TRAIN


def test_the_area_is_that_of_scikit_learn_with_ties_too() -> None:
    rng = np.random.default_rng(3)
    for _ in range(20):
        predicted, happened = rng.integers(0, 6, 40) / 6, rng.random(40) < 0.3
        assert area_under_curve(predicted, happened) == pytest.approx(roc_auc_score(happened, predicted))
        assert squared_error(predicted, happened) == pytest.approx(brier_score_loss(happened, predicted))


def test_one_outcome_alone_has_no_area() -> None:
    assert np.isnan(area_under_curve(np.array([0.1, 0.2]), np.array([True, True])))


def test_an_interval_is_of_the_draws_that_say_something() -> None:
    values = np.array([0.0, 1.0])
    # a draw of one user twice has no spread to tell of
    found = estimate(lambda users: values[users].mean() if len(set(users)) == 2 else np.nan, 2, 200, seed=1)
    assert (found.value, found.low, found.high) == (0.5, 0.5, 0.5)
    spread = estimate(lambda users: np.arange(400.0)[users].mean(), 400, 500, seed=1)
    error = np.arange(400).std() / np.sqrt(400)
    assert spread.low == pytest.approx(spread.value - 1.96 * error, abs=error / 3)
    assert spread.high == pytest.approx(spread.value + 1.96 * error, abs=error / 3)


def test_what_says_who_stays_is_found_and_beats_the_base_rate() -> None:
    features, retained, in_train = made_users(1, effect=1.5)
    found = predict(features, retained, in_train, DRAWS, seed=1)
    happened = retained[~in_train]
    assert found.auc.value == pytest.approx(roc_auc_score(happened, found.predicted))
    assert found.brier.value == pytest.approx(brier_score_loss(happened, found.predicted))
    everybody = np.full(len(happened), retained[in_train].mean())
    assert found.brier_base_rate == pytest.approx(brier_score_loss(happened, everybody))
    assert found.brier_gain.value == pytest.approx(found.brier_base_rate - found.brier.value)
    assert found.auc.low > 0.7
    assert found.brier_gain.low > 0
    clear = {name for name, of in zip(FEATURES, found.coefficients, strict=True) if of.low > 0 or of.high < 0}
    assert "active_days" in clear
    strongest = max(zip(FEATURES, found.coefficients, strict=True), key=lambda pair: abs(pair[1].value))
    assert strongest[0] == "active_days"
    # as many odds as were made: 1.5 for 14 days, which is their standard deviation
    assert strongest[1].value == pytest.approx(1.5, abs=0.4)


def test_where_nothing_says_who_stays_nothing_is_claimed() -> None:
    found = [predict(*made_users(seed, effect=0.0), DRAWS, seed=1) for seed in range(8)]
    assert np.mean([each.auc.value for each in found]) == pytest.approx(0.5, abs=0.05)
    # by chance one of forty
    assert sum(each.brier_gain.low > 0 for each in found) <= 1


def test_it_does_not_learn_from_those_it_is_judged_by() -> None:
    features, retained, in_train = made_users(2, effect=1.0)
    found = predict(features, retained, in_train, DRAWS, seed=1)
    otherwise = predict(features, np.where(in_train, retained, ~retained), in_train, DRAWS, seed=1)
    assert (found.predicted == otherwise.predicted).all()
    assert (found.strength, found.coefficients) == (otherwise.strength, otherwise.coefficients)
    assert otherwise.auc.value == pytest.approx(1 - found.auc.value)
    # nor from how those listened
    shifted = {name: np.where(in_train, values, values + 7) for name, values in features.items()}
    assert predict(shifted, retained, in_train, DRAWS, seed=1).coefficients == found.coefficients


def test_units_do_not_matter() -> None:
    features, retained, in_train = made_users(3, effect=1.0)
    hours = {**features, "quiet_days": features["quiet_days"] * 24}
    found, same = (predict(given, retained, in_train, DRAWS, seed=1) for given in (features, hours))
    assert found.predicted == pytest.approx(same.predicted, abs=1e-6)


def test_the_same_seed_gives_the_same_figures() -> None:
    users = made_users(4, effect=0.5)
    found, again = predict(*users, DRAWS, seed=7), predict(*users, DRAWS, seed=7)
    assert (found.auc, found.brier, found.coefficients) == (again.auc, again.brier, again.coefficients)


def test_either_part_needs_both_outcomes() -> None:
    in_train = np.arange(8) < 4
    enough = np.array([True, False] * 4)
    assert lacks(enough, in_train, least=2) is None
    assert lacks(enough, in_train, least=3) == (
        "there are too few users: of those to learn from 2 stayed and 2 did not, of those to judge by 2 and 2, and 3 "
        "of each are needed"
    )
    assert "of those to learn from 4 stayed and 0 did not" in (lacks(enough | in_train, in_train, least=2) or "")
    assert "of those to judge by 4 and 0" in (lacks(enough | ~in_train, in_train, least=2) or "")
