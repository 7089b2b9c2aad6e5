"""What five libraries call precision, recall, NDCG, MAP, hit rate and MRR, computed on the same lists.

Each function restates one library's published code, which its docstring names (repository, file, commit). All take
lists (best first) and relevant items per user, and k; a user may lack either. They return the library's mean, or None
where it has no such metric.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import mean

from metric_cases import judge

Lists = Mapping[str, Sequence[int]]
Relevant = Mapping[str, set[int]]
METRICS = ("precision", "recall", "NDCG", "MAP", "hit rate", "MRR")

# ann: a full list. bob: a list of three. cat: more relevant items than k. dan: no list. eve: nothing relevant.
K = 10
LISTS: Lists = {
    "ann": [1, 2, 3, 4, 5, 6, 7, 8, 9, 10],
    "bob": [11, 12, 13],
    "cat": [1, 2, 3, 4, 5, 6, 7, 8, 9, 10],
    "eve": [1, 2, 3, 4, 5, 6, 7, 8, 9, 10],
}
RELEVANT: Relevant = {
    "ann": {2, 5, 9, 21},
    "bob": {11, 22, 25, 26},
    "cat": {1, 2, 3, 6, *range(31, 42)},
    "dan": {1, 23, 24},
}


@dataclass(frozen=True)
class Judged:
    """One user's list cut at k: which places are hits, how many items it has, how many are relevant."""

    hits: list[bool]
    listed: int
    relevant: int

    @property
    def found(self) -> int:
        """Number of hits."""
        return sum(self.hits)

    def gain(self, discount: Callable[[int], float]) -> float:
        """Discounted gain of the hits, by the discount at a rank."""
        return sum(1 / discount(rank) for rank, hit in enumerate(self.hits, start=1) if hit)

    @property
    def precisions(self) -> float:
        """Sum, over the hits, of precision at their rank."""
        return sum(sum(self.hits[:rank]) / rank for rank, hit in enumerate(self.hits, start=1) if hit)

    @property
    def reciprocal_rank(self) -> float:
        """One over the rank of the first hit, 0 without one."""
        return next((1 / rank for rank, hit in enumerate(self.hits, start=1) if hit), 0.0)


def judged(lists: Lists, relevant: Relevant, user: str, k: int) -> Judged:
    top, wanted = list(lists.get(user, ()))[:k], relevant.get(user, set())
    return Judged([item in wanted for item in top], len(top), len(wanted))


def log_after(rank: int) -> float:
    """Return the discount log2(rank + 1)."""
    return math.log2(rank + 1)


def log_clipped(rank: int) -> float:
    """Return the discount log2(rank), 1 at the first two ranks."""
    return math.log2(max(rank, 2))


def ideal(count: int, discount: Callable[[int], float] = log_after) -> float:
    """Return the gain of hits at the first `count` ranks."""
    return sum(1 / discount(rank) for rank in range(1, count + 1))


def this_project(lists: Lists, relevant: Relevant, k: int) -> dict[str, float | None]:
    """Average over users with a relevant item, whether they have a list or not (`int_user_lists_scored`)."""
    names = {"precision": "precision", "recall": "recall", "NDCG": "ndcg", "MAP": "map"}
    names |= {"hit rate": "hit_rate", "MRR": "mrr"}
    users = [judge(list(lists.get(user, ())), set(wanted), k) for user, wanted in relevant.items()]
    return {name: mean(user[metric] for user in users) for name, metric in names.items()}


def rectools(lists: Lists, relevant: Relevant, k: int) -> dict[str, float | None]:
    """Average over users with a relevant item; defaults (MobileTeleSystems/RecTools).

    rectools/metrics/classification.py at 073cc96 (precision, recall, hit rate), ranking.py at 759fb07 and, with the
    option `divide_by_achievable`, in 0.12.0 (NDCG, MAP, MRR), base.py at 08f3f68 (users: a left join on what is
    relevant). NDCG's ideal has k relevant items whoever the user is; MAP divides by n.
    """
    users = [judged(lists, relevant, user, k) for user in relevant]
    return {
        "precision": mean(user.found / k for user in users),
        "recall": mean(user.found / user.relevant for user in users),
        "NDCG": mean(user.gain(log_after) / ideal(k) for user in users),
        "MAP": mean(user.precisions / user.relevant for user in users),
        "hit rate": mean(float(user.found > 0) for user in users),
        "MRR": mean(user.reciprocal_rank for user in users),
    }


