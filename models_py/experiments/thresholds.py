"""How many users an item needs to be in the catalogue: a choice like any other, made on validation."""

import json
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from models_py.data.interactions import Interactions
from models_py.data.parameters import Parameters
from models_py.data.training import matrix
from models_py.evaluation.metrics import ndcg
from models_py.evaluation.ranking import recommend
from models_py.jobs.chosen import chosen_on
from models_py.matrices.cells import without
from models_py.matrices.core import core
from models_py.memory import too_large
from models_py.recommenders.base import Recommender
from models_py.recommenders.registry import recommenders
from models_py.warehouse import Warehouse

TASK = "discovery"
THRESHOLDS = (2, 3, 5, 8)
# Models whose curves are drawn: the best on validation.
MOST_MODELS = 3


@dataclass(frozen=True)
class Cells:
    """Play counts of one split and item type before any filter, csr_matrix of shape (n_users, n_items)."""

    fit: sparse.csr_matrix
    validation: sparse.csr_matrix


@dataclass(frozen=True)
class Point:
    """One model with one catalogue; NDCG is on validation, and what is outside the catalogue is a miss.

    A model that is too large for a catalogue has a reason in place of NDCG.
    """

    item_type: str
    model_name: str
    min_users: int
    n_users: int
    n_items: int
    validation_ndcg: float | None
    reason: str = ""


def threshold_points(warehouse: Warehouse, parameters: Parameters, item_type: str) -> list[Point]:
    """Score the best models, as they were set for today's catalogue, with catalogues of other thresholds.

    The same users are judged by the same held-out items whatever the threshold. Models that need more than plays
    (times, artists, tags) are left out.

    Parameters
    ----------
    warehouse : Warehouse
        With results of the default split.
    parameters : Parameters
    item_type : str
        'track' or 'artist'.
    """
    settings = _best(warehouse, parameters, item_type)
    if not settings:
        return []
    cells = read_cells(warehouse, parameters.default_split, item_type)
    n_relevant = np.diff(cells.validation.indptr) * (np.diff(cells.fit.indptr) > 0)
    points = []
    for min_users in sorted({*THRESHOLDS, parameters.min_users(item_type)}):
        users, items = core(cells.fit, parameters.min_items_per_user, min_users)
        known = Interactions.plain(cells.fit[users][:, items])
        relevant = cells.validation[users][:, items].astype(bool)
        for setting in settings:
            score, reason = None, setting.lacks(known) or too_large([setting], known, item_type) or ""
            if not reason:
                found = ndcg_of(setting, known, relevant, n_relevant[users], parameters)
                # who is not in the core has no list, and scores 0
                score = float(found.sum() / max((n_relevant > 0).sum(), 1))
            points.append(Point(item_type, setting.name, min_users, len(users), len(items), score, reason))
    return points


def ndcg_of(
    setting: Recommender,
    known: Interactions,
    relevant: sparse.csr_matrix,
    n_relevant: np.ndarray,
    parameters: Parameters,
) -> np.ndarray:
    """NDCG of each user with something to find; none where nothing is known."""
    if not known.counts.nnz:
        return np.empty(0)
    model, k = setting.fit(known, parameters.random_seed), parameters.headline_k
    lists = recommend(model, known, np.arange(known.n_users), [TASK], k)[TASK]
    return ndcg(lists, relevant, n_relevant, k)


def read_cells(warehouse: Warehouse, split_name: str, item_type: str) -> Cells:
    """Read training cells of a split before the k-core; validation cells that are played in fit too are left out."""
    rows = warehouse.read(
        """
        select part, play_count,
            dense_rank() over (order by user_id) - 1 as user_index,
            dense_rank() over (order by item_id) - 1 as item_index
        from intermediate.int_train_cells
        where split_name = ? and item_type = ?
        order by user_index, item_index, part
        """,
        [split_name, item_type],
    )
    shape = tuple(int(rows[name].max(initial=-1)) + 1 for name in ("user_index", "item_index"))
    is_fit = rows["part"].astype(str) == "fit"

    def of(chosen: np.ndarray) -> sparse.csr_matrix:
        return matrix(rows["play_count"], rows["user_index"], rows["item_index"], chosen, shape)

    fit = of(is_fit)
    return Cells(fit=fit, validation=without(of(~is_fit), fit))


def _best(warehouse: Warehouse, parameters: Parameters, item_type: str) -> list[Recommender]:
    known = recommenders()
    nothing_else = Interactions.plain(sparse.csr_matrix((1, 1), dtype=np.float32))
    found = [
        known[chosen.model_name](**json.loads(chosen.hyper_parameters))
        for chosen in reversed(chosen_on(warehouse, parameters.default_split, item_type))
        if chosen.task == TASK and chosen.model_name in known
    ]
    return [model for model in found if not model.is_baseline and not model.lacks(nothing_else)][:MOST_MODELS]
