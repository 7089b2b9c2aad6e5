"""Reasons add up, name what matters, and are found out where they do not."""

import numpy as np
import pytest
from made_matrices import interactions_of, random_plays
from scipy import sparse

from models_py.data.interactions import Interactions
from models_py.evaluation.ranking import Lists, recommend
from models_py.explanations import reasons as explanations
from models_py.explanations.reasons import NAMED, Reasons, fidelity, reasons
from models_py.recommenders.fitted import FittedModel
from models_py.recommenders.registry import recommenders

DEPTH = 20


def listed(name: str, interactions: Interactions) -> tuple[FittedModel, Lists]:
    model = recommenders()[name]().fit(interactions, 1)
    return model, recommend(model, interactions, np.arange(interactions.n_users), ["discovery"], 30)["discovery"]


@pytest.fixture(scope="module")
def interactions() -> Interactions:
    return interactions_of(random_plays(40, 60, 0.3))


def by_place(found: Reasons) -> dict[tuple[int, int], list[tuple[int, int, float]]]:
    places: dict[tuple[int, int], list[tuple[int, int, float]]] = {}
    rows = zip(found.user_index, found.rank, found.reason_rank, found.because_index, found.contribution, strict=True)
    for user, rank, *reason in rows:
        places.setdefault((user, rank), []).append(tuple(reason))
    return places


@pytest.mark.parametrize("name", ["item_knn", "ease", "slim", "als", "svd", "user_knn", "bpr", "most_popular"])
def test_reasons_add_up_to_the_score(name: str, interactions: Interactions):
    model, lists = listed(name, interactions)
    found = by_place(reasons(model, interactions.counts, lists, DEPTH))
    scores = dict(zip(zip(lists.user_index, lists.rank, strict=True), lists.score, strict=True))
    assert found.keys() == {place for place in scores if place[1] <= DEPTH}
    for (user, rank), of_place in found.items():
        *named, (last_rank, rest, _) = of_place
        assert rest == -1 and last_rank == len(named) + 1 and len(named) <= NAMED
        contributions = [contribution for *_, contribution in named]
        assert contributions == sorted(contributions, reverse=True) and all(value > 0 for value in contributions)
        assert {item for _, item, _ in named} <= set(interactions.counts[user].indices)
        total = sum(contribution for *_, contribution in of_place)
        assert total == pytest.approx(scores[user, rank], rel=1e-6, abs=1e-12)


def test_exact_reasons_are_told_from_those_of_a_stand_in(interactions: Interactions):
    shares = {name: reasons_of(name, interactions).is_exact.mean() for name in ("item_knn", "user_knn", "als", "bpr")}
    assert shares["item_knn"] > 0.99 and shares["user_knn"] > 0.99 and shares["als"] > 0.9
    assert shares["bpr"] < 0.1


def reasons_of(name: str, interactions: Interactions) -> Reasons:
    model, lists = listed(name, interactions)
    return reasons(model, interactions.counts, lists, DEPTH)


@pytest.mark.parametrize("name", ["item_knn", "ease", "slim", "als", "svd", "rp3beta"])
def test_scores_fall_further_without_what_is_named_than_without_other_items(name: str):
    # people have two tastes of six: what speaks for an item is of its taste, half of the rest is not
    rng = np.random.default_rng(1)
    tastes = np.array([rng.permutation(6)[:2] for _ in range(80)])
    is_liked = (tastes[:, :, None] == np.arange(120) // 20).any(axis=1)
    interactions = interactions_of(random_plays(80, 120, 0.6) * is_liked)
    model, lists = listed(name, interactions)
    found = fidelity(model, interactions.counts, lists, 1)
    assert found.n_users == 80
    assert found.named_fall > found.random_fall + 0.02


def test_reasons_that_say_nothing_are_found_out(interactions: Interactions):
    class Liar(type(listed("item_knn", interactions)[0])):
        """Names the items that add least."""

        def contributions(self, history: sparse.csr_matrix, items: np.ndarray) -> sparse.csr_matrix:
            added = super().contributions(history, items)
            added.data = 1 / (added.data + 1e-9)
            return added

    model, lists = listed("item_knn", interactions)
    honest = fidelity(model, interactions.counts, lists, 1)
    lying = fidelity(Liar(model.histories, model.weights, model.preparation), interactions.counts, lists, 1)
    assert lying.named_fall < lying.random_fall < honest.named_fall


def test_only_plays_that_add_something_are_left_out(monkeypatch: pytest.MonkeyPatch, interactions: Interactions):
    """With few neighbours fewer than five plays add to a score; nothing else stands in for them."""
    model = recommenders()["item_knn"](neighbours=3).fit(interactions, 1)
    lists = recommend(model, interactions, np.arange(interactions.n_users), ["discovery"], 5)["discovery"]
    named = {
        (user, item) for user, item in zip(*named_first(reasons(model, interactions.counts, lists, 1)), strict=True)
    }
    left_out: list[np.ndarray] = []
    original = explanations._lacking
    monkeypatch.setattr(
        explanations, "_lacking", lambda history, items: left_out.append(items) or original(history, items)
    )
    fidelity(model, interactions.counts, lists, 1)
    first_of_each = left_out[:: 1 + explanations.DRAWS]
    assert min(map(len, first_of_each)) < NAMED
    assert {item for items in first_of_each for item in items} <= {item for _, item in named}
    assert all(len(others) == len(first_of_each[place // 6]) for place, others in enumerate(left_out))


def named_first(found: Reasons) -> tuple[np.ndarray, np.ndarray]:
    is_named = (found.rank == 1) & (found.because_index >= 0)
    return found.user_index[is_named], found.because_index[is_named]


def test_no_list_has_no_reasons(interactions: Interactions):
    model, lists = listed("item_knn", interactions)
    nothing = Lists(*(getattr(lists, name)[:0] for name in Lists.__dataclass_fields__))
    assert len(reasons(model, interactions.counts, nothing, DEPTH).rank) == 0
    assert fidelity(model, interactions.counts, nothing, 1).n_users == 0
