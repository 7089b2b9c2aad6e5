"""Fused lists against their definition, and what every model answers."""

import json
import pickle
from dataclasses import asdict

import numpy as np
import pytest
from made_matrices import interactions_of, random_plays, two_groups
from scipy import sparse

from models_py.blends.fusion import Fusion
from models_py.evaluation.ranking import recommend
from models_py.recommenders.registry import recommenders

NAMES = ("item_knn", "svd", "slim")


@pytest.fixture(scope="module")
def fusion() -> type[Fusion]:
    return Fusion.over({name: recommenders()[name]() for name in NAMES})


@pytest.fixture(scope="module")
def interactions():
    return interactions_of(random_plays(30, 25, 0.3))


def test_members_are_two_to_four_of_those_known(fusion: type[Fusion]):
    assert set(fusion.space["members"]) == {"item_knn+svd", "item_knn+slim", "svd+slim", "item_knn+svd+slim"}
    assert fusion().members == "item_knn+svd"
    setting = fusion(members="svd+slim", constant=5)
    assert fusion(**json.loads(json.dumps(asdict(setting)))) == setting


def test_scores_are_sums_of_reciprocal_ranks(fusion: type[Fusion], interactions):
    fitted = fusion(members="item_knn+svd", constant=10).fit(interactions, 1)
    expected = np.zeros(interactions.counts.shape)
    for name in ("item_knn", "svd"):
        scores = recommenders()[name]().fit(interactions, 1).scores(np.arange(30))
        for user, row in enumerate(scores):
            new = np.flatnonzero(interactions.counts[user].toarray().ravel() == 0)
            for rank, item in enumerate(sorted(new, key=lambda item, row=row: (-row[item], item)), start=1):
                expected[user, item] += 1 / (10 + rank)
    np.testing.assert_allclose(fitted.scores(np.arange(30)), expected, rtol=1e-9)


def test_folding_in_known_histories_gives_their_scores(fusion: type[Fusion], interactions):
    fitted = fusion(members="svd+slim").fit(interactions, 1)
    lists = [
        recommend(fitted, interactions, np.arange(30), ["discovery"], 10)["discovery"].item_index,
        [],
    ]
    folded = fitted.fold_in(interactions.counts)
    for user in range(30):
        best = sorted(np.flatnonzero(folded[user]), key=lambda item, user=user: (-folded[user, item], item))[:10]
        lists[1] += best
    # places may change hands where scores differ in their last digit
    assert np.mean(np.array(lists[0]) == np.array(lists[1])) > 0.95


def test_contributions_add_up_to_the_score(fusion: type[Fusion], interactions):
    fitted, items = fusion().fit(interactions, 1), np.arange(25)[::-1]
    for user in range(0, 30, 6):
        history = interactions.counts[user]
        contributions = fitted.contributions(history, items)
        assert set(contributions.indices) <= set(history.indices)
        added = np.asarray(contributions.sum(axis=1)).ravel()
        np.testing.assert_allclose(added, fitted.fold_in(history)[0, items], rtol=1e-9)


def test_lists_stay_within_the_users_own_group(fusion: type[Fusion]):
    interactions = interactions_of(two_groups(100, 100, density=0.5))
    fitted = fusion().fit(interactions, 1)
    lists = recommend(fitted, interactions, np.arange(100), ["discovery"], 5)["discovery"]
    assert ((lists.user_index < 50) == (lists.item_index < 50)).all()
    unseen = fitted.fold_in(sparse.csr_matrix(two_groups(10, 100, density=0.3, seed=9)))
    assert unseen[:5, :50].mean() > unseen[:5, 50:].mean()


def test_a_preparation_serves_every_setting(fusion: type[Fusion], interactions):
    settings = [fusion(members=members, constant=5) for members in fusion.space["members"]]
    prepared = fusion.prepare(settings, interactions, 1)
    for setting in settings:
        alone = setting.fit(interactions, 1).scores(np.arange(30))
        assert (setting.fit(interactions, 1, prepared).scores(np.arange(30)) == alone).all()


def test_saved_and_read_again_it_gives_the_same_scores(fusion: type[Fusion], interactions):
    fitted = fusion().fit(interactions, 1)
    again = pickle.loads(pickle.dumps(fitted))
    assert (again.scores(np.arange(30)) == fitted.scores(np.arange(30))).all()
    assert again.memory == fitted.memory > 0
