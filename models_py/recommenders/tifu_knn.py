"""What the user plays by time, and what the most similar listeners do: TIFU-KNN.

Temporal item frequencies (Hu, He, Gao & Zhang 2020, Modeling Personalized Item Frequency Information for Next-basket
Recommendation), in which a period stands for their groups of baskets. Neighbours count by a power of their similarity,
as in UP-CF (Faggioli, Polato & Aiolli 2020, Recency Aware Collaborative Filtering for Next Basket Recommendation): with
a sharpness of 0 they count alike, as in the former.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np

from models_py.data.interactions import DECAYS, Interactions
from models_py.matrices.neighbours import Neighbours, Search, neighbours_memory, neighbours_of_all
from models_py.matrices.weighting import DAMPED, Preparation
from models_py.recommenders.base import NO_PERIODS, Fading
from models_py.recommenders.fitted import SimilarUsers, WithOwnItems

Prepared = tuple[Preparation, Mapping[Search, Neighbours]]


@dataclass(frozen=True)
class TifuKNN(Fading):
    """`alpha` of the user's own faded plays, weighted, and 1 - `alpha` of the mean of the nearest users'.

    Without periods it would be `user_knn` with users as their own neighbours, so that it is for periods alone.
    """

    name: ClassVar[str] = "tifu_knn"
    space: ClassVar[dict[str, tuple]] = {
        "weighting": DAMPED,
        "neighbours": (10, 25, 50, 100, 200, 400),
        "sharpness": (0.0, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0),
        "alpha": (0.0, 0.3, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95),
        "decay": DECAYS,
    }
    # with an alpha of 1 nothing new would have a score
    ends: ClassVar[Mapping[str, tuple]] = {"alpha": (0.95,)}
    prepared_by: ClassVar[tuple[str, ...]] = ("weighting", "decay")

    weighting: str = "log_share"
    neighbours: int = 100
    sharpness: float = 2.0
    alpha: float = 0.7

    @classmethod
    def lacks(cls, interactions: Interactions) -> str | None:
        """Need plays by period."""
        return NO_PERIODS if interactions.periods is None else None

    @classmethod
    def prepare(cls, settings: Sequence[Self], interactions: Interactions, seed: int) -> Prepared:
        """Weigh faded plays, and find the most neighbours of each user that a setting wants."""
        faded = interactions.faded(settings[0].decay).counts
        preparation = Preparation.of(faded, settings[0].weighting)
        searches = [Search(setting.neighbours) for setting in settings]
        unscaled = {0.0: np.ones(interactions.n_items)}
        return preparation, neighbours_of_all(preparation(faded), unscaled, searches)

    def fit(self, interactions: Interactions, seed: int, prepared: Prepared | None = None) -> WithOwnItems:
        """Weigh the histories; the seed is not used."""
        preparation, found = prepared or self.prepare([self], interactions, seed)
        own = preparation(interactions.faded(self.decay).counts)
        similar = SimilarUsers(
            vectors=own,
            weights=own,
            compared=preparation,
            neighbours=self.neighbours,
            shrinkage=0.0,
            sharpness=self.sharpness,
            found=found[Search(self.neighbours)],
            is_mean=True,
        )
        shares = np.full(interactions.n_users, 1 - self.alpha, dtype=np.float32)
        return WithOwnItems(similar, own, preparation, shares, 1 - self.alpha)

    def memory(self, interactions: Interactions) -> int:
        """Count two sets of weighted cells, every user's neighbours, and the periods."""
        n_users = interactions.n_users
        cells = 2 * Preparation.memory(interactions.counts) + interactions.fading_memory
        return cells + neighbours_memory(n_users, n_users, self.neighbours)
