"""Diversified lists: properties, and the greedy choices against plain readings of the papers."""

import math
from collections.abc import Callable
from itertools import combinations, pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_matrices import interactions_of, random_plays, reproducible
from scipy import sparse

from models_py.data.interactions import Interactions
from models_py.diversity.features import NO_ARTISTS, features, lacks, mix, shares
from models_py.diversity.kinds import GRID, KINDS
from models_py.diversity.reordering import Diversity
from models_py.evaluation.ranking import Lists, recommend
from models_py.recommenders.base import NO_TAGS
from models_py.recommenders.svd import SVD

SMOOTHING = 0.01
INTERACTIONS = interactions_of(random_plays(40, 120, 0.1))
SCORES = st.lists(st.sampled_from([0.0, 0.1, 0.25, 0.5, 0.7, 1.0]), min_size=1, max_size=7)
K = 5


def listed(scores: list[float], items: np.ndarray, user: int = 0) -> Lists:
    """Make one user's list, best first."""
    n = len(scores)
    return Lists(np.full(n, user), np.arange(1, n + 1, dtype=np.int32), items[:n], np.sort(np.array(scores))[::-1])


@pytest.fixture(scope="module")
def lists() -> Lists:
    """Make lists of 30 for everybody."""
    model = SVD(factors=8).fit(INTERACTIONS, 1)
    return recommend(model, INTERACTIONS, np.arange(INTERACTIONS.n_users), ["discovery"], 30)["discovery"]


def reordered_by(kind: str, lists: Lists, trade_off: float, k: int = K) -> Lists:
    return Diversity.of(kind, INTERACTIONS, SMOOTHING).reordered(lists, trade_off, k)


def of_users(lists: Lists) -> list[np.ndarray]:
    """Items of each list."""
    return np.split(lists.item_index, np.flatnonzero(np.diff(lists.user_index)) + 1)


@pytest.mark.parametrize("kind", KINDS)
def test_no_trade_off_changes_nothing(kind: str, lists: Lists) -> None:
    for trade_off in (0.0, 1e-300):
        found = reordered_by(kind, lists, trade_off)
        for name in Lists.__dataclass_fields__:
            assert np.array_equal(getattr(found, name), getattr(lists, name)), name


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("trade_off", GRID)
def test_each_list_keeps_its_items_with_their_scores_and_the_tail_its_order(
    kind: str, trade_off: float, lists: Lists
) -> None:
    found = reordered_by(kind, lists, trade_off)
    assert np.array_equal(found.user_index, lists.user_index) and np.array_equal(found.rank, lists.rank)
    score = dict(zip(zip(lists.user_index, lists.item_index, strict=True), lists.score, strict=True))
    assert [score[key] for key in zip(found.user_index, found.item_index, strict=True)] == list(found.score)
    for before, after in zip(of_users(lists), of_users(found), strict=True):
        assert sorted(before) == sorted(after)
        assert list(after[K:]) == [item for item in before if item not in set(after[:K])]
    # as often as one likes
    assert np.array_equal(reordered_by(kind, lists, trade_off).item_index, found.item_index)


def pair_likeness(kind: str, lists: Lists, k: int) -> float:
    """Mean over users of the likeness of pairs among the first k."""
    vectors = features(kind, INTERACTIONS).toarray()
    pairs = [combinations(items[:k], 2) for items in of_users(lists)]
    return float(np.mean([np.mean([vectors[one] @ vectors[other] for one, other in of_user]) for of_user in pairs]))


@pytest.mark.parametrize("kind", ["artists", "tags"])
def test_more_trade_off_makes_lists_less_alike_on_average(kind: str, lists: Lists) -> None:
    likeness = [pair_likeness(kind, reordered_by(kind, lists, trade_off), K) for trade_off in GRID]
    assert all(after <= before + 0.01 for before, after in pairwise(likeness)), likeness
    assert likeness[-1] < likeness[0]


def test_more_trade_off_brings_lists_nearer_to_the_users_mix(lists: Lists) -> None:
    of_items = shares(features("mix", INTERACTIONS)).toarray()
    wanted = mix(INTERACTIONS.counts, shares(features("mix", INTERACTIONS))).toarray()

    def distance(found: Lists) -> float:
        heads = zip(np.unique(found.user_index), of_users(found), strict=True)
        return float(np.mean([divergence(wanted[user], of_items[items[:K]]) for user, items in heads]))

    distances = [distance(reordered_by("mix", lists, trade_off)) for trade_off in GRID]
    assert all(after <= before + 0.01 for before, after in pairwise(distances)), distances
    assert distances[-1] < distances[0] - 0.1


def divergence(wanted: np.ndarray, of_items: np.ndarray) -> float:
    """Spell out equations 4 to 6 of Steck (2018), all places weighing the same."""
    total = 0.0
    for share, in_list in zip(wanted, of_items.mean(axis=0), strict=True):
        if share > 0:
            total += share * math.log(share / ((1 - SMOOTHING) * in_list + SMOOTHING * share))
    return total


def height(scores: np.ndarray) -> np.ndarray:
    spread = scores.max() - scores.min()
    return (scores - scores.min()) / spread if spread else np.ones(len(scores))


def check_greedy(found: np.ndarray, items: np.ndarray, value: Callable[[list[int], int], float], k: int) -> None:
    """Every place has an item of the largest value, and what is left follows in its old order."""
    left = list(items)
    for place in range(min(k, len(items))):
        values = [value(list(found[:place]), item) for item in left]
        chosen = left.index(found[place])
        assert values[chosen] >= max(values) - 1e-9
        left.pop(chosen)
    assert list(found[k:]) == left


