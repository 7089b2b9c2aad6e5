"""The fitted models that a blend is made of, and the lists that they make."""

from abc import abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import ClassVar, Self, TypeVar

import numpy as np
from scipy import sparse

from models_py.blends.surroundings import surroundings
from models_py.data.interactions import Interactions
from models_py.evaluation.ranking import Lists, recommend, top_items
from models_py.matrices.cells import spread
from models_py.recommenders.base import Recommender
from models_py.recommenders.fitted import FittedModel

TASK = "discovery"
# Places of each member's list that count.
DEPTH = 200
Made = TypeVar("Made")


@dataclass(frozen=True)
class Listed:
    """What one model lists for some histories.

    Attributes
    ----------
    places : csr_matrix of int32, shape (n, n_items)
        Ranks from 1, of items that are new to the history.
    heights : csr_matrix of float64, shape (n, n_items)
        Of the same cells: scores from 1, of the best of a list, down to 0, of its last.
    """

    places: sparse.csr_matrix
    heights: sparse.csr_matrix

    @classmethod
    def of(cls, lists: Lists, shape: tuple[int, int]) -> "Listed":
        """Take the lists apart."""
        cells = lists.user_index, lists.item_index
        return cls(
            sparse.csr_matrix((lists.rank.astype(np.int32), cells), shape=shape),
            sparse.csr_matrix((heights(lists, shape[0]), cells), shape=shape),
        )

    def __getitem__(self, rows: np.ndarray) -> "Listed":
        """Take some histories."""
        return Listed(self.places[rows], self.heights[rows])


@dataclass(frozen=True)
class Member:
    """A fitted model and its lists for the users that it was fitted on."""

    model: FittedModel
    listed: Listed

    @classmethod
    def of(cls, recommender: Recommender, interactions: Interactions, seed: int) -> "Member":
        """Fit, and list what is new to each user."""
        model = recommender.fit(interactions, seed)
        lists = recommend(model, interactions, np.arange(interactions.n_users), [TASK], DEPTH)[TASK]
        return cls(model, Listed.of(lists, interactions.counts.shape))

    def for_others(self) -> "Member":
        """Leave out the users that it was fitted on."""
        return Member(self.model.for_others(), self.listed[np.arange(0)])

    def folded_in(self, histories: sparse.csr_matrix, may_be_listed: np.ndarray) -> Listed:
        """List what is new to other histories."""
        allowed = (histories.toarray() == 0) & may_be_listed & (np.diff(histories.indptr) > 0)[:, None]
        items, values = top_items(np.asarray(self.model.fold_in(histories)), allowed, DEPTH)
        rows, ranks = np.nonzero(items >= 0)
        return Listed.of(Lists(rows, ranks + 1, items[rows, ranks], values[rows, ranks]), histories.shape)


class Known(dict[str, Recommender]):
    """Settings by name, best first, and what they gave for the interactions and seed that were asked for last.

    Rounds of a search fit them once, and blends that share it keep one set of them in memory.
    """

    def __init__(self, models: Mapping[str, Recommender]) -> None:
        super().__init__(models)
        self._made: dict[str | None, Member | sparse.csr_matrix] = {}
        self._interactions: Interactions | None = None
        self._seed = 0

    @classmethod
    def of(cls, models: Mapping[str, Recommender]) -> "Known":
        """Share what others know already."""
        return models if isinstance(models, cls) else cls(models)

    def member(self, name: str, interactions: Interactions, seed: int) -> Member:
        """Fit a model, unless it is fitted."""
        return self._once(name, partial(Member.of, self[name], interactions, seed), interactions, seed)

    def surroundings(self, interactions: Interactions, seed: int) -> sparse.csr_matrix:
        """Find each item's nearest, unless they are found."""
        return self._once(None, partial(surroundings, interactions), interactions, seed)

    def _once(self, name: str | None, make: Callable[[], Made], interactions: Interactions, seed: int) -> Made:
        if interactions is not self._interactions or seed != self._seed:
            self._made, self._interactions, self._seed = {}, interactions, seed
        if name not in self._made:
            self._made[name] = make()
        return self._made[name]


class Blend(Recommender):
    """A recommender that is made of settings of others, which were chosen before; `members` joins their names by +."""

    tasks: ClassVar[tuple[str, ...]] = (TASK,)
    known: ClassVar[Known]

    members: str

    @property
    def names(self) -> list[str]:
        """Names of its members."""
        return self.members.split("+")

    @classmethod
    def lacks(cls, interactions: Interactions) -> str | None:
        """Say what one of those lacks that it may choose among."""
        return next(filter(None, (known.lacks(interactions) for known in cls.known.values())), None)

    @classmethod
    def prepare(cls, settings: Sequence[Self], interactions: Interactions, seed: int) -> Mapping[str, Member]:
        """Fit every member of a setting, and make its lists."""
        names = dict.fromkeys(name for setting in settings for name in setting.names)
        return {name: cls.known.member(name, interactions, seed) for name in names}

    def memory(self, interactions: Interactions) -> int:
        """Add up its members' models and lists."""
        needed = [self.known[name].memory(interactions) for name in self.names]
        return sum(needed) + 60 * len(needed) * interactions.n_users * min(DEPTH, interactions.n_items)


