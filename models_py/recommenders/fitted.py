"""The forms that fitted models have: what they answer is written once, whatever the way they learnt.

A model is the same list for everybody, the user's own items, factors of users and items, weights between items (stored,
or by an inverse), such weights between the items' parents, the items of similar users, or one of these with the user's
own items on top. A recommender prepares the plays, learns, and returns one of these.
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise
from typing import ClassVar, Self

import numpy as np
from scipy import sparse

from models_py.matrices.cells import by_parent, rows_of, spread, with_values
from models_py.matrices.inverse import Ridge, is_wide
from models_py.matrices.neighbours import Neighbours, nearest
from models_py.matrices.products import dense_product, scaled_products
from models_py.matrices.projecting import Linear, Projection
from models_py.matrices.weighting import Preparation, row_norms, scale_rows

# Of the largest that a score could be; below it, it is a rest of rounding.
ROUNDING = 1e-13
# Divides what is 0.
TINY = 1e-300
# Of the mean square, what keeps the regression that folds people in from resting on rounding.
RIDGE = 1e-4


class FittedModel(ABC):
    """A model that has learnt; histories are play counts, csr_matrix of shape (n, n_items).

    Attributes
    ----------
    folds_in_exactly : bool
        Whether `fold_in` gives what `scores` does for the histories that it was fitted on.
    """

    folds_in_exactly = False

    @abstractmethod
    def scores(self, users: np.ndarray) -> np.ndarray:
        """Finite scores of every item for each of the users, shape (len(users), n_items); higher is better."""

    @abstractmethod
    def fold_in(self, histories: sparse.csr_matrix) -> np.ndarray:
        """Scores of every item for people that the model has not seen, shape of `histories`.

        They differ from `scores` for known histories where a model knows more than plays (times, that somebody's
        nearest neighbour would be themselves), or has learnt users and items at once.
        """

    def for_others(self) -> Self:
        """Leave out what only `scores` and `contributions_of` read: everything else answers as before."""
        return self

    def similar_items(self, items: np.ndarray, k: int) -> sparse.csr_matrix:
        """At most k other items like each of the items, best first, shape (len(items), n_items); none by default."""
        return sparse.csr_matrix((len(items), self.n_items), dtype=np.float32)

    @abstractmethod
    def contributions(self, history: sparse.csr_matrix, items: np.ndarray) -> sparse.csr_matrix:
        """Say what each item of one history adds to the scores of the items, shape (len(items), n_items).

        Rows add up to the scores that `fold_in` gives, less `unexplained`.

        Parameters
        ----------
        history : csr_matrix, shape (1, n_items)
        items : array of int
        """

    def contributions_of(self, user: int, history: sparse.csr_matrix, items: np.ndarray) -> sparse.csr_matrix:
        """Say the same of a user that it was fitted on, whose rows add up to what `scores` gives, less `unexplained`.

        Where `scores` and `fold_in` differ, a form that knows how overrides this.
        """
        return self.contributions(history, items)

    def unexplained(self, items: np.ndarray) -> np.ndarray:
        """Part of the items' scores that everybody has, whatever they play, shape (len(items),)."""
        return np.zeros(len(items))

    @property
    @abstractmethod
    def n_items(self) -> int:
        """Number of items that are scored."""

    @property
    def memory(self) -> int:
        """Bytes of its arrays."""
        return sum(_bytes(array) for array in self._arrays())

    @abstractmethod
    def _arrays(self) -> Sequence[np.ndarray | sparse.csr_matrix]:
        """Give what it consists of."""


