"""The matrix that every model learns from."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
from scipy import sparse

from models_py.matrices.cells import with_values
from models_py.matrices.weighting import listeners

# Powers of age by which plays may lose their worth.
DECAYS = (0.0, 0.25, 0.5, 1.0, 2.0)
# The best of them on real days of listening to 2008 (docs/time.md), taken where all of them do alike in a search.
DECAY = 1.0


@dataclass(frozen=True)
class Periods:
    """Plays of cells in periods of time before the end of the data.

    Attributes
    ----------
    plays : csr_matrix of float64, shape (n_cells, n_periods)
        Plays of each cell, in the order of the data of `Interactions.counts`, in each period, the last period first.
    ages : array of float64, shape (n_periods,)
        Days from the middle of each period to the end of the data.
    """

    plays: sparse.csr_matrix
    ages: np.ndarray

    @property
    def memory(self) -> int:
        """Bytes that `decayed` takes at most."""
        return 48 * self.plays.nnz + 24 * self.plays.shape[0]

    def decayed(self, halvings: np.ndarray) -> np.ndarray:
        """Logarithm to base 2 of each cell's plays, halved as often as their period says, float64, shape (n_cells,).

        What a cell's last period leaves is taken out of the sum, in which old plays would vanish.

        Parameters
        ----------
        halvings : array of float64, shape (n_periods,)
            Growing from period to period.
        """
        starts = self.plays.indptr[:-1]
        last = halvings[self.plays.indices[starts]]
        further = halvings[self.plays.indices] - np.repeat(last, np.diff(self.plays.indptr))
        return np.log2(np.add.reduceat(self.plays.data * 2.0**-further, starts)) - last

    def activation(self, decay: float) -> np.ndarray:
        """Logarithm to base 2 of the sum over each cell's plays of their age to the power of -`decay`.

        A memory of something fades by a power of its age (Anderson & Schooler 1991, Reflections of the Environment in
        Memory).
        """
        return self.decayed(decay * np.log2(self.ages))


@dataclass(frozen=True)
class Interactions:
    """Play counts of one split and item type, users x items.

    Attributes
    ----------
    counts : csr_matrix of float32, shape (n_users, n_items)
        Plays; an empty cell means never played. Indices are sorted, no zero is stored.
    parents : array of int64, shape (n_items,)
        Each item's parent (a track's artist), dense from 0; the item itself where it has none.
    windows : mapping of int to array of float64, shape (n_items,)
        Plays within so many days before the end of the data; empty where plays have no times.
    last_played : csr_matrix of float64, shape (n_users, n_items), or None
        Day of the last play of each cell of `counts`, in days since 1970; None where plays have no times.
    periods : Periods or None
        Plays of each cell of `counts` by period; None where they are in no periods.
    tags : csr_matrix of float64, shape (n_items, n_tags), or None
        How many people gave each item (a track: its artist) each tag; None where there are no tags.
    known_parents : csr_matrix of bool, shape (n_users, n_parents), or None
        Parents of whom the user has played something, also what is in no cell because it was filtered away; None where
        nobody asks for lists of what is by others.

    Raises
    ------
    ValueError
        Where the shapes disagree, a stored count is not a positive number, `last_played` has other cells, or `periods`
        other plays.
    """

    counts: sparse.csr_matrix
    parents: np.ndarray
    windows: Mapping[int, np.ndarray] = field(default_factory=dict)
    last_played: sparse.csr_matrix | None = None
    periods: Periods | None = None
    tags: sparse.csr_matrix | None = None
    known_parents: sparse.csr_matrix | None = None

    def __post_init__(self) -> None:
        counts = _canonical(sparse.csr_matrix(self.counts, dtype=np.float32))
        if not (np.isfinite(counts.data) & (counts.data > 0)).all():
            raise ValueError("counts holds a cell without plays; leave such cells out")
        if len(self.parents) != counts.shape[1] or any(len(w) != counts.shape[1] for w in self.windows.values()):
            raise ValueError("parents and windows need one value per item")
        if self.tags is not None and self.tags.shape[0] != counts.shape[1]:
            raise ValueError("tags needs one row per item")
        if self.periods is not None and not np.array_equal(self.periods.plays.sum(axis=1).A1, counts.data):
            raise ValueError("periods needs the plays of each cell of counts")
        object.__setattr__(self, "counts", counts)
        if self.last_played is not None:
            last_played = _canonical(sparse.csr_matrix(self.last_played, dtype=np.float64))
            if not _same_cells(counts, last_played):
                raise ValueError("last_played needs one value for each cell of counts")
            # one set of indices serves both
            same_cells = (last_played.data, counts.indices, counts.indptr)
            object.__setattr__(self, "last_played", sparse.csr_matrix(same_cells, shape=counts.shape))

    @property
    def n_users(self) -> int:
        """Number of rows."""
        return self.counts.shape[0]

    @property
    def n_items(self) -> int:
        """Number of columns."""
        return self.counts.shape[1]

    @property
    def fading_memory(self) -> int:
        """Bytes that `faded` takes at most."""
        return 0 if self.periods is None else self.periods.memory + 24 * self.counts.nnz

    @property
    def has_parents(self) -> bool:
        """Whether some items share a parent."""
        return self.parents.max(initial=-1) + 1 < self.n_items

    @cached_property
    def listeners(self) -> np.ndarray:
        """Users per item, int64, shape (n_items,)."""
        return listeners(self.counts)

    @cached_property
    def plays(self) -> np.ndarray:
        """Plays per item, float64, shape (n_items,)."""
        return np.bincount(self.counts.indices, weights=self.counts.data, minlength=self.n_items)

    def faded(self, decay: float) -> "Interactions":
        """Divide plays by their period's age to the power of `decay`, those of the last period left whole.

        Plays that are in no periods do not fade.
        """
        if self.periods is None or not decay:
            return self
        left = self.periods.activation(decay) + decay * np.log2(self.periods.ages[0])
        return replace(self, counts=with_values(self.counts, 2.0**left), periods=None)

    @classmethod
    def plain(cls, counts: sparse.csr_matrix) -> "Interactions":
        """Wrap plays about which nothing else is known: no times, no tags, every item its own parent."""
        return cls(counts=counts, parents=np.arange(counts.shape[1]))

    def restricted(self, users: np.ndarray, items: np.ndarray) -> "Interactions":
        """Keep these users and items, numbered in the order given."""
        kept, parents = np.unique(self.parents[items], return_inverse=True)
        return Interactions(
            counts=self.counts[users][:, items],
            parents=parents,
            windows={days: plays[items] for days, plays in self.windows.items()},
            last_played=None if self.last_played is None else self.last_played[users][:, items],
            periods=None if self.periods is None else self._periods_of(users, items),
            tags=None if self.tags is None else self.tags[items],
            known_parents=None if self.known_parents is None else self.known_parents[users][:, kept],
        )

    def _periods_of(self, users: np.ndarray, items: np.ndarray) -> Periods:
        # numbered from 1: a stored 0 is no cell
        cells = with_values(self.counts, np.arange(1, self.counts.nnz + 1))[users][:, items]
        return replace(self.periods, plays=self.periods.plays[_canonical(cells).data - 1])


def _canonical(matrix: sparse.csr_matrix) -> sparse.csr_matrix:
    if matrix.has_canonical_format:
        return matrix
    matrix = matrix.copy()  # the caller's matrix is not ours to sort
    matrix.sum_duplicates()
    return matrix


def _same_cells(one: sparse.csr_matrix, other: sparse.csr_matrix) -> bool:
    return (
        one.shape == other.shape
        and np.array_equal(one.indptr, other.indptr)
        and np.array_equal(one.indices, other.indices)
    )
