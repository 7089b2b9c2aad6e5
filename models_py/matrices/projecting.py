"""How histories become users' factors, given those of the items."""

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from scipy import sparse
from threadpoolctl import threadpool_limits

from models_py.matrices.nonnegative import fold_in_users


@dataclass(frozen=True)
class Projection(ABC):
    """Turns prepared histories into factors.

    Attributes
    ----------
    vectors : array, shape (n_items, f)
        One per item.
    """

    vectors: np.ndarray

    @abstractmethod
    def __call__(self, prepared: sparse.csr_matrix) -> np.ndarray:
        """Find the factors of prepared histories, float64, shape (n, f)."""

    @abstractmethod
    def parts(self, prepared: sparse.csr_matrix) -> np.ndarray:
        """Divide one history's factors among its stored cells, float64, shape (nnz, f)."""


@dataclass(frozen=True)
class Linear(Projection):
    """The sum of the items' vectors, each times the history's value."""

    def __call__(self, prepared: sparse.csr_matrix) -> np.ndarray:
        """Multiply."""
        return prepared.astype(np.float64) @ self.vectors

    def parts(self, prepared: sparse.csr_matrix) -> np.ndarray:
        """Return the summands."""
        return self.vectors[prepared.indices].astype(np.float64) * prepared.data[:, None]


@dataclass(frozen=True)
class NonNegative(Projection):
    """The closest non-negative combination of the vectors' columns."""

    def __call__(self, prepared: sparse.csr_matrix) -> np.ndarray:
        """Descend."""
        return fold_in_users(prepared, self.vectors.T).T

    def parts(self, prepared: sparse.csr_matrix) -> np.ndarray:
        """Divide each factor by the cells' parts in it."""
        parts = self.vectors[prepared.indices].astype(np.float64) * prepared.data[:, None]
        whole, factors = parts.sum(axis=0), self(prepared)[0]
        return parts * np.divide(factors, whole, out=np.zeros_like(whole), where=whole > 0)


@dataclass(frozen=True)
class Confident(Projection):
    """Least squares on all items: 1 with the confidence 1 + value where played, else 0 with confidence 1.

    As in Hu, Koren & Volinsky (2008).

    Attributes
    ----------
    regularization : float
        Larger than 0.
    """

    regularization: float = field(kw_only=True)

    @cached_property
    def _energy(self) -> np.ndarray:
        vectors = self.vectors.astype(np.float64)
        return vectors.T @ vectors + self.regularization * np.eye(vectors.shape[1])

    def __call__(self, prepared: sparse.csr_matrix) -> np.ndarray:
        """Solve for each history."""
        found = np.zeros((prepared.shape[0], self.vectors.shape[1]))
        # threads cost more than so small a product: 992 histories and 128 factors take 0.5 s with one, 20 s with two
        with threadpool_limits(limits=1, user_api="blas"):
            for row in np.flatnonzero(np.diff(prepared.indptr)):
                vectors, values = self._of(prepared[row])
                found[row] = np.linalg.solve(self._weighed(vectors, values), vectors.T @ (1 + values))
        return found

    def parts(self, prepared: sparse.csr_matrix) -> np.ndarray:
        """Return the summands of the right-hand side, solved for."""
        vectors, values = self._of(prepared)
        return np.linalg.solve(self._weighed(vectors, values), (vectors * (1 + values)[:, None]).T).T

    def _of(self, prepared: sparse.csr_matrix) -> tuple[np.ndarray, np.ndarray]:
        return self.vectors[prepared.indices].astype(np.float64), prepared.data.astype(np.float64)

    def _weighed(self, vectors: np.ndarray, values: np.ndarray) -> np.ndarray:
        return self._energy + (vectors * values[:, None]).T @ vectors