@dataclass(frozen=True)
class SameForAll(FittedModel):
    """One score per item, whoever asks.

    Attributes
    ----------
    item_scores : array of float64, shape (n_items,)
    """

    folds_in_exactly: ClassVar[bool] = True

    item_scores: np.ndarray

    @property
    def n_items(self) -> int:
        """Number of items that are scored."""
        return len(self.item_scores)

    def _arrays(self) -> Sequence[np.ndarray | sparse.csr_matrix]:
        return [self.item_scores]

    def scores(self, users: np.ndarray) -> np.ndarray:
        """Return the same row for each user."""
        return np.broadcast_to(self.item_scores, (len(users), self.n_items))

    def fold_in(self, histories: sparse.csr_matrix) -> np.ndarray:
        """Return the same row for each history."""
        return self.scores(np.arange(histories.shape[0]))

    def contributions(self, history: sparse.csr_matrix, items: np.ndarray) -> sparse.csr_matrix:
        """No item of the history matters."""
        return sparse.csr_matrix((len(items), self.n_items))

    def unexplained(self, items: np.ndarray) -> np.ndarray:
        """Return the whole score."""
        return self.item_scores[items]


@dataclass(frozen=True)
class OwnItems(FittedModel):
    """The user's own items, scored between 1 and 2; items never played come behind them, by their listeners.

    Attributes
    ----------
    played : csr_matrix of float64, shape (n_users, n_items)
        Scores of the played cells.
    popularity : array of float64, shape (n_items,)
        Scores below 1 of all others.
    """

    played: sparse.csr_matrix
    popularity: np.ndarray

    @classmethod
    def ranked(cls, counts: sparse.csr_matrix, preference: np.ndarray, listeners: np.ndarray) -> "OwnItems":
        """Rank each user's own items by a preference: any real number per cell, in the order of the cells."""
        return cls(_between_1_and_2(counts, preference), listeners / (listeners.max(initial=0) + 1))

    @property
    def n_items(self) -> int:
        """Number of items that are scored."""
        return len(self.popularity)

    def _arrays(self) -> Sequence[np.ndarray | sparse.csr_matrix]:
        return [self.played, self.popularity]

    def for_others(self) -> Self:
        """Leave out its users."""
        return replace(self, played=self.played[:0])

    def scores(self, users: np.ndarray) -> np.ndarray:
        """Scores of the users' own items, and of all others."""
        return self._filled(self.played[users])

    def fold_in(self, histories: sparse.csr_matrix) -> np.ndarray:
        """Rank a history by its plays, the times of which are not known."""
        return self._filled(_between_1_and_2(histories, np.log2(histories.data.astype(np.float64))))

    def contributions(self, history: sparse.csr_matrix, items: np.ndarray) -> sparse.csr_matrix:
        """Every item that was played speaks for itself."""
        return self._own(_between_1_and_2(history, np.log2(history.data.astype(np.float64))), items)

    def contributions_of(self, user: int, history: sparse.csr_matrix, items: np.ndarray) -> sparse.csr_matrix:
        """Take the user's own scores."""
        return self._own(self.played[user], items)

    def _own(self, scores: sparse.csr_matrix, items: np.ndarray) -> sparse.csr_matrix:
        added = scores[0, items].toarray().ravel()
        added -= np.where(added > 0, self.popularity[items], 0.0)
        return sparse.csr_matrix((added, (np.arange(len(items)), items)), shape=(len(items), self.n_items))

    def unexplained(self, items: np.ndarray) -> np.ndarray:
        """Return the popularity."""
        return self.popularity[items]

    def _filled(self, rows: sparse.csr_matrix) -> np.ndarray:
        scores = np.tile(self.popularity, (rows.shape[0], 1))
        scores[rows_of(rows), rows.indices] = rows.data
        return scores

    @staticmethod
    def foretold(counts: sparse.csr_matrix) -> int:
        """Bytes of a score per cell, of what it is made from, and of a few values per item."""
        return 56 * counts.nnz + 32 * counts.shape[1]


