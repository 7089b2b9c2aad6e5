"""What several models recall, ranked anew by a regression that is learnt on validation.

Two stages, as in Covington, Adams & Sargin (2016): the members' lists are the candidates, and a logistic regression
estimates from their places which of them the user will play.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar, Self

import numpy as np
from scipy import sparse
from scipy.special import expit

from models_py.blends.candidates import candidates, descriptions, merits
from models_py.blends.members import DEPTH, TASK, Blend, BlendedLists, Known, Listed, Member
from models_py.blends.surroundings import surroundings_memory
from models_py.data.interactions import Interactions
from models_py.data.validation import Validation
from models_py.matrices.cells import values_at
from models_py.recommenders.base import Recommender

# Parts that users are divided into, each of which is scored by what is learnt on the others.
FOLDS = 5


@dataclass(frozen=True)
class Reranked(Blend):
    """Scores are estimated probabilities that the user plays an item; what is in no member's list has 0.

    `over` gives the class for some settings, `judged` the coefficients. These are of shares, ranks, neighbours and
    scores within a list, which mean the same when the members are fitted anew.

    Attributes
    ----------
    members : str
        Names joined by +.
    depth : int
        Places of each member's list that are candidates.
    coefficients : tuple of (str, float)
        What each description of a candidate adds to its log odds.
    """

    name: ClassVar[str] = "reranked"

    members: str = ""
    depth: int = 100
    coefficients: tuple[tuple[str, float], ...] = ()

    def __post_init__(self) -> None:
        # JSON has lists alone
        object.__setattr__(self, "coefficients", tuple((str(name), float(value)) for name, value in self.coefficients))

    @classmethod
    def over(cls, models: Mapping[str, Recommender]) -> type["Reranked"]:
        """Let it choose how many of these models to ask.

        Parameters
        ----------
        models : mapping of str to Recommender
            By name, best first; at least two.
        """
        names = list(models)
        leading = tuple("+".join(names[:size]) for size in range(2, len(names) + 1))

        @dataclass(frozen=True)
        class Among(cls):
            __doc__ = cls.__doc__
            known: ClassVar[Known] = Known.of(models)
            space: ClassVar[dict[str, tuple]] = {"members": leading, "depth": (25, 50, 100, DEPTH)}
            ends: ClassVar[Mapping[str, tuple]] = {"depth": (DEPTH,)}
            members: str = leading[-1]

        return Among

    def judged(
        self,
        interactions: Interactions,
        validation: Validation,
        seed: int,
        prepared: Mapping[str, Member] | None = None,
    ) -> tuple[Self, "RerankedLists"]:
        """Learn on validation; each user is scored by what was learnt on others."""
        members = self._members(interactions, seed, prepared)
        surrounding = self.known.surroundings(interactions, seed)
        rows, items, described = self.described(interactions, seed, prepared)
        played = values_at(validation.relevant[TASK], rows, items)
        of_user = folds_of(interactions.n_users, seed)
        folds = np.array([regressed(described, played, of_user[rows] != fold) for fold in range(FOLDS)])
        names = descriptions(self.names, interactions)
        whole = tuple(zip(names, regressed(described, played).tolist(), strict=True))
        may_be_listed = interactions.listeners > 0
        model = RerankedLists(members, may_be_listed, interactions, surrounding, self.depth, folds, of_user)
        return replace(self, coefficients=whole), model

    def described(
        self, interactions: Interactions, seed: int, prepared: Mapping[str, Member] | None = None
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Describe the candidates of the users that it is fitted on, as `candidates` does."""
        listed = [member.listed for member in self._members(interactions, seed, prepared)]
        surrounding = self.known.surroundings(interactions, seed)
        return candidates(listed, interactions.counts, interactions, surrounding, self.depth)

    def fit(
        self, interactions: Interactions, seed: int, prepared: Mapping[str, Member] | None = None
    ) -> "RerankedLists":
        """Fit the members anew; the coefficients stay, and are needed: `judged` learns them."""
        if not self.coefficients:
            raise ValueError("reranked has learnt nothing yet: take the setting that `judged` returns")
        names = descriptions(self.names, interactions)
        known = dict(self.coefficients)
        whole = np.array([[known.get(name, 0.0) for name in names]])
        members = self._members(interactions, seed, prepared)
        everybody = np.zeros(interactions.n_users, dtype=np.int64)
        surrounding = self.known.surroundings(interactions, seed)
        may_be_listed = interactions.listeners > 0
        return RerankedLists(members, may_be_listed, interactions, surrounding, self.depth, whole, everybody)

    def memory(self, interactions: Interactions) -> int:
        """Add to the members what describes the candidates, with the copies that a regression makes, and neighbours."""
        n_items = interactions.n_items
        n_candidates = interactions.n_users * min(len(self.names) * self.depth, n_items)
        described = 5 * 8 * n_candidates * len(descriptions(self.names, interactions))
        return super().memory(interactions) + described + surroundings_memory(n_items)

    def _members(self, interactions: Interactions, seed: int, prepared: Mapping[str, Member] | None) -> list[Member]:
        found = prepared or self.prepare([self], interactions, seed)
        return [found[name] for name in self.names]


