"""How well factorizations of the play counts rebuild them, on cells that they saw and on others."""

from models_py.factorization.fitting import choose_penalties, fit_factorizations
from models_py.factorization.low_rank import Factorization
from models_py.factorization.ranked import validation_ndcg
from models_py.factorization.scoring import FactorizationError, factorization_errors, score_factorizations

__all__ = [
    "Factorization",
    "FactorizationError",
    "choose_penalties",
    "factorization_errors",
    "fit_factorizations",
    "score_factorizations",
    "validation_ndcg",
]
