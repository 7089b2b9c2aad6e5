"""The inverse of an items x items matrix of inner products, regularized: of all sizes of regularization by one pass.

P = (X'X + r I)^-1, X users x items. With no more users than items only a users x users matrix is needed: with
M = (XX' + r I)^-1, X P = M X, and P = (I - X' M X) / r (Woodbury 1950). One eigendecomposition serves every r.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from scipy import sparse
from scipy.linalg import eigh

from models_py.matrices.products import inner_products

# Rows and columns of the largest square that is decomposed: 3.2 GB for each of several copies, and hours.
MOST_SQUARE = 20_000
# Items whose diagonal is found at a time.
BLOCK = 8192


@dataclass(frozen=True)
class Decomposition:
    """Eigenvectors of the inner products of the rows or of the columns, whichever are fewer.

    Attributes
    ----------
    matrix : csr_matrix of float64, shape (n_users, n_items)
    values : array, shape (n,)
        Eigenvalues; n is the smaller of the numbers of users and items.
    vectors : array, shape (n, n)
        One in each column.
    """

    matrix: sparse.csr_matrix
    values: np.ndarray
    vectors: np.ndarray

    @classmethod
    def of(cls, matrix: sparse.csr_matrix) -> "Decomposition":
        """Decompose, in float64."""
        matrix = matrix.astype(np.float64)
        products = inner_products(matrix if is_wide(matrix) else matrix.T.tocsr())
        values, vectors = eigh(products, driver="evd", overwrite_a=True)
        return cls(matrix, np.maximum(values, 0.0), vectors)

    @property
    def mean_energy(self) -> float:
        """Mean squared length of a row; 1 where there is no cell."""
        return float(self.values.sum() / max(self.matrix.shape[0], 1)) or 1.0

    def inverse(self, regularization: float) -> np.ndarray:
        """Give M where users are fewer, else P; shape (n, n)."""
        return (self.vectors / (self.values + regularization)) @ self.vectors.T

    def diagonals(self, regularizations: Iterable[float]) -> dict[float, np.ndarray]:
        """Give the diagonal of P, shape (n_items,), by regularization."""
        sizes = list(regularizations)
        inverses = np.array([1 / (self.values + size) for size in sizes]).T
        if not is_wide(self.matrix):
            return dict(zip(sizes, ((self.vectors**2) @ inverses).T, strict=True))
        found, by_item = np.empty((len(sizes), self.matrix.shape[1])), self.matrix.T.tocsr()
        for start in range(0, by_item.shape[0], BLOCK):
            squares = (by_item[start : start + BLOCK] @ self.vectors) ** 2
            found[:, start : start + BLOCK] = (squares @ inverses).T
        return {size: (1 - products) / size for size, products in zip(sizes, found, strict=True)}


@dataclass(frozen=True)
class Ridge:
    """A decomposition, and the diagonals of the inverses that are wanted.

    Attributes
    ----------
    decomposition : Decomposition
    diagonals : mapping of float to array of float64, shape (n_items,)
        Of P, by regularization, in mean squared lengths of the rows.
    """

    decomposition: Decomposition
    diagonals: Mapping[float, np.ndarray]

    @classmethod
    def of(cls, matrix: sparse.csr_matrix, regularizations: Iterable[float]) -> "Ridge":
        """Decompose, and find the diagonals."""
        decomposition, wanted = Decomposition.of(matrix), sorted(set(regularizations))
        found = decomposition.diagonals(size * decomposition.mean_energy for size in wanted)
        return cls(decomposition, dict(zip(wanted, found.values(), strict=True)))

    def size(self, regularization: float) -> float:
        """Turn a regularization into what is added to the squares."""
        return regularization * self.decomposition.mean_energy


def is_wide(matrix: sparse.csr_matrix) -> bool:
    """Tell whether users are not more than items."""
    return matrix.shape[0] <= matrix.shape[1]


def too_square(n_rows: int, n_columns: int) -> str | None:
    """Say why so many rows and columns are not decomposed, and what to use instead; nothing where they can be."""
    if min(n_rows, n_columns) <= MOST_SQUARE:
        return None
    return (
        f"it decomposes a square of users or of items, and both {n_rows:,} users and {n_columns:,} items are more than "
        f"{MOST_SQUARE:,}: use slim or item_knn, which keep a few neighbours of each item"
    )


def inverse_memory(n_cells: int, shape: tuple[int, int]) -> int:
    """Bytes of a decomposition: cells in 64 bits, by item too, four squares of the smaller side, and a block."""
    least = min(shape)
    return 48 * n_cells + 5 * 8 * least**2 + 3 * 8 * least * min(BLOCK, shape[1]) + 64 * sum(shape)