@dataclass(frozen=True)
class RerankedLists(BlendedLists):
    """Members whose candidates are ranked by a regression.

    Attributes
    ----------
    interactions : Interactions
        What the members were fitted on.
    surrounding : csr_matrix, shape (n_items, n_items)
        Each item's nearest.
    depth : int
    coefficients : array, shape (n_regressions, n_descriptions)
    regression : array of int, shape (n_users,)
        Which of the regressions is each user's; that of others is the first.
    """

    members: Sequence[Member]
    may_be_listed: np.ndarray
    interactions: Interactions
    surrounding: sparse.csr_matrix
    depth: int
    coefficients: np.ndarray
    regression: np.ndarray

    def for_others(self) -> Self:
        """Leave out what of the plays describes no candidate, too."""
        kept = replace(self.interactions, last_played=None, periods=None, tags=None, known_parents=None)
        return replace(super().for_others(), interactions=kept, coefficients=self.coefficients[:1])

    def scores(self, users: np.ndarray) -> np.ndarray:
        """Probabilities of candidates; 0 for everything else."""
        listed = [member.listed[users] for member in self.members]
        return self._scored(listed, self.interactions.counts[users], self.regression[users])

    def _scored(
        self, listed: Sequence[Listed], histories: sparse.csr_matrix, regression: np.ndarray | None = None
    ) -> np.ndarray:
        rows, items, described = candidates(listed, histories, self.interactions, self.surrounding, self.depth)
        of_rows = self.coefficients[np.zeros(len(rows), dtype=int) if regression is None else regression[rows]]
        scores = np.zeros(histories.shape)
        scores[rows, items] = np.round(expit((described * of_rows).sum(axis=1)), 12)
        return scores

    def _worth(self, listed: Sequence[Listed], history: sparse.csr_matrix, items: np.ndarray) -> np.ndarray:
        alike = np.zeros(len(items), dtype=int)
        shares = merits([one[alike] for one in listed], items, self.coefficients[0], self.depth)
        return shares * self._scored(listed, history)[0, items]


def folds_of(n_users: int, seed: int) -> np.ndarray:
    """Draw the part that each user is in, 0 to FOLDS - 1."""
    return np.random.default_rng(seed).permutation(n_users) % FOLDS


def regressed(described: np.ndarray, played: np.ndarray, kept: np.ndarray | None = None) -> np.ndarray:
    """Regress; the first description is 1 for all, and its coefficient the intercept.

    Parameters
    ----------
    described : array, shape (n, n_descriptions)
    played : array, shape (n,)
    kept : array of bool, shape (n,), or None
        What to learn from; all where it is None.

    Returns
    -------
    array of float64, shape (n_descriptions,)
        All 0 where there is nothing to tell apart.
    """
    if kept is not None:
        described, played = described[kept], played[kept]
    if not played.any() or played.all():
        return np.zeros(described.shape[1])
    values = described[:, 1:]
    means, spreads = values.mean(axis=0), values.std(axis=0)
    differs = spreads > 1e-9
    scaled = (values - means)[:, differs] / spreads[differs]
    # here, because it takes longer to load than all else that lists are made with at once
    from sklearn.linear_model import LogisticRegression

    found = LogisticRegression(solver="newton-cholesky").fit(scaled, played)
    # what is the same for all has no part in it
    weights = np.zeros(len(means))
    weights[differs] = found.coef_[0] / spreads[differs]
    return np.concatenate([found.intercept_ - weights @ means, weights])
