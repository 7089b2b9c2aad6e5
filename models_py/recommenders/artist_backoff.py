"""Tracks by their artists: what is known of an artist stands in for what little is known of each track."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np
from scipy import sparse

from models_py.data.interactions import DECAYS, Interactions
from models_py.matrices.cells import by_parent
from models_py.matrices.inverse import Ridge, inverse_memory, too_square
from models_py.matrices.weighting import DAMPED, Preparation, popularity_scale
from models_py.recommenders.base import Fading
from models_py.recommenders.fitted import InverseWeights, OfParents

Prepared = tuple[sparse.csr_matrix, Preparation, Ridge]


@dataclass(frozen=True)
class ArtistBackoff(Fading):
    """The score of a track's artist by ridge regression on artists, times the track's share of the artist's listeners.

    `own` weighs the artists that the user plays already against what the others say of them.
    """

    name: ClassVar[str] = "artist_backoff"
    space: ClassVar[dict[str, tuple]] = {
        "weighting": DAMPED,
        "popularity_power": (0.0, 0.15, 0.3, 0.45),
        "regularization": (0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0),
        "score_power": (0.0, 0.15, 0.3, 0.45, 0.6),
        "own": (0.0, 0.3, 1.0, 3.0),
        "share_power": (0.25, 0.5, 0.75, 1.0, 1.5),
        "decay": DECAYS,
    }
    prepared_by: ClassVar[tuple[str, ...]] = ("weighting", "popularity_power", "decay")

    weighting: str = "log_share"
    popularity_power: float = 0.3
    regularization: float = 1.0
    score_power: float = 0.3
    own: float = 1.0
    share_power: float = 0.75

    @classmethod
    def lacks(cls, interactions: Interactions) -> str | None:
        """Need artists that have several items, and few users or few artists."""
        n_artists = len(np.unique(interactions.parents))
        if n_artists == interactions.n_items:
            return "it needs artists with several tracks, and here every item is its own"
        return too_square(interactions.n_users, n_artists)

    @classmethod
    def prepare(cls, settings: Sequence[Self], interactions: Interactions, seed: int) -> Prepared:
        """Add up each user's plays of an artist, and decompose them."""
        first = settings[0]
        counts = by_parent(interactions.faded(first.decay).counts, interactions.parents)
        preparation = Preparation.of(counts, first.weighting, first.popularity_power)
        return counts, preparation, Ridge.of(preparation(counts), [setting.regularization for setting in settings])

    def fit(self, interactions: Interactions, seed: int, prepared: Prepared | None = None) -> OfParents:
        """Invert, and divide each artist's listeners among the tracks; the seed is not used."""
        counts, preparation, ridge = prepared or self.prepare([self], interactions, seed)
        scale = popularity_scale(np.bincount(counts.indices, minlength=counts.shape[1]), self.score_power)
        artists = InverseWeights.of(ridge, self.regularization, 0.0, scale, preparation, self.own)
        of_artist = np.zeros(counts.shape[1])
        np.maximum.at(of_artist, interactions.parents, interactions.listeners)
        shares = interactions.listeners / np.maximum(of_artist, 1)[interactions.parents]
        return OfParents(artists, interactions.parents, shares**self.share_power)

    def memory(self, interactions: Interactions) -> int:
        """Count the cells by artist as if there were as many as by track, and the decomposition."""
        counts, n_artists = interactions.counts, int(interactions.parents.max(initial=0)) + 1
        return (
            interactions.fading_memory
            + 2 * Preparation.memory(counts)
            + inverse_memory(counts.nnz, (counts.shape[0], n_artists))
        )
