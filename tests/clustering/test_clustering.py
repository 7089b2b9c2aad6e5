"""Clusters of planted groups are found, and their figures are what their names say."""

import dataclasses
import warnings

import numpy as np
import pytest
from scipy import sparse
from sklearn.metrics import adjusted_rand_score, silhouette_samples

from models_py.clustering import cluster_grid
from models_py.clustering.kmeans import kmeans, number_by_size
from models_py.clustering.shuffling import shuffle_cells
from models_py.clustering.silhouette import silhouettes
from models_py.clustering.taste import flat_map, taste_space
from models_py.interactions import Interactions


def interactions(dense: np.ndarray) -> Interactions:
    counts = sparse.csr_matrix(dense.astype(np.float32))
    return Interactions(counts=counts, parents=np.arange(dense.shape[1]))


def planted(seed: int, n_groups: int = 4) -> tuple[Interactions, np.ndarray, np.ndarray]:
    """Users and items of some groups; most plays stay within, and volumes differ a hundredfold."""
    rng = np.random.default_rng(seed)
    users, items = rng.integers(0, n_groups, 150), rng.integers(0, n_groups, 200)
    chance = np.where(users[:, None] == items, 0.35, 0.04)
    plays = np.ceil(rng.lognormal(1, 1, chance.shape) * 10 ** rng.uniform(0, 2, (150, 1)))
    return interactions(plays * (rng.random(chance.shape) < chance)), users, items


def test_planted_groups_are_found_among_users_and_items():
    data, users, items = planted(0)
    by_entity = {solution.trial.entity: solution for solution in cluster_grid(data, seed=1, n_clusters=(4,))}
    assert adjusted_rand_score(by_entity["user"].cluster_id, users) >= 0.9
    assert adjusted_rand_score(by_entity["item"].cluster_id, items) >= 0.9
    for solution in by_entity.values():
        assert solution.trial.silhouette > solution.trial.silhouette_shuffled + 0.2
        assert solution.trial.seed_stability >= 0.95
        assert solution.trial.half_sample_stability >= 0.8


def test_the_planted_number_of_groups_has_the_best_silhouette():
    data, _, _ = planted(1, n_groups=5)
    trials = [solution.trial for solution in cluster_grid(data, seed=1, n_clusters=(2, 3, 5, 8, 12))]
    for entity in ("user", "item"):
        best = max((trial for trial in trials if trial.entity == entity), key=lambda trial: trial.silhouette)
        assert best.n_clusters == 5


def test_chance_has_silhouettes_of_its_null():
    rng = np.random.default_rng(2)
    noise = interactions(rng.integers(1, 20, (200, 200)) * (rng.random((200, 200)) < 0.1))
    for solution in cluster_grid(noise, seed=1, n_clusters=(4, 8)):
        assert solution.trial.silhouette == pytest.approx(solution.trial.silhouette_shuffled, abs=0.03)


def test_volume_alone_moves_nobody_far():
    data, _, _ = planted(3)
    louder = data.counts.toarray()
    louder[::2] *= 50
    one = cluster_grid(data, seed=1, n_clusters=(4,), entities=("user",))[0]
    other = cluster_grid(interactions(louder), seed=1, n_clusters=(4,), entities=("user",))[0]
    assert adjusted_rand_score(one.cluster_id, other.cluster_id) >= 0.9


def test_same_seed_gives_the_same_result():
    data, _, _ = planted(4)
    one, other = (cluster_grid(data, seed=5, n_clusters=(3, 6)) for _ in range(2))
    for left, right in zip(one, other, strict=True):
        for field in dataclasses.fields(left):
            np.testing.assert_array_equal(getattr(left, field.name), getattr(right, field.name))


def test_labels_belong_to_their_trial():
    data, _, _ = planted(5)
    for solution in cluster_grid(data, seed=1, n_clusters=(2, 7)):
        n_entities = data.n_users if solution.trial.entity == "user" else data.n_items
        sizes = np.bincount(solution.cluster_id, minlength=solution.trial.n_clusters)
        assert sizes.sum() == n_entities and len(sizes) == solution.trial.n_clusters
        assert (np.diff(sizes) <= 0).all() and (sizes > 0).all()
        assert solution.trial.largest_share == sizes[0] / n_entities
        assert solution.trial.silhouette == pytest.approx(solution.silhouette.mean())
        for values in (solution.distance, solution.silhouette, solution.x, solution.y):
            assert values.shape == (n_entities,) and np.isfinite(values).all()