class BlendedLists(FittedModel):
    """A model that knows nothing but what its members list.

    Attributes
    ----------
    members : sequence of Member
    may_be_listed : array of bool, shape (n_items,)
    """

    members: Sequence[Member]
    may_be_listed: np.ndarray

    @property
    def n_items(self) -> int:
        """Number of items that are scored."""
        return len(self.may_be_listed)

    @property
    def memory(self) -> int:
        """Bytes of the members' models and lists."""
        return super().memory + sum(member.model.memory for member in self.members)

    def _arrays(self) -> Sequence[np.ndarray | sparse.csr_matrix]:
        lists = (part for member in self.members for part in (member.listed.places, member.listed.heights))
        return [self.may_be_listed, *lists]

    def for_others(self) -> Self:
        """Leave out the members' users, and their lists."""
        return replace(self, members=[member.for_others() for member in self.members])

    def fold_in(self, histories: sparse.csr_matrix) -> np.ndarray:
        """Put together what the members list for the histories."""
        return self._scored(self._folded_in(histories), histories)

    def contributions(self, history: sparse.csr_matrix, items: np.ndarray) -> sparse.csr_matrix:
        """Divide each score among the members, and then as the member's own score is divided among the history."""
        worth = self._worth(self._folded_in(history), history, items)
        return _shared_out(worth, (member.model.contributions(history, items) for member in self.members), history)

    def contributions_of(self, user: int, history: sparse.csr_matrix, items: np.ndarray) -> sparse.csr_matrix:
        """Take the lists that the members have made for the user, and the user's own scores in them."""
        worth = self._worth([member.listed[[user]] for member in self.members], history, items)
        added = (member.model.contributions_of(user, history, items) for member in self.members)
        return _shared_out(worth, added, history)

    @abstractmethod
    def _scored(self, listed: Sequence[Listed], histories: sparse.csr_matrix) -> np.ndarray:
        """Scores of what the members list for some histories, float64, shape of `histories`."""

    @abstractmethod
    def _worth(self, listed: Sequence[Listed], history: sparse.csr_matrix, items: np.ndarray) -> np.ndarray:
        """Divide the scores of items for one history among the members, shape (n_members, len(items))."""

    def _folded_in(self, histories: sparse.csr_matrix) -> list[Listed]:
        # a list is made and then explained: the same histories are folded in once
        known, listed = self._last.get("of", (None, []))
        if known is not histories:
            listed = [member.folded_in(histories, self.may_be_listed) for member in self.members]
            self._last["of"] = histories, listed
        return listed

    @cached_property
    def _last(self) -> dict[str, tuple[sparse.csr_matrix, list[Listed]]]:
        """Histories that were folded in last, with what the members list for them."""
        return {}

    def similar_items(self, items: np.ndarray, k: int) -> sparse.csr_matrix:
        """Likeness by the first member."""
        return self.members[0].model.similar_items(items, k)


def heights(lists: Lists, n_users: int) -> np.ndarray:
    """Put each list's scores between 0, its last, and 1, its first; all 1 where they are alike."""
    highest, lowest = np.full(n_users, -np.inf), np.full(n_users, np.inf)
    np.maximum.at(highest, lists.user_index, lists.score)
    np.minimum.at(lowest, lists.user_index, lists.score)
    range_of_user = (highest - lowest)[lists.user_index]
    above = lists.score - lowest[lists.user_index]
    return np.divide(above, range_of_user, out=np.ones_like(above), where=range_of_user > 0)


def _shared_out(worth: np.ndarray, added: Iterable[sparse.csr_matrix], history: sparse.csr_matrix) -> sparse.csr_matrix:
    """Divide what members are worth for some items as their scores are, shape of what they add.

    A score to which nothing in the history adds is everybody's, and divided alike.
    """
    shared = np.zeros((worth.shape[1], history.nnz))
    for part, of_member in zip(worth, added, strict=True):
        parts = np.maximum(of_member[:, history.indices].toarray().astype(np.float64), 0)
        whole = parts.sum(axis=1, keepdims=True)
        alike = np.full_like(parts, 1 / max(history.nnz, 1))
        shared += part[:, None] * np.divide(parts, whole, out=alike, where=whole > 0)
    return spread(shared, history.indices, history.shape[1])
