"""Neighbours, and the models built on them, against dense arithmetic."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from made_matrices import interactions_of, random_plays, reproducible
from scipy import sparse

from models_py.matrices.neighbours import Search, nearest, searched
from models_py.matrices.weighting import weighted
from models_py.recommenders.item_knn import ItemKNN
from models_py.recommenders.svd import SVD
from models_py.recommenders.user_knn import UserKNN

# small whole numbers: dot products and squared norms are exact, so ties are ties
vectors = arrays(np.float32, array_shapes(min_dims=2, max_dims=2, max_side=8), elements=st.integers(0, 2))


def similarities(vectors: np.ndarray, shrinkage: float) -> np.ndarray:
    """Shrunk cosine of every pair, float64; 0 with oneself."""
    vectors = vectors.astype(np.float64)
    norms = np.sqrt((vectors**2).sum(axis=1))
    divisor = norms[:, None] * norms + shrinkage * np.mean(norms**2)
    result = np.divide(vectors @ vectors.T, divisor, out=np.zeros_like(divisor), where=divisor > 0)
    # what differs by less than single precision shows is a tie
    result = result.astype(np.float32).astype(np.float64)
    np.fill_diagonal(result, 0)
    return result


def reference(vectors: np.ndarray, k: int, shrinkage: float, sharpness: float) -> np.ndarray:
    """Sort every pair, best first, ties by index, and keep the first k positive ones of each row."""
    all_pairs = similarities(vectors, shrinkage)
    kept = np.zeros_like(all_pairs)
    for row, values in enumerate(all_pairs):
        best = sorted(np.flatnonzero(values > 0), key=lambda other: (-values[other], other))[:k]
        kept[row, best] = values[best] ** sharpness
    return kept


@reproducible
@given(
    vectors=vectors,
    k=st.integers(1, 9),
    shrinkage=st.sampled_from([0.0, 0.1, 1.0]),
    sharpness=st.sampled_from([0.5, 1.0, 2.0]),
    data=st.data(),
)
def test_nearest_is_the_sorted_list_cut_at_k(vectors, k, shrinkage, sharpness, data):
    asked = np.array(data.draw(st.lists(st.integers(0, len(vectors) - 1), max_size=6)), dtype=np.int64)
    matrix = sparse.csr_matrix(vectors)
    found = nearest(matrix[asked], asked, matrix, k, shrinkage, sharpness)
    assert found.dtype == np.float32 and found.shape == (len(asked), len(vectors))
    np.testing.assert_allclose(found.toarray(), reference(vectors, k, shrinkage, sharpness)[asked], rtol=1e-5)


@pytest.mark.parametrize("density", [0.01, 0.05, 0.5])
@pytest.mark.parametrize("k", [1, 20, 300])
@pytest.mark.parametrize("shrinkage", [0.0, 1.0])
def test_nearest_among_many_vectors_with_few_or_many_in_common(density, k, shrinkage):
    many = np.random.default_rng(3).choice(3, (500, 40), p=[1 - density, density / 2, density / 2]).astype(np.float32)
    matrix = sparse.csr_matrix(many)
    found = nearest(matrix, np.arange(500), matrix, k, shrinkage, sharpness=1.0)
    np.testing.assert_allclose(found.toarray(), reference(many, k, shrinkage, sharpness=1.0), rtol=1e-5)


def test_dice_divides_by_the_mean_of_both_squared_lengths_and_product_by_nothing():
    vectors = np.random.default_rng(5).integers(0, 3, (9, 6)).astype(np.float32)
    matrix, dots, squares = sparse.csr_matrix(vectors), vectors @ vectors.T, (vectors**2).sum(axis=1)
    np.fill_diagonal(dots, 0)
    everything = np.arange(9)
    dice, product = searched(matrix, everything, matrix, [Search(9, "dice", shrinkage=0.5), Search(9, "product")])
    expected = dots / ((squares[:, None] + squares) / 2 + 0.5 * squares.mean())
    np.testing.assert_allclose(dice.cut(9, 1.0).toarray(), expected, rtol=1e-5)
    np.testing.assert_allclose(product.cut(9, 1.0).toarray(), dots, rtol=1e-5)


def test_shrinkage_holds_back_what_rests_on_few_cells():
    vectors = sparse.csr_matrix(np.array([[1, 0, 0, 0, 0], [1, 0, 0, 0, 0], [0, 1, 1, 1, 1], [0, 1, 1, 1, 1.0]]))
    few, many = nearest(vectors, np.arange(4), vectors, 1, shrinkage=1.0, sharpness=1.0).data[[0, 2]]
    assert few == pytest.approx(1 / (1 + 2.5)) and many == pytest.approx(4 / (4 + 2.5))


def test_user_knn_sums_what_the_neighbours_play():
    interactions = interactions_of(random_plays(12, 15, 0.4))
    setting = UserKNN(decay=0.0, weighting="log", neighbours=5, popularity_power=0.5, shrinkage=0.1, sharpness=2.0)
    weights = weighted(interactions.counts, "log").toarray().astype(np.float64)
    held_back = weights / np.sqrt(np.maximum(interactions.listeners, 1))
    expected = reference(held_back, k=5, shrinkage=0.1, sharpness=2.0) @ weights
    np.testing.assert_allclose(setting.fit(interactions, 0).scores(np.arange(12)), expected, rtol=1e-4)


def test_item_knn_sums_the_likeness_to_what_the_user_plays():
    interactions = interactions_of(random_plays(12, 15, 0.4))
    setting = ItemKNN(
        decay=0.0,
        compared_by="bm25",
        weighting="log",
        similarity="cosine",
        neighbours=5,
        user_power=0.5,
        shrinkage=0.1,
        sharpness=2.0,
        normalization=0.5,
    )
    compared = weighted(interactions.counts, "bm25").toarray().astype(np.float64)
    by_item = (compared / np.sqrt(np.linalg.norm(compared, axis=1, keepdims=True))).T
    likeness = reference(by_item, k=5, shrinkage=0.1, sharpness=2.0)
    likeness /= np.sqrt(np.maximum(likeness.sum(axis=1, keepdims=True), 1e-12))
    expected = weighted(interactions.counts, "log").toarray() @ likeness.T
    np.testing.assert_allclose(setting.fit(interactions, 0).scores(np.arange(12)), expected, rtol=1e-4)


def test_svd_is_the_best_approximation_of_its_rank():
    interactions = interactions_of(random_plays(40, 24, 0.4))
    popularity = np.maximum(interactions.listeners, 1.0) ** 0.3
    user_vectors, values, item_vectors = np.linalg.svd(weighted(interactions.counts, "log").toarray() / popularity)
    expected = (user_vectors[:, :16] * values[:16]) @ item_vectors[:16] * popularity
    setting = SVD(decay=0.0, factors=16, weighting="log", popularity_power=0.3)
    np.testing.assert_allclose(setting.fit(interactions, 0).scores(np.arange(40)), expected, atol=1e-3)
