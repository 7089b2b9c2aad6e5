"""Random walks against dense arithmetic."""

import numpy as np
from made_matrices import interactions_of, random_plays

from models_py.recommenders.rp3beta import RP3Beta


def test_scores_are_the_likeliest_ends_of_walks_from_what_is_played():
    interactions = interactions_of(random_plays(20, 15, 0.4))
    weights = np.log1p(interactions.counts.toarray().astype(np.float64))
    to_items, to_users = weights / weights.sum(axis=1, keepdims=True), (weights / weights.sum(axis=0)).T
    walks = (to_users**0.6) @ (to_items**0.6) / interactions.listeners**0.3
    np.fill_diagonal(walks, 0.0)
    for row in walks:
        row[np.argsort(row)[:-6]] = 0.0
    fitted = RP3Beta(decay=0.0, weighting="log", alpha=0.6, beta=0.3, neighbours=6).fit(interactions, 0)
    np.testing.assert_allclose(fitted.scores(np.arange(20)), weights @ walks, rtol=1e-4)
