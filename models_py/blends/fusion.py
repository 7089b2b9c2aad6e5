"""Several models' lists put together by rank (reciprocal rank fusion, Cormack, Clarke & Buettcher 2009)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import ClassVar

import numpy as np
from scipy import sparse

from models_py.blends.members import Blend, BlendedLists, Known, Listed, Member
from models_py.data.interactions import Interactions
from models_py.matrices.cells import with_values
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
            known: ClassVar[Known] = Known.of(models)
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
        return self._scored([member.listed[users] for member in self.members], None)

    def _scored(self, listed: Sequence[Listed], histories: sparse.csr_matrix | None) -> np.ndarray:
        # without the last digits, which depend on the order: a tie is a tie
        return np.round(sum(self._of_places(one.places).toarray() for one in listed), 12)

    def _worth(self, listed: Sequence[Listed], history: sparse.csr_matrix, items: np.ndarray) -> np.ndarray:
        return np.array([self._of_places(one.places)[0, items].toarray().ravel() for one in listed])

    def _of_places(self, places: sparse.csr_matrix) -> sparse.csr_matrix:
        return with_values(places, 1 / (self.constant + places.data.astype(np.float64)))
