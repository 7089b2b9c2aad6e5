"""The study of protocols on small matrices: splits, what each switch changes, and the project's own metrics."""

import json
import math
from itertools import product

import metric_cases as reference
import numpy as np
import pytest
from made_matrices import random_plays
from scipy import sparse

from models_py.data.interactions import Interactions
from models_py.errors import SettingError
from models_py.evaluation.metrics import ndcg
from models_py.evaluation.ranking import recommend
from models_py.experiments.protocols.factorial import N_STEPS, factorial
from models_py.experiments.protocols.judging import HeldOut, list_metrics
from models_py.experiments.protocols.models import TEXTBOOK, fixed, interactions, validation_of
from models_py.experiments.protocols.protocol import METRICS, SWITCHES, K
from models_py.experiments.protocols.splitting import Catalogue, core, split_by_cell, split_by_play
from models_py.recommenders.registry import recommenders

OWN = ("left_out", "all", "by_item", "over_users")


class Fixed:
    """A model whose scores are given."""

    def __init__(self, table: np.ndarray) -> None:
        self.table = table

    def scores(self, users: np.ndarray) -> np.ndarray:
        """Rows of the table."""
        return self.table[users]


def matrix_of(dense: object) -> sparse.csr_matrix:
    return sparse.csr_matrix(np.asarray(dense, dtype=np.float64))


