"""Items whose tags are like those of what the user plays (content-based, Lops, de Gemmis & Semeraro 2011)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np

from models_py.data.interactions import Interactions
from models_py.matrices.projecting import Linear
from models_py.matrices.tagging import MOST_TAGS, tag_vectors, tagging_memory
from models_py.matrices.weighting import DAMPED, Preparation, popularity_scale
from models_py.recommenders.base import NO_TAGS, Recommender
from models_py.recommenders.fitted import Factors


@dataclass(frozen=True)
class Content(Recommender):
    """The inner product of a history's tags and an item's; it knows of others' plays only how popular an item is."""

    name: ClassVar[str] = "content"
    space: ClassVar[dict[str, tuple]] = {
        "frequency_power": (0.0, 0.5, 1.0, 2.0, 3.0, 4.0),
        "weighting": DAMPED,
        "popularity_power": (0.0, 0.15, 0.3, 0.45),
        "score_power": (0.0, 0.15, 0.3, 0.45, 0.6, 0.8, 1.0, 1.3),
    }
    prepared_by: ClassVar[tuple[str, ...]] = ("frequency_power",)

    frequency_power: float = 1.0
    weighting: str = "log_share"
    popularity_power: float = 0.3
    score_power: float = 0.45

    @classmethod
    def lacks(cls, interactions: Interactions) -> str | None:
        """Need tags."""
        return NO_TAGS if interactions.tags is None else None

    @classmethod
    def prepare(cls, settings: Sequence[Self], interactions: Interactions, seed: int) -> np.ndarray:
        """Make the vectors of the tags."""
        return tag_vectors(interactions.tags, settings[0].frequency_power).toarray()

    def fit(self, interactions: Interactions, seed: int, prepared: np.ndarray | None = None) -> Factors:
        """Add up the vectors of each history; the seed is not used."""
        vectors = self.prepare([self], interactions, seed) if prepared is None else prepared
        preparation = Preparation.of(interactions.counts, self.weighting, self.popularity_power)
        scale = popularity_scale(interactions.listeners, self.score_power)
        return Factors.of_items(interactions.counts, Linear(vectors), preparation, scale)

    def memory(self, interactions: Interactions) -> int:
        """Count the weighted cells, and the vectors."""
        n_tags = min(MOST_TAGS, interactions.tags.shape[1])
        vectors = 8 * n_tags * (3 * interactions.n_items + interactions.n_users)
        return Preparation.memory(interactions.counts) + tagging_memory(interactions.tags) + vectors
