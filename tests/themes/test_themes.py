"""Themes of planted groups are found, and their figures are what their names say."""

import warnings

import numpy as np
import pytest
from made_matrices import random_plays
from scipy import sparse

from models_py.themes import theme_grid
from models_py.themes.coherence import as_popular, npmi
from models_py.themes.fitting import Fit
from models_py.themes.preparation import prepared
from models_py.themes.stability import matched_similarity


def planted(seed: int, n_groups: int = 4) -> tuple[sparse.csr_matrix, np.ndarray, np.ndarray]:
    """Users who share two of some groups of items; volumes differ a hundredfold."""
    rng = np.random.default_rng(seed)
    items = rng.integers(0, n_groups, 120)
    shares = rng.dirichlet(np.full(n_groups, 0.3), 150)
    chance = np.minimum(0.03 + 0.6 * shares[:, items], 0.9)
    plays = np.ceil(rng.lognormal(1, 1, chance.shape) * 10 ** rng.uniform(0, 2, (150, 1)))
    return sparse.csr_matrix(plays * (rng.random(chance.shape) < chance), dtype=np.float32), shares, items


def npmi_by_definition(items: np.ndarray, played: np.ndarray) -> float:
    """Mean over pairs, one user at a time."""
    users = [row for row in played if row.any()]
    values = []
    for place, one in enumerate(items):
        for other in items[place + 1 :]:
            p_one, p_other = (sum(row[item] > 0 for row in users) / len(users) for item in (one, other))
            both = sum(row[one] > 0 and row[other] > 0 for row in users) / len(users)
            if both == 0:
                values.append(-1.0)
            elif both == 1:
                values.append(0.0)
            else:
                values.append(np.log(both / (p_one * p_other)) / -np.log(both))
    return float(np.mean(values))


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_coherence_is_that_of_the_definition(seed):
    played = random_plays(20, 15, 0.3, seed)
    played[3] = 0
    lists = np.stack([np.random.default_rng(n).permutation(15)[:4] for n in range(30)])
    expected = [npmi_by_definition(items, played) for items in lists]
    assert npmi(lists, sparse.csr_matrix(played)) == pytest.approx(expected, abs=1e-6)


def test_pairs_at_the_ends_of_the_scale():
    played = sparse.csr_matrix(
        np.array([[1, 1, 0, 1, 5], [2, 9, 0, 1, 1], [0, 0, 3, 1, 1], [0, 0, 1, 1, 0], [0, 0, 0, 0, 0]], dtype=float)
    )
    together, never, everybody = (npmi(np.array([pair]), played)[0] for pair in ([0, 1], [0, 2], [3, 4]))
    assert together == pytest.approx(1)
    assert never == -1
    # everybody who plays anything plays item 3: whoever plays another says nothing about it
    assert everybody == pytest.approx(0, abs=1e-6)


def test_a_random_list_is_about_as_popular_and_has_no_item_twice():
    listeners = np.random.default_rng(0).integers(1, 500, 203)
    exchanged = as_popular(listeners, 20, np.random.default_rng(1))
    assert np.array_equal(np.sort(exchanged), np.arange(203))
    places = np.empty(203, int)
    places[np.argsort(-listeners, kind="stable")] = np.arange(203)
    assert np.abs(places[exchanged] - places).max() < 20
    assert (exchanged != np.arange(203)).mean() > 0.8


def test_themes_in_another_order_and_sign_are_the_same_themes():
    themes = np.random.default_rng(0).normal(size=(6, 40))
    others = -3 * themes[[4, 2, 0, 5, 1, 3]]
    assert matched_similarity(themes, others) == pytest.approx(np.ones(6))
    assert matched_similarity(themes, others[:4]).tolist().count(0.0) == 2
    assert matched_similarity(themes, np.random.default_rng(1).normal(size=(6, 40))).mean() < 0.5


def test_planted_themes_are_found():
    counts, shares, items = planted(0)
    (themes,) = [found for found in theme_grid(counts, (4,), 10, seed=1, draws=200) if found.trial.model_name == "nmf"]
    theme, item, weight, rank = themes.items
    for number in range(4):
        leading = items[item[(theme == number) & (rank <= 10)]]
        # the leading items of a theme are all of one group
        assert np.bincount(leading).max() == 10
    group = [items[item[(theme == number) & (rank == 1)]][0] for number in range(4)]
    assert sorted(group) == [0, 1, 2, 3]
    of_users = np.zeros((4, 150))
    user_theme, user, share, place = themes.users
    of_users[user_theme, user] = share
    assert matched_similarity(of_users, shares.T).min() > 0.85
    assert (share[place == 1] >= 0.25).all()
    assert (weight > 0).all() and themes.stability.min() > 0.95
    assert themes.strength.sum() == pytest.approx(1)
    assert themes.trial.coherence_lead[1] > 0.1


