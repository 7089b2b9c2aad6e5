"""TIFU-KNN against the formula of its paper, written here with nothing of the product."""

import numpy as np
import pytest
from made_matrices import interactions_of, random_plays
from scipy import sparse

from models_py.data.interactions import Interactions
from models_py.recommenders.tifu_knn import TifuKNN

INTERACTIONS = interactions_of(random_plays(25, 18, 0.4))
EVERYBODY = np.arange(25)


def faded() -> np.ndarray:
    """Divide each period's plays by its age in that of the last one; a third of a cell's plays is 400 days old."""
    plays = INTERACTIONS.counts.toarray().astype(np.float64)
    return plays - plays // 3 + plays // 3 * 45 / 400


def cosines(vectors: np.ndarray) -> np.ndarray:
    lengths = np.maximum(np.linalg.norm(vectors, axis=1), 1e-12)
    return vectors @ vectors.T / np.outer(lengths, lengths)


@pytest.mark.parametrize("sharpness", [0.0, 2.0])
def test_scores_are_the_users_own_plays_and_the_mean_of_the_nearest(sharpness: float):
    setting = TifuKNN(weighting="log", neighbours=10, sharpness=sharpness, alpha=0.7)
    own = np.log1p(faded())
    similarity = cosines(own) - 2 * np.eye(25)
    neighbours = np.zeros_like(own)
    for user, of_user in enumerate(similarity):
        nearest = np.argsort(-of_user)[:10]
        neighbours[user] = np.average(own[nearest], axis=0, weights=of_user[nearest] ** sharpness)
    scores = setting.fit(INTERACTIONS, 1).scores(EVERYBODY)
    np.testing.assert_allclose(scores, 0.7 * own + 0.3 * neighbours, rtol=1e-4, atol=1e-5)


def test_others_are_likened_by_plays_that_have_not_faded():
    setting = TifuKNN(weighting="log", neighbours=1, sharpness=1.0, alpha=0.7)
    own = np.log1p(faded())
    history = own[[3]] * 2
    folded = setting.fit(INTERACTIONS, 1).fold_in(sparse.csr_matrix(np.expm1(history)))
    np.testing.assert_allclose(folded, 0.7 * history + 0.3 * own[[3]], rtol=1e-4, atol=1e-5)


def test_without_periods_it_is_left_out():
    assert "the var period_days" in TifuKNN.lacks(Interactions.plain(INTERACTIONS.counts))
