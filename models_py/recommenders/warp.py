"""Factors that rank what is played near the top (WARP, Weston, Bengio & Usunier 2011)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from models_py.data.interactions import Interactions
from models_py.matrices.warp import ranked_apart
from models_py.recommenders.base import Recommender
from models_py.recommenders.fitted import Factors

EPOCHS = 10


@dataclass(frozen=True)
class WARP(Recommender):
    """For each play, items are drawn until one is ranked too high; the sooner, the larger the step."""

    name: ClassVar[str] = "warp"
    space: ClassVar[dict[str, tuple]] = {
        "factors": (8, 16, 32, 64, 128, 256),
        "rate": (0.003, 0.01, 0.03, 0.1, 0.3),
        "longest": (0.5, 1.0, 2.0, 4.0, 8.0),
    }
    # wider spaces were tried: dbt_project/docs/recommenders.md
    ends: ClassVar[Mapping[str, tuple]] = {"factors": (256,)}
    in_one_thread: ClassVar[bool] = True

    factors: int = 16
    rate: float = 0.1
    longest: float = 2.0

    def fit(self, interactions: Interactions, seed: int, prepared: Any = None) -> Factors:
        """Descend, from a start and with draws by seed."""
        counts = interactions.counts
        return Factors.learnt(counts, *ranked_apart(counts, self.factors, EPOCHS, self.rate, self.longest, seed))

    def memory(self, interactions: Interactions) -> int:
        """Count the cells and their order, and the factors."""
        return 60 * interactions.counts.nnz + 40 * (self.factors + 2) * sum(interactions.counts.shape)
