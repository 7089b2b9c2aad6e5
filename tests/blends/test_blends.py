"""Blends against their definitions, and what every model answers."""

import json
import pickle
from dataclasses import asdict, replace

import numpy as np
import pytest
from made_matrices import interactions_of, random_plays, two_groups
from scipy import sparse

from models_py.blends import BLENDS
from models_py.blends.fusion import Fusion
from models_py.blends.members import Blend
from models_py.blends.reranked import FOLDS, Reranked
from models_py.data.interactions import Interactions
from models_py.data.validation import Validation
from models_py.evaluation.ranking import recommend
from models_py.recommenders.registry import recommenders

NAMES = ("item_knn", "svd", "slim")


MODELS = {name: recommenders()[name]() for name in NAMES}


@pytest.fixture(scope="module")
def fusion() -> type[Fusion]:
    return Fusion.over(MODELS)


@pytest.fixture(scope="module")
def reranked() -> type[Reranked]:
    return Reranked.over(MODELS)


@pytest.fixture(params=BLENDS, ids=lambda blend: blend.name)
def blend(request: pytest.FixtureRequest) -> type[Blend]:
    return request.param.over(MODELS)


@pytest.fixture(scope="module")
def interactions() -> Interactions:
    return interactions_of(random_plays(30, 25, 0.3))


def held_out(interactions: Interactions, likely: np.ndarray | None = None) -> Validation:
    """Two new items of each user, of those that are likely."""
    rng = np.random.default_rng(3)
    likely = np.ones(interactions.counts.shape) if likely is None else likely
    new = [rng.permutation(np.flatnonzero(row))[:2] for row in likely * (interactions.counts.toarray() == 0)]
    users = np.repeat(np.arange(len(new)), [len(items) for items in new])
    return Validation.from_cells(users, np.concatenate(new), np.zeros(len(users), bool), interactions.counts.shape)


def chosen(blend: type[Blend], interactions: Interactions, likely: np.ndarray | None = None) -> Blend:
    """Give the default setting, with what it learns on validation."""
    setting = blend()
    if isinstance(setting, Reranked):
        return setting.judged(interactions, held_out(interactions, likely), 1)[0]
    return setting


def test_members_are_two_to_four_of_those_known(fusion: type[Fusion]):
    assert set(fusion.space["members"]) == {"item_knn+svd", "item_knn+slim", "svd+slim", "item_knn+svd+slim"}
    assert fusion().members == "item_knn+svd"


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


def test_a_setting_is_json(blend: type[Blend], interactions):
    setting = chosen(blend, interactions)
    assert blend(**json.loads(json.dumps(asdict(setting)))) == setting


def test_probabilities_are_those_of_the_regression(reranked: type[Reranked], interactions):
    setting = replace(chosen(reranked, interactions), members="item_knn+svd", depth=5)
    known = dict(setting.coefficients)
    scores = setting.fit(interactions, 1).scores(np.arange(30))
    places, heights = {}, {}
    for name in ("item_knn", "svd"):
        lists = recommend(MODELS[name].fit(interactions, 1), interactions, np.arange(30), ["discovery"], 200)[
            "discovery"
        ]
        for user, item, rank, score in zip(lists.user_index, lists.item_index, lists.rank, lists.score, strict=True):
            own = lists.score[lists.user_index == user]
            heights[name, user, item] = (score - own.min()) / (own.max() - own.min())
            places[name, user, item] = rank
    played = interactions.counts.toarray() > 0
    alike = (played.T @ played.astype(float)) / np.sqrt(np.outer(played.sum(0), played.sum(0)))
    np.fill_diagonal(alike, 0)
    for row in alike:
        row[sorted(range(25), key=lambda item, row=row: (-round(row[item], 6), item))[5:]] = 0
    for user in range(30):
        for item in range(25):
            ranks = {name: places.get((name, user, item), 999) for name in ("item_knn", "svd")}
            near = [name for name, rank in ranks.items() if rank <= 5]
            odds = known["intercept"] + known["lists"] * len(near)
            odds += known["listeners"] * np.log((interactions.listeners[item] + 1) / 31)
            history = interactions.counts[user].toarray().ravel()
            odds += known["items of the user"] * np.log1p((history > 0).sum())
            odds += known["its nearest that are played"] * np.log1p(alike[item] @ played[user])
            odds += known["played whose nearest it is"] * np.log1p(played[user] @ alike[:, item])
            of_parent = history * (interactions.parents == interactions.parents[item])
            odds += known["known of its parent"] * np.log1p((of_parent > 0).sum())
            odds += known["share of its parent"] * of_parent.sum() / history.sum()
            for days, plays in interactions.windows.items():
                odds += known[f"share of plays in {days} days"] * plays[item] / interactions.plays[item]
            for name, rank in ranks.items():
                odds += known[f"rank in {name}"] * np.log1p(rank if name in near else 6)
                odds += known[f"height in {name}"] * (heights[name, user, item] if name in near else 0)
            expected = 1 / (1 + np.exp(-odds)) if near else 0.0
            assert scores[user, item] == pytest.approx(expected, abs=1e-8)