class OfHistories(FittedModel):
    """A model that keeps the prepared histories that it was fitted on, in which plays may have faded.

    Attributes
    ----------
    histories : csr_matrix, shape (n_users, n_items)
    preparation : Preparation
        What turns others' plays into such histories.
    """

    histories: sparse.csr_matrix
    preparation: Preparation

    def contributions(self, history: sparse.csr_matrix, items: np.ndarray) -> sparse.csr_matrix:
        """Say what each item of one history adds, after it is prepared."""
        return self._summands(self.preparation(history).astype(self.histories.dtype, copy=False), items)

    def contributions_of(self, user: int, history: sparse.csr_matrix, items: np.ndarray) -> sparse.csr_matrix:
        """Take the history that is kept of the user."""
        return self._summands(self.histories[user], items)

    @abstractmethod
    def _summands(self, prepared: sparse.csr_matrix, items: np.ndarray) -> sparse.csr_matrix:
        """Say what each item of one prepared history adds to the scores of the items, shape (len(items), n_items)."""


@dataclass(frozen=True)
class Factors(OfHistories):
    """User and item factors, whose products score.

    Attributes
    ----------
    histories : csr_matrix of float32, shape (n_users, n_items)
        Prepared histories.
    user_factors : array of float64, shape (n_users, f)
    item_factors : array of float64, shape (n_items, f)
    projection : Projection
        What turns a prepared history into the factors of its user.
    preparation : Preparation
    biases : array of float64, shape (n_items,), optional
        What is added to each item's scores.
    folds_in_exactly : bool
        Whether the users' factors are those that the projection finds.
    """

    histories: sparse.csr_matrix
    user_factors: np.ndarray
    item_factors: np.ndarray
    projection: Projection
    preparation: Preparation
    biases: np.ndarray | None = None
    folds_in_exactly: bool = True

    @classmethod
    def of_items(
        cls,
        counts: sparse.csr_matrix,
        projection: Projection,
        preparation: Preparation,
        scale: np.ndarray | None = None,
    ) -> "Factors":
        """Give users the factors of their histories; item factors are the projection's vectors times `scale`.

        Scores are on the plays' own scale where it is left out: what preparation multiplied by is divided by.
        """
        scale = 1 / preparation.scale.astype(np.float64) if scale is None else scale
        histories = preparation(counts)
        return cls(histories, projection(histories), projection.vectors * scale[:, None], projection, preparation)

    @classmethod
    def learnt(
        cls,
        counts: sparse.csr_matrix,
        user_factors: np.ndarray,
        item_factors: np.ndarray,
        biases: np.ndarray,
    ) -> "Factors":
        """Take users' factors as learnt, and fold others in by the regression of these on the sums of their items'."""
        preparation = Preparation.of(counts, "binary", user_power=1.0)
        histories = preparation(counts)
        sums = histories.astype(np.float64) @ item_factors
        products = sums.T @ sums
        ridge = RIDGE * max(float(np.trace(products)), 1e-12) * np.eye(len(products))
        turned = np.linalg.solve(products + ridge, sums.T @ user_factors)
        projection = Linear(item_factors @ turned)
        return cls(histories, user_factors, item_factors, projection, preparation, biases, folds_in_exactly=False)

    @property
    def n_items(self) -> int:
        """Number of items that are scored."""
        return len(self.item_factors)

    def _arrays(self) -> Sequence[np.ndarray | sparse.csr_matrix]:
        biases = [] if self.biases is None else [self.biases]
        others = [self.projection.vectors, self.preparation.scale, *biases]
        return [self.histories, self.user_factors, self.item_factors, *others]

    def for_others(self) -> Self:
        """Leave out its users."""
        return replace(self, histories=self.histories[:0], user_factors=self.user_factors[:0])

    def scores(self, users: np.ndarray) -> np.ndarray:
        """Inner products, float32."""
        return self._products(self.user_factors[users])

    def fold_in(self, histories: sparse.csr_matrix) -> np.ndarray:
        """Inner products with the factors of the histories."""
        return self._products(self.projection(self.preparation(histories)))

    def similar_items(self, items: np.ndarray, k: int) -> sparse.csr_matrix:
        """Cosine of the items' factors."""
        cosines = self.item_factors[items] @ self.item_factors.T
        cosines /= np.maximum(self._lengths[items, None] * self._lengths, TINY)
        cosines[np.arange(len(items)), items] = 0.0
        # single precision hides what the last bits of a product depend on
        return _largest_of(cosines.astype(np.float32), k)

    def _summands(self, prepared: sparse.csr_matrix, items: np.ndarray) -> sparse.csr_matrix:
        """Divide each of the user's factors among the items of the history by their part in it."""
        added = self.item_factors[items] @ self.projection.parts(prepared).T
        return spread(added, prepared.indices, self.n_items)

    def unexplained(self, items: np.ndarray) -> np.ndarray:
        """Return the biases."""
        return super().unexplained(items) if self.biases is None else self.biases[items]

    @cached_property
    def _lengths(self) -> np.ndarray:
        """Length of each item's factors; the longest bounds every product."""
        # without a copy of the factors, which `norm` makes
        return np.sqrt(np.einsum("ij,ij->i", self.item_factors, self.item_factors))

    def _products(self, user_factors: np.ndarray) -> np.ndarray:
        # a product's last bits change with the block's size and the number of threads: rounding hides them, and what is
        # nothing else becomes 0
        scores = (user_factors @ self.item_factors.T).astype(np.float32)
        bounds = np.linalg.norm(user_factors, axis=1) * self._lengths.max(initial=0.0)
        scores[np.abs(scores) <= ROUNDING * bounds[:, None]] = 0.0
        return scores if self.biases is None else scores + self.biases.astype(np.float32)


