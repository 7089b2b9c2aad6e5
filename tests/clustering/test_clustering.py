"""Clusters of planted groups are found, and their figures are what their names say."""

import dataclasses
import warnings

import numpy as np
import pytest
from scipy import sparse
from sklearn.cluster import AgglomerativeClustering
from sklearn.metrics import adjusted_rand_score, silhouette_samples
from sklearn.preprocessing import normalize
from threadpoolctl import threadpool_limits

from models_py.clustering import Clustering, Space, behaviour, cluster_grid, taste
from models_py.clustering.outside import similarity_ratio
from models_py.clustering.partitions import ALGORITHMS, number_by_size, partition
from models_py.clustering.shuffling import shuffle_cells, shuffle_columns
from models_py.clustering.silhouette import mean_silhouette, references, silhouettes
from models_py.clustering.spaces import MOST_EXTREME, flat_map, taste_points


def planted(seed: int, n_groups: int = 4) -> tuple[sparse.csr_matrix, np.ndarray, np.ndarray]:
    """Users and items of some groups; most plays stay within, and volumes differ a hundredfold."""
    rng = np.random.default_rng(seed)
    users, items = rng.integers(0, n_groups, 150), rng.integers(0, n_groups, 200)
    chance = np.where(users[:, None] == items, 0.35, 0.04)
    plays = np.ceil(rng.lognormal(1, 1, chance.shape) * 10 ** rng.uniform(0, 2, (150, 1)))
    return sparse.csr_matrix(plays * (rng.random(chance.shape) < chance)), users, items


def by_taste(counts: np.ndarray | sparse.csr_matrix, n_clusters: tuple[int, ...], seed: int = 1) -> list[Clustering]:
    # as the job does: threads would add up centres in an order of their own
    with threadpool_limits(limits=1):
        return cluster_grid(taste(sparse.csr_matrix(counts), seed), n_clusters, seed)


def by_behaviour(features: np.ndarray, counts: sparse.csr_matrix, seed: int = 1) -> Space:
    return behaviour(features, taste(counts, seed).held_out, seed)


def both_ways(seed: int, n_groups: int = 4) -> list[tuple[sparse.csr_matrix, np.ndarray]]:
    counts, users, items = planted(seed, n_groups)
    return [(counts, users), (counts.T.tocsr(), items)]


@pytest.mark.parametrize(("counts", "truth"), both_ways(0), ids=["user", "item"])
def test_planted_groups_are_found_among_users_and_items(counts, truth):
    solutions = by_taste(counts, (4,))
    assert [solution.trial.algorithm for solution in solutions] == list(ALGORITHMS)
    for solution in solutions:
        assert adjusted_rand_score(solution.cluster_id, truth) >= 0.9
        assert solution.trial.silhouette > solution.trial.silhouette_shuffled + 0.2
        assert solution.trial.seed_stability >= 0.95
        assert solution.trial.half_sample_stability >= 0.8
        assert solution.trial.held_out_similarity > 2


@pytest.mark.parametrize(("counts", "truth"), both_ways(1, n_groups=5), ids=["user", "item"])
def test_the_planted_number_of_groups_has_the_best_silhouette(counts, truth):
    trials = [solution.trial for solution in by_taste(counts, (2, 3, 5, 8, 12))]
    assert max(trials, key=lambda trial: trial.silhouette).n_clusters == len(set(truth)) == 5


def test_chance_has_silhouettes_of_its_null_and_holds_nowhere_else():
    rng = np.random.default_rng(2)
    for solution in by_taste(rng.integers(1, 20, (200, 200)) * (rng.random((200, 200)) < 0.1), (4, 8)):
        assert solution.trial.silhouette == pytest.approx(solution.trial.silhouette_shuffled, abs=0.03)
        assert solution.trial.held_out_similarity == pytest.approx(1, abs=0.1)