def test_nobody_is_judged_by_what_their_own_validation_taught(reranked: type[Reranked], interactions):
    validation = held_out(interactions)
    _, model = reranked().judged(interactions, validation, 1)
    for user in range(FOLDS):
        cells = validation.relevant["discovery"].tolil(copy=True)
        cells[user] = 1
        cells[user, interactions.counts[user].indices] = 0
        changed = Validation({"discovery": cells.tocsr()}, validation.n_relevant)
        setting, other = reranked().judged(interactions, changed, 1)
        np.testing.assert_array_equal(model.scores(np.array([user])), other.scores(np.array([user])))
        assert (model.scores(np.arange(30)) != other.scores(np.arange(30))).any()


def test_a_regression_finds_the_member_that_is_right(reranked: type[Reranked], interactions):
    # what people go on to play is what one member lists first
    lists = recommend(MODELS["svd"].fit(interactions, 1), interactions, np.arange(30), ["discovery"], 3)["discovery"]
    validation = Validation.from_cells(
        lists.user_index, lists.item_index, np.zeros(len(lists.rank), bool), interactions.counts.shape
    )
    setting, model = reranked().judged(interactions, validation, 1)
    found = recommend(model, interactions, np.arange(30), ["discovery"], 3)["discovery"]
    alike = set(zip(found.user_index, found.item_index, strict=True)) & set(
        zip(lists.user_index, lists.item_index, strict=True)
    )
    assert len(alike) > 0.9 * len(lists.rank)


def test_who_has_no_candidate_gets_no_score(blend: type[Blend], interactions: Interactions):
    fitted = chosen(blend, interactions).fit(interactions, 1)
    everything, nothing = sparse.csr_matrix(np.ones((1, 25))), sparse.csr_matrix((1, 25))
    for history in (everything, nothing):
        assert (fitted.fold_in(history) == 0).all()
    assert fitted.contributions(interactions.counts[0], np.empty(0, dtype=int)).shape == (0, 25)
    whole = interactions_of(np.vstack([random_plays(29, 25, 0.3), np.ones(25)]))
    assert (chosen(blend, whole).fit(whole, 1).scores(np.array([29])) == 0).all()


def test_where_nobody_has_a_candidate_nothing_is_learnt(reranked: type[Reranked]):
    full = interactions_of(np.ones((4, 6)))
    _, model = reranked().judged(full, held_out(full), 1)
    assert (model.scores(np.arange(4)) == 0).all()


def test_what_has_learnt_nothing_is_not_fitted(reranked: type[Reranked], interactions: Interactions):
    with pytest.raises(ValueError, match="learnt nothing yet"):
        reranked().fit(interactions, 1)


def test_folding_in_known_histories_gives_their_scores(blend: type[Blend], interactions):
    # of others' plays no ages are known
    interactions = replace(interactions, periods=None)
    fitted = chosen(blend, interactions).fit(interactions, 1)
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


def test_contributions_add_up_to_the_score(blend: type[Blend], interactions):
    fitted, items = chosen(blend, interactions).fit(interactions, 1), np.arange(25)[::-1]
    for user in range(0, 30, 6):
        history = interactions.counts[user]
        contributions = fitted.contributions(history, items)
        assert set(contributions.indices) <= set(history.indices)
        added = np.asarray(contributions.sum(axis=1)).ravel()
        np.testing.assert_allclose(added, fitted.fold_in(history)[0, items], rtol=1e-9)
        of_user = np.asarray(fitted.contributions_of(user, history, items).sum(axis=1)).ravel()
        np.testing.assert_allclose(of_user, fitted.scores(np.array([user]))[0, items], rtol=1e-9)


def test_lists_stay_within_the_users_own_group(blend: type[Blend]):
    interactions = interactions_of(two_groups(100, 100, density=0.5))
    likely = two_groups(100, 100, density=0.5, seed=4)
    fitted = chosen(blend, interactions, likely).fit(interactions, 1)
    lists = recommend(fitted, interactions, np.arange(100), ["discovery"], 5)["discovery"]
    assert ((lists.user_index < 50) == (lists.item_index < 50)).all()
    unseen = fitted.fold_in(sparse.csr_matrix(two_groups(10, 100, density=0.3, seed=9)))
    assert unseen[:5, :50].mean() > unseen[:5, 50:].mean()


def test_a_preparation_serves_every_setting(blend: type[Blend], interactions):
    default = chosen(blend, interactions)
    settings = [replace(default, members=members) for members in blend.space["members"]]
    prepared = blend.prepare(settings, interactions, 1)
    for setting in settings:
        alone = setting.fit(interactions, 1).scores(np.arange(30))
        assert (setting.fit(interactions, 1, prepared).scores(np.arange(30)) == alone).all()


def test_saved_and_read_again_it_gives_the_same_scores(blend: type[Blend], interactions):
    fitted = chosen(blend, interactions).fit(interactions, 1)
    again = pickle.loads(pickle.dumps(fitted))
    assert (again.scores(np.arange(30)) == fitted.scores(np.arange(30))).all()
    assert again.memory == fitted.memory > 0