@dataclass(frozen=True)
class ItemWeights(OfHistories):
    """Weights between items: a score is the sum over the user's items of their own weight times that between the two.

    Attributes
    ----------
    histories : csr_matrix of float32, shape (n_users, n_items)
        Prepared histories.
    weights : csr_matrix of float32, shape (n_items, n_items)
        Row: an item that is played; column: an item that it speaks for.
    preparation : Preparation
    """

    folds_in_exactly: ClassVar[bool] = True

    histories: sparse.csr_matrix
    weights: sparse.csr_matrix
    preparation: Preparation

    @property
    def n_items(self) -> int:
        """Number of items that are scored."""
        return self.weights.shape[0]

    def _arrays(self) -> Sequence[np.ndarray | sparse.csr_matrix]:
        return [self.histories, self.weights, self.preparation.scale]

    def for_others(self) -> Self:
        """Leave out its users."""
        return replace(self, histories=self.histories[:0])

    def scores(self, users: np.ndarray) -> np.ndarray:
        """Weighted sums over the users' items."""
        return dense_product(self.histories[users], self.weights)

    def fold_in(self, histories: sparse.csr_matrix) -> np.ndarray:
        """Weighted sums over the histories' items."""
        return dense_product(self.preparation(histories), self.weights)

    def similar_items(self, items: np.ndarray, k: int) -> sparse.csr_matrix:
        """Items that speak most for each of the items, or that it speaks most for."""
        return _largest(self._by_target[items].maximum(self.weights[items]), k)

    def _summands(self, prepared: sparse.csr_matrix, items: np.ndarray) -> sparse.csr_matrix:
        # rows of what is played: to turn all the weights around takes as long as thousands of these
        weights = self.weights[prepared.indices].T.tocsr()[items]
        return spread(weights.multiply(prepared.data).toarray(), prepared.indices, self.n_items)

    @cached_property
    def _by_target(self) -> sparse.csr_matrix:
        return self.weights.T.tocsr()


