"""Weights against the formulas written out on dense matrices."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from made_matrices import interactions_of, reproducible

from models_py.matrices.weighting import (
    BM25_B,
    BM25_K1,
    WEIGHTINGS,
    Preparation,
    popularity_scale,
    row_norms,
    scale_columns,
    scale_rows,
    weighted,
)

plays = arrays(
    np.float64, array_shapes(min_dims=2, max_dims=2, max_side=6), elements=st.sampled_from([0, 0, 1, 2, 900])
)


def reference(plays: np.ndarray, weighting: str) -> np.ndarray:
    lengths = plays.sum(axis=1, keepdims=True)
    if weighting == "raw":
        return plays
    if weighting == "binary":
        return (plays > 0) * 1.0
    if weighting == "log":
        return np.log(1 + plays)
    if weighting == "percent":
        return 100 * plays / np.maximum(lengths, 1)
    if weighting == "log_share":
        return np.log(1 + 1000 * plays / np.maximum(lengths, 1))
    relative = lengths / max(lengths.mean(), 1)
    return plays * (BM25_K1 + 1) / (plays + BM25_K1 * (1 - BM25_B + BM25_B * relative))


@pytest.mark.parametrize("weighting", WEIGHTINGS)
@reproducible
@given(plays=plays)
def test_weights_are_their_formulas(weighting: str, plays: np.ndarray):
    weights = weighted(interactions_of(plays).counts, weighting)
    np.testing.assert_allclose(weights.toarray(), reference(plays, weighting), rtol=1e-6)
    assert ((weights.toarray() > 0) == (plays > 0)).all()


def test_an_unknown_weighting_is_refused():
    with pytest.raises(ValueError, match="'tfidf'.*raw, binary, log, percent, log_share, bm25"):
        weighted(interactions_of(np.ones((2, 2))).counts, "tfidf")


def test_shares_are_alike_for_light_and_heavy_listeners():
    weights = weighted(interactions_of(np.array([[1, 3, 0], [100, 300, 0]])).counts, "log_share").toarray()
    np.testing.assert_array_equal(weights[0], weights[1])


@reproducible
@given(plays=plays, power=st.sampled_from([-1.0, -0.3, 0.0, 0.5]))
def test_popularity_is_listeners_to_a_power(plays: np.ndarray, power: float):
    expected = np.maximum((plays > 0).sum(axis=0), 1.0) ** power
    np.testing.assert_allclose(popularity_scale(interactions_of(plays).listeners, power), expected, rtol=1e-6)


@reproducible
@given(plays=plays)
def test_scaling_and_norms(plays: np.ndarray):
    matrix = interactions_of(plays).counts
    columns, rows = np.arange(plays.shape[1]) + 0.5, np.arange(plays.shape[0]) + 0.5
    np.testing.assert_allclose(scale_columns(matrix, columns).toarray(), plays * columns)
    np.testing.assert_allclose(scale_rows(matrix, rows).toarray(), plays * rows[:, None])
    np.testing.assert_allclose(row_norms(matrix), np.linalg.norm(plays, axis=1))


@reproducible
@given(plays=plays, weighting=st.sampled_from(["binary", "log_share", "bm25"]), power=st.sampled_from([0.0, 0.4]))
def test_a_preparation_weighs_others_as_its_own(plays: np.ndarray, weighting: str, power: float):
    counts = interactions_of(plays).counts
    prepare = Preparation.of(counts, weighting, power)
    weights = prepare(counts)
    expected = reference(plays, weighting) / np.maximum((plays > 0).sum(axis=0), 1.0) ** power
    assert weights.dtype == np.float32
    np.testing.assert_allclose(weights.toarray(), expected, rtol=1e-5)
    for user in range(len(plays)):
        np.testing.assert_array_equal(prepare(counts[user]).toarray()[0], weights.toarray()[user])
