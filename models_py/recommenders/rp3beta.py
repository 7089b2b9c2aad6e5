"""Random walks of three steps, item to user to item, with popular ends held back (RP3beta, Paudel et al. 2017)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np

from models_py.data.interactions import DECAYS, Interactions
from models_py.matrices.cells import with_values
from models_py.matrices.neighbours import Neighbours, Search, neighbours_memory, searched
from models_py.matrices.weighting import DAMPED, Preparation, popularity_scale, scale_rows
from models_py.recommenders.base import Fading
from models_py.recommenders.fitted import ItemWeights


@dataclass(frozen=True)
class RP3Beta(Fading):
    """From each item that is played to the `neighbours` items where a walk ends most often.

    The two steps' probabilities are raised to `alpha`, and ends are divided by their listeners to `beta`.
    """

    name: ClassVar[str] = "rp3beta"
    space: ClassVar[dict[str, tuple]] = {
        "weighting": DAMPED,
        "alpha": (0.05, 0.1, 0.25, 0.4, 0.6, 0.8, 1.0, 1.3, 1.6, 2.0),
        "beta": (0.0, 0.1, 0.2, 0.3, 0.45, 0.6, 0.8),
        "neighbours": (5, 10, 20, 40, 80, 160, 320),
        "decay": DECAYS,
    }
    # wider spaces were tried: dbt_project/docs/recommenders.md
    ends: ClassVar[Mapping[str, tuple]] = {"neighbours": (320,)}
    prepared_by: ClassVar[tuple[str, ...]] = ("weighting", "alpha", "decay")

    weighting: str = "binary"
    alpha: float = 0.6
    beta: float = 0.2
    neighbours: int = 20

    @classmethod
    def prepare(cls, settings: Sequence[Self], interactions: Interactions, seed: int) -> Mapping[float, Neighbours]:
        """Find the most ends of walks from each item that a setting wants, with each beta."""
        first = settings[0]
        counts = interactions.faded(first.decay).counts
        weights = Preparation.of(counts, first.weighting)(counts)
        of_users, of_items = (1 / np.maximum(np.asarray(weights.sum(axis=axis)).ravel(), 1e-12) for axis in (1, 0))
        # probability of each step, to a power
        to_items = scale_rows(weights, of_users)
        to_items = with_values(to_items, to_items.data**first.alpha).T.tocsr()
        to_users = scale_rows(weights.T.tocsr(), of_items)
        to_users = with_values(to_users, to_users.data**first.alpha)
        most: dict[float, int] = {}
        for setting in settings:
            most[setting.beta] = max(setting.neighbours, most.get(setting.beta, 0))
        everything, found = np.arange(interactions.n_items), {}
        for beta, k in most.items():
            ends = scale_rows(to_items, popularity_scale(interactions.listeners, -beta))
            (found[beta],) = searched(to_users, everything, ends, [Search(k, "product")])
        return found

    def fit(
        self, interactions: Interactions, seed: int, prepared: Mapping[float, Neighbours] | None = None
    ) -> ItemWeights:
        """Keep the likeliest ends; the seed is not used."""
        found = (prepared or self.prepare([self], interactions, seed))[self.beta]
        counts = interactions.faded(self.decay).counts
        preparation = Preparation.of(counts, self.weighting)
        return ItemWeights(preparation(counts), found.cut(self.neighbours, 1.0), preparation)

    def memory(self, interactions: Interactions) -> int:
        """Count the weighted cells, the steps' probabilities, and every item's neighbours."""
        n_items = interactions.n_items
        return (
            interactions.fading_memory
            + 3 * Preparation.memory(interactions.counts)
            + neighbours_memory(n_items, n_items, self.neighbours)
        )
