"""Which validation orders settings as test does: the share that is held out, and the catalogue that trials keep to."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import sparse
from scipy.stats import spearmanr

from models_py.data.interactions import Interactions
from models_py.data.parameters import Parameters
from models_py.experiments.protocols.splitting import Catalogue, core, split_by_cell
from models_py.experiments.thresholds import ndcg_of
from models_py.recommenders.base import Recommender
from models_py.recommenders.registry import recommenders

# One of each family: nearest items, sparse regression, an inverse.
MODELS = ("item_knn", "slim", "ease")
SETTINGS = 8
# One cell in so many is held out, and whether trials keep to the k-core of what is left or to that of train.
VALIDATIONS = {
    "a fifth, catalogue of train": (5, False),
    "a tenth, catalogue of train": (10, False),
    "a tenth, core of its own": (10, True),
}


@dataclass(frozen=True)
class Agreement:
    """How far one validation of one random split can be trusted.

    Attributes
    ----------
    validation : str
        One of VALIDATIONS.
    correlation : float
        Of the settings' scores on validation with those on test, by rank (Spearman).
    within : float
        The same among the settings of one model, mean over models.
    regret : float
        Test NDCG of the best setting, less that of the setting that is best on validation.
    """

    validation: str
    correlation: float
    within: float
    regret: float


def agreements(counts: sparse.csr_matrix, parameters: Parameters, item_type: str, seed: int) -> Iterator[Agreement]:
    """Score settings, drawn by chance from the models' spaces, on each validation and on test of one split.

    The split is made here, from all plays, and nothing of it is stored: no study's test cells are read.

    Parameters
    ----------
    counts : csr_matrix, shape (n_users, n_items)
        Every play.
    parameters : Parameters
    item_type : str
        Decides how many users an item needs.
    seed : int
        Of the split; the settings are the same for every seed.
    """
    rng = np.random.default_rng(seed)
    least = parameters.min_items_per_user, parameters.min_users(item_type)
    train, test = split_by_cell(counts, rng)
    of_train = core(train, *least)
    settings = _drawn(np.random.default_rng(0))
    truth = _scores(settings, train, test, of_train, parameters)
    for name, (one_in, has_own_core) in VALIDATIONS.items():
        fit, held_out = split_by_cell(train, rng, one_in)
        found = _scores(settings, fit, held_out, core(fit, *least) if has_own_core else of_train, parameters)
        by_model = [slice(first, first + SETTINGS) for first in range(0, len(settings), SETTINGS)]
        yield Agreement(
            name,
            _correlation(found, truth),
            float(np.mean([_correlation(found[part], truth[part]) for part in by_model])),
            float(truth.max() - truth[found.argmax()]),
        )


def _drawn(rng: np.random.Generator) -> list[Recommender]:
    models = [recommenders()[name] for name in MODELS]
    return [
        model(**{name: values[rng.integers(len(values))] for name, values in model.space.items()})
        for model in models
        for _ in range(SETTINGS)
    ]


def _scores(
    settings: Sequence[Recommender],
    fit: sparse.csr_matrix,
    held_out: sparse.csr_matrix,
    catalogue: Catalogue,
    parameters: Parameters,
) -> np.ndarray:
    """Mean NDCG of each setting; what is outside the catalogue is a miss, and who is outside it scores 0."""
    known = Interactions.plain(catalogue.cut(fit))
    n_relevant = np.diff(held_out.indptr) * (np.diff(fit.indptr) > 0)
    relevant = catalogue.cut(held_out).astype(bool)
    sums = [ndcg_of(setting, known, relevant, n_relevant[catalogue.users], parameters).sum() for setting in settings]
    return np.array(sums) / max((n_relevant > 0).sum(), 1)


def _correlation(some: np.ndarray, others: np.ndarray) -> float:
    return float(spearmanr(some, others).statistic)
