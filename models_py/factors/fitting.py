"""Fits everything that is compared, from training cells alone."""

from collections.abc import Sequence

from models_py.factors.baselines import fit_baselines
from models_py.factors.low_rank import Factorization
from models_py.factors.scales import scaled
from models_py.factors.zero_filled import fit_nmf, fit_svd
from models_py.interactions import Interactions


def fit_factorizations(
    train: Interactions, factors: Sequence[int], seed: int, scales: Sequence[str] = ("plays", "log_plays")
) -> list[Factorization]:
    """Fit the baselines, svd and nmf on each scale.

    Parameters
    ----------
    train
        Training cells.
    factors
        Numbers of factors. Those that the matrix is too small for (not below both dimensions) are left out.
    seed
        Seed of every random start.
    scales
        Names in `models_py.factors.scales.SCALES`.

    Returns
    -------
    list[Factorization]
        By scale: the three baselines, svd and nmf per number of factors; nothing where train has no cell.
    """
    if not train.counts.nnz:
        return []
    possible = [n for n in factors if 0 < n < min(train.counts.shape)]
    fitted = []
    for scale in scales:
        matrix = scaled(train.counts, scale, train.counts)
        fitted += fit_baselines(matrix, scale)
        fitted += fit_svd(matrix, possible, scale, seed)
        fitted += fit_nmf(matrix, possible, scale, seed)
    return fitted
