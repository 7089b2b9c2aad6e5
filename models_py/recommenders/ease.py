"""Linear models of items, exact over the whole catalogue: from ridge regression to EASE (Steck 2019)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np
from scipy import sparse
from scipy.linalg import inv

from models_py.data.interactions import DECAYS, Interactions
from models_py.matrices.gram import Gram
from models_py.matrices.inverse import Ridge, inverse_memory, too_square
from models_py.matrices.weighting import DAMPED, Preparation, popularity_scale
from models_py.recommenders.base import Fading
from models_py.recommenders.fitted import InverseWeights

Prepared = tuple[Preparation, Ridge]


@dataclass(frozen=True)
class EASE(Fading):
    """Each item is predicted from all items; an exponent of 1 is EASE, whose items do not predict themselves, 0 ridge.

    `regularization` is in mean squared lengths of the users' rows, whose sizes differ with the weighting. One
    decomposition serves every regularization, exponent and power of popularity that scores are multiplied by.
    """

    name: ClassVar[str] = "ease"
    space: ClassVar[dict[str, tuple]] = {
        "weighting": DAMPED,
        "popularity_power": (0.0, 0.15, 0.3, 0.45),
        "user_power": (0.0, 0.5, 1.0),
        "regularization": (0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0, 100.0),
        "exponent": (0.0, 0.25, 0.5, 0.75, 1.0),
        "score_power": (0.0, 0.15, 0.3, 0.45, 0.6),
        "decay": DECAYS,
    }
    ends: ClassVar[Mapping[str, tuple]] = {"exponent": (1.0,)}
    prepared_by: ClassVar[tuple[str, ...]] = ("weighting", "popularity_power", "user_power", "decay")

    weighting: str = "log_share"
    popularity_power: float = 0.3
    user_power: float = 0.0
    regularization: float = 1.0
    exponent: float = 0.5
    score_power: float = 0.3

    @classmethod
    def lacks(cls, interactions: Interactions) -> str | None:
        """Need few users or few items."""
        return too_square(*interactions.counts.shape)

    @classmethod
    def prepare(cls, settings: Sequence[Self], interactions: Interactions, seed: int) -> Prepared:
        """Decompose, and find the diagonals of the inverses that the settings want."""
        first = settings[0]
        counts = interactions.faded(first.decay).counts
        preparation = Preparation.of(counts, first.weighting, first.popularity_power, user_power=first.user_power)
        return preparation, Ridge.of(preparation(counts), [setting.regularization for setting in settings])

    def fit(self, interactions: Interactions, seed: int, prepared: Prepared | None = None) -> InverseWeights:
        """Invert; the seed is not used."""
        preparation, ridge = prepared or self.prepare([self], interactions, seed)
        scale = popularity_scale(interactions.listeners, self.score_power)
        return InverseWeights.of(ridge, self.regularization, self.exponent, scale, preparation)

    def of_gram(self, gram: Gram) -> InverseWeights:
        """Invert X'X, whatever number of users it is of; the model folds in, and holds no histories."""
        squares, size = gram.values.copy(), self.regularization * (gram.energy / gram.n_users or 1.0)
        squares[np.diag_indices_from(squares)] += size
        inverse = inv(squares, overwrite_a=True, check_finite=False)
        scale = popularity_scale(gram.listeners, self.score_power)
        # more rows than items say that the inverse is of items
        nobody = sparse.csr_matrix((len(inverse) + 1, len(inverse)))
        diagonal = np.diag(inverse)
        return InverseWeights.of_inverse(nobody, inverse, size, diagonal, self.exponent, scale, gram.preparation)

    def memory(self, interactions: Interactions) -> int:
        """Count the weighted cells, and the decomposition."""
        return (
            interactions.fading_memory
            + 2 * Preparation.memory(interactions.counts)
            + inverse_memory(interactions.counts.nnz, interactions.counts.shape)
        )
