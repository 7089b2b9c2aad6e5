"""The demo's listeners: who they are, which genres they love, and how that changes."""

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from models_py.demo.names import GENRES, SCENES

OWN_SHARE = 0.64  # of a user's fresh visits, for the two genres that become the user's own
FOLLOWED_SCENE_SHARE = 0.85  # of a user's visits for a genre go to the scene the user follows
CHANGED_SHARE = 0.4  # of users that come to another second genre
MEDIAN_PLAYS, PLAYS_SPREAD, FEWEST_PLAYS, MOST_PLAYS = 250, 1.5, 14, 9_000  # log-normal: mean 770 plays a user


@dataclass(frozen=True)
class Tastes:
    """What the users like and how much they listen.

    Attributes
    ----------
    mixtures : numpy.ndarray
        float64, shape (2, users, styles): chance that a fresh visit is for a style, at the start and from the end of
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
    """Plant the users' tastes: two neighbouring genres and a Dirichlet-like rest, one scene, and a drift.

    Neighbouring genres and one scene for all of them make people alike, as people are: there is something to learn from
    others. Who changes had the neighbour on the other side as second genre before.

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
    late_pair = np.stack([first, (first + 1) % len(GENRES)], axis=1)
    early_pair = np.stack([first, (first + np.where(changed, -1, 1)) % len(GENRES)], axis=1)
    own = np.zeros((users, len(GENRES)), bool)
    own[np.arange(users)[:, None], late_pair] = True
    scenes = _scene_shares(users, rng)
    mixtures = np.stack([_by_style(_genre_mixture(pair, rng), scenes) for pair in (early_pair, late_pair)])
    return Tastes(np.round(mixtures, 6), own, _activity(users, rng))


def _genre_mixture(pair: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Mixtures over genres, led by the pair: float64, (users, genres)."""
    users = np.arange(len(pair))
    rest = rng.gamma(0.7, size=(len(pair), len(GENRES)))
    rest[users[:, None], pair] = 0
    rest /= rest.sum(axis=1, keepdims=True)
    others = len(GENRES) - 2
    # Half of the rest is even, so that no other genre overtakes the pair: 0.36 (1/2 + 1/12) < 0.64 * 0.4.
    mixture = (1 - OWN_SHARE) * np.where(rest > 0, rest / 2 + 0.5 / others, 0)
    first = 0.4 + 0.2 * rng.random(len(pair))
    mixture[users, pair[:, 0]] += OWN_SHARE * first
    mixture[users, pair[:, 1]] += OWN_SHARE * (1 - first)
    return mixture


def _scene_shares(users: int, rng: np.random.Generator) -> np.ndarray:
    """How each user's visits for a genre divide among its scenes, one of them followed: float64, (users, scenes)."""
    followed = np.zeros((users, len(SCENES)), bool)
    followed[np.arange(users), rng.choice(len(SCENES), users, p=_falling(len(SCENES)))] = True
    return np.where(followed, FOLLOWED_SCENE_SHARE, (1 - FOLLOWED_SCENE_SHARE) / (len(SCENES) - 1))


def _by_style(mixture: np.ndarray, scenes: np.ndarray) -> np.ndarray:
    """Mixture over styles: float64, (users, styles)."""
    return (scenes[:, :, None] * mixture[:, None, :]).reshape(len(mixture), -1)


def _falling(count: int) -> np.ndarray:
    """Unequal chances, so that some genres and scenes have more followers: float64, (count,)."""
    weights = 1 / np.sqrt(1.0 + np.arange(count))
    return weights / weights.sum()


def _activity(users: int, rng: np.random.Generator) -> np.ndarray:
    """Plays per user, log-normal by quantiles, so that the total hardly depends on the seed."""
    normal = NormalDist()
    spread = np.array([normal.inv_cdf((k + 0.5) / users) for k in range(users)])
    plays = np.clip(MEDIAN_PLAYS * np.exp(PLAYS_SPREAD * spread), FEWEST_PLAYS, MOST_PLAYS)
    return rng.permutation(np.round(plays).astype(np.int64))
