"""Factors by alternating least squares, weighted by confidence (Hu, Koren & Volinsky 2008), through `implicit`."""

from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np
from implicit.cpu.als import AlternatingLeastSquares
from threadpoolctl import threadpool_limits

from models_py.data.interactions import DECAYS, Interactions
from models_py.matrices.projecting import Confident
from models_py.matrices.weighting import DAMPED, Preparation, popularity_scale
from models_py.recommenders.base import Fading
from models_py.recommenders.fitted import Factors

ITERATIONS = 10


@dataclass(frozen=True)
class ALS(Fading):
    """Every cell is explained, played ones with a confidence of 1 + `confidence` times their weight; users exactly."""

    name: ClassVar[str] = "als"
    space: ClassVar[dict[str, tuple]] = {
        "factors": (8, 16, 32, 64),
        "weighting": DAMPED,
        "confidence": (0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0),
        "regularization": (0.1, 0.3, 1.0, 3.0, 10.0, 30.0, 100.0, 300.0),
        "score_power": (0.0, 0.15, 0.3, 0.45, 0.6),
        "decay": DECAYS,
    }

    factors: int = 32
    weighting: str = "log_share"
    confidence: float = 0.3
    regularization: float = 10.0
    score_power: float = 0.0

    def fit(self, interactions: Interactions, seed: int, prepared: Any = None) -> Factors:
        """Alternate from a start that the seed draws."""
        interactions = interactions.faded(self.decay)
        plain = Preparation.of(interactions.counts, self.weighting)
        preparation = replace(plain, scale=plain.scale * np.float32(self.confidence))
        confidences = preparation(interactions.counts)
        confidences.data += 1
        # `implicit` has threads of its own, which those of a product would disturb
        with threadpool_limits(limits=1, user_api="blas"):
            als = AlternatingLeastSquares(
                factors=min(self.factors, *confidences.shape),
                regularization=self.regularization,
                iterations=ITERATIONS,
                random_state=seed,
            )
            als.fit(confidences, show_progress=False)
        scale = popularity_scale(interactions.listeners, self.score_power)
        projection = Confident(als.item_factors, regularization=self.regularization)
        return Factors.of_items(interactions.counts, projection, preparation, scale)

    def memory(self, interactions: Interactions) -> int:
        """Count the weighted cells, by item too, and the factors in 32 and in 64 bits."""
        longest = int(np.diff(interactions.counts.indptr).max(initial=0))
        factors = 20 * self.factors * (sum(interactions.counts.shape) + longest)
        return interactions.fading_memory + 2 * Preparation.memory(interactions.counts) + factors
