"""Lists that are made at once are those that a fit would make, less what is not wanted."""

import numpy as np
import pytest
from made_matrices import interactions_of, random_plays

from models_py.data.interactions import Interactions
from models_py.evaluation.ranking import recommend
from models_py.recommenders.registry import recommenders
from models_py.serving.catalogues import Catalogue
from models_py.serving.people import Listener, ServedModel, list_for, with_wishes
from models_py.serving.saved import Label
from models_py.serving.wishes import NO_WISHES, Wishes

NOTHING = {"track": set(), "artist": set()}


@pytest.fixture(scope="module")
def interactions() -> Interactions:
    return interactions_of(random_plays(30, 60, 0.2))


@pytest.fixture(scope="module")
def served(interactions: Interactions) -> ServedModel:
    model = recommenders()["item_knn"](decay=0.0).fit(interactions, 1)
    catalogue = Catalogue(np.arange(60) + 100, interactions.parents + 1000)
    return ServedModel(Label("track", "item_knn", "", ""), model, catalogue)


def listener(interactions: Interactions, user: int) -> Listener:
    counts = interactions.counts[user]
    return Listener.of(counts, interactions.parents[counts.indices] + 1000)


@pytest.mark.parametrize("task", ["discovery", "repeat", "all", "new_artists"])
def test_a_known_history_gets_the_list_of_its_user(served: ServedModel, interactions: Interactions, task: str) -> None:
    lists = recommend(served.model, interactions, np.arange(30), [task], 15)[task]
    for user in range(0, 30, 7):
        made, why = list_for(served, listener(interactions, user), task, 15)
        own = lists.user_index == user
        np.testing.assert_array_equal(made.item_index, lists.item_index[own])
        np.testing.assert_allclose(made.score, lists.score[own], rtol=1e-6)
        added = np.bincount(why.rank, why.contribution, minlength=len(made.rank) + 1)[1:]
        np.testing.assert_allclose(added, made.score, rtol=1e-6)


def test_what_is_hidden_gives_way_to_what_comes_next(served: ServedModel, interactions: Interactions) -> None:
    before = list_for(served, listener(interactions, 3), "discovery", 60)[0].item_index
    artist = int(served.catalogue.artist_ids[before[1]])
    wishes = Wishes(hidden={"track": {int(before[0]) + 100}, "artist": {artist}}, loved=NOTHING)
    asked = with_wishes(listener(interactions, 3), served.catalogue, "track", wishes, 10)
    after = list_for(served, asked, "discovery", 60)[0]
    left = [item for item in before if item != before[0] and served.catalogue.artist_ids[item] != artist]
    assert after.item_index.tolist() == left
    assert after.rank.tolist() == list(range(1, len(left) + 1))


def test_what_is_loved_counts_as_plays_and_is_no_discovery(served: ServedModel, interactions: Interactions) -> None:
    own = listener(interactions, 3)
    loved = int(list_for(served, own, "discovery", 60)[0].item_index[5])
    wishes = Wishes(hidden=NOTHING, loved={"track": {loved + 100}, "artist": set()})
    asked = with_wishes(own, served.catalogue, "track", wishes, 10)
    assert (asked.counts - own.counts).toarray()[0].nonzero()[0].tolist() == [loved]
    assert asked.counts[0, loved] == 10
    lists, why = list_for(served, asked, "discovery", 60)
    assert loved not in lists.item_index
    assert loved in why.because_index
    # it was never played, and so is no repeat
    assert loved not in list_for(served, asked, "repeat", 60)[0].item_index
    assert loved in list_for(served, asked, "all", 60)[0].item_index


def test_an_artist_has_no_more_places_than_allowed(served: ServedModel, interactions: Interactions) -> None:
    lists, _ = list_for(served, listener(interactions, 3), "discovery", 10, most_of_artist=1)
    artists = served.catalogue.artist_ids[lists.item_index]
    assert len(set(artists)) == len(artists) == 10
    assert lists.rank.tolist() == list(range(1, 11))
    free, _ = list_for(served, listener(interactions, 3), "discovery", 60)
    assert (
        lists.item_index.tolist()
        == [
            item
            for place, item in enumerate(free.item_index)
            if served.catalogue.artist_ids[item] not in served.catalogue.artist_ids[free.item_index[:place]]
        ][:10]
    )


def test_without_wishes_nothing_changes(served: ServedModel, interactions: Interactions) -> None:
    own = listener(interactions, 4)
    asked = with_wishes(own, served.catalogue, "track", NO_WISHES, 10)
    assert (asked.counts != own.counts).nnz == 0 and not asked.hidden.any() and not asked.loved.any()
