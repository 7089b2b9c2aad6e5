"""What every recommender keeps to. Whatever the registry finds joins by itself: a new file needs no line here."""

import json
import pickle
import tracemalloc
from collections.abc import Iterator
from dataclasses import FrozenInstanceError, asdict, replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from made_matrices import interactions_of, random_plays, two_groups
from numba import get_num_threads, set_num_threads
from scipy import sparse
from threadpoolctl import threadpool_limits

from models_py.data.interactions import Interactions
from models_py.evaluation.ranking import Lists, recommend
from models_py.recommenders.base import TASKS, Fading, Recommender
from models_py.recommenders.fitted import Factors, FittedModel, SameForAll
from models_py.recommenders.registry import recommenders
from models_py.serving.saved import Label, read_model, save_model

# a warning of a library would reach the terminal, and says nothing that a person could act on
pytestmark = pytest.mark.filterwarnings("error")

SEED = 7
NUMBA_THREADS = get_num_threads()
K = 10


def _cold() -> np.ndarray:
    plays = random_plays(25, 18, 0.3, seed=1)
    plays[[0, 11, 24]] = 0
    plays[:, [0, 7, 17]] = 0
    return plays


def _one_cell(n_users: int, n_items: int, plays: float) -> np.ndarray:
    dense = np.zeros((n_users, n_items))
    dense[n_users // 2, n_items // 2] = plays
    return dense


CASES = {
    "ordinary": random_plays(30, 20, 0.3),
    "wide": random_plays(6, 60, 0.3),
    "cold users and items": _cold(),
    "one user": random_plays(1, 12, 0.5),
    "one item": random_plays(12, 1, 0.7),
    "one user, one item": np.ones((1, 1)),
    "no cell": np.zeros((5, 4)),
    "one cell": _one_cell(5, 4, plays=3),
    "all counts equal": np.full((8, 9), 2.0),
    "equal counts, gaps": (random_plays(20, 15, 0.4, seed=2) > 0) * 5.0,
    "smaller than any number of factors": random_plays(3, 4, 0.7),
    "two users alike": np.repeat(random_plays(1, 9, 0.5), 2, axis=0),
    "one giant cell": random_plays(10, 8, 0.4) + _one_cell(10, 8, plays=1e6),
}


@cache
def data(case: str) -> Interactions:
    return interactions_of(CASES[case])


@cache
def model(name: str, case: str) -> FittedModel:
    return recommenders()[name]().fit(data(case), SEED)


def all_scores(fitted: FittedModel, interactions: Interactions) -> np.ndarray:
    return np.asarray(fitted.scores(np.arange(interactions.n_users)), dtype=np.float64)


def by_user(lists: Lists) -> Iterator[tuple[int, np.ndarray, np.ndarray, np.ndarray]]:
    for user in np.unique(lists.user_index):
        rows = lists.user_index == user
        yield int(user), lists.rank[rows], lists.item_index[rows], lists.score[rows]


@pytest.fixture(params=recommenders())
def name(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture
def recommender(name: str) -> type[Recommender]:
    return recommenders()[name]


@pytest.fixture(params=CASES)
def case(request: pytest.FixtureRequest) -> str:
    return request.param


def test_declares_what_the_jobs_read(name: str, recommender: type[Recommender]):
    assert recommender.name == name and name.isidentifier() and name == name.lower()
    assert recommender.tasks and set(recommender.tasks) <= set(TASKS)
    assert len(set(recommender.tasks)) == len(recommender.tasks)
    assert recommender.is_baseline in (True, False)
    assert recommender.lacks(data("ordinary")) is None


def test_defaults_lie_in_the_space(recommender: type[Recommender]):
    defaults = asdict(recommender())
    assert defaults.keys() == recommender.space.keys()
    for parameter, values in recommender.space.items():
        assert defaults[parameter] in values
        assert len(set(values)) == len(values)
    for parameter, ends in recommender.ends.items():
        assert set(ends) <= {min(recommender.space[parameter]), max(recommender.space[parameter])}


@pytest.mark.parametrize("shape", [(60, 4000, 0.05), (400, 300, 0.2)])
def test_memory_is_foretold(recommender: type[Recommender], shape: tuple[int, int, float]):
    interactions = interactions_of(random_plays(*shape))
    setting = recommender(**{name: max(values) for name, values in recommender.space.items()})
    setting.fit(replace(interactions), SEED)  # a first call loads and compiles, a copy has no caches
    tracemalloc.start()
    model = setting.fit(interactions, SEED)
    _, used = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert model
    assert used <= setting.memory(interactions) <= 8 * used


def test_is_the_same_to_others_when_it_was_saved(name: str, case: str, tmp_path: Path):
    counts, label = data(case).counts, Label("artist", name, "fingerprint", "key")
    fitted, items = model(name, case), np.arange(data(case).n_items)
    save_model(tmp_path, label, fitted)
    read = read_model(tmp_path, label)
    np.testing.assert_array_equal(read.fold_in(counts), fitted.fold_in(counts))
    for asked in (lambda one: one.similar_items(items, 3), lambda one: one.contributions(counts[0], items)):
        np.testing.assert_array_equal(asked(read).toarray(), asked(fitted).toarray())
    np.testing.assert_array_equal(read.unexplained(items), fitted.unexplained(items))


def test_hyper_parameters_cannot_change_and_survive_json(recommender: type[Recommender]):
    for parameter, values in recommender.space.items():
        for value in values:
            setting = recommender(**{parameter: value})
            assert recommender(**json.loads(json.dumps(asdict(setting)))) == setting
    with pytest.raises(FrozenInstanceError):
        setattr(recommender(), next(iter(recommender.space), "anything"), None)


def test_scores_are_one_finite_row_per_user_asked_for(name: str, case: str):
    interactions = data(case)
    scores = all_scores(model(name, case), interactions)
    assert scores.shape == interactions.counts.shape
    assert np.isfinite(scores).all()
    asked = np.arange(interactions.n_users)[::-2]
    np.testing.assert_allclose(model(name, case).scores(asked), scores[asked], rtol=1e-4, atol=1e-5)


def test_lists_are_the_best_allowed_items(name: str, case: str, recommender: type[Recommender]):
    interactions = data(case)
    played = interactions.counts.toarray() > 0
    in_catalogue = played.any(axis=0)
    of_known = (played[:, :, None] & (interactions.parents[:, None] == interactions.parents)).any(axis=1)
    allowed = {"discovery": ~played & in_catalogue, "repeat": played, "all": played | in_catalogue}
    allowed["new_artists"] = ~of_known & in_catalogue
    scores = all_scores(model(name, case), interactions)
    lists = recommend(model(name, case), interactions, np.arange(interactions.n_users), recommender.tasks, K)
    for task in recommender.tasks:
        expected = [user for user in range(len(played)) if played[user].any() and allowed[task][user].any()]
        assert np.unique(lists[task].user_index).tolist() == expected
        for user, ranks, items, values in by_user(lists[task]):
            assert ranks.tolist() == list(range(1, min(K, allowed[task][user].sum()) + 1))
            assert allowed[task][user, items].all() and len(set(items)) == len(items)
            left_out = np.setdiff1d(np.flatnonzero(allowed[task][user]), items)
            assert (np.diff(values) <= 0).all() and (scores[user, left_out] <= values[-1]).all()
            assert (np.diff(items)[np.diff(values) == 0] > 0).all(), "ties go to the lower index"
            assert (left_out[scores[user, left_out] == values[-1]] > items[-1]).all(), "at the end of the list as well"
            np.testing.assert_array_equal(values, scores[user, items])


def test_the_same_seed_gives_the_same_bytes(name: str, case: str, recommender: type[Recommender]):
    np.random.seed(0)
    first = recommender().fit(data(case), SEED).scores(np.arange(data(case).n_users))
    np.random.seed(1)
    second = recommender().fit(data(case), SEED).scores(np.arange(data(case).n_users))
    assert np.ascontiguousarray(first).tobytes() == np.ascontiguousarray(second).tobytes()


@pytest.mark.skipif(NUMBA_THREADS < 2, reason="there is one processor")
def test_one_thread_and_two_give_the_same_scores(recommender: type[Recommender]):
    interactions = interactions_of(random_plays(400, 300, 0.1, seed=5))
    found = []
    try:
        for threads in (1, 2):
            set_num_threads(threads)
            with threadpool_limits(threads):
                found.append(all_scores(recommender().fit(interactions, SEED), interactions))
    finally:
        set_num_threads(NUMBA_THREADS)
    np.testing.assert_allclose(found[0], found[1], rtol=1e-4, atol=1e-5)


def test_fitting_leaves_the_data_as_they_were(recommender: type[Recommender]):
    interactions, untouched = interactions_of(CASES["ordinary"]), data("ordinary")
    recommender().fit(interactions, SEED).scores(np.arange(interactions.n_users))
    for part in ("data", "indices", "indptr"):
        np.testing.assert_array_equal(getattr(interactions.counts, part), getattr(untouched.counts, part))
    np.testing.assert_array_equal(interactions.parents, untouched.parents)
    assert all((interactions.windows[days] == untouched.windows[days]).all() for days in untouched.windows)


def test_every_value_of_the_space_gives_finite_scores(recommender: type[Recommender]):
    for case in ("cold users and items", "smaller than any number of factors"):
        for parameter, values in recommender.space.items():
            for value in values:
                fitted = recommender(**{parameter: value}).fit(data(case), SEED)
                assert np.isfinite(all_scores(fitted, data(case))).all(), (case, parameter, value)


def test_lists_do_not_depend_on_the_block_size(name: str, recommender: type[Recommender]):
    interactions = data("ordinary")
    users = np.arange(interactions.n_users)
    at_once = recommend(model(name, "ordinary"), interactions, users, recommender.tasks, K)
    for block_bytes in (1, 7 * 8 * interactions.n_items):
        in_blocks = recommend(model(name, "ordinary"), interactions, users, recommender.tasks, K, block_bytes)
        for task in recommender.tasks:
            np.testing.assert_array_equal(in_blocks[task].user_index, at_once[task].user_index)
            np.testing.assert_array_equal(in_blocks[task].item_index, at_once[task].item_index)
            np.testing.assert_allclose(in_blocks[task].score, at_once[task].score, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("axis", [0, 1], ids=["users", "items"])
def test_relabelling_permutes_the_scores(name: str, recommender: type[Recommender], axis: int):
    plays = random_plays(40, 30, 0.3, seed=3)
    orders = [np.arange(size) for size in plays.shape]
    orders[axis] = np.random.default_rng(4).permutation(plays.shape[axis])
    made = interactions_of(plays)
    straight, redrawn = (all_scores(recommender().fit(made, seed), made) for seed in (SEED, SEED + 1))
    relabelled = made.restricted(*orders)
    shuffled = all_scores(recommender().fit(relabelled, SEED), relabelled)

    def likeness(one: np.ndarray, other: np.ndarray) -> float:
        return np.corrcoef(one.ravel(), other.ravel())[0, 1]

    # a model that draws at random need not land on the same numbers, but as near as with another seed
    of_seeds = likeness(straight, redrawn)
    wanted = 0.99 if of_seeds > 0.99 else of_seeds - 0.1
    assert likeness(straight[np.ix_(*orders)], shuffled) > wanted > 0.5


def test_a_personal_model_finds_the_users_own_group(recommender: type[Recommender]):
    interactions = interactions_of(two_groups(100, 100, density=0.5))
    fitted = recommender().fit(interactions, SEED)
    scores = fitted.scores(np.array([0, interactions.n_users - 1]))
    if "discovery" not in recommender.tasks or np.array_equal(scores[0], scores[1]):
        pytest.skip("it has the same list for everybody, or no new items for anybody")
    lists = recommend(fitted, interactions, np.arange(100), ["discovery"], 5)["discovery"]
    assert len(lists.rank) == 500
    assert ((lists.user_index < 50) == (lists.item_index < 50)).all()


def test_a_preparation_serves_every_setting_that_shares_it(recommender: type[Recommender]):
    interactions = data("ordinary")
    free = [name for name in recommender.space if name not in recommender.prepared_by]
    settings = [recommender(), *(recommender(**{name: value}) for name in free for value in recommender.space[name])]
    prepared = recommender.prepare(settings, interactions, SEED)
    for setting in settings:
        alone = all_scores(setting.fit(interactions, SEED), interactions)
        together = all_scores(setting.fit(interactions, SEED, prepared), interactions)
        np.testing.assert_allclose(together, alone, rtol=1e-4, atol=1e-5)


def test_folding_in_known_histories_gives_their_scores(name: str, case: str):
    interactions, fitted, setting = data(case), model(name, case), recommenders()[name]()
    known = interactions.faded(setting.decay) if isinstance(setting, Fading) else interactions
    folded = fitted.fold_in(known.counts)
    assert folded.shape == interactions.counts.shape and np.isfinite(folded).all()
    if fitted.folds_in_exactly or name == "personal_top":
        np.testing.assert_allclose(folded, all_scores(fitted, interactions), rtol=1e-4, atol=1e-5)


def test_plays_count_the_less_the_older_they_are(recommender: type[Recommender]):
    if not issubclass(recommender, Fading):
        pytest.skip("plays do not fade for it")
    interactions = data("ordinary")
    faded = interactions.faded(0.5)
    if recommender.lacks(faded):
        pytest.skip("it asks for periods, which faded plays are in no more")
    found = [
        all_scores(recommender(decay=decay, weighting="log").fit(plays, SEED), plays)
        for plays, decay in ((interactions, 0.5), (faded, 0.0), (interactions, 0.0))
    ]
    np.testing.assert_allclose(found[0], found[1], rtol=1e-4, atol=1e-5)
    assert not np.allclose(found[0], found[2], rtol=1e-4, atol=1e-5)


def test_people_it_has_not_seen_get_items_of_their_own_group(recommender: type[Recommender]):
    fitted = recommender().fit(interactions_of(two_groups(100, 100, density=0.5)), SEED)
    histories = sparse.csr_matrix(two_groups(10, 100, density=0.3, seed=9))
    scores = fitted.fold_in(histories)
    if isinstance(fitted, SameForAll):
        pytest.skip("it has the same list for everybody")
    own = scores[:5, :50].mean(), scores[5:, 50:].mean()
    others = scores[:5, 50:].mean(), scores[5:, :50].mean()
    assert own[0] > others[0] and own[1] > others[1]


def test_similar_items_are_others_of_the_same_group(recommender: type[Recommender]):
    fitted = recommender().fit(interactions_of(two_groups(100, 100, density=0.5)), SEED)
    asked = np.array([70, 3])
    similar = fitted.similar_items(asked, 5)
    assert similar.shape == (2, 100)
    if not similar.nnz:
        pytest.skip("it likens no items")
    for row, item in enumerate(asked):
        found = similar[row]
        assert 0 < found.nnz <= 5 and item not in found.indices
        assert (np.diff(found.data) <= 0).all() and (found.data > 0).all()
        assert ((found.indices < 50) == (item < 50)).all()


def test_contributions_add_up_to_the_score(name: str, case: str):
    interactions, fitted = data(case), model(name, case)
    items = np.arange(interactions.n_items)[::-1]
    for user in range(0, interactions.n_users, 5):
        history = interactions.counts[user]
        contributions = fitted.contributions(history, items)
        assert contributions.shape == (len(items), interactions.n_items)
        assert set(contributions.indices[contributions.data != 0]) <= set(history.indices)
        added = np.asarray(contributions.sum(axis=1)).ravel() + fitted.unexplained(items)
        np.testing.assert_allclose(added, fitted.fold_in(history)[0, items], rtol=1e-4, atol=1e-4)


def test_contributions_of_known_users_add_up_to_their_own_scores(name: str, case: str):
    interactions, fitted = data(case), model(name, case)
    if isinstance(fitted, Factors) and not fitted.folds_in_exactly:
        pytest.skip("its users are learnt at once with the items")
    items = np.arange(interactions.n_items)
    for user in range(0, interactions.n_users, 5):
        history = interactions.counts[user]
        contributions = fitted.contributions_of(user, history, items)
        assert set(contributions.indices[contributions.data != 0]) <= set(history.indices)
        added = np.asarray(contributions.sum(axis=1)).ravel() + fitted.unexplained(items)
        np.testing.assert_allclose(added, fitted.scores(np.array([user]))[0], rtol=1e-4, atol=1e-4)


def test_lists_keep_to_the_candidates(name: str, recommender: type[Recommender]):
    interactions, candidates = data("ordinary"), np.arange(20) % 3 == 0
    users = np.arange(interactions.n_users)
    whole = recommend(model(name, "ordinary"), interactions, users, recommender.tasks, interactions.n_items)
    some = recommend(model(name, "ordinary"), interactions, users, recommender.tasks, K, candidates=candidates)
    for task in recommender.tasks:
        of_users = {user: items for user, _, items, _ in by_user(some[task])}
        for user, _, items, _ in by_user(whole[task]):
            assert of_users.get(user, np.empty(0)).tolist() == items[candidates[items]][:K].tolist()


def test_saved_and_read_again_it_gives_the_same_scores(name: str, case: str):
    interactions, fitted = data(case), model(name, case)
    again = pickle.loads(pickle.dumps(fitted))
    assert again.memory == fitted.memory > 0
    assert all_scores(again, interactions).tobytes() == all_scores(fitted, interactions).tobytes()
