"""Scores of a fitted model under every switch that needs no other fit: seen, candidates, relevance, averaging."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product

import numpy as np
from scipy import sparse

from models_py.evaluation.metrics import gain_ratio, ideal_gain
from models_py.evaluation.ranking import BLOCK_BYTES, top_items
from models_py.experiments.protocols.protocol import N_SAMPLED, SWITCHES, K
from models_py.experiments.protocols.splitting import Catalogue, with_plays
from models_py.matrices.cells import without
from models_py.recommenders.fitted import FittedModel

JUDGED = ("seen", "candidates", "relevance", "averaging")


@dataclass(frozen=True)
class HeldOut:
    """What lists are judged by, for one split and catalogue.

    Attributes
    ----------
    catalogue : Catalogue
    seen : csr_matrix of bool, shape (len(catalogue.users), len(catalogue.items))
        Cells of train.
    sample : csr_matrix of bool, same shape
        Items drawn for each user from those played neither in train nor in test.
    relevant : mapping of str to csr_matrix of float64, shape (all users, all items)
        By side of `seen`, plays of the relevant items of users with a play in train.
    """

    catalogue: Catalogue
    seen: sparse.csr_matrix
    sample: sparse.csr_matrix
    relevant: Mapping[str, sparse.csr_matrix]

    @classmethod
    def of(
        cls, train: sparse.csr_matrix, test: sparse.csr_matrix, catalogue: Catalogue, rng: np.random.Generator
    ) -> "HeldOut":
        """Find the relevant items and draw the samples; train and test are of all users x all items."""
        is_trained = np.repeat(np.diff(train.indptr) > 0, np.diff(test.indptr))
        every = with_plays(test, test.data * is_trained)
        new = without(every, train)
        sample = _sample(catalogue.cut(train + test), rng)
        return cls(catalogue, catalogue.cut(train) > 0, sample, {"recommended": every, "left_out": new})

    def scores(self, model: FittedModel) -> dict[tuple[tuple[str, ...], str], tuple[float, int]]:
        """Judge a model of the catalogue.

        Returns
        -------
        dict of (sides, metric) to (value, number of users)
            The sides are those of the switches in `JUDGED`, in that order; see `protocol` beside this
            module. The value is nan where no user has a relevant item.
        """
        found = {}
        for (seen, candidates), lists in self._lists(model).items():
            relevant = self.relevant[seen]
            plays_found = _plays_at(self.catalogue.cut(relevant), lists)
            for relevance in SWITCHES["relevance"]:
                for metric, values in self._user_metrics(plays_found, relevant, relevance).items():
                    for averaging in SWITCHES["averaging"]:
                        sides = (seen, candidates, relevance, averaging)
                        found[sides, metric] = _mean(values, relevant, averaging)
        return found

    def _lists(self, model: FittedModel) -> dict[tuple[str, str], np.ndarray]:
        """Rank each user's items once per side of `seen` and `candidates`; shape (len(catalogue.users), K)."""
        n_users, n_items = self.seen.shape
        size = max(1, BLOCK_BYTES // (8 * max(1, n_items)))
        sides = list(product(SWITCHES["seen"], SWITCHES["candidates"]))
        relevant = {side: self.catalogue.cut(cells) > 0 for side, cells in self.relevant.items()}
        lists = {side: np.empty((n_users, K), dtype=np.int64) for side in sides}
        for start in range(0, n_users, size):
            block = np.arange(start, min(start + size, n_users))
            scores = model.scores(block)
            for seen, candidates in sides:
                if candidates == "sampled":
                    allowed = (relevant[seen][block] + self.sample[block]).toarray()
                elif seen == "left_out":
                    allowed = ~self.seen[block].toarray()
                else:
                    allowed = np.ones((len(block), n_items), dtype=bool)
                lists[seen, candidates][block], _ = top_items(scores, allowed, K)
        return lists

    def _user_metrics(
        self, plays_found: np.ndarray, relevant: sparse.csr_matrix, relevance: str
    ) -> dict[str, np.ndarray]:
        """Metrics of every user of the whole matrix: 0 for those outside the catalogue, or with nothing relevant."""
        worth = relevant if relevance == "by_play" else (relevant > 0).astype(np.float64)
        is_listed = np.diff(relevant.indptr)[self.catalogue.users] > 0
        users = self.catalogue.users[is_listed]
        gains = plays_found[is_listed] if relevance == "by_play" else (plays_found[is_listed] > 0).astype(np.float64)
        of_users = list_metrics(gains, worth[users], relevance)
        metrics = {}
        for metric, values in of_users.items():
            metrics[metric] = np.zeros(relevant.shape[0])
            metrics[metric][users] = values
        return metrics


def list_metrics(gains: np.ndarray, worth: sparse.csr_matrix, relevance: str) -> dict[str, np.ndarray]:
    """Metrics at k = 10 of one list per row, as `models_py.experiments.protocols.protocol` defines them.

    Parameters
    ----------
    gains : array of float64, shape (n, K)
        Worth of the item at each rank; 0 where it is not relevant, or there is none.
    worth : csr_matrix of float64, shape (n, n_items)
        Plays in test of each relevant item, or 1; at least one per row.
    relevance : str
        'by_play' or 'by_item'.

    Returns
    -------
    dict of str to array of float64, shape (n,)
    """
    found = gains.sum(axis=1)
    recall = found / np.asarray(worth.sum(axis=1)).ravel()
    by_play = relevance == "by_play"
    return {
        "hit_rate": recall if by_play else (found > 0).astype(np.float64),
        "ndcg": gain_ratio(gains, ideal_gain(worth, K)),
        "precision": recall / K if by_play else found / K,
        "recall": recall,
    }


def _mean(values: np.ndarray, relevant: sparse.csr_matrix, averaging: str) -> tuple[float, int]:
    """Average over the users with a relevant item, and count them."""
    evaluated = np.diff(relevant.indptr) > 0
    if not evaluated.any():
        return np.nan, 0
    plays = np.asarray(relevant.sum(axis=1)).ravel()[evaluated]
    weights = plays if averaging == "over_plays" else np.ones(len(plays))
    return float(np.average(values[evaluated], weights=weights)), int(evaluated.sum())


def _plays_at(relevant: sparse.csr_matrix, lists: np.ndarray) -> np.ndarray:
    """Look up the plays of each listed item, shape of the lists; 0 where there is no item."""
    is_item = lists >= 0
    rows, _ = np.nonzero(is_item)
    plays = np.zeros(lists.shape)
    plays[is_item] = np.asarray(relevant[rows, lists[is_item]]).ravel()
    return plays


def _sample(played: sparse.csr_matrix, rng: np.random.Generator) -> sparse.csr_matrix:
    """Draw up to 100 items per user, without replacement, among those without a play."""
    rows = []
    for user in range(played.shape[0]):
        unplayed = np.ones(played.shape[1], dtype=bool)
        unplayed[played.indices[played.indptr[user] : played.indptr[user + 1]]] = False
        items = np.flatnonzero(unplayed)
        rows.append(rng.choice(items, min(N_SAMPLED, len(items)), replace=False))
    starts = np.concatenate([[0], np.cumsum([len(row) for row in rows])])
    items = np.concatenate([np.empty(0, np.int64), *rows])
    return sparse.csr_matrix((np.ones(len(items), dtype=bool), items, starts), shape=played.shape)