@dataclass(frozen=True)
class InverseWeights(OfHistories):
    """Weights between items by the inverse P of X'X + r I: a history h scores own * h - others * (h P).

    With no more users than items the inverse of XX' + r I is kept in place of P; see `matrices.inverse`.

    Attributes
    ----------
    histories : csr_matrix of float64, shape (n_users, n_items)
        Prepared histories X.
    inverse : array of float64, shape (n_users, n_users) or (n_items, n_items)
    regularization : float
    own, others : array of float64, shape (n_items,)
        Weight of an item for its own score, and what P is multiplied by for those of the others.
    preparation : Preparation
    """

    folds_in_exactly: ClassVar[bool] = True

    histories: sparse.csr_matrix
    inverse: np.ndarray
    regularization: float
    own: np.ndarray
    others: np.ndarray
    preparation: Preparation

    @classmethod
    def of(
        cls,
        ridge: Ridge,
        regularization: float,
        exponent: float,
        scale: np.ndarray,
        preparation: Preparation,
        own: float = 1.0,
    ) -> "InverseWeights":
        """Divide P by its diagonal to a power: 1 for EASE, 0 for ridge regression; `scale` multiplies items' scores.

        `own` multiplies what items that are played add to their own scores.
        """
        size, diagonal = ridge.size(regularization), ridge.diagonals[regularization]
        matrix, inverse = ridge.decomposition.matrix, ridge.decomposition.inverse(size)
        return cls.of_inverse(matrix, inverse, size, diagonal, exponent, scale, preparation, own)

    @classmethod
    def of_inverse(
        cls,
        histories: sparse.csr_matrix,
        inverse: np.ndarray,
        size: float,
        diagonal: np.ndarray,
        exponent: float,
        scale: np.ndarray,
        preparation: Preparation,
        own: float = 1.0,
    ) -> "InverseWeights":
        """Do the same with an inverse that was found already, the diagonal of P, and what was added to the squares."""
        return cls(
            histories=histories,
            inverse=inverse,
            regularization=size,
            own=own * scale * size ** (exponent - 1),
            others=scale / diagonal**exponent,
            preparation=preparation,
        )

    @property
    def n_items(self) -> int:
        """Number of items that are scored."""
        return len(self.own)

    def _arrays(self) -> Sequence[np.ndarray | sparse.csr_matrix]:
        return [self.histories, self.inverse, self.own, self.others, self.preparation.scale]

    def scores(self, users: np.ndarray) -> np.ndarray:
        """Scores of the histories that it was fitted on, float32; X P = (XX' + r I)^-1 X where users are not more."""
        histories = self.histories[users]
        if not is_wide(self.histories):
            return self._scored(histories, histories @ self.inverse)
        products = scaled_products(self.inverse[users], self._by_item, -self.others, self._bounds(histories))
        return self._with_own(histories, products)

    @cached_property
    def _by_item(self) -> sparse.csr_matrix:
        return self.histories.T.tocsr()

    def fold_in(self, histories: sparse.csr_matrix) -> np.ndarray:
        """Scores of other histories, float32."""
        prepared = self.preparation(histories).astype(np.float64)
        if not is_wide(self.histories):
            return self._scored(prepared, prepared @ self.inverse)
        explained = self._products((prepared @ self.histories.T).toarray() @ self.inverse)
        return self._scored(prepared, (prepared.toarray() - explained) / self.regularization)

    def similar_items(self, items: np.ndarray, k: int) -> sparse.csr_matrix:
        """Items that speak most for each of the items."""
        weights = -self._between(items, np.arange(self.n_items))
        weights[np.arange(len(items)), items] = 0.0
        return _largest_of(weights * self.others[items, None], k)

    def _summands(self, prepared: sparse.csr_matrix, items: np.ndarray) -> sparse.csr_matrix:
        weights = -self._between(items, prepared.indices) * self.others[items, None]
        weights += (items[:, None] == prepared.indices) * self.own[items, None]
        return spread(weights * prepared.data, prepared.indices, self.n_items)

    def _between(self, items: np.ndarray, others: np.ndarray) -> np.ndarray:
        """Take the entries of P between items and others, shape (len(items), len(others))."""
        if not is_wide(self.histories):
            return self.inverse[np.ix_(items, others)]
        products = (self._by_item[items] @ self.inverse) @ self._by_item[others].T
        return ((items[:, None] == others) - products) / self.regularization

    def _products(self, coefficients: np.ndarray) -> np.ndarray:
        # a sparse matrix times a dense one adds up whole rows, the other way round single cells
        return (self.histories.T @ coefficients.T).T

    def _bounds(self, histories: sparse.csr_matrix) -> np.ndarray:
        # no entry of P is larger than 1 / r: what is that much smaller is nothing, or ties would be ranked by rounding
        return ROUNDING * row_norms(histories) / self.regularization

    def _scored(self, histories: sparse.csr_matrix, products: np.ndarray) -> np.ndarray:
        bounds = self._bounds(histories)[:, None]
        scores = np.multiply(np.where(np.abs(products) <= bounds, 0.0, products), -self.others, order="C")
        return self._with_own(histories, scores)

    def _with_own(self, histories: sparse.csr_matrix, scores: np.ndarray) -> np.ndarray:
        scores[rows_of(histories), histories.indices] += histories.data * self.own[histories.indices]
        return scores.astype(np.float32, copy=False)


