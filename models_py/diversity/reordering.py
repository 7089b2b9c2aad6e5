"""Ranked lists whose first places are chosen anew among all that the model listed."""

from dataclasses import dataclass, replace

import numpy as np
from scipy import sparse

from models_py.blends.members import heights
from models_py.data.interactions import Interactions
from models_py.diversity.features import features, mix, shares
from models_py.diversity.greedy import least_alike, most_calibrated
from models_py.evaluation.ranking import Lists

# Users whose mixes are held at a time.
BLOCK = 10_000


@dataclass(frozen=True)
class Diversity:
    """One kind of diversity for the items of some interactions.

    Attributes
    ----------
    kind : str
        'artists' or 'tags' (unlike one another: maximal marginal relevance), or 'mix' (as what the user plays).
    interactions : Interactions
    vectors : csr_matrix, shape (n_items, n_features)
        Features of each item: of length 1, or for 'mix' adding up to 1.
    smoothing : float
        For 'mix', share of the user's own mix that every list counts as having (Steck 2018).
    """

    kind: str
    interactions: Interactions
    vectors: sparse.csr_matrix
    smoothing: float

    @classmethod
    def of(cls, kind: str, interactions: Interactions, smoothing: float) -> "Diversity":
        """Describe the items; `features.lacks` has to know no reason against it."""
        vectors = features(kind, interactions)
        vectors.sort_indices()
        return cls(kind, interactions, shares(vectors) if kind == "mix" else vectors, smoothing)

    def reordered(self, lists: Lists, trade_off: float, k: int) -> Lists:
        """Choose the first k places of each list anew; the others follow in their old order, each with its own score.

        Relevance is an item's height in its list: its score, from 1 for the best of the list to 0 for the last.

        Parameters
        ----------
        lists : Lists
            Lists of users of the interactions, by user and rank.
        trade_off : float
            From 0, which changes nothing, to 1, where relevance does not count.
        k : int

        Returns
        -------
        Lists
            The same items for each user.
        """
        if trade_off == 0:
            return lists
        starts = np.append(np.flatnonzero(np.diff(lists.user_index, prepend=-1)), len(lists.user_index))
        order = np.empty(len(lists.user_index), dtype=np.int64)
        relevance = heights(lists, self.interactions.n_users)
        for first in range(0, len(starts) - 1, BLOCK):
            of_block = starts[first : first + BLOCK + 1]
            rows = slice(of_block[0], of_block[-1])
            users = lists.user_index[of_block[:-1]]
            chosen = self._chosen(of_block - of_block[0], users, lists.item_index[rows], relevance[rows], trade_off, k)
            order[rows] = chosen + of_block[0]
        return replace(lists, item_index=lists.item_index[order], score=lists.score[order])

    def _chosen(
        self, starts: np.ndarray, users: np.ndarray, items: np.ndarray, relevance: np.ndarray, trade_off: float, k: int
    ) -> np.ndarray:
        of_items = self.vectors.indptr, self.vectors.indices, self.vectors.data
        if self.kind != "mix":
            return least_alike(starts, items, relevance, *of_items, trade_off, k)
        mixes = mix(self.interactions.counts[users], self.vectors)
        of_users = mixes.indptr, mixes.indices, mixes.data
        return most_calibrated(starts, items, relevance, *of_items, of_users, trade_off, k, self.smoothing)
