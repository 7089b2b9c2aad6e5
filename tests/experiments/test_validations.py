"""Validations beside test: what is said of their agreement follows from the settings' scores."""

from types import SimpleNamespace

import numpy as np
import pytest
from made_matrices import random_plays
from scipy import sparse

from models_py.experiments import validations
from models_py.experiments.validations import MODELS, SETTINGS, VALIDATIONS, agreements

PARAMETERS = SimpleNamespace(min_items_per_user=2, min_users=lambda item_type: 2, headline_k=20, random_seed=1)


@pytest.fixture
def counts() -> sparse.csr_matrix:
    return sparse.csr_matrix(random_plays(40, 60, 0.4), dtype=np.float64)


def said(counts: sparse.csr_matrix, monkeypatch: pytest.MonkeyPatch, of_validation: list[float]) -> list:
    """Give each setting its number as its score on test, and these on every validation."""
    n_settings, asked = SETTINGS * len(MODELS), iter(range(1000))

    def scored(setting, known, relevant, n_relevant, parameters):
        call = next(asked)
        value = call if call < n_settings else of_validation[call % n_settings]
        # the mean over who has something to find: all of them here
        return np.full(len(n_relevant), value * 40 / len(n_relevant))

    monkeypatch.setattr(validations, "ndcg_of", scored)
    return list(agreements(counts, PARAMETERS, "artist", 1))


def test_a_validation_that_orders_as_test_does_loses_nothing(counts, monkeypatch):
    n_settings = SETTINGS * len(MODELS)
    found = said(counts, monkeypatch, [float(number) for number in range(n_settings)])
    assert [one.validation for one in found] == list(VALIDATIONS)
    for one in found:
        assert (one.correlation, one.within, one.regret) == pytest.approx((1, 1, 0))


def test_a_validation_that_turns_the_order_round_loses_most(counts, monkeypatch):
    n_settings = SETTINGS * len(MODELS)
    for one in said(counts, monkeypatch, [float(-number) for number in range(n_settings)]):
        assert (one.correlation, one.within, one.regret) == pytest.approx((-1, -1, n_settings - 1))


def test_the_order_within_models_is_told_from_that_between_them(counts, monkeypatch):
    # models in the right order, the settings of each in the wrong one
    order = [model * SETTINGS - setting for model in range(len(MODELS)) for setting in range(SETTINGS)]
    for one in said(counts, monkeypatch, [float(number) for number in order]):
        assert one.within == pytest.approx(-1)
        assert 0 < one.correlation < 1


def test_real_scores_agree_and_a_seed_decides_them(counts):
    first, again = (list(agreements(counts, PARAMETERS, "artist", 3)) for _ in range(2))
    assert first == again
    assert all(-1 <= one.correlation <= 1 and one.regret >= 0 for one in first)
