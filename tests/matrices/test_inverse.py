"""The inverse of regularized inner products against dense arithmetic, and the models that are made of it."""

from dataclasses import replace

import numpy as np
import pytest
from made_matrices import interactions_of, random_plays
from scipy import sparse

from models_py.matrices.inverse import Decomposition
from models_py.recommenders.ease import EASE

SHAPES = {"users fewer": (12, 30), "items fewer": (30, 12), "as many": (15, 15)}


def dense_inverse(matrix: np.ndarray, regularization: float) -> np.ndarray:
    """Invert the items' inner products."""
    return np.linalg.inv(matrix.T @ matrix + regularization * np.eye(matrix.shape[1]))


@pytest.fixture(params=SHAPES)
def plays(request: pytest.FixtureRequest) -> np.ndarray:
    return random_plays(*SHAPES[request.param], 0.4)


@pytest.mark.parametrize("regularization", [0.1, 5.0])
def test_diagonals_are_those_of_the_dense_inverse(plays: np.ndarray, regularization: float):
    found = Decomposition.of(sparse.csr_matrix(plays)).diagonals([regularization, 1.0])
    np.testing.assert_allclose(found[regularization], np.diag(dense_inverse(plays, regularization)), rtol=1e-8)


@pytest.mark.parametrize("exponent", [0.0, 0.5, 1.0])
def test_scores_are_those_of_the_dense_form(plays: np.ndarray, exponent: float):
    """EASE keeps the diagonal of its weights at zero, ridge regression does not; both by their textbook forms."""
    interactions = replace(interactions_of(plays), periods=None)
    setting = EASE(
        weighting="log", popularity_power=0.0, user_power=0.0, regularization=0.3, exponent=exponent, score_power=0.0
    )
    matrix = np.log1p(interactions.counts.toarray().astype(np.float64))
    size = 0.3 * (matrix**2).sum(axis=1).mean()
    inverse = dense_inverse(matrix, size)
    weights = {
        0.0: inverse @ (matrix.T @ matrix) / size,
        0.5: np.eye(len(inverse)) / np.sqrt(size) - inverse / np.sqrt(np.diag(inverse)),
        1.0: np.eye(len(inverse)) - inverse / np.diag(inverse),
    }[exponent]
    scores = setting.fit(interactions, 0).scores(np.arange(len(matrix)))
    np.testing.assert_allclose(scores, matrix @ weights, rtol=1e-4, atol=1e-5)


def test_items_are_predicted_by_others_alone_where_the_exponent_is_1(plays: np.ndarray):
    fitted = EASE(exponent=1.0).fit(interactions_of(plays), 0)
    items = np.arange(plays.shape[1])
    own = sparse.csr_matrix(plays * (np.arange(len(plays)) == 0)[:, None])[0]
    contributions = fitted.contributions(own, items).toarray()
    np.testing.assert_allclose(np.diag(contributions), 0.0, atol=1e-6)