@pytest.mark.parametrize("shape", [(1, 1), (1, 9), (9, 1), (2, 9), (9, 2)])
def test_fewer_than_three_users_or_items_give_nothing(shape):
    rng = np.random.default_rng(6)
    assert cluster_grid(interactions(rng.integers(1, 9, shape)), seed=1, n_clusters=(2, 3)) == []


def test_empty_and_equal_data_give_nothing():
    assert cluster_grid(interactions(np.zeros((5, 6))), seed=1, n_clusters=(2,)) == []
    assert cluster_grid(interactions(np.full((5, 6), 3.0)), seed=1, n_clusters=(2,)) == []
    two_kinds = np.kron(np.eye(2), np.ones((3, 4)))
    assert {solution.trial.n_clusters for solution in cluster_grid(interactions(two_kinds), 1, (2, 3, 4))} <= {2}


def test_numbers_of_clusters_that_do_not_fit_are_left_out():
    rng = np.random.default_rng(7)
    plays = rng.integers(1, 9, (6, 12)) * (rng.random((6, 12)) < 0.6)
    solutions = cluster_grid(interactions(plays), seed=1, n_clusters=(1, 2, 5, 6, 11, 12, 40))
    tried = {entity: [s.trial.n_clusters for s in solutions if s.trial.entity == entity] for entity in ("user", "item")}
    assert tried["user"] == [2, 5]
    assert set(tried["item"]) <= {2, 5, 6, 11} and 6 in tried["item"]


@pytest.mark.parametrize("seed", range(20))
def test_tiny_random_matrices_run_through_without_warnings(seed):
    rng = np.random.default_rng(seed)
    shape = rng.integers(1, 9, 2)
    plays = rng.integers(1, 9, shape) * (rng.random(shape) < 0.5)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for solution in cluster_grid(interactions(plays), seed=seed, n_clusters=(2, 3, 4)):
            assert np.isfinite(solution.silhouette).all()


def test_silhouettes_are_those_of_the_definition():
    rng = np.random.default_rng(8)
    points = rng.normal(size=(60, 3))
    labelings = [rng.integers(0, 4, 60), np.r_[0, np.ones(59, dtype=int)], np.arange(60) % 7]
    for labels, values in zip(labelings, silhouettes(points, labelings, seed=1), strict=True):
        np.testing.assert_allclose(values, silhouette_samples(points, labels), atol=1e-9)


def test_silhouettes_do_not_depend_on_the_block(monkeypatch):
    rng = np.random.default_rng(9)
    points, labels = rng.normal(size=(70, 3)), rng.integers(0, 4, 70)
    whole = [silhouettes(points, [labels], seed=1, max_references=most)[0] for most in (30, 70)]
    monkeypatch.setattr("models_py.clustering.silhouette.BLOCK_CELLS", 100)
    blocks = [silhouettes(points, [labels], seed=1, max_references=most)[0] for most in (30, 70)]
    np.testing.assert_allclose(blocks, whole, atol=1e-12)


def test_sampled_silhouettes_are_near_the_exact_ones():
    data, _, _ = planted(10)
    points = taste_space(data.counts, seed=1)
    labels = kmeans(points, 4, seed=1).labels
    exact, sampled = (silhouettes(points, [labels], seed=3, max_references=most)[0].mean() for most in (150, 75))
    assert sampled == pytest.approx(exact, abs=0.03)


def test_shuffling_keeps_users_plays_and_moves_cells():
    data, _, _ = planted(11)
    shuffled = shuffle_cells(data.counts, seed=1)
    np.testing.assert_allclose(shuffled.sum(axis=1), data.counts.sum(axis=1), rtol=1e-6)
    assert 0.9 * data.counts.nnz < shuffled.nnz <= data.counts.nnz
    assert shuffled.astype(bool).multiply(data.counts.astype(bool)).nnz < 0.5 * data.counts.nnz


def test_clusters_are_numbered_by_size_then_by_first_member():
    np.testing.assert_array_equal(number_by_size(np.array([7, 3, 3, 5, 5, 9])), [2, 0, 0, 1, 1, 3])


def test_map_has_the_principal_plane_and_one_sign():
    rng = np.random.default_rng(12)
    plane = rng.normal(size=(50, 2)) * [5, 2]
    points = plane @ np.linalg.qr(rng.normal(size=(4, 2)))[0].T
    mapped = flat_map(points)
    distances = [np.linalg.norm(where[:, None] - where[None], axis=2) for where in (plane, mapped)]
    np.testing.assert_allclose(*distances, atol=1e-9)
    np.testing.assert_array_equal(mapped, flat_map(points.copy()))
    np.testing.assert_array_equal(flat_map(np.arange(4.0)[:, None])[:, 1], 0)