def test_the_planted_number_of_themes_is_the_most_coherent():
    counts, _, _ = planted(1, n_groups=5)
    trials = [themes.trial for themes in theme_grid(counts, (2, 5, 9, 14), 10, seed=1, draws=50)]
    nmf = [trial for trial in trials if trial.model_name == "nmf"]
    assert max(nmf, key=lambda trial: trial.coherence[0]).n_themes == 5
    assert max(nmf, key=lambda trial: trial.half_sample_stability).n_themes in (2, 5)


def test_svd_mixes_both_ends_where_nmf_does_not():
    counts, _, _ = planted(2, n_groups=6)
    nmf, svd = theme_grid(counts, (6,), 10, seed=1, draws=200)
    assert (nmf.trial.model_name, svd.trial.model_name) == ("nmf", "svd")
    assert svd.items[2].min() < 0 <= nmf.items[2].min()
    assert nmf.trial.coherence[0] > svd.trial.coherence[0]
    assert np.array_equal(nmf.coherence, nmf.coherence_positive)
    assert svd.coherence_positive.mean() > svd.coherence.mean()


def test_chance_is_no_more_coherent_than_items_as_popular():
    noise = sparse.csr_matrix(random_plays(300, 200, 0.1, seed=3))
    (nmf, _) = theme_grid(noise, (8,), 10, seed=1, draws=200)
    planted_lead = theme_grid(planted(0)[0], (4,), 10, seed=1, draws=200)[0].trial.coherence_lead[0]
    # fitted themes of noise find what goes together by chance, which is little
    assert nmf.trial.coherence_lead[0] < 0.5 * planted_lead
    assert nmf.trial.half_sample_stability < 0.5


def test_the_interval_holds_the_mean_and_one_seed_gives_one_result():
    counts, _, _ = planted(4)
    runs = [theme_grid(counts, (4, 8), 10, seed=1, draws=300) for _ in range(2)]
    assert [themes.trial for themes in runs[0]] == [themes.trial for themes in runs[1]]
    for themes in runs[0]:
        for value, low, high in (themes.trial.coherence, themes.trial.coherence_random, themes.trial.coherence_lead):
            assert low < value < high


def test_everybody_has_length_1_and_a_share_is_of_what_the_themes_rebuild():
    counts, _, _ = planted(5)
    lengths = np.linalg.norm(prepared(counts)[0].toarray(), axis=1)
    assert lengths[counts.getnnz(axis=1) > 0] == pytest.approx(1)
    fit = Fit.ordered(np.array([[3.0, 0], [1, 2]]), np.array([[0.0, 1, 0], [1, 0, 1]]))
    # the second theme rebuilds (1 + 2) * 2 of 9, so it comes first
    assert fit.strength == pytest.approx([6 / 9, 3 / 9])
    assert fit.user_shares() == pytest.approx(np.array([[2 / 5, 3 / 5], [1, 0]]))


@pytest.mark.parametrize(
    "plays",
    [np.zeros((3, 4)), np.ones((1, 1)), np.ones((1, 9)), np.eye(4), np.full((5, 6), 3.0), np.eye(12)[:, :3]],
)
def test_tiny_and_degenerate_matrices_run_without_warnings(plays):
    counts = sparse.csr_matrix(plays, dtype=np.float32)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = theme_grid(counts, (1, 2, 8), 10, seed=1, draws=20)
    rank = np.linalg.matrix_rank(plays)
    assert {themes.trial.n_themes for themes in found} == {n for n in (1, 2, 8) if n < min(plays.shape) and n <= rank}
    for themes in found:
        assert np.isfinite(themes.strength).all() and np.isfinite(themes.items[2]).all()


@pytest.mark.parametrize("volumes", [False, True], ids=["as often", "more and less"])
def test_where_everybody_plays_the_same_there_are_no_themes(volumes: bool):
    plays = np.full((40, 30), 7.0) * (np.arange(1, 41)[:, None] if volumes else 1)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert theme_grid(sparse.csr_matrix(plays), (2, 8), 10, 1, 50) == []


@pytest.mark.parametrize("n_kinds", [2, 5])
def test_no_more_themes_are_found_than_people_differ_in(n_kinds: int):
    kinds = np.random.default_rng(2).random((n_kinds, 50)) < 0.4
    plays = sparse.csr_matrix(np.repeat(kinds, 12, axis=0) * 3.0)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = theme_grid(plays, (1, 2, 5, 8), 10, 1, 50)
    assert max(themes.trial.n_themes for themes in found) == n_kinds
    for themes in found:
        assert themes.strength.min() > 1e-6


def test_lists_that_differ_by_chance_alone_lead_over_no_random_list():
    plays = np.ceil(np.random.default_rng(5).lognormal(1, 1, (60, 40)))
    for themes in theme_grid(sparse.csr_matrix(plays), (4,), 10, 1, 50):
        # everybody plays everything: a theme says nothing, and no number of them is chosen
        assert themes.trial.coherence_lead[1] <= 0
