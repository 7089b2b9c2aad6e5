"""Regressions of columns on their nearest, against scikit-learn's solver."""

import numpy as np
import pytest
from made_matrices import random_plays
from scipy import sparse
from sklearn.linear_model import ElasticNet

from models_py.matrices.elastic_net import regressed


@pytest.mark.parametrize(("absolute", "squared"), [(0.0, 3.0), (2.0, 1.0), (8.0, 0.5)])
def test_weights_are_those_of_a_non_negative_elastic_net(absolute: float, squared: float):
    plays = np.log1p(random_plays(60, 25, 0.4))
    rng = np.random.default_rng(2)
    index = np.array(
        [rng.permutation([other for other in range(25) if other != item])[:10] for item in range(25)], dtype=np.int32
    )
    weights = regressed(sparse.csr_matrix(plays), index, absolute, squared)
    for item in range(25):
        # its objective is divided by the number of rows, and its penalties are a size and a share
        size = (absolute + squared) / len(plays)
        solver = ElasticNet(
            alpha=size, l1_ratio=absolute / (absolute + squared), positive=True, fit_intercept=False, tol=1e-10
        )
        expected = solver.fit(plays[:, index[item]], plays[:, item]).coef_
        np.testing.assert_allclose(weights[item], expected, rtol=1e-2, atol=1e-3)


def test_columns_that_are_not_given_get_no_weight():
    index = np.full((3, 2), -1, dtype=np.int32)
    index[0, 0] = 1
    weights = regressed(sparse.csr_matrix(np.array([[1, 1, 1], [1, 1, 0.0]])), index, 0.0, 1.0)
    np.testing.assert_allclose(weights, [[2 / 3, 0], [0, 0], [0, 0]], rtol=1e-6)
