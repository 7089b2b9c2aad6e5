"""Several models' lists put together by rank (reciprocal rank fusion, Cormack, Clarke & Buettcher 2009)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import ClassVar

import numpy as np
from scipy import sparse

from models_py.blends.members import Blend, BlendedLists, Fitted, Member
from models_py.data.interactions import Interactions
from models_py.matrices.cells import spread
from models_py.recommenders.base import Recommender

# Members of one fusion at most.
MOST_MEMBERS = 4


@dataclass(frozen=True)
class Fusion(Blend):
    """An item scores 1 / (constant + rank) in each member's list; the members are settings that were chosen before.

    `over` gives the class for some settings.
    """

    name: ClassVar[str] = "fusion"

    members: str = ""
    constant: int = 20

    @classmethod
    def over(cls, models: Mapping[str, Recommender]) -> type["Fusion"]:
        """Let it choose among these models: two to four of them, all with their settings.

        Parameters
        ----------
        models : mapping of str to Recommender
            By name, best first; at least two.
        """
        sizes = range(2, min(MOST_MEMBERS, len(models)) + 1)
        subsets = tuple("+".join(names) for size in sizes for names in combinations(models, size))

        @dataclass(frozen=True)
        class Among(cls):
            __doc__ = cls.__doc__
            known: ClassVar[Mapping[str, Recommender]] = models
            fitted: ClassVar[Fitted] = Fitted(models)
            space: ClassVar[dict[str, tuple]] = {"members": subsets, "constant": (0, 5, 10, 20, 40, 80, 160, 320)}
            members: str = subsets[0]

        return Among

    def fit(self, interactions: Interactions, seed: int, prepared: Mapping[str, Member] | None = None) -> "FusedLists":
        """Put the members' lists together."""
        found = prepared or self.prepare([self], interactions, seed)
        return FusedLists([found[name] for name in self.names], interactions.listeners > 0, self.constant)


@dataclass(frozen=True)
class FusedLists(BlendedLists):
    """Members whose lists are put together."""

    members: Sequence[Member]
    may_be_listed: np.ndarray
    constant: int

    def scores(self, users: np.ndarray) -> np.ndarray:
        """Sum of what the places are worth; 0 for what no member lists, and for what the user has played."""
        return _sum(self._worth(member.listed.places[users]) for member in self.members)

    def fold_in(self, histories: sparse.csr_matrix) -> np.ndarray:
        """Put together the lists that the members make for the histories."""
        return _sum(self._worth(member.folded_in(histories, self.may_be_listed).places) for member in self.members)

    def contributions(self, history: sparse.csr_matrix, items: np.ndarray) -> sparse.csr_matrix:
        """Divide what each member's place is worth as the member's own score is divided among the history."""
        added = np.zeros((len(items), history.nnz))
        for member in self.members:
            worth = self._worth(member.folded_in(history, self.may_be_listed).places)[0, items]
            added += worth[:, None] * member.parts(history, items)
        return spread(added, history.indices, self.n_items)

    def _worth(self, places: sparse.csr_matrix) -> np.ndarray:
        worth = places.astype(np.float64)
        worth.data = 1 / (self.constant + worth.data)
        return worth.toarray()


def _sum(parts: Iterable[np.ndarray]) -> np.ndarray:
    """Add up, without the last digits, which depend on the order: a tie is a tie."""
    return np.round(sum(parts), 12)