def test_volume_alone_moves_nobody_far():
    counts, _, _ = planted(3)
    louder = counts.toarray()
    louder[::2] *= 50
    one, other = by_taste(counts, (4,))[0], by_taste(louder, (4,))[0]
    assert adjusted_rand_score(one.cluster_id, other.cluster_id) >= 0.9


def test_behaviour_finds_who_listens_alike_whatever_is_played():
    counts, users, _ = planted(3)
    rng = np.random.default_rng(30)
    habits = rng.integers(0, 3, len(users))
    features = np.eye(3)[habits] * 2 + rng.normal(0, 0.2, (len(users), 3))
    for solution in cluster_grid(by_behaviour(features, counts), (3,), seed=1):
        assert adjusted_rand_score(solution.cluster_id, habits) >= 0.95
        assert abs(adjusted_rand_score(solution.cluster_id, users)) < 0.05
        assert solution.trial.silhouette > solution.trial.silhouette_shuffled + 0.1
        assert solution.trial.held_out_similarity == pytest.approx(1, abs=0.15)


def test_one_extreme_value_is_no_cluster():
    counts, users, _ = planted(4)
    features = np.random.default_rng(4).normal(0, 0.7, (len(users), 4))
    features[0] = 1000
    space = by_behaviour(features, counts)
    assert np.abs(space.points).max() == MOST_EXTREME
    assert min(np.bincount(cluster_grid(space, (2,), seed=1)[0].cluster_id)) > 10


def test_same_seed_gives_the_same_result():
    counts, _, _ = planted(4)
    one, other = (by_taste(counts, (3, 6), seed=5) for _ in range(2))
    for left, right in zip(one, other, strict=True):
        for field in dataclasses.fields(left):
            np.testing.assert_array_equal(getattr(left, field.name), getattr(right, field.name))


@pytest.mark.parametrize(("counts", "truth"), both_ways(5), ids=["user", "item"])
def test_labels_belong_to_their_trial(counts, truth):
    for solution in by_taste(counts, (2, 7)):
        sizes = np.bincount(solution.cluster_id, minlength=solution.trial.n_clusters)
        assert sizes.sum() == len(truth) and len(sizes) == solution.trial.n_clusters
        assert (np.diff(sizes) <= 0).all() and (sizes > 0).all()
        assert solution.trial.largest_share == sizes[0] / len(truth)
        assert solution.trial.silhouette == pytest.approx(solution.silhouette.mean())
        assert solution.trial.silhouette_low is None
        for values in (solution.distance, solution.silhouette, solution.x, solution.y):
            assert values.shape == truth.shape and np.isfinite(values).all()


@pytest.mark.parametrize("shape", [(1, 1), (1, 9), (2, 9)])
def test_fewer_than_three_give_nothing(shape):
    counts = sparse.csr_matrix(np.random.default_rng(6).integers(1, 9, shape))
    assert by_taste(counts, (2, 3)) == []
    assert cluster_grid(by_behaviour(np.zeros((shape[0], 2)), counts), (2, 3), seed=1) == []


def test_empty_and_equal_data_give_nothing():
    assert by_taste(np.zeros((5, 6)), (2,)) == []
    assert by_taste(np.full((5, 6), 3.0), (2,)) == []
    assert cluster_grid(by_behaviour(np.ones((5, 2)), sparse.csr_matrix((5, 6))), (2,), seed=1) == []
    two_kinds = np.kron(np.eye(2), np.ones((3, 4)))
    assert {solution.trial.n_clusters for solution in by_taste(two_kinds, (2, 3, 4))} <= {2}


def test_numbers_of_clusters_that_do_not_fit_are_left_out():
    rng = np.random.default_rng(7)
    plays = rng.integers(1, 9, (6, 12)) * (rng.random((6, 12)) < 0.6)
    for algorithm in ALGORITHMS:
        tried = [s.trial.n_clusters for s in by_taste(plays, (1, 2, 5, 6, 40)) if s.trial.algorithm == algorithm]
        assert tried == [2, 5]


