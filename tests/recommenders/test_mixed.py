"""What is mixed, against dense formulas that are written here with nothing of the product."""

import numpy as np
import pytest
from made_matrices import interactions_of, random_plays
from scipy import sparse

from models_py.data.interactions import Interactions, Periods
from models_py.recommenders.mixed import Mixed, novelty_odds

SETTING = Mixed(weighting="log", popularity_power=0.0, regularization=0.1, exponent=0.0, score_power=0.0, share=0.4)


def in_periods(plays: list[list[float]], cells: list[list[int]], n_periods: int = 2) -> Interactions:
    """Put plays into cells by user and item, by period for each cell."""
    by_period = np.array(plays)[:, :n_periods]
    counts = sparse.csr_matrix((by_period.sum(axis=1), np.array(cells).T))
    ages = 10.0 * np.arange(1, n_periods + 1)
    return Interactions(counts, np.arange(counts.shape[1]), periods=Periods(sparse.csr_matrix(by_period), ages))


def test_own_plays_are_mixed_with_a_regression_on_faded_plays_by_the_users_share():
    interactions = interactions_of(random_plays(25, 18, 0.4))
    plays = interactions.counts.toarray().astype(np.float64)
    own = np.log1p(plays - plays // 3 + plays // 3 * 45 / 400)
    products = own.T @ own
    size = 0.1 * (own**2).sum(axis=1).mean()
    predicted = own @ np.linalg.solve(products + size * np.eye(18), products)
    # in the made data what is played less than three times is new
    new, played = ((plays > 0) & (plays < 3)).sum(axis=1), (plays > 0).sum(axis=1)
    everybody = new.sum() / played.sum()
    novelty = (new + 10 * everybody) / (played + 10)
    odds = 0.4 / 0.6 * novelty / (1 - novelty) / (everybody / (1 - everybody))
    share = (odds / (1 + odds))[:, None]
    scores = SETTING.fit(interactions, 1).scores(np.arange(25))
    np.testing.assert_allclose(scores, (1 - share) * own + share * predicted, rtol=1e-4, atol=1e-5)


def test_who_takes_more_new_items_gets_more_of_what_is_predicted():
    # the first user played four items lately, of which three are new; the second four, of which one is; the third none
    plays = [[1, 0]] * 3 + [[1, 2]] + [[2, 0]] + [[1, 1]] * 3 + [[0, 5]]
    cells = [[0, 0], [0, 1], [0, 2], [0, 3], [1, 0], [1, 1], [1, 2], [1, 3], [2, 1]]
    # everybody's share is a half, which ten more items have
    shares = np.array([(3 + 5) / 14, (1 + 5) / 14, 0.5])
    np.testing.assert_allclose(novelty_odds(in_periods(plays, cells)), shares / (1 - shares))


@pytest.mark.parametrize("plays", [[[1, 0], [2, 0]], [[1, 1], [2, 3]], [[0, 1], [0, 2]]])
def test_where_all_or_nothing_is_new_nobody_differs(plays: list[list[float]]):
    np.testing.assert_array_equal(novelty_odds(in_periods(plays, [[0, 0], [1, 0]])), [1, 1])


def test_in_one_period_nobody_differs():
    np.testing.assert_array_equal(novelty_odds(in_periods([[1], [2]], [[0, 0], [1, 0]], n_periods=1)), [1, 1])
