"""Regressions of columns on their nearest, against scipy's solver of non-negative least squares."""

import numpy as np
import pytest
from made_matrices import random_plays
from scipy import sparse
from scipy.optimize import nnls

from models_py.matrices import elastic_net
from models_py.matrices.elastic_net import regressed


def reference(given: np.ndarray, target: np.ndarray, absolute: float, squared: float) -> np.ndarray:
    """Bring the penalties into the squares: of A with A'A = X'X + squared I, and of b with A'b = X'y - absolute."""
    factor = np.linalg.cholesky(given.T @ given + squared * np.eye(given.shape[1])).T
    return nnls(factor, np.linalg.solve(factor.T, given.T @ target - absolute))[0]


@pytest.mark.parametrize(("absolute", "squared"), [(0.0, 3.0), (2.0, 1.0), (8.0, 0.5)])
def test_weights_are_those_of_a_non_negative_elastic_net(absolute: float, squared: float):
    plays = np.log1p(random_plays(60, 25, 0.4))
    rng = np.random.default_rng(2)
    index = np.array(
        [rng.permutation([other for other in range(25) if other != item])[:10] for item in range(25)], dtype=np.int32
    )
    weights = regressed(sparse.csr_matrix(plays), index, absolute, squared)
    for item in range(25):
        expected = reference(plays[:, index[item]], plays[:, item], absolute, squared)
        np.testing.assert_allclose(weights[item], expected, atol=1e-5)
        # what a power below 1 makes of small weights
        np.testing.assert_allclose(weights[item] ** 0.25, expected**0.25, atol=0.02)


def test_columns_that_are_not_given_get_no_weight():
    index = np.full((3, 2), -1, dtype=np.int32)
    index[0, 0] = 1
    weights = regressed(sparse.csr_matrix(np.array([[1, 1, 1], [1, 1, 0.0]])), index, 0.0, 1.0)
    np.testing.assert_allclose(weights, [[2 / 3, 0], [0, 0], [0, 0]], rtol=1e-6)


def test_many_columns_get_the_weights_that_few_do(monkeypatch: pytest.MonkeyPatch):
    plays = sparse.csr_matrix(np.log1p(random_plays(60, 25, 0.4)))
    index = np.array([[other for other in range(25) if other != item] for item in range(25)], dtype=np.int32)
    few = regressed(plays, index, 2.0, 1.0)
    monkeypatch.setattr(elastic_net, "FEW_COLUMNS", 24)
    np.testing.assert_allclose(regressed(plays, index, 2.0, 1.0), few, atol=1e-6)