@given(scores=SCORES, seed=st.integers(0, 1000), trade_off=st.sampled_from(GRID), k=st.integers(1, 8))
@reproducible
def test_marginal_relevance_is_that_of_the_paper(scores: list[float], seed: int, trade_off: float, k: int) -> None:
    items = np.random.default_rng(seed).permutation(INTERACTIONS.n_items)
    given_list = listed(scores, items)
    relevance = dict(zip(given_list.item_index, height(given_list.score), strict=True))
    for kind in ("artists", "tags"):
        vectors = features(kind, INTERACTIONS).toarray()

        def value(chosen: list[int], item: int, vectors: np.ndarray = vectors) -> float:
            nearest = max((float(vectors[item] @ vectors[other]) for other in chosen), default=0.0)
            return (1 - trade_off) * relevance[item] - trade_off * nearest

        found = reordered_by(kind, given_list, trade_off, k).item_index
        check_greedy(found, given_list.item_index, value, k)


@given(
    scores=SCORES,
    seed=st.integers(0, 1000),
    trade_off=st.sampled_from(GRID),
    k=st.integers(1, 8),
    user=st.integers(0, INTERACTIONS.n_users - 1),
)
@reproducible
def test_calibration_is_that_of_the_paper(scores: list[float], seed: int, trade_off: float, k: int, user: int) -> None:
    items = np.random.default_rng(seed).permutation(INTERACTIONS.n_items)
    given_list = listed(scores, items, user)
    relevance = dict(zip(given_list.item_index, height(given_list.score), strict=True))
    vectors = features("mix", INTERACTIONS).toarray()
    of_items = vectors / vectors.sum(axis=1, keepdims=True)
    weights = np.log1p(INTERACTIONS.counts[user].toarray().ravel())
    wanted = weights @ of_items / weights.sum()

    def value(chosen: list[int], item: int) -> float:
        listed_so_far = [*chosen, item]
        together = sum(relevance[one] for one in listed_so_far)
        return (1 - trade_off) * together - trade_off * divergence(wanted, of_items[listed_so_far])

    check_greedy(reordered_by("mix", given_list, trade_off, k).item_index, given_list.item_index, value, k)


@pytest.mark.parametrize("kind", KINDS)
def test_of_items_that_are_as_good_the_earlier_comes_first(kind: str) -> None:
    twins = Interactions(counts=np.ones((1, 6)), parents=np.zeros(6, np.int64), tags=sparse.csr_matrix(np.ones((6, 1))))
    given_list = listed([0.5] * 6, np.array([4, 2, 5, 0, 3, 1]))
    for trade_off in GRID:
        found = Diversity.of(kind, twins, SMOOTHING).reordered(given_list, trade_off, 3)
        assert list(found.item_index) == [4, 2, 5, 0, 3, 1]


def test_an_artist_comes_again_when_the_others_are_worth_less() -> None:
    # heights 1, 0.8, 0.5, 0; the first two share an artist
    interactions = Interactions(counts=np.ones((1, 4)), parents=np.array([0, 0, 1, 2]))
    given_list = listed([1.0, 0.8, 0.5, 0.0], np.arange(4))
    orders = {
        trade_off: list(Diversity.of("artists", interactions, SMOOTHING).reordered(given_list, trade_off, 2).item_index)
        for trade_off in (0.2, 0.25, 0.5)
    }
    # second place: (1 - t) 0.8 - t against (1 - t) 0.5
    assert orders == {0.2: [0, 1, 2, 3], 0.25: [0, 2, 1, 3], 0.5: [0, 2, 1, 3]}


def test_what_nobody_tagged_is_all_alike() -> None:
    tags = sparse.csr_matrix(np.array([[3.0, 0], [0, 2], [0, 0], [0, 0]]))
    interactions = Interactions(counts=np.ones((1, 4)), parents=np.arange(4), tags=tags)
    likeness = (features("tags", interactions) @ features("tags", interactions).T).toarray()
    assert np.allclose(likeness, [[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 1], [0, 0, 1, 1]])


@pytest.mark.parametrize("has_artists", [True, False])
@pytest.mark.parametrize("has_tags", [True, False])
def test_what_is_not_there_is_named(has_artists: bool, has_tags: bool) -> None:
    interactions = Interactions(
        counts=np.ones((2, 4)),
        parents=np.array([0, 0, 1, 1]) if has_artists else np.arange(4),
        tags=sparse.csr_matrix(np.ones((4, 1))) if has_tags else None,
    )
    assert {kind: lacks(kind, interactions) for kind in KINDS} == {
        "artists": None if has_artists else NO_ARTISTS,
        "tags": None if has_tags else NO_TAGS,
        "mix": None if has_tags or has_artists else NO_TAGS,
    }


@pytest.mark.parametrize("kind", KINDS)
def test_blocks_of_users_change_nothing(kind: str, lists: Lists, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = reordered_by(kind, lists, 0.5)
    monkeypatch.setattr("models_py.diversity.reordering.BLOCK", 7)
    assert np.array_equal(reordered_by(kind, lists, 0.5).item_index, whole.item_index)


@pytest.mark.parametrize("kind", KINDS)
def test_no_lists_stay_none(kind: str) -> None:
    none = Lists(np.empty(0, np.int64), np.empty(0, np.int32), np.empty(0, np.int64), np.empty(0))
    assert len(reordered_by(kind, none, 0.5).rank) == 0
