"""How well fitted factorizations rank, beside how well they rebuild."""

from collections.abc import Sequence

import numpy as np

from models_py.data.interactions import Interactions
from models_py.data.validation import Validation
from models_py.evaluation.metrics import ndcg
from models_py.evaluation.ranking import recommend
from models_py.factorization.low_rank import Factorization

TASK = "discovery"


def validation_ndcg(
    fitted: Sequence[Factorization], fit: Interactions, validation: Validation, k: int
) -> dict[tuple[str, int, str], float]:
    """NDCG@k on validation, over the full catalogue, with items that the user has a fit cell of left out.

    Parameters
    ----------
    fitted : sequence of Factorization
        Models of `fit`.
    fit : Interactions
        The cells that they were fitted on.
    validation : Validation
        What users played later, as for tuning.
    k : int
        Length of the lists.

    Returns
    -------
    dict[tuple[str, int, str], float]
        By model name, number of factors and scale. 'global_mean' has none, since it ranks nothing; nor has any model
        where nobody discovers anything in validation.
    """
    n_relevant = validation.n_relevant[TASK]
    if not n_relevant.any():
        return {}
    everybody = np.arange(fit.n_users)
    return {
        (model.model_name, model.n_factors, model.scale): float(
            ndcg(recommend(model, fit, everybody, [TASK], k)[TASK], validation.relevant[TASK], n_relevant, k).mean()
        )
        for model in fitted
        if model.model_name != "global_mean"
    }
