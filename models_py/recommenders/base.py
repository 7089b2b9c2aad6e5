"""What a recommender is.

A new one is a file in this package with one frozen dataclass that keeps to `Recommender`: its fields are the
hyper-parameters, with defaults that lie in its search space. The registry finds it, the behaviour kit tests it, and the
jobs tune it like every other.
"""

from typing import ClassVar, Protocol

import numpy as np

from models_py.data.interactions import Interactions

TASKS = ("discovery", "repeat", "all")


class FittedModel(Protocol):
    """A model that has learnt."""

    def scores(self, users: np.ndarray) -> np.ndarray:
        """Finite scores of every item for each of the users, shape (len(users), n_items); higher is better."""
        ...


class Recommender(Protocol):
    """A recommender's hyper-parameters and how it learns.

    Attributes
    ----------
    name : str
        Name in every table.
    tasks : tuple of str
        Tasks it makes lists for; the first one decides which trial is chosen.
    is_baseline : bool
        Whether it is what everything else has to beat: it is not personalised, or knows the user's own history alone.
    needs_times : bool
        Whether it reads `Interactions.windows` or `last_played`; it is skipped where plays have no times.
    space : dict of str to tuple
        The stated search space: values of each hyper-parameter.
    """

    name: ClassVar[str]
    tasks: ClassVar[tuple[str, ...]]
    is_baseline: ClassVar[bool]
    needs_times: ClassVar[bool]
    space: ClassVar[dict[str, tuple]]

    def fit(self, interactions: Interactions, seed: int) -> FittedModel:
        """Learn from the interactions, and from nothing else; the same seed gives the same model."""
        ...

    def memory(self, interactions: Interactions) -> int:
        """Bytes that fitting on so many cells takes at most, beside the interactions themselves: an upper estimate."""
        ...
