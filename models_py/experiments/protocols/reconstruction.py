"""How well factorizations rebuild play counts, on several scales and kinds of cells: what an RMSE depends on."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from scipy import sparse

from models_py.data.interactions import Interactions
from models_py.experiments.protocols.splitting import core, split_by_cell
from models_py.factorization import Factorization, FactorizationError, fit_factorizations, score_factorizations
from models_py.factorization.scales import SCALES

# The names that cells have here, where those of train are counted in two ways.
CELLS = {"train": "train_played", "held_out": "held_out_played", "all_unseen": "held_out_all"}


def reconstruction_errors(counts: sparse.csr_matrix, factors: Sequence[int], seed: int) -> list[FactorizationError]:
    """Fit on all but a fifth of each user's cells, and measure errors on four kinds of cells.

    Parameters
    ----------
    counts : csr_matrix, shape (n_users, n_items)
        All plays.
    factors : sequence of int
    seed : int

    Returns
    -------
    list of FactorizationError
        For every scale svd, nmf, the baselines of `models_py.factorization`, and 'zero', which predicts no plays.
        Cells, among users and items with a play in train: 'train_played'; 'train_all', every cell, its truth the plays
        in train or 0; 'held_out_played'; 'held_out_all', every cell not played in train, its truth the held-out plays
        or 0.
    """
    kept, held_out = split_by_cell(counts, np.random.default_rng(seed))
    catalogue = core(kept, 1, 1)
    train, held_out = Interactions(catalogue.cut(kept), np.arange(len(catalogue.items))), catalogue.cut(held_out)
    fitted = [*map(_zero, SCALES, [train.counts.shape] * len(SCALES))]
    fitted += fit_factorizations(train, factors, seed, tuple(SCALES))
    errors = [replace(error, cells=CELLS[error.cells]) for error in score_factorizations(fitted, train, held_out)]
    return errors + _on_all_of_train(fitted, train)


def _zero(scale: str, shape: tuple[int, int]) -> Factorization:
    return Factorization("zero", 0, scale, np.zeros((shape[0], 1)), np.zeros((shape[1], 1)))


def _on_all_of_train(fitted: Sequence[Factorization], train: Interactions) -> list[FactorizationError]:
    """Pool the errors on played cells with those on all others, whose truth is then 0."""
    nothing = sparse.csr_matrix(train.counts.shape)
    by_model: dict[tuple[str, int, str], list[FactorizationError]] = {}
    for error in score_factorizations(fitted, train, nothing):
        by_model.setdefault((error.model_name, error.n_factors, error.scale), []).append(error)
    pooled = []
    for (model_name, n_factors, scale), errors in by_model.items():
        n_cells = sum(error.n_cells for error in errors)
        squares = sum(error.n_cells * error.rmse**2 for error in errors)
        absolute = sum(error.n_cells * error.mae for error in errors)
        rmse, mae = float(np.sqrt(squares / n_cells)), absolute / n_cells
        pooled.append(FactorizationError(model_name, n_factors, scale, "train_all", n_cells, rmse, mae))
    return pooled
