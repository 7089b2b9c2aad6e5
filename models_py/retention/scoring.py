"""Figures of predicted probabilities, with intervals by a bootstrap over users."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.stats import rankdata


@dataclass(frozen=True)
class Estimate:
    """A figure with its 95% interval."""

    value: float
    low: float
    high: float


def area_under_curve(predicted: np.ndarray, happened: np.ndarray) -> float:
    """Share of pairs with and without the outcome in which it is predicted the higher; half a pair where equal.

    Parameters
    ----------
    predicted : array of float
    happened : array of bool

    Returns
    -------
    float
        0 to 1, 0.5 by chance (Mann & Whitney 1947); nan where one outcome is missing.
    """
    n_with = int(happened.sum())
    pairs = n_with * (len(happened) - n_with)
    if not pairs:
        return np.nan
    ranks = rankdata(predicted)[happened].sum()
    return float((ranks - n_with * (n_with + 1) / 2) / pairs)


def squared_error(predicted: np.ndarray, happened: np.ndarray) -> float:
    """Mean squared error of probabilities (Brier 1950): 0 is certain and right, 1 certain and wrong."""
    return float(np.mean((predicted - happened) ** 2))


def estimate(figure: Callable[[np.ndarray], float], n_users: int, n_draws: int, seed: int) -> Estimate:
    """Compute a figure of all users, and of users drawn with replacement.

    Parameters
    ----------
    figure : callable
        Takes the places of users. Draws of which it gives nan do not count.
    n_users, n_draws, seed : int
        The same numbers draw the same users, so that figures may be compared draw by draw.

    Returns
    -------
    Estimate
    """
    draws = np.random.default_rng(seed).integers(n_users, size=(n_draws, n_users))
    low, high = np.nanpercentile([figure(draw) for draw in draws], [2.5, 97.5])
    return Estimate(figure(np.arange(n_users)), float(low), float(high))
