"""What the user played much, each play the less the older it is."""

from dataclasses import dataclass
from typing import Any, ClassVar

from models_py.data.interactions import Interactions
from models_py.recommenders.base import NO_PERIODS, Recommender
from models_py.recommenders.fitted import OwnItems


@dataclass(frozen=True)
class PersonalDecayed(Recommender):
    """The user's own items by plays, each halved for every `half_life_days` that its period is old."""

    name: ClassVar[str] = "personal_decayed"
    tasks: ClassVar[tuple[str, ...]] = ("repeat", "all")
    is_baseline: ClassVar[bool] = True
    space: ClassVar[dict[str, tuple]] = {"half_life_days": (7, 14, 30, 60, 90, 180, 365, 730, 1460)}
    fades_by: ClassVar[tuple[str, ...]] = ("half_life_days",)

    # the best of the space on real days of listening to 2008 (docs/time.md)
    half_life_days: int = 180

    @classmethod
    def lacks(cls, interactions: Interactions) -> str | None:
        """Need plays by period."""
        return NO_PERIODS if interactions.periods is None else None

    def fit(self, interactions: Interactions, seed: int, prepared: Any = None) -> OwnItems:
        """Rank by decayed plays; the seed is not used."""
        preference = interactions.periods.decayed(interactions.periods.ages / self.half_life_days)
        return OwnItems.ranked(interactions.counts, preference, interactions.listeners)

    def memory(self, interactions: Interactions) -> int:
        """Count the cells, their periods, and the items."""
        return OwnItems.foretold(interactions.counts) + interactions.periods.memory
