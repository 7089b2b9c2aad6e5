"""What is alike, against dense cosines."""

import numpy as np
import pytest
from made_matrices import interactions_of, random_plays, two_groups
from scipy import sparse

from models_py.explanations import alike
from models_py.explanations.alike import NEIGHBOURS, similar_items, similar_users
from models_py.recommenders.registry import recommenders


def test_similar_users_are_the_nearest_by_cosine():
    counts = random_plays(50, 40, 0.3)
    found = similar_users(sparse.csr_matrix(counts, dtype=np.float32))
    vectors = np.log1p(counts) / np.sqrt(np.maximum((counts > 0).sum(axis=0), 1))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    cosines = vectors @ vectors.T
    np.fill_diagonal(cosines, -1)
    for user in range(50):
        mine = found.index == user
        assert found.rank[mine].tolist() == list(range(1, NEIGHBOURS + 1))
        assert user not in found.other_index[mine]
        best = np.sort(cosines[user])[::-1][:NEIGHBOURS]
        np.testing.assert_allclose(found.similarity[mine], best, atol=1e-5)
        np.testing.assert_allclose(cosines[user, found.other_index[mine]], best, atol=1e-5)


@pytest.mark.parametrize("name", ["item_knn", "svd", "ease", "slim", "user_knn"])
def test_similar_items_are_played_by_the_same_people(name: str):
    interactions = interactions_of(two_groups(100, 60, density=0.5))
    found = similar_items(recommenders()[name]().fit(interactions, 1), interactions.listeners)
    assert len(found.index) and ((found.index < 30) == (found.other_index < 30)).all()
    assert (found.index != found.other_index).all()


def test_only_the_most_listened_to_have_their_like_looked_up(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(alike, "MOST_ITEMS", 7)
    monkeypatch.setattr(alike, "BLOCK", 3)
    interactions = interactions_of(random_plays(50, 40, 0.3))
    model = recommenders()["item_knn"]().fit(interactions, 1)
    few = similar_items(model, interactions.listeners)
    most = np.argsort(-interactions.listeners, kind="stable")[:7]
    assert set(few.index) == set(most)
    monkeypatch.setattr(alike, "MOST_ITEMS", 40)
    everything = similar_items(model, interactions.listeners)
    for item in most:
        assert (few.other_index[few.index == item] == everything.other_index[everything.index == item]).all()


def test_a_model_that_likens_no_items_gives_none():
    interactions = interactions_of(random_plays(30, 20, 0.3))
    model = recommenders()["most_popular"]().fit(interactions, 1)
    assert len(similar_items(model, interactions.listeners).index) == 0
