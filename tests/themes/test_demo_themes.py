"""Themes of the embedded demo are the genres that were planted in it."""

import numpy as np
import pytest
from conftest import Study

from models_py.sources.demo import compare_key
from models_py.themes.stability import matched_similarity


def test_the_planted_number_of_genres_is_chosen(demo: Study) -> None:
    chosen = demo.query("select n_themes from marts.theme_quality where is_chosen and model_name = 'nmf'")
    assert chosen == [(len(demo.truth()["genres"]),)] * 2


@pytest.mark.parametrize("item_type", ["artist", "track"])
def test_themes_of_users_are_their_planted_genres(demo: Study, item_type: str) -> None:
    truth = demo.truth()
    similarity = {}
    for model in ("nmf", "svd"):
        rows = demo.query(
            f"""select theme_id, user_id, share from marts.user_themes
            where item_type = '{item_type}' and model_name = '{model}'"""
        )
        planted = dict(zip(truth["user_ids"], truth["user_genres"], strict=True))
        users = sorted({user for _, user, _ in rows})
        shares = np.zeros((max(theme for theme, *_ in rows) + 1, len(users)))
        for theme, user, share in rows:
            shares[theme, users.index(user)] = share
        similarity[model] = matched_similarity(shares, np.array([planted[user] for user in users]).T)
    assert similarity["nmf"].min() >= 0.8
    # components have signs, so that a genre is in several of them
    assert similarity["svd"].mean() < 0.8


def test_themes_of_artists_are_the_planted_genres(demo: Study) -> None:
    truth = demo.truth()
    column = {compare_key(artist): number for number, artist in enumerate(truth["artists"])}
    rows = demo.query(
        "select theme_id, artist_name, weight from marts.theme_items where item_type = 'artist' and model_name = 'nmf'"
    )
    themes = np.zeros((len(truth["genres"]), len(column)))
    for theme, artist, weight in rows:
        themes[theme, column[compare_key(artist)]] = weight
    genres = np.zeros_like(themes)
    for genre, planted in zip(genres, truth["genre_artists"], strict=True):
        genre[planted["artists"]] = planted["weights"]
    # the themes' matrix holds logarithms over the root of the listeners, so chances count by their roots
    assert matched_similarity(themes, np.sqrt(genres)).min() >= 0.8


def test_themes_lead_over_random_ones_and_have_the_planted_tags(demo: Study) -> None:
    rows = demo.query(
        """
        select coherence_lead_low, tag_coherence, negative_share from marts.theme_quality
        where is_chosen and model_name = 'nmf'
        """
    )
    for lead_low, tag_coherence, negative_share in rows:
        assert lead_low > 0
        assert tag_coherence > 0.9
        assert negative_share == 0
    assert demo.query("select count(*) from marts.theme_quality where model_name = 'svd' and negative_share = 0") == [
        (0,)
    ]


def test_readings_set_the_same_models_side_by_side(demo: Study) -> None:
    rows = demo.query(
        """
        select model_name, rmse_log_plays_place, validation_ndcg_place, test_ndcg is not null
        from marts.factorization_readings where item_type = 'artist'
        """
    )
    places = {model: (rmse, ndcg, on_board) for model, rmse, ndcg, on_board in rows}
    assert {model for model, (*_, on_board) in places.items() if on_board} == {"svd", "nmf"}
    # what rebuilds played cells best ranks worse than what counts empty cells as zero, and the other way round
    assert places["als"][0] < min(places["svd"][0], places["nmf"][0])
    assert places["als"][1] > max(places["svd"][1], places["nmf"][1])
    assert places["global_mean"][1] is None
