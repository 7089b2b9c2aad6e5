"""Ridge regression on plays and tags at once, for items that few people play (Jeunen, Van Balen & Goethals 2020)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np
from scipy import sparse

from models_py.data.interactions import DECAYS, Interactions
from models_py.matrices.inverse import Ridge, inverse_memory, too_square
from models_py.matrices.tagging import MOST_TAGS, tag_vectors, tagging_memory
from models_py.matrices.weighting import DAMPED, Preparation, popularity_scale, row_norms
from models_py.recommenders.base import NO_TAGS, Fading
from models_py.recommenders.fitted import InverseWeights

Prepared = tuple[Preparation, Ridge]


@dataclass(frozen=True)
class Hybrid(Fading):
    """As `ease`, with each tag as one more listener, who has played what carries it.

    `tag_weight` is the squared length of all tags' rows in that of all histories.
    """

    name: ClassVar[str] = "hybrid"
    space: ClassVar[dict[str, tuple]] = {
        "weighting": DAMPED,
        "popularity_power": (0.0, 0.15, 0.3, 0.45),
        "tag_weight": (0.01, 0.03, 0.1, 0.3, 1.0, 3.0),
        "regularization": (0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0, 100.0),
        "exponent": (0.0, 0.25, 0.5, 0.75, 1.0),
        "score_power": (0.0, 0.15, 0.3, 0.45, 0.6),
        "decay": DECAYS,
    }
    # wider spaces were tried: dbt_project/docs/recommenders.md
    ends: ClassVar[Mapping[str, tuple]] = {"exponent": (1.0,), "tag_weight": (0.01,)}
    prepared_by: ClassVar[tuple[str, ...]] = ("weighting", "popularity_power", "tag_weight", "decay")

    weighting: str = "log_share"
    popularity_power: float = 0.3
    tag_weight: float = 0.1
    regularization: float = 1.0
    exponent: float = 0.5
    score_power: float = 0.3

    @classmethod
    def lacks(cls, interactions: Interactions) -> str | None:
        """Need tags, and few users or few items."""
        return NO_TAGS if interactions.tags is None else too_square(*interactions.counts.shape)

    @classmethod
    def prepare(cls, settings: Sequence[Self], interactions: Interactions, seed: int) -> Prepared:
        """Put the tags under the histories, and decompose both."""
        first = settings[0]
        counts = interactions.faded(first.decay).counts
        preparation = Preparation.of(counts, first.weighting, first.popularity_power)
        histories = preparation(counts)
        tags = tag_vectors(interactions.tags, 1.0).T.tocsr()
        energies = ((row_norms(rows) ** 2).sum() for rows in (histories, tags))
        tags *= np.sqrt(first.tag_weight * next(energies) / max(next(energies), 1e-12))
        both = sparse.vstack([histories, tags], format="csr")
        return preparation, Ridge.of(both, [setting.regularization for setting in settings])

    def fit(self, interactions: Interactions, seed: int, prepared: Prepared | None = None) -> InverseWeights:
        """Invert; the seed is not used."""
        preparation, ridge = prepared or self.prepare([self], interactions, seed)
        scale = popularity_scale(interactions.listeners, self.score_power)
        return InverseWeights.of(ridge, self.regularization, self.exponent, scale, preparation)

    def memory(self, interactions: Interactions) -> int:
        """Count the weighted cells, the tags, and the decomposition of both."""
        counts, tags = interactions.counts, interactions.tags
        n_rows = counts.shape[0] + min(MOST_TAGS, tags.shape[1])
        cells = interactions.fading_memory + 2 * Preparation.memory(counts) + tagging_memory(tags)
        return cells + inverse_memory(counts.nnz + tags.nnz, (n_rows, counts.shape[1]))