@dataclass(frozen=True)
class OfParents(FittedModel):
    """Scores of the items' parents, times what each item is of its parent.

    Attributes
    ----------
    model : InverseWeights
        Of parents.
    parents : array of int64, shape (n_items,)
    shares : array of float64, shape (n_items,)
    """

    model: InverseWeights
    parents: np.ndarray
    shares: np.ndarray

    folds_in_exactly: ClassVar[bool] = True

    @property
    def n_items(self) -> int:
        """Number of items that are scored."""
        return len(self.parents)

    @property
    def memory(self) -> int:
        """Bytes of the parents' model, and of its own."""
        return super().memory + self.model.memory

    def _arrays(self) -> Sequence[np.ndarray | sparse.csr_matrix]:
        return [self.parents, self.shares]

    def for_others(self) -> Self:
        """Leave out the parents' users."""
        return replace(self, model=self.model.for_others())

    def scores(self, users: np.ndarray) -> np.ndarray:
        """Scores of the parents, for each of their items."""
        return self._of_items(self.model.scores(users))

    def fold_in(self, histories: sparse.csr_matrix) -> np.ndarray:
        """Scores of the parents for the histories' parents."""
        return self._of_items(self.model.fold_in(by_parent(histories, self.parents)))

    def contributions(self, history: sparse.csr_matrix, items: np.ndarray) -> sparse.csr_matrix:
        """Divide what a parent adds among its items in the history, by their plays."""
        of_parents = by_parent(history, self.parents)
        return self._divided(history, of_parents, self.model.contributions(of_parents, self.parents[items]), items)

    def contributions_of(self, user: int, history: sparse.csr_matrix, items: np.ndarray) -> sparse.csr_matrix:
        """Take what the user's own parents add."""
        of_parents = by_parent(history, self.parents)
        added = self.model.contributions_of(user, of_parents, self.parents[items])
        return self._divided(history, of_parents, added, items)

    def _divided(
        self, history: sparse.csr_matrix, of_parents: sparse.csr_matrix, added: sparse.csr_matrix, items: np.ndarray
    ) -> sparse.csr_matrix:
        parents = self.parents[history.indices]
        parts = history.data / of_parents[0, parents].toarray().ravel()
        return spread(added[:, parents].toarray() * parts * self.shares[items, None], history.indices, self.n_items)

    def _of_items(self, scores: np.ndarray) -> np.ndarray:
        return scores[:, self.parents] * self.shares.astype(np.float32)


