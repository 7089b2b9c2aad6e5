"""The fast non-negative factorization against its definition and scikit-learn's."""

import warnings

import numpy as np
import pytest
from made_matrices import random_plays
from scipy import sparse
from sklearn.decomposition import NMF

from models_py.matrices.nonnegative import descend, random_start, svd_start


def error(matrix: sparse.csr_matrix, users: np.ndarray, items: np.ndarray) -> float:
    return float(np.linalg.norm(matrix.toarray() - users.T @ items))


def log_plays(seed: int) -> sparse.csr_matrix:
    return sparse.csr_matrix(np.log1p(random_plays(60, 80, 0.2, seed)))


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_no_sweep_raises_the_error_and_nothing_is_negative(seed):
    matrix = log_plays(seed)
    parts = random_start(matrix, 5, np.random.default_rng(seed))
    before = error(matrix, *parts)
    for _ in range(30):
        parts = descend(matrix, *parts, sweeps=1)
        assert min(part.min() for part in parts) >= 0
        assert error(matrix, *parts) <= before * (1 + 1e-5)
        before = error(matrix, *parts)


@pytest.mark.parametrize("seed", [0, 1])
def test_it_ends_where_scikit_learn_ends(seed):
    matrix = log_plays(seed)
    start = random_start(matrix, 4, np.random.default_rng(seed))
    theirs = NMF(4, init="custom", max_iter=2000, tol=1e-8)
    users = theirs.fit_transform(matrix, W=start[0].T.copy(), H=start[1].copy())
    ours = descend(matrix, *start, sweeps=2000)
    assert error(matrix, *ours) == pytest.approx(error(matrix, users.T, theirs.components_), rel=2e-3)


def test_the_svd_start_is_that_of_nndsvda():
    matrix = log_plays(3)
    left, values, right = np.linalg.svd(matrix.toarray(), full_matrices=False)
    users, items = svd_start(matrix, (left[:, :4] * values[:4]).T, right[:4])
    # by definition (Boutsidis & Gallopoulos 2008), of the third pair
    u, v, mean = left[:, 2], right[2], matrix.toarray().mean()
    halves = [(np.maximum(s * u, 0), np.maximum(s * v, 0)) for s in (1, -1)]
    x, y = max(halves, key=lambda half: np.linalg.norm(half[0]) * np.linalg.norm(half[1]))
    scale = np.sqrt(values[2] * np.linalg.norm(x) * np.linalg.norm(y))
    assert users[2] == pytest.approx(np.where(x > 0, scale * x / np.linalg.norm(x), mean))
    assert items[2] == pytest.approx(np.where(y > 0, scale * y / np.linalg.norm(y), mean))


@pytest.mark.parametrize("plays", [np.zeros((3, 4)), np.ones((1, 1)), np.eye(3), np.ones((5, 2))])
def test_degenerate_matrices_run_without_warnings(plays):
    matrix = sparse.csr_matrix(plays)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        users, items = descend(matrix, *random_start(matrix, 3, np.random.default_rng(0)), sweeps=10)
    assert np.isfinite(users).all() and np.isfinite(items).all()
