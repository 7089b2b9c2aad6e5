"""Models against the dense formulas that they are shortcuts of, written here with nothing of the product."""

from dataclasses import replace

import numpy as np
import pytest
from made_matrices import interactions_of, random_plays
from scipy import sparse

from models_py.matrices.inverse import MOST_SQUARE
from models_py.matrices.projecting import Confident
from models_py.recommenders.als import ALS
from models_py.recommenders.artist_backoff import ArtistBackoff
from models_py.recommenders.content import Content
from models_py.recommenders.ease import EASE
from models_py.recommenders.graph_filter import GraphFilter
from models_py.recommenders.hybrid import Hybrid

PLAYS = replace(interactions_of(random_plays(25, 18, 0.4)), periods=None)
EVERYBODY = np.arange(25)


def log_plays() -> np.ndarray:
    return np.log1p(PLAYS.counts.toarray().astype(np.float64))


def tag_vectors() -> np.ndarray:
    tags = np.log1p(PLAYS.tags.toarray())
    known = (tags > 0).sum(axis=0)
    vectors = tags * np.log(len(tags) / np.maximum(known, 1))
    return vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)


def ridge(matrix: np.ndarray, size: float) -> np.ndarray:
    """Weights between items that predict each item from all."""
    products = matrix.T @ matrix
    return np.linalg.solve(products + size * np.eye(len(products)), products)


def test_a_graph_filter_weighs_the_spectrum():
    setting = GraphFilter(
        weighting="log", popularity_power=0.5, user_power=1.0, factors=64, passed=8, ideal=0.3, score_power=0.5
    )
    by_item = (PLAYS.counts.toarray() > 0).sum(axis=0)
    scaled = log_plays() / np.sqrt(by_item)
    scaled /= np.linalg.norm(scaled, axis=1, keepdims=True)
    _, values, vectors = np.linalg.svd(scaled)
    # a decomposition gives one vector less than there are items
    weights = (values**2 / values[0] ** 2 + 0.3 * (np.arange(18) < 8)) * (np.arange(18) < 17)
    expected = scaled @ vectors.T @ np.diag(weights) @ vectors * np.sqrt(by_item)
    np.testing.assert_allclose(setting.fit(PLAYS, 1).scores(EVERYBODY), expected, rtol=1e-4, atol=1e-5)


def test_content_multiplies_the_tags_of_histories_and_items():
    setting = Content(frequency_power=1.0, weighting="log", popularity_power=0.0, score_power=0.0)
    expected = log_plays() @ tag_vectors() @ tag_vectors().T
    np.testing.assert_allclose(setting.fit(PLAYS, 1).scores(EVERYBODY), expected, rtol=1e-4, atol=1e-5)


def test_a_hybrid_is_a_regression_on_plays_and_tags():
    setting = Hybrid(
        weighting="log", popularity_power=0.0, tag_weight=0.3, regularization=0.1, exponent=0.0, score_power=0.0
    )
    plays, tags = log_plays(), tag_vectors().T
    tags *= np.sqrt(0.3 * (plays**2).sum() / (tags**2).sum())
    both = np.vstack([plays, tags])
    size = 0.1 * (both**2).sum(axis=1).mean()
    # up to a factor, which no list depends on: with an exponent of 0 scores are in units of 1 / size
    expected = plays @ ridge(both, size) / size
    np.testing.assert_allclose(setting.fit(PLAYS, 1).scores(EVERYBODY), expected, rtol=1e-4, atol=1e-5)


def test_artist_backoff_divides_the_scores_of_artists():
    setting = ArtistBackoff(
        weighting="log", popularity_power=0.0, regularization=0.1, score_power=0.0, own=1.0, share_power=0.5
    )
    belongs = PLAYS.parents[:, None] == np.arange(PLAYS.parents.max() + 1)
    artists = np.log1p(PLAYS.counts.toarray().astype(np.float64) @ belongs)
    size = 0.1 * (artists**2).sum(axis=1).mean()
    most = np.array([PLAYS.listeners[of_artist].max() for of_artist in belongs.T])
    shares = np.sqrt(PLAYS.listeners / most[PLAYS.parents])
    expected = (artists @ ridge(artists, size) / size)[:, PLAYS.parents] * shares
    np.testing.assert_allclose(setting.fit(PLAYS, 1).scores(EVERYBODY), expected, rtol=1e-4, atol=1e-5)


def test_artist_backoff_is_not_for_items_without_artists():
    plain = interactions_of(random_plays(9, 6, 0.5))
    alone = type(plain)(counts=plain.counts, parents=np.arange(6))
    assert "several tracks" in ArtistBackoff.lacks(alone)
    assert ArtistBackoff.lacks(plain) is None


@pytest.mark.parametrize("recommender", [Content, Hybrid])
def test_what_needs_tags_says_so(recommender):
    plain = interactions_of(random_plays(9, 6, 0.5))
    assert "artist-tags.tsv" in recommender.lacks(type(plain)(counts=plain.counts, parents=plain.parents))


@pytest.mark.parametrize("recommender", [EASE, Hybrid])
def test_a_square_that_is_too_large_is_refused_with_an_alternative(recommender):
    def empty(n_users: int, n_items: int):
        tags = sparse.csr_matrix((n_items, 1))
        return type(PLAYS)(counts=sparse.csr_matrix((n_users, n_items)), parents=np.arange(n_items), tags=tags)

    assert recommender.lacks(empty(MOST_SQUARE + 1, MOST_SQUARE)) is None
    sentence = recommender.lacks(empty(MOST_SQUARE + 1, MOST_SQUARE + 1))
    assert "20,001 users and 20,001 items" in sentence and "slim or item_knn" in sentence


def test_confident_histories_solve_the_normal_equations():
    vectors = np.random.default_rng(2).normal(size=(18, 5))
    values = sparse.csr_matrix(log_plays())
    expected = []
    for row in log_plays():
        confidence = np.diag(1 + row)
        products = vectors.T @ confidence @ vectors + 0.7 * np.eye(5)
        expected.append(np.linalg.solve(products, vectors.T @ confidence @ (row > 0)))
    np.testing.assert_allclose(Confident(vectors, regularization=0.7)(values), expected, rtol=1e-6)


def test_als_ends_where_items_too_solve_their_normal_equations():
    setting = ALS(factors=16, weighting="log", confidence=1.0, regularization=3.0, score_power=0.0)
    model = setting.fit(PLAYS, 1)
    items = Confident(model.user_factors, regularization=3.0)(sparse.csr_matrix(log_plays().T))
    error = np.linalg.norm(items - model.item_factors) / np.linalg.norm(items)
    assert error < 0.05, error
