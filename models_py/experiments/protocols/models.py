"""The five models of the study, as a textbook has them and as this project tunes them."""

from collections.abc import Mapping

import numpy as np
from scipy import sparse

from models_py.data.interactions import Interactions
from models_py.data.validation import Validation
from models_py.evaluation.tuning import tune
from models_py.experiments.protocols.protocol import TASKS
from models_py.experiments.protocols.splitting import Catalogue, is_stored
from models_py.matrices.cells import rows_of
from models_py.matrices.weighting import weighted
from models_py.recommenders.base import Recommender
from models_py.recommenders.item_knn import ItemKNN
from models_py.recommenders.most_popular import MostPopular
from models_py.recommenders.nmf import NMF
from models_py.recommenders.svd import SVD
from models_py.recommenders.user_knn import UserKNN

TEXTBOOK_FACTORS = 20
# Plain cosine and 50 neighbours; nmf with as many sweeps as scikit-learn has at most.
TEXTBOOK: tuple[Recommender, ...] = (
    MostPopular(counted_in="plays"),
    UserKNN(decay=0.0, weighting="raw", neighbours=50, popularity_power=0.0, shrinkage=0.0, sharpness=1.0),
    ItemKNN(
        decay=0.0,
        compared_by="raw",
        weighting="raw",
        similarity="cosine",
        neighbours=50,
        user_power=0.0,
        shrinkage=0.0,
        sharpness=1.0,
        normalization=0.0,
    ),
    SVD(decay=0.0, weighting="raw", factors=TEXTBOOK_FACTORS, popularity_power=0.0),
    NMF(decay=0.0, weighting="raw", factors=TEXTBOOK_FACTORS, popularity_power=0.0, sweeps=200),
)


def interactions(plays: sparse.csr_matrix, counts: str) -> Interactions:
    """Show models the plays as they are ('raw') or ln(1 + plays) ('log'); the models take what they see."""
    return Interactions.plain(weighted(plays, counts))


def fixed(recommender: type[Recommender]) -> Mapping[str, object]:
    """Leave the weighting of plays out of the search: the switch `counts` decides it."""
    return {name: "raw" for name in ("compared_by", "weighting") if name in recommender.space}


def tuned(
    recommender: type[Recommender], fit: Interactions, validation: Validation, n_trials: int, k: int, seed: int
) -> dict[str, Recommender]:
    """Choose the best setting for each side of `seen`, by NDCG@k of its task on validation."""
    trials = tune(
        recommender,
        fit,
        validation,
        n_trials=n_trials,
        budget_seconds=np.inf,
        k=k,
        seed=seed,
        tasks=tuple(TASKS.values()),
        fixed=fixed(recommender),
    )
    best = {}
    for side, task in TASKS.items():
        of_task = [trial for trial in trials if trial.task == task]
        best[side] = recommender(**max(of_task, key=lambda trial: trial.validation_ndcg).hyper_parameters)
    return best


def validation_of(fit: sparse.csr_matrix, held_out: sparse.csr_matrix, catalogue: Catalogue) -> Validation:
    """Give what is held out of train the catalogue's numbers, for its users with a fit cell in it.

    Parameters
    ----------
    fit, held_out : csr_matrix, shape (all users, all items)
    catalogue : Catalogue
        Of train; held-out items outside it are misses.
    """
    place = np.full(fit.shape[1], -1)
    place[catalogue.items] = np.arange(len(catalogue.items))
    cells = held_out[catalogue.users]
    users, items = rows_of(cells), place[cells.indices]
    known = (np.diff(catalogue.cut(fit).indptr) > 0)[users]
    is_repeat = is_stored(cells, fit[catalogue.users])
    shape = (len(catalogue.users), len(catalogue.items))
    return Validation.from_cells(users[known], items[known], is_repeat[known], shape)