def seeded(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def held_out_of(train: object, test: object, minima: tuple[int, int] = (1, 1)) -> HeldOut:
    train, test = matrix_of(train), matrix_of(test)
    return HeldOut.of(train, test, core(train, *minima), seeded())


def test_a_split_by_play_holds_out_a_fifth_of_the_plays_and_shares_cells():
    counts = matrix_of(random_plays(60, 50, 0.5))
    kept, held_out = split_by_play(counts, seeded())
    np.testing.assert_array_equal((kept + held_out).toarray(), counts.toarray())
    plays = counts.sum()
    # five standard deviations of a binomial count
    assert abs(held_out.sum() - plays / 5) < 5 * math.sqrt(plays * 0.2 * 0.8)
    assert kept.multiply(held_out > 0).nnz > 0
    assert min(kept.data.min(), held_out.data.min()) > 0, "no empty cell is stored"


def test_a_split_by_cell_holds_out_a_fifth_of_each_users_cells_whole():
    counts = matrix_of(random_plays(40, 30, 0.4))
    kept, held_out = split_by_cell(counts, seeded())
    np.testing.assert_array_equal((kept + held_out).toarray(), counts.toarray())
    assert kept.multiply(held_out > 0).nnz == 0
    np.testing.assert_array_equal(np.diff(held_out.indptr), np.diff(counts.indptr) // 5)
    chances = np.mean([split_by_cell(counts, seeded(seed))[1].toarray() > 0 for seed in range(400)], axis=0)
    user = np.argmax(np.diff(counts.indptr))
    expected = (counts[user].nnz // 5) / counts[user].nnz
    np.testing.assert_allclose(chances[user][counts[user].toarray()[0] > 0], expected, atol=0.1)


@pytest.mark.parametrize("split", [split_by_play, split_by_cell])
def test_the_seed_decides_the_split(split):
    counts = matrix_of(random_plays(20, 20, 0.5))
    first, again, other = (split(counts, seeded(seed))[1].toarray() for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert (first != other).any()


def test_the_core_is_the_largest_part_that_has_enough_of_both():
    counts = matrix_of(random_plays(30, 25, 0.15, seed=5))
    found = core(counts, 3, 3)
    users, items = set(range(30)), set(range(25))
    cells = set(zip(*counts.nonzero(), strict=True))
    while True:
        poor = {user for user in users if sum((user, item) in cells for item in items) < 3}
        rare = {item for item in items if sum((user, item) in cells for user in users) < 3}
        if not poor | rare:
            break
        users, items = users - poor, items - rare
    assert 0 < len(users) < 30
    assert (found.users.tolist(), found.items.tolist()) == (sorted(users), sorted(items))


def test_a_full_catalogue_leaves_out_only_what_nobody_plays():
    catalogue = core(matrix_of([[0, 2, 0], [0, 0, 0], [1, 1, 0]]), 1, 1)
    assert (catalogue.users.tolist(), catalogue.items.tolist()) == ([0, 2], [0, 1])


@pytest.mark.parametrize("seed", range(4))
def test_this_projects_side_is_this_projects_metrics(seed: int):
    rng = seeded(seed)
    train, test = split_by_cell(matrix_of(random_plays(40, 35, 0.35, seed)), rng)
    catalogue = core(train, 8, 8)
    assert len(catalogue.users) < 40 and len(catalogue.items) < 35
    model = Fixed(rng.integers(0, 6, (len(catalogue.users), len(catalogue.items))).astype(float))
    found = HeldOut.of(train, test, catalogue, rng).scores(model)

    learned = Interactions(catalogue.cut(train), np.arange(len(catalogue.items)))
    lists = recommend(model, learned, np.arange(learned.n_users), ["discovery"], K)["discovery"]
    in_catalogue, of_all = catalogue.cut(test) > 0, np.diff(test.indptr)
    values = ndcg(lists, in_catalogue, of_all[catalogue.users], K)
    evaluated = (of_all > 0) & (np.diff(train.indptr) > 0)
    assert found[OWN, "ndcg"] == (pytest.approx(values.sum() / evaluated.sum()), evaluated.sum())

    judged = {user: {metric: 0.0 for metric in METRICS} for user in np.flatnonzero(evaluated)}
    for place, user in enumerate(catalogue.users):
        if evaluated[user]:
            ranked = catalogue.items[lists.item_index[lists.user_index == place]].tolist()
            relevant = set(test[user].indices.tolist())
            judged[user] = reference.judge(ranked, relevant, K)
    for metric in METRICS:
        assert found[OWN, metric][0] == pytest.approx(np.mean([values[metric] for values in judged.values()]))


def test_relevance_and_averaging_by_hand():
    # user 0: item 1 (6 plays) at rank 1 and item 3 (2 plays) not listed; user 1: item 2 (2 plays) at rank 2
    train, test = np.zeros((2, 15)), np.zeros((2, 15))
    train[:, 0] = 1
    train[0, 4:] = train[1, 3:] = 1
    train[1, 1] = train[0, 2] = 1
    test[0, 1], test[0, 3], test[1, 2] = 6, 2, 2
    scores = np.zeros((2, 15))
    scores[0, [1, 3]] = 9, -9
    scores[1, [1, 2]] = 9, 8
    found = held_out_of(train, test).scores(Fixed(scores))

    def value(relevance: str, averaging: str, metric: str) -> float:
        return found[("recommended", "all", relevance, averaging), metric][0]

    second = 1 / math.log2(3)
    by_hand = {
        "by_item": {"hit_rate": (1, 1), "recall": (1 / 2, 1), "precision": (0.1, 0.1)}
        | {"ndcg": (1 / (1 + second), second)},
        "by_play": {"hit_rate": (6 / 8, 1), "recall": (6 / 8, 1), "precision": (0.075, 0.1)}
        | {"ndcg": (6 / (6 + 2 * second), second)},
    }
    for relevance, metrics in by_hand.items():
        for metric, (first, other) in metrics.items():
            assert value(relevance, "over_users", metric) == pytest.approx((first + other) / 2)
            assert value(relevance, "over_plays", metric) == pytest.approx((8 * first + 2 * other) / 10)


def test_the_ideal_ranking_scores_one_in_ndcg_on_either_side():
    plays = np.sort(np.ceil(seeded(3).lognormal(2, 1, (20, 14))))[:, ::-1]
    for relevance, worth in (("by_play", plays), ("by_item", np.ones_like(plays))):
        np.testing.assert_allclose(list_metrics(worth[:, :K], matrix_of(worth), relevance)["ndcg"], 1)


def test_seen_items_are_listed_and_count_or_neither():
    train, test = [[5, 5, 0, 0], [1, 0, 1, 1]], [[3, 0, 1, 0], [0, 0, 0, 0]]
    held_out = held_out_of(train, test)
    assert held_out.relevant["recommended"].toarray().tolist() == test
    assert held_out.relevant["left_out"].toarray()[0].tolist() == [0, 0, 1, 0]
    found = held_out.scores(Fixed(np.array([[4.0, 3, 2, 1]] * 2)))
    # with seen items in front the new one is third, without them first
    both = (1 + 1 / 2) / (1 + 1 / math.log2(3))
    assert found[("recommended", "all", "by_item", "over_users"), "ndcg"] == (pytest.approx(both), 1)
    assert found[OWN, "ndcg"] == (pytest.approx(1), 1)


def test_a_test_item_outside_the_catalogue_is_a_miss_and_a_user_outside_it_scores_nothing():
    train = np.array([[1, 1, 1, 0, 0], [1, 1, 0, 1, 0], [1, 1, 0, 0, 0], [0, 0, 0, 0, 1]])
    test = np.array([[0, 0, 0, 1, 1], [0, 0, 1, 0, 0], [0, 0, 1, 1, 0], [1, 0, 0, 0, 0]])
    full = held_out_of(train, test).scores(Fixed(np.ones((4, 5))))
    assert [full[OWN, "recall"][0], full[OWN, "hit_rate"][0]] == [1, 1]
    # the core has items 0 and 1 alone, so nothing that is relevant to users 0 to 2; user 3 is dropped
    filtered = held_out_of(train, test, (2, 2)).scores(Fixed(np.ones((3, 2))))
    assert filtered[OWN, "recall"] == (0, 4)


def test_a_user_without_a_play_in_train_is_not_evaluated():
    found = held_out_of([[1, 1, 0], [0, 0, 0]], [[0, 0, 1], [0, 0, 1]]).scores(Fixed(np.ones((1, 2))))
    assert found[OWN, "recall"] == (0, 1)


def test_sampled_candidates_inflate_a_random_ranking_to_the_expected_value():
    rng = seeded(8)
    n_users, n_items = 1500, 1000
    train, test = np.zeros((n_users, n_items)), np.zeros((n_users, n_items))
    train[np.arange(n_users), rng.integers(0, 500, n_users)] = 1
    train[:n_items, :][np.arange(n_items), np.arange(n_items)] = 1
    test[np.arange(n_users), rng.integers(500, n_items, n_users)] = 1
    test[train > 0] = 0
    held_out = held_out_of(train, test)
    drawn = held_out.sample.toarray()
    assert (drawn.sum(axis=1) == 100).all() and not drawn[(train + test) > 0].any()
    found = held_out.scores(Fixed(rng.random((n_users, n_items))))
    for candidates, n_candidates in (("sampled", 101), ("all", n_items - 1)):
        chance = K / n_candidates
        value, n = found[("left_out", candidates, "by_item", "over_users"), "hit_rate"]
        assert abs(value - chance) < 4 * math.sqrt(chance * (1 - chance) / n)


def test_where_fewer_than_a_hundred_items_are_unplayed_all_are_drawn():
    held_out = held_out_of([[1, 1, 0, 0, 0], [0, 0, 1, 1, 1]], [[0, 0, 1, 0, 0], [0] * 5])
    assert held_out.sample.toarray().tolist() == [[False, False, False, True, True], [True, True, False, False, False]]


def test_models_see_raw_plays_or_their_logarithm():
    plays = matrix_of([[0, 1, 900], [3, 0, 0]])
    np.testing.assert_array_equal(interactions(plays, "raw").counts.toarray(), plays.toarray())
    np.testing.assert_allclose(interactions(plays, "log").counts.toarray(), np.log1p(plays.toarray()), rtol=1e-6)


def test_validation_counts_what_is_outside_the_catalogue_as_a_miss():
    fit = matrix_of([[1, 0, 2, 0], [0, 1, 0, 0], [0, 0, 1, 0]])
    held_out = matrix_of([[1, 1, 0, 4], [0, 0, 1, 0], [1, 0, 0, 0]])
    # user 1 has no fit cell in the catalogue
    validation = validation_of(fit, held_out, Catalogue(np.array([0, 1, 2]), np.array([0, 2])))
    assert validation.n_relevant["all"].tolist() == [3, 0, 1]
    assert validation.n_relevant["repeat"].tolist() == [1, 0, 0]
    assert validation.relevant["all"].toarray().tolist() == [[True, False], [False, False], [True, False]]
    assert validation.relevant["discovery"].toarray().tolist() == [[False, False], [False, False], [True, False]]


@pytest.fixture(scope="module")
def scores() -> list:
    counts = matrix_of(random_plays(60, 50, 0.3, seed=2))
    steps = []
    found = list(factorial(counts, 8, 4, n_trials=3, k=20, seed=1, step=steps.append))
    assert len(steps) == len(set(steps)) == N_STEPS
    return found


def key(score, *without: str) -> tuple:
    return (score.model_name, score.metric, *(score.sides[switch] for switch in SWITCHES if switch not in without))


def test_every_combination_has_one_score_per_model_and_metric(scores: list):
    models = [textbook.name for textbook in TEXTBOOK]
    assert sorted(map(key, scores)) == sorted(product(models, METRICS, *SWITCHES.values()))
    assert all(0 <= score.value <= 1 and score.n_users for score in scores)


def test_every_switch_changes_scores(scores: list):
    values = {key(score): score.value for score in scores}
    for place, (switch, sides) in enumerate(SWITCHES.items(), start=2):
        plain = {found: value for found, value in values.items() if found[place] == sides[0]}
        changed = [values[found[:place] + (sides[1],) + found[place + 1 :]] != value for found, value in plain.items()]
        assert np.mean(changed) > 0.3, switch


def test_where_cells_are_split_and_candidates_sampled_seen_changes_nothing_but_the_choice(scores: list):
    idle = [
        score
        for score in scores
        if (score.sides["split"], score.sides["candidates"], score.sides["tuning"])
        == ("by_cell", "sampled", "textbook")
    ]
    values: dict[tuple, set] = {}
    for score in idle:
        values.setdefault(key(score, "seen"), set()).add(score.value)
    assert len(idle) == 2 * len(values)
    assert all(len(both) == 1 for both in values.values())


def test_models_are_the_textbooks_or_of_their_own_space(scores: list):
    textbook = {setting.name: setting for setting in TEXTBOOK}
    for score in scores:
        setting = recommenders()[score.model_name](**json.loads(json.dumps(score.hyper_parameters)))
        if score.sides["tuning"] == "textbook":
            assert setting == textbook[score.model_name]
        else:
            # the weighting is the switch's
            space = {name: (value,) for name, value in fixed(type(setting)).items()}
            assert all(value in (setting.space | space)[name] for name, value in score.hyper_parameters.items())


def test_the_same_seed_gives_the_same_scores_and_another_one_others():
    counts = matrix_of(random_plays(30, 25, 0.5))
    first, again, other = (list(factorial(counts, 3, 2, n_trials=1, k=20, seed=seed)) for seed in (1, 1, 2))
    assert first == again != other


def test_what_does_not_fit_into_memory_is_refused_before_anything_is_fitted(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("PYTHON_MEMORY_LIMIT", "1MB")
    steps = []
    with pytest.raises(SettingError, match="most_popular cannot be studied.*GB may be used"):
        list(factorial(matrix_of(np.ones((20, 20))), 2, 2, n_trials=1, k=20, seed=1, step=steps.append))
    assert steps == []


def test_an_empty_catalogue_is_refused():
    with pytest.raises(SettingError, match="filtered catalogue is empty: no user has 5 items with 30 users each"):
        list(factorial(matrix_of(np.ones((20, 20))), 5, 30, n_trials=1, k=20, seed=1))
