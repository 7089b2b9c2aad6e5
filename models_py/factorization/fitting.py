"""Fits everything that is compared, from training cells alone."""

from collections.abc import Mapping, Sequence

from models_py.data.interactions import Interactions
from models_py.factorization.baselines import fit_baselines
from models_py.factorization.low_rank import Factorization
from models_py.factorization.masked import choose_penalty, fit_als
from models_py.factorization.scales import scaled
from models_py.factorization.zero_filled import fit_zero_filled
from models_py.matrices.cells import without


def fit_factorizations(
    train: Interactions,
    factors: Sequence[int],
    seed: int,
    scales: Sequence[str] = ("plays", "log_plays"),
    penalties: Mapping[str, float] | None = None,
) -> list[Factorization]:
    """Fit the baselines, svd, nmf and als on each scale.

    Parameters
    ----------
    train : Interactions
        Training cells.
    factors : sequence of int
        Numbers of factors. Those that the matrix is too small for (not below both dimensions) are left out.
    seed : int
        Seed of every random start.
    scales : sequence of str
        Names in `models_py.factorization.scales.SCALES`.
    penalties : Mapping[str, float] or None
        Per scale the penalty of als (see `choose_penalties`); als is left out on scales without one.

    Returns
    -------
    list[Factorization]
        By scale: the three baselines, then svd, nmf and als per number of factors; nothing where train has no cell.
    """
    if not train.counts.nnz:
        return []
    possible = _possible(train, factors)
    fitted = []
    for scale in scales:
        matrix = scaled(train.counts, scale, train.counts)
        fitted += fit_baselines(matrix, scale)
        fitted += fit_zero_filled(matrix, possible, scale, seed)
        if penalties and scale in penalties:
            fitted += fit_als(matrix, possible, scale, penalties[scale], seed)
    return fitted


def choose_penalties(
    fit: Interactions,
    train: Interactions,
    factors: Sequence[int],
    seed: int,
    scales: Sequence[str] = ("plays", "log_plays"),
) -> dict[str, float]:
    """Choose als's penalty per scale by its error on validation cells, those that train has and fit has not.

    Parameters
    ----------
    fit : Interactions
        Cells that are fitted.
    train : Interactions
        Those and the validation cells.
    factors, seed, scales
        As in `fit_factorizations`.
    """
    validation = without(train.counts, fit.counts)
    return {
        scale: choose_penalty(
            scaled(fit.counts, scale, fit.counts),
            scaled(validation, scale, fit.counts),
            _possible(fit, factors),
            scale,
            seed,
        )
        for scale in scales
    }


def _possible(interactions: Interactions, factors: Sequence[int]) -> list[int]:
    return [n for n in factors if 0 < n < min(interactions.counts.shape)]