def recbole(lists: Lists, relevant: Relevant, k: int) -> dict[str, float | None]:
    """Average over users of the test set (RUCAIBox/RecBole).

    recbole/evaluator/metrics.py at 025bef6, base_metric.py at 16e6628. Its matrix of hits has k places for each user,
    so there are no short lists and no users without one: a place without an item counts here as a miss.
    """
    users = [judged(lists, relevant, user, k) for user in relevant]
    return {
        "precision": mean(user.found / k for user in users),
        "recall": mean(user.found / user.relevant for user in users),
        "NDCG": mean(user.gain(log_after) / ideal(min(user.relevant, k)) for user in users),
        "MAP": mean(user.precisions / min(user.relevant, k) for user in users),
        "hit rate": mean(float(user.found > 0) for user in users),
        "MRR": mean(user.reciprocal_rank for user in users),
    }


def lenskit(lists: Lists, relevant: Relevant, k: int) -> dict[str, float | None]:
    """Average over users with a list; a user without a relevant item counts 0, the default value (lenskit/lkpy).

    src/lenskit/metrics: bulk.py at 00ed434 (users), ranking/_pr.py, _hit.py and _recip.py at 0d8cc5a, _dcg.py at
    053bc2c with _weighting.py at b7dfa40 (NDCG), _map.py at 09c7c88. Precision divides by the list's own length, recall
    by min(k, n), MAP by the smaller of n and the list's length; NDCG discounts by log2(rank), not at all at ranks 1, 2.
    """
    users = [judged(lists, relevant, user, k) for user in lists]
    tested = [user if user.relevant else None for user in users]
    scores: dict[str, Callable[[Judged], float]] = {
        "precision": lambda user: user.found / user.listed,
        "recall": lambda user: user.found / min(user.relevant, k),
        "NDCG": lambda user: user.gain(log_clipped) / ideal(min(user.relevant, k), log_clipped),
        "MAP": lambda user: user.precisions / min(user.relevant, user.listed),
        "hit rate": lambda user: float(user.found > 0),
        "MRR": lambda user: user.reciprocal_rank,
    }
    return {name: mean(score(user) if user else 0.0 for user in tested) for name, score in scores.items()}


def implicit(lists: Lists, relevant: Relevant, k: int) -> dict[str, float | None]:
    """Average over users with a relevant item (benfred/implicit).

    implicit/evaluation.pyx at 89f4316, `ranking_metrics_at_k`. Precision is all hits over the sum of min(k, n), so that
    it is a capped recall in which users with many relevant items weigh more; there is no recall, hit rate or MRR. Its
    models always give k items: a place without one counts here as a miss.
    """
    users = [judged(lists, relevant, user, k) for user in relevant]
    return {
        "precision": sum(user.found for user in users) / sum(min(user.relevant, k) for user in users),
        "recall": None,
        "NDCG": mean(user.gain(log_after) / ideal(min(user.relevant, k)) for user in users),
        "MAP": mean(user.precisions / min(user.relevant, k) for user in users),
        "hit rate": None,
        "MRR": None,
    }


def trec_eval(lists: Lists, relevant: Relevant, k: int) -> dict[str, float | None]:
    """Average over users with a list and a relevant item; -c adds those without a list as 0 (usnistgov/trec_eval).

    m_P.c, m_map_cut.c and m_success.c at 448b3ad, m_recall.c and m_recip_rank.c at 5986143, m_ndcg_cut.c at dc0c991,
    trec_eval.c at 1928b91 (users). MAP divides by n, also where n is more than k. MRR has no k: it is that of the whole
    list.
    """
    users = [judged(lists, relevant, user, k) for user in relevant if user in lists]
    whole = [judged(lists, relevant, user, len(lists[user])) for user in relevant if user in lists]
    return {
        "precision": mean(user.found / k for user in users),
        "recall": mean(user.found / user.relevant for user in users),
        "NDCG": mean(user.gain(log_after) / ideal(min(user.relevant, k)) for user in users),
        "MAP": mean(user.precisions / user.relevant for user in users),
        "hit rate": mean(float(user.found > 0) for user in users),
        "MRR": mean(user.reciprocal_rank for user in whole),
    }


LIBRARIES = {
    "this project": this_project,
    "RecTools": rectools,
    "RecBole": recbole,
    "LensKit": lenskit,
    "implicit": implicit,
    "trec_eval": trec_eval,
}


def table_of_values() -> str:
    """Return the page's table: a row per metric, a column per library."""
    values = {library: define(LISTS, RELEVANT, K) for library, define in LIBRARIES.items()}
    rows = [["at k = 10", *LIBRARIES], ["---", *["---:"] * len(LIBRARIES)]]
    for metric in METRICS:
        row = [values[library][metric] for library in LIBRARIES]
        rows.append([metric, *("none" if value is None else f"{value:.4f}" for value in row)])
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def table_of_lists() -> str:
    """Return the page's other table: what is listed and what is relevant, a row per user."""
    rows = [["user", "list, best first", "relevant"], ["---"] * 3]
    for user in sorted({*LISTS, *RELEVANT}):
        listed, relevant = LISTS.get(user, []), sorted(RELEVANT.get(user, ()))
        rows.append([user, *(", ".join(map(str, items)) or "none" for items in (listed, relevant))])
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)
