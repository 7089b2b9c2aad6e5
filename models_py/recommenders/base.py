"""What a recommender is.

A new one is a file in this package with one frozen dataclass that extends `Recommender`: its fields are the
hyper-parameters, with defaults that lie in its search space. The registry finds it, the behaviour kit tests it, and the
jobs tune it like every other.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Self

from models_py.data.interactions import DECAY, Interactions
from models_py.recommenders.fitted import FittedModel

TASKS = ("discovery", "repeat", "all", "new_artists")

NO_TIMES = "it needs the times of plays, which this split does not have"
NO_PERIODS = "it needs plays by period, which splits cut at dates have, and others by time with the var period_days"
NO_TAGS = "it needs tags (artist-tags.tsv beside the plays), and there are none"


class Recommender:
    """A recommender's hyper-parameters and how it learns.

    Attributes
    ----------
    name : str
        Name in every table.
    tasks : tuple of str
        Tasks it makes lists for; each chooses among the trials by its own scores.
    is_baseline : bool
        Whether it is what everything else has to beat: it is not personalised, or knows the user's own history alone.
    space : dict of str to tuple
        The stated search space: values of each hyper-parameter.
    ends : mapping of str to tuple
        Values beyond which a hyper-parameter cannot sensibly go, or gained nothing, by name; 0 is one for all and need
        not be named.
    fades_by : tuple of str
        Hyper-parameters that say how plays lose their worth with age. They are searched where plays are in several
        periods; in one, all of their values do alike, and the default is taken; in none it is 0.
    in_one_thread : bool
        Whether fitting leaves all processors but one idle, and lets other threads run: a search then fits several
        settings at once.
    known : mapping of str to Recommender
        Other settings that it is made of, by name; a model of its own has none.
    prepared_by : tuple of str
        Hyper-parameters that `prepare` reads; settings that agree in them share what it returns.
    """

    name: ClassVar[str]
    tasks: ClassVar[tuple[str, ...]] = TASKS
    is_baseline: ClassVar[bool] = False
    space: ClassVar[dict[str, tuple]] = {}
    ends: ClassVar[Mapping[str, tuple]] = {}
    fades_by: ClassVar[tuple[str, ...]] = ()
    in_one_thread: ClassVar[bool] = False
    known: ClassVar[Mapping[str, "Recommender"]] = {}
    prepared_by: ClassVar[tuple[str, ...]] = ()

    @classmethod
    def lacks(cls, interactions: Interactions) -> str | None:
        """Say in a sentence why it is not for these data, for which it is skipped; nothing by default."""
        return None

    @classmethod
    def prepare(cls, settings: Sequence[Self], interactions: Interactions, seed: int) -> Any:
        """Compute what several settings share; they agree in `prepared_by`."""
        return None

    def fit(self, interactions: Interactions, seed: int, prepared: Any = None) -> FittedModel:
        """Learn from the interactions, and from nothing else; the same seed gives the same model.

        Parameters
        ----------
        interactions : Interactions
        seed : int
        prepared : object, optional
            What `prepare` made of the same interactions and seed; the setting makes its own where it is left out.
        """
        raise NotImplementedError

    def memory(self, interactions: Interactions) -> int:
        """Bytes that fitting on so many cells takes at most, beside the interactions themselves: an upper estimate."""
        raise NotImplementedError


@dataclass(frozen=True)
class Fading(Recommender):
    """A recommender that can learn from plays that count the less the older they are.

    Attributes
    ----------
    decay : float
        As in `Interactions.faded`.
    """

    fades_by: ClassVar[tuple[str, ...]] = ("decay",)

    decay: float = field(default=DECAY, kw_only=True)