@dataclass(frozen=True)
class SimilarUsers(FittedModel):
    """What similar users play.

    Attributes
    ----------
    vectors : csr_matrix of float32, shape (n_users, n_items)
        What users are compared by.
    weights : csr_matrix of float32, shape (n_users, n_items)
        What each neighbour adds to the scores of its items.
    compared : Preparation
        Of `vectors`.
    neighbours : int
    shrinkage, sharpness : float
        As in `nearest`.
    found : Neighbours, optional
        Neighbours of the fitted users, where several settings share them; else they are looked up.
    is_mean : bool
        Whether scores are means over the neighbours in place of sums.
    """

    vectors: sparse.csr_matrix
    weights: sparse.csr_matrix
    compared: Preparation
    neighbours: int
    shrinkage: float
    sharpness: float
    found: Neighbours | None = None
    is_mean: bool = False

    @property
    def n_items(self) -> int:
        """Number of items that are scored."""
        return self.weights.shape[1]

    def _arrays(self) -> Sequence[np.ndarray | sparse.csr_matrix]:
        found = [self.found.index, self.found.similarity] if self.found else []
        return [self.vectors, self.weights, self.compared.scale, *found]

    def for_others(self) -> Self:
        """Leave out which users are each other's neighbours."""
        return replace(self, found=None)

    def scores(self, users: np.ndarray) -> np.ndarray:
        """Sum of the neighbours' weights, each times its similarity; nobody is a neighbour of themselves."""
        return dense_product(self._known_similarity(users), self.weights)

    def fold_in(self, histories: sparse.csr_matrix) -> np.ndarray:
        """Sum of the weights of the histories' neighbours."""
        return dense_product(self._similarity(self.compared(histories)), self.weights)

    def similar_items(self, items: np.ndarray, k: int) -> sparse.csr_matrix:
        """Cosine of the items' listeners."""
        by_item = self.weights.T.tocsr()
        return nearest(by_item[items], items, by_item, k, 0.0, 1.0)

    def contributions(self, history: sparse.csr_matrix, items: np.ndarray) -> sparse.csr_matrix:
        """Divide each neighbour's similarity among the items of the history by their part in the inner product."""
        compared = self.compared(history)
        return self._divided(compared, self._similarity(compared), items)

    def contributions_of(self, user: int, history: sparse.csr_matrix, items: np.ndarray) -> sparse.csr_matrix:
        """Take the user's own history, in which plays may have faded, and leave the user out of the neighbours."""
        return self._divided(self.vectors[user], self._known_similarity(np.array([user])), items)

    def _divided(
        self, compared: sparse.csr_matrix, similarity: sparse.csr_matrix, items: np.ndarray
    ) -> sparse.csr_matrix:
        neighbours = similarity.indices
        shared = self.vectors[neighbours][:, compared.indices].toarray() * compared.data
        dots = shared.sum(axis=1, keepdims=True)
        parts = np.divide(shared, dots, out=np.zeros_like(shared), where=dots > 0) * similarity.data[:, None]
        return spread(self.weights[neighbours][:, items].T @ parts, compared.indices, self.n_items)

    def _known_similarity(self, users: np.ndarray) -> sparse.csr_matrix:
        if self.found is None:
            return self._similarity(self.vectors[users], users)
        return self._shared(self.found.of(users).cut(self.neighbours, self.sharpness))

    def _similarity(self, queries: sparse.csr_matrix, own: np.ndarray | None = None) -> sparse.csr_matrix:
        return self._shared(nearest(queries, own, self.vectors, self.neighbours, self.shrinkage, self.sharpness))

    def _shared(self, similarity: sparse.csr_matrix) -> sparse.csr_matrix:
        if not self.is_mean:
            return similarity
        return scale_rows(similarity, 1 / np.maximum(similarity.sum(axis=1).A1, 1e-12))


