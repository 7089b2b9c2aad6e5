"""The demo's listeners: who they are, which genres they love, and how that changes."""

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from models_py.sources.demo.names import GENRES

# Of a user's fresh visits, for the user's two genres; what is played elsewhere is mostly the same few favourites again.
OWN_SHARE = 0.88
CHANGED_SHARE = 0.4  # of users that come to another second genre
MEDIAN_PLAYS, PLAYS_SPREAD, FEWEST_PLAYS, MOST_PLAYS = 400, 1.2, 14, 9_000  # log-normal: mean 800 plays a user


@dataclass(frozen=True)
class Tastes:
    """What the users like and how much they listen.

    Attributes
    ----------
    mixtures : numpy.ndarray
        float64, shape (2, users, genres): chance that a fresh visit is for a genre, at the start and from the end of
        the drift on.
    own_genres : numpy.ndarray
        bool, shape (users, genres): the two genres that lead a user's late mixture.
    plays : numpy.ndarray
        int64, shape (users,): about how many plays each has.
    """

    mixtures: np.ndarray
    own_genres: np.ndarray
    plays: np.ndarray


def make_tastes(users: int, rng: np.random.Generator) -> Tastes:
    """Plant the users' tastes: a first and a second genre, a Dirichlet-like rest, and a drift.

    Any two genres may meet in a user: with neighbours only, genres would blend into one another, and groups of artists
    found in the listening would not be genres. Who changes had another second genre before.

    Parameters
    ----------
    users : int
        How many.
    rng : numpy.random.Generator
        Source of randomness.

    Returns
    -------
    Tastes
        Mixtures rounded to 6 digits, so that the truth file holds exactly what was planted.
    """
    first = rng.choice(len(GENRES), users, p=_falling(len(GENRES)))
    changed = rng.random(users) < CHANGED_SHARE
    # From the first genre on to two other ones, in a random order of all the others.
    steps = rng.permuted(np.tile(np.arange(1, len(GENRES)), (users, 1)), axis=1)
    late_pair = np.stack([first, (first + steps[:, 0]) % len(GENRES)], axis=1)
    early_pair = np.stack([first, (first + np.where(changed, steps[:, 1], steps[:, 0])) % len(GENRES)], axis=1)
    own = np.zeros((users, len(GENRES)), bool)
    own[np.arange(users)[:, None], late_pair] = True
    mixtures = np.stack([_genre_mixture(pair, rng) for pair in (early_pair, late_pair)])
    return Tastes(np.round(mixtures, 6), own, _activity(users, rng))


def _genre_mixture(pair: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Mixtures over genres, led by the pair: float64, (users, genres)."""
    users = np.arange(len(pair))
    rest = rng.gamma(0.7, size=(len(pair), len(GENRES)))
    rest[users[:, None], pair] = 0
    mixture = (1 - OWN_SHARE) * rest / rest.sum(axis=1, keepdims=True)
    # No other genre overtakes the pair, even with all of the rest: 0.12 < 0.88 * 0.2.
    first = 0.6 + 0.2 * rng.random(len(pair))
    mixture[users, pair[:, 0]] += OWN_SHARE * first
    mixture[users, pair[:, 1]] += OWN_SHARE * (1 - first)
    return mixture


def _falling(count: int) -> np.ndarray:
    """Unequal chances, so that some genres have more followers: float64, (count,)."""
    weights = 1 / np.sqrt(1.0 + np.arange(count))
    return weights / weights.sum()


def _activity(users: int, rng: np.random.Generator) -> np.ndarray:
    """Plays per user, log-normal by quantiles, so that the total hardly depends on the seed."""
    normal = NormalDist()
    spread = np.array([normal.inv_cdf((k + 0.5) / users) for k in range(users)])
    plays = np.clip(MEDIAN_PLAYS * np.exp(PLAYS_SPREAD * spread), FEWEST_PLAYS, MOST_PLAYS)
    return rng.permutation(np.round(plays).astype(np.int64))
