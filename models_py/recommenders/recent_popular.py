"""What was played most in the last weeks or months."""

from dataclasses import dataclass
from typing import Any, ClassVar

from models_py.data.interactions import Interactions
from models_py.recommenders.base import NO_TIMES, Recommender
from models_py.recommenders.fitted import SameForAll


@dataclass(frozen=True)
class RecentPopular(Recommender):
    """Plays within the last `window_days` before the end of the data; among equals, those with more listeners ever."""

    name: ClassVar[str] = "recent_popular"
    is_baseline: ClassVar[bool] = True
    space: ClassVar[dict[str, tuple]] = {"window_days": (30, 90, 180, 365)}

    window_days: int = 90

    @classmethod
    def lacks(cls, interactions: Interactions) -> str | None:
        """Need recent plays."""
        return None if interactions.windows else NO_TIMES

    def fit(self, interactions: Interactions, seed: int, prepared: Any = None) -> SameForAll:
        """Count, in the window nearest in length to the one asked for; the seed is not used."""
        nearest = min(interactions.windows, key=lambda days: (abs(days - self.window_days), days))
        listeners = interactions.listeners
        return SameForAll(interactions.windows[nearest] + listeners / (listeners.max(initial=0) + 1))

    def memory(self, interactions: Interactions) -> int:
        """Count a few values per item, and the cells' items in 64 bits while they are counted."""
        return 32 * interactions.n_items + 24 * interactions.counts.nnz
