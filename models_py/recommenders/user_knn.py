"""What the most similar listeners play (user-based collaborative filtering, Resnick et al. 1994)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Self

from models_py.data.interactions import DECAYS, Interactions
from models_py.matrices.neighbours import Neighbours, Search, neighbours_memory, neighbours_of_all
from models_py.matrices.weighting import DAMPED, Preparation, popularity_scale
from models_py.recommenders.base import Fading
from models_py.recommenders.fitted import SimilarUsers

Prepared = Mapping[Search, Neighbours]


@dataclass(frozen=True)
class UserKNN(Fading):
    """Cosine neighbours on weighted plays, with popular items held back in the comparison."""

    name: ClassVar[str] = "user_knn"
    space: ClassVar[dict[str, tuple]] = {
        "weighting": DAMPED,
        "neighbours": (10, 25, 50, 100, 200, 400),
        "popularity_power": (0.0, 0.25, 0.5),
        "shrinkage": (0.0, 0.1, 1.0, 10.0),
        "sharpness": (0.5, 1.0, 2.0, 4.0, 8.0),
        "decay": DECAYS,
    }
    prepared_by: ClassVar[tuple[str, ...]] = ("weighting", "decay")

    weighting: str = "log_share"
    neighbours: int = 100
    popularity_power: float = 0.25
    shrinkage: float = 0.1
    sharpness: float = 2.0

    @classmethod
    def prepare(cls, settings: Sequence[Self], interactions: Interactions, seed: int) -> Prepared:
        """Find the most neighbours of each user that a setting wants, with each power and shrinkage."""
        counts = interactions.faded(settings[0].decay).counts
        vectors = Preparation.of(counts, settings[0].weighting)(counts)
        powers = sorted({setting.popularity_power for setting in settings})
        scales = {power: popularity_scale(interactions.listeners, -power) for power in powers}
        return neighbours_of_all(vectors, scales, [setting._search for setting in settings])

    def fit(self, interactions: Interactions, seed: int, prepared: Prepared | None = None) -> SimilarUsers:
        """Weigh the histories; the seed is not used. Neighbours that are not prepared are looked up when asked for."""
        counts = interactions.faded(self.decay).counts
        compared = Preparation.of(counts, self.weighting, self.popularity_power)
        return SimilarUsers(
            vectors=compared(counts),
            weights=Preparation.of(counts, self.weighting)(counts),
            compared=compared,
            neighbours=self.neighbours,
            shrinkage=self.shrinkage,
            sharpness=self.sharpness,
            found=prepared[self._search] if prepared else None,
        )

    def memory(self, interactions: Interactions) -> int:
        """Count two sets of weighted cells, after they have faded, and every user's neighbours."""
        cells = max(interactions.fading_memory, 2 * Preparation.memory(interactions.counts))
        return cells + neighbours_memory(interactions.n_users, interactions.n_users, self.neighbours)

    @property
    def _search(self) -> Search:
        return Search(self.neighbours, shrinkage=self.shrinkage, scale=self.popularity_power)
