"""Several models' lists put together by rank (reciprocal rank fusion, Cormack, Clarke & Buettcher 2009)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import ClassVar, Self

import numpy as np
from scipy import sparse

from models_py.data.interactions import Interactions
from models_py.evaluation.ranking import Lists, recommend, top_items
from models_py.matrices.cells import spread
from models_py.recommenders.base import Recommender
from models_py.recommenders.fitted import FittedModel

TASK = "discovery"
# Places of each member's list that count.
DEPTH = 200
# Members of one fusion at most.
MOST_MEMBERS = 4


@dataclass(frozen=True)
class Fusion(Recommender):
    """An item scores 1 / (constant + rank) in each member's list; the members are settings that were chosen before.

    `over` gives the class for some settings.
    """

    name: ClassVar[str] = "fusion"
    tasks: ClassVar[tuple[str, ...]] = (TASK,)

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
            space: ClassVar[dict[str, tuple]] = {"members": subsets, "constant": (0, 5, 10, 20, 40, 80, 160, 320)}
            members: str = subsets[0]

        return Among

    @classmethod
    def lacks(cls, interactions: Interactions) -> str | None:
        """Say what one of those lacks that it may choose among."""
        return next(filter(None, (known.lacks(interactions) for known in cls.known.values())), None)

    @classmethod
    def prepare(cls, settings: Sequence[Self], interactions: Interactions, seed: int) -> Mapping[str, "Member"]:
        """Fit every member of a setting, and make its lists."""
        names = dict.fromkeys(name for setting in settings for name in setting.members.split("+"))
        return {name: Member.of(cls.known[name], interactions, seed) for name in names}

    def fit(
        self, interactions: Interactions, seed: int, prepared: Mapping[str, "Member"] | None = None
    ) -> "FusedLists":
        """Put the members' lists together."""
        found = prepared or self.prepare([self], interactions, seed)
        return FusedLists([found[name] for name in self.members.split("+")], self.constant, interactions.listeners > 0)

    def memory(self, interactions: Interactions) -> int:
        """Add up its members' models and lists."""
        needed = [self.known[name].memory(interactions) for name in self.members.split("+")]
        return sum(needed) + 40 * len(needed) * interactions.n_users * min(DEPTH, interactions.n_items)


@dataclass(frozen=True)
class Member:
    """A fitted model and the places that its lists give to items.

    Attributes
    ----------
    model : FittedModel
    places : csr_matrix of int32, shape (n_users, n_items)
        Ranks from 1, of items that are new to the user.
    """

    model: FittedModel
    places: sparse.csr_matrix

    @classmethod
    def of(cls, recommender: Recommender, interactions: Interactions, seed: int) -> "Member":
        """Fit, and list what is new to each user."""
        model = recommender.fit(interactions, seed)
        lists = recommend(model, interactions, np.arange(interactions.n_users), [TASK], DEPTH)[TASK]
        return cls(model, _places(lists, interactions.counts.shape))


@dataclass(frozen=True)
class FusedLists(FittedModel):
    """Members whose lists are put together.

    Attributes
    ----------
    members : sequence of Member
    constant : int
    is_listed : array of bool, shape (n_items,)
        Items that may be in a list.
    """

    members: Sequence[Member]
    constant: int
    is_listed: np.ndarray

    @property
    def n_items(self) -> int:
        """Number of items that are scored."""
        return len(self.is_listed)

    @property
    def memory(self) -> int:
        """Bytes of the members' models and lists."""
        return super().memory + sum(member.model.memory for member in self.members)

    def _arrays(self) -> Sequence[np.ndarray | sparse.csr_matrix]:
        return [self.is_listed, *(member.places for member in self.members)]

    def scores(self, users: np.ndarray) -> np.ndarray:
        """Sum of what the places are worth; 0 for what no member lists, and for what the user has played."""
        return _sum(self._worth(member.places[users]) for member in self.members)

    def fold_in(self, histories: sparse.csr_matrix) -> np.ndarray:
        """Put together the lists that the members make for the histories."""
        return _sum(self._worth(self._placed(member, histories)) for member in self.members)

    def similar_items(self, items: np.ndarray, k: int) -> sparse.csr_matrix:
        """Likeness by the first member."""
        return self.members[0].model.similar_items(items, k)

    def contributions(self, history: sparse.csr_matrix, items: np.ndarray) -> sparse.csr_matrix:
        """Divide what each member's place is worth as the member's own score is divided among the history."""
        added = np.zeros((len(items), history.nnz))
        for member in self.members:
            worth = self._worth(self._placed(member, history))[0, items]
            contributions = member.model.contributions(history, items)[:, history.indices]
            parts = np.maximum(contributions.toarray().astype(np.float64), 0.0)
            whole = parts.sum(axis=1, keepdims=True)
            # a score to which nothing in the history adds is everybody's, and divided alike
            shares = np.divide(parts, whole, out=np.full_like(parts, 1 / max(history.nnz, 1)), where=whole > 0)
            added += worth[:, None] * shares
        return spread(added, history.indices, self.n_items)

    def _placed(self, member: Member, histories: sparse.csr_matrix) -> sparse.csr_matrix:
        allowed = (histories.toarray() == 0) & self.is_listed & (np.diff(histories.indptr) > 0)[:, None]
        items, values = top_items(np.asarray(member.model.fold_in(histories)), allowed, DEPTH)
        rows, ranks = np.nonzero(items >= 0)
        return _places(Lists(rows, ranks + 1, items[rows, ranks], values[rows, ranks]), histories.shape)

    def _worth(self, places: sparse.csr_matrix) -> np.ndarray:
        worth = places.astype(np.float64)
        worth.data = 1 / (self.constant + worth.data)
        return worth.toarray()


def _places(lists: Lists, shape: tuple[int, int]) -> sparse.csr_matrix:
    return sparse.csr_matrix((lists.rank.astype(np.int32), (lists.user_index, lists.item_index)), shape=shape)


def _sum(parts: Iterable[np.ndarray]) -> np.ndarray:
    """Add up, without the last digits, which depend on the order: a tie is a tie."""
    return np.round(sum(parts), 12)