@dataclass(frozen=True)
class WithOwnItems(FittedModel):
    """The user's own items, and what a model says of all items: (1 - share) * own + share * score.

    Attributes
    ----------
    model : FittedModel
        One that says what each item of a history adds to all of its score.
    own : csr_matrix of float32, shape (n_users, n_items)
        Weights of users' own items.
    preparation : Preparation
        What turns other histories into such weights.
    shares : array of float32, shape (n_users,)
        The model's share for each user.
    share : float
        The same for other histories.
    """

    model: FittedModel
    own: sparse.csr_matrix
    preparation: Preparation
    shares: np.ndarray
    share: float

    @property
    def n_items(self) -> int:
        """Number of items that are scored."""
        return self.model.n_items

    @property
    def memory(self) -> int:
        """Bytes of the model, and of its own."""
        return super().memory + self.model.memory

    def _arrays(self) -> Sequence[np.ndarray | sparse.csr_matrix]:
        return [self.own, self.preparation.scale, self.shares]

    def for_others(self) -> Self:
        """Leave out its users."""
        return replace(self, model=self.model.for_others(), own=self.own[:0], shares=self.shares[:0])

    def scores(self, users: np.ndarray) -> np.ndarray:
        """Scores of the model, and the users' own items."""
        return self._joined(self.own[users], self.model.scores(users), self.shares[users])

    def fold_in(self, histories: sparse.csr_matrix) -> np.ndarray:
        """Scores of the model for the histories, and their items, the times of which are not known."""
        shares = np.full(histories.shape[0], self.share, dtype=np.float32)
        return self._joined(self.preparation(histories), self.model.fold_in(histories), shares)

    def similar_items(self, items: np.ndarray, k: int) -> sparse.csr_matrix:
        """Items that the model finds similar."""
        return self.model.similar_items(items, k)

    def contributions(self, history: sparse.csr_matrix, items: np.ndarray) -> sparse.csr_matrix:
        """Every item that was played speaks for itself, and for others by the model."""
        own = self.preparation(history)
        return self._added(own, self.model.contributions(history, items), self.share, items)

    def contributions_of(self, user: int, history: sparse.csr_matrix, items: np.ndarray) -> sparse.csr_matrix:
        """Take the user's own weights and share."""
        of_model = self.model.contributions_of(user, history, items)
        return self._added(self.own[user], of_model, self.shares[user], items)

    @staticmethod
    def _joined(own: sparse.csr_matrix, scores: np.ndarray, shares: np.ndarray) -> np.ndarray:
        joined = scores * shares[:, None]
        joined[rows_of(own), own.indices] += own.data * np.repeat(1 - shares, np.diff(own.indptr))
        return joined

    def _added(
        self, own: sparse.csr_matrix, of_model: sparse.csr_matrix, share: float, items: np.ndarray
    ) -> sparse.csr_matrix:
        weights = (1 - share) * own[0, items].toarray().ravel()
        of_own = sparse.csr_matrix((weights, (np.arange(len(items)), items)), shape=of_model.shape)
        return (share * of_model + of_own).tocsr()


def _between_1_and_2(counts: sparse.csr_matrix, preference: np.ndarray) -> sparse.csr_matrix:
    """Put each row's preferences between 1 and 2, the strongest at 2."""
    users = rows_of(counts)
    strongest = np.full(counts.shape[0], -np.inf)
    np.maximum.at(strongest, users, preference)
    return with_values(counts, 1 + 1 / (1 + strongest[users] - preference))


def _largest(matrix: sparse.csr_matrix, k: int) -> sparse.csr_matrix:
    """Keep the k largest positive values of each row, best first, ties by column."""
    # to sort what cannot be among them takes nearly all the time
    least = [_at_least(matrix.data[start:end], k) for start, end in pairwise(matrix.indptr)]
    near = np.flatnonzero((matrix.data > 0) & (matrix.data >= np.repeat(least, np.diff(matrix.indptr))))
    rows = rows_of(matrix)[near]
    order = np.lexsort((matrix.indices[near], -matrix.data[near], rows))
    place = np.arange(len(near)) - np.searchsorted(rows, rows[order])
    kept = near[order[place < k]]
    starts = np.concatenate([[0], np.cumsum(np.bincount(rows[order[place < k]], minlength=matrix.shape[0]))])
    return sparse.csr_matrix((matrix.data[kept], matrix.indices[kept], starts), shape=matrix.shape)


def _largest_of(values: np.ndarray, k: int) -> sparse.csr_matrix:
    """Do the same for a dense array, which is changed: cells of all its values would be a multiple of it."""
    if values.shape[1] > k:
        values[values < np.partition(values, -k, axis=1)[:, -k, None]] = 0
    return _largest(sparse.csr_matrix(values), k)


def _at_least(values: np.ndarray, k: int) -> float:
    """Give the k-th largest of the values; no bound where they are fewer."""
    return np.partition(values, -k)[-k] if len(values) > k else -np.inf


def _bytes(array: np.ndarray | sparse.csr_matrix) -> int:
    parts = (array.data, array.indices, array.indptr) if sparse.issparse(array) else (array,)
    return sum(part.nbytes for part in parts)