@pytest.mark.parametrize("seed", range(20))
def test_tiny_random_matrices_run_through_without_warnings(seed):
    rng = np.random.default_rng(seed)
    shape = rng.integers(1, 9, 2)
    counts = sparse.csr_matrix(rng.integers(1, 9, shape) * (rng.random(shape) < 0.5))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        spaces = taste(counts, seed), by_behaviour(rng.normal(size=(shape[0], 2)), counts, seed)
        for space in spaces:
            for solution in cluster_grid(space, (2, 3, 4), seed):
                assert np.isfinite(solution.silhouette).all()


def test_ward_is_that_of_scikit_learn():
    points = np.random.default_rng(8).normal(size=(60, 3))
    for n, found in partition(points, "ward", (2, 5, 11), seed=1).items():
        expected = AgglomerativeClustering(n, linkage="ward").fit_predict(points)
        assert adjusted_rand_score(found.labels, expected) == 1


def test_beyond_the_most_fitted_everybody_joins_the_nearest_centre(monkeypatch):
    rng = np.random.default_rng(9)
    truth = rng.integers(0, 3, 300)
    points = np.eye(3)[truth] + rng.normal(0, 0.1, (300, 3))
    monkeypatch.setattr("models_py.clustering.partitions.MAX_FITTED", 50)
    for algorithm in ALGORITHMS:
        found = partition(points, algorithm, (3,), seed=1)[3]
        assert adjusted_rand_score(found.labels, truth) == 1
        assert (found.distances < 0.6).all()


def test_silhouettes_are_those_of_the_definition():
    rng = np.random.default_rng(8)
    points = rng.normal(size=(60, 3))
    labelings = [rng.integers(0, 4, 60), np.r_[0, np.ones(59, dtype=int)], np.arange(60) % 7]
    for labels, values in zip(labelings, silhouettes(points, labelings, np.arange(60)), strict=True):
        np.testing.assert_allclose(values, silhouette_samples(points, labels), atol=1e-9)


def test_silhouettes_of_a_sample_are_exact_within_it():
    rng = np.random.default_rng(8)
    points, labels, sample = rng.normal(size=(60, 3)), rng.integers(0, 4, 60), references(60, 1, max_references=30)
    values = silhouettes(points, [labels], sample)[0]
    np.testing.assert_allclose(values[sample], silhouette_samples(points[sample], labels[sample]), atol=1e-9)


def test_silhouettes_do_not_depend_on_the_block(monkeypatch):
    rng = np.random.default_rng(9)
    points, labels = rng.normal(size=(70, 3)), rng.integers(0, 4, 70)
    samples = [references(70, 1, most) for most in (30, 70)]
    whole = [silhouettes(points, [labels], sample)[0] for sample in samples]
    monkeypatch.setattr("models_py.clustering.silhouette.BLOCK_CELLS", 100)
    blocks = [silhouettes(points, [labels], sample)[0] for sample in samples]
    np.testing.assert_allclose(blocks, whole, atol=1e-12)


def test_the_interval_of_a_sampled_silhouette_covers_the_exact_one_as_often_as_it_says():
    rng = np.random.default_rng(10)
    truth = rng.integers(0, 6, 1500)
    points = rng.normal(size=(6, 5))[truth] + rng.normal(0, 0.6, (1500, 5))
    exact = silhouettes(points, [truth], np.arange(1500))[0].mean()
    covered = 0
    for seed in range(200):
        sample = references(1500, seed, max_references=150)
        found = mean_silhouette(points, truth, silhouettes(points, [truth], sample)[0], sample)
        covered += found.low <= exact <= found.high
    # of 200 at 95%, 180 or fewer have a chance of 0.2%; a sample of a tenth makes the intervals a little too wide
    assert covered > 180


