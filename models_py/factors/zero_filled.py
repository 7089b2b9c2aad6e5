"""TruncatedSVD and NMF of the play counts, where a cell without plays counts as an observed 0.

More than 95% of the cells are such zeros, so both learn values close to 0 everywhere and lose to the mean of the played
cells *on played cells*, by construction: they answer 'is it played at all, and how much', which serves a ranking over
all items, not 'how often, given that it is played'.
"""

import warnings
from collections.abc import Sequence

import numpy as np
from scipy import sparse
from sklearn.decomposition import NMF, TruncatedSVD
from sklearn.exceptions import ConvergenceWarning

from models_py.factors.low_rank import Factorization

# Coordinate descent starts near its end from nndsvda: on HetRec (log plays, 32 factors) the reconstruction error after
# 50 iterations is within 0.05% of that after 200, in a third of the time; a random start needs more iterations and on
# raw plays ends 2% worse, and the multiplicative solver ends higher as well.
NMF_SETTINGS = {"solver": "cd", "init": "nndsvda", "max_iter": 50, "tol": 1e-4}


def fit_svd(matrix: sparse.csr_matrix, factors: Sequence[int], scale: str, seed: int) -> list[Factorization]:
    """Best approximations of the zero-filled matrix in squared error (Eckart & Young 1936), one per number of factors.

    Parameters
    ----------
    matrix
        Scaled train counts, users x items.
    factors
        Numbers of factors, each below both dimensions.
    scale
        The scale of `matrix`.
    seed
        Seed of the Lanczos start; the result does not depend on it beyond rounding.

    Returns
    -------
    list[Factorization]
        In the order of `factors`. They are nested, so one exact decomposition serves all.
    """
    if not factors:
        return []
    svd = TruncatedSVD(max(factors), algorithm="arpack", random_state=seed)
    users = svd.fit_transform(matrix)
    return [Factorization("svd", n, scale, users[:, :n], svd.components_[:n].T) for n in factors]


def fit_nmf(matrix: sparse.csr_matrix, factors: Sequence[int], scale: str, seed: int) -> list[Factorization]:
    """Non-negative factorizations of the zero-filled matrix in squared error (Lee & Seung 1999), fitted one by one.

    Parameters and result are those of `fit_svd`; the seed is that of the start (Boutsidis & Gallopoulos 2008).
    """
    return [_nmf(matrix, n, scale, seed) for n in factors]


def _nmf(matrix: sparse.csr_matrix, n_factors: int, scale: str, seed: int) -> Factorization:
    nmf = NMF(n_factors, random_state=seed, **NMF_SETTINGS)
    with warnings.catch_warnings():
        # the number of iterations is a decision, see above
        warnings.simplefilter("ignore", ConvergenceWarning)
        users = nmf.fit_transform(matrix)
    return Factorization("nmf", n_factors, scale, users, np.ascontiguousarray(nmf.components_.T))
