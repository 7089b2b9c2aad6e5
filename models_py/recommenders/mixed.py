"""One list of what is played again and of what is new: how much of each is learnt from the user's own past.

RepeatNet divides the chance of what comes next between repeating and exploring (Ren, Chen, Li, Ren, Ma & de Rijke 2019,
RepeatNet: A Repeat Aware Neural Recommendation Machine for Session-based Recommendation); here faded plays repeat, a
linear model of items explores, and counts divide.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np

from models_py.data.interactions import DECAYS, Interactions
from models_py.matrices.cells import rows_of
from models_py.matrices.inverse import Ridge, inverse_memory, too_square
from models_py.matrices.weighting import DAMPED, Preparation, popularity_scale
from models_py.recommenders.base import NO_PERIODS, Fading
from models_py.recommenders.fitted import InverseWeights, WithOwnItems

Prepared = tuple[Preparation, Ridge]

# Items whose weight everybody's share of new ones has in each user's.
PRIOR = 10


@dataclass(frozen=True)
class Mixed(Fading):
    """The user's own faded plays, weighted, and what `ease` makes of all faded plays.

    `share` is the part of the latter for somebody with everybody's share of novelty; its odds grow with the user's.
    """

    name: ClassVar[str] = "mixed"
    space: ClassVar[dict[str, tuple]] = {
        "weighting": DAMPED,
        "popularity_power": (0.0, 0.15, 0.3, 0.45, 0.6),
        "regularization": (0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0, 100.0),
        "exponent": (0.0, 0.25, 0.5, 0.75, 1.0),
        "score_power": (0.0, 0.15, 0.3, 0.45, 0.6, 0.75),
        "share": (0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 1.0),
        "decay": DECAYS,
    }
    ends: ClassVar[Mapping[str, tuple]] = {"exponent": (1.0,), "share": (1.0,)}
    prepared_by: ClassVar[tuple[str, ...]] = ("weighting", "popularity_power", "decay")

    weighting: str = "log_share"
    popularity_power: float = 0.3
    regularization: float = 1.0
    exponent: float = 0.5
    score_power: float = 0.3
    share: float = 0.3

    @classmethod
    def lacks(cls, interactions: Interactions) -> str | None:
        """Need plays by period, and few users or few items."""
        return NO_PERIODS if interactions.periods is None else too_square(*interactions.counts.shape)

    @classmethod
    def prepare(cls, settings: Sequence[Self], interactions: Interactions, seed: int) -> Prepared:
        """Decompose faded plays, and find the diagonals of the inverses that the settings want."""
        first, faded = settings[0], interactions.faded(settings[0].decay).counts
        preparation = Preparation.of(faded, first.weighting, first.popularity_power)
        return preparation, Ridge.of(preparation(faded), [setting.regularization for setting in settings])

    def fit(self, interactions: Interactions, seed: int, prepared: Prepared | None = None) -> WithOwnItems:
        """Invert, and divide each user's scores; the seed is not used."""
        preparation, ridge = prepared or self.prepare([self], interactions, seed)
        # in units of the weights that are predicted, in which the user's own are
        units = ridge.size(self.regularization) ** (1 - self.exponent)
        scale = units * popularity_scale(interactions.listeners, self.score_power)
        linear = InverseWeights.of(ridge, self.regularization, self.exponent, scale, preparation)
        odds = self.share * novelty_odds(interactions)
        shares = (odds / (odds + 1 - self.share)).astype(np.float32)
        faded = interactions.faded(self.decay).counts
        own = Preparation.of(faded, self.weighting)
        return WithOwnItems(linear, own(faded), own, shares, self.share)

    def memory(self, interactions: Interactions) -> int:
        """Count three sets of weighted cells, the periods, and the decomposition."""
        cells = 3 * Preparation.memory(interactions.counts) + interactions.fading_memory
        return cells + inverse_memory(interactions.counts.nnz, interactions.counts.shape)


def novelty_odds(interactions: Interactions) -> np.ndarray:
    """Odds that what a user plays in the last period is new, over everybody's odds, shape (n_users,).

    Each user's share is drawn to everybody's, as if by `PRIOR` more items; where nothing or all is new, as in the only
    period of all, nobody differs.
    """
    plays, users = interactions.periods.plays, rows_of(interactions.counts)
    is_last = plays.indices[plays.indptr[:-1]] == 0
    is_new = is_last & (np.diff(plays.indptr) == 1)
    played, new = (np.bincount(users[cells], minlength=interactions.n_users) for cells in (is_last, is_new))
    if not 0 < new.sum() < played.sum():
        return np.ones(interactions.n_users)
    of_everybody = new.sum() / played.sum()
    shares = (new + PRIOR * of_everybody) / (played + PRIOR)
    return shares / (1 - shares) * (1 - of_everybody) / of_everybody