def test_similarity_is_that_of_all_pairs():
    rng = np.random.default_rng(11)
    for _ in range(20):
        rows = normalize(sparse.csr_matrix(rng.random((30, 8)) * (rng.random((30, 8)) < 0.3)))
        labels = rng.integers(0, 4, 30)
        cosines, known = (rows @ rows.T).toarray(), np.diff(rows.indptr) > 0
        pairs = known[:, None] & known & ~np.eye(30, dtype=bool)
        same = labels[:, None] == labels
        expected = cosines[pairs & same].mean() / cosines[pairs & ~same].mean()
        assert similarity_ratio(rows, labels) == pytest.approx(expected, rel=1e-9)


def test_similarity_without_pairs_is_unknown():
    rows = sparse.csr_matrix(np.eye(3))
    assert similarity_ratio(rows, np.zeros(3, dtype=int)) is None
    assert similarity_ratio(rows, np.arange(3)) is None
    assert similarity_ratio(rows, np.array([0, 0, 1])) is None
    assert similarity_ratio(sparse.csr_matrix((3, 2)), np.array([0, 0, 1])) is None


def test_shuffling_keeps_rows_plays_and_moves_cells():
    counts, _, _ = planted(11)
    shuffled = shuffle_cells(counts, seed=1)
    np.testing.assert_allclose(shuffled.sum(axis=1), counts.sum(axis=1), rtol=1e-6)
    assert 0.9 * counts.nnz < shuffled.nnz <= counts.nnz
    assert shuffled.astype(bool).multiply(counts.astype(bool)).nnz < 0.5 * counts.nnz


def test_shuffling_keeps_each_features_values_and_parts_them():
    rng = np.random.default_rng(12)
    features = rng.normal(size=(500, 1)) @ np.ones((1, 3))
    shuffled = shuffle_columns(features, seed=1)
    np.testing.assert_array_equal(np.sort(shuffled, axis=0), np.sort(features, axis=0))
    assert np.abs(np.corrcoef(shuffled.T)[np.triu_indices(3, 1)]).max() < 0.15


def test_half_of_the_columns_has_no_part_in_the_half_space():
    counts, _, _ = planted(13)
    space = taste(counts, seed=1)
    changed = counts.toarray()
    held_out = np.isin(np.arange(counts.shape[1]), np.random.default_rng(1).permutation(counts.shape[1])[100:])
    changed[:, held_out] = changed[::-1, held_out]
    again = taste(sparse.csr_matrix(changed), seed=1)
    np.testing.assert_allclose(again.half, space.half, atol=1e-12)
    assert space.held_out.shape == (150, 100)
    assert np.abs(again.points - space.points).max() > 0.1


def test_clusters_are_numbered_by_size_then_by_first_member():
    np.testing.assert_array_equal(number_by_size(np.array([7, 3, 3, 5, 5, 9])), [2, 0, 0, 1, 1, 3])


def test_taste_points_lie_on_a_sphere_or_nowhere():
    counts, _, _ = planted(14)
    with_nobody = sparse.vstack([counts, sparse.csr_matrix((1, counts.shape[1]))]).tocsr()
    lengths = np.linalg.norm(taste_points(with_nobody, seed=1), axis=1)
    np.testing.assert_allclose(lengths[:-1], 1)
    assert lengths[-1] == 0


def test_map_has_the_principal_plane_and_one_sign():
    rng = np.random.default_rng(12)
    plane = rng.normal(size=(50, 2)) * [5, 2]
    points = plane @ np.linalg.qr(rng.normal(size=(4, 2)))[0].T
    mapped = flat_map(points)
    distances = [np.linalg.norm(where[:, None] - where[None], axis=2) for where in (plane, mapped)]
    np.testing.assert_allclose(*distances, atol=1e-9)
    np.testing.assert_array_equal(mapped, flat_map(points.copy()))
    np.testing.assert_array_equal(flat_map(np.arange(4.0)[:, None])[:, 1], 0)
