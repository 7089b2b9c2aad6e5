"""Models that are learnt from X'X alone are those that are learnt from all histories."""

import numpy as np
import pytest
from scipy import sparse

from models_py.data.interactions import Interactions
from models_py.matrices.gram import Gram
from models_py.matrices.weighting import Preparation
from models_py.recommenders.ease import EASE
from models_py.recommenders.slim import SLIM

SETTINGS = [
    EASE(decay=0.0),
    EASE(decay=0.0, weighting="bm25", popularity_power=0.0, user_power=0.5, exponent=1.0, regularization=3.0),
    SLIM(decay=0.0),
    SLIM(decay=0.0, weighting="binary", popularity_power=0.45, neighbours=5, sharpness=1.0, score_power=0.3),
]


@pytest.mark.parametrize("setting", SETTINGS, ids=str)
@pytest.mark.parametrize("shape", [(60, 25), (20, 40)], ids=["tall", "wide"])
def test_a_gram_matrix_is_enough(setting: EASE | SLIM, shape: tuple[int, int]) -> None:
    generator = np.random.default_rng(4)
    plays = generator.integers(1, 40, shape) * (generator.random(shape) < 0.3)
    plays[:, 0] += 1  # everybody has something
    interactions = Interactions.plain(sparse.csr_matrix(plays))
    counts = interactions.counts
    preparation = Preparation.of(counts, setting.weighting, setting.popularity_power, setting.user_power)
    prepared = preparation(counts).astype(np.float64)
    gram = Gram((prepared.T @ prepared).toarray(), interactions.listeners, shape[0], preparation)
    scores = setting.fit(interactions, seed=1).scores(np.arange(shape[0]))
    np.testing.assert_allclose(setting.of_gram(gram).fold_in(counts), scores, rtol=1e-3, atol=1e-5 * scores.max())
