"""Errors of fitted factorizations on cells that were played in train, in test, and on all that train never saw."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from models_py.data.interactions import Interactions
from models_py.factorization.fitting import fit_factorizations
from models_py.factorization.low_rank import Factorization
from models_py.factorization.scales import scaled
from models_py.matrices.cells import rows_of, without

# Cells of a dense block: 1.6 MB, which stays in the cache; in blocks of 16 MB errors take half as long again.
BLOCK_CELLS = 200_000


@dataclass(frozen=True)
class FactorizationError:
    """Mean errors of one model over one kind of cells: a row of `recommender.factorization_errors`.

    On scale 'log_plays' a zero-filled svd or nmf loses to the mean on held-out played cells by construction: it was
    told that most cells are 0. On scale 'plays' the RMSE is that of the few cells with thousands of plays.

    Attributes
    ----------
    model_name, n_factors, scale
        As in `Factorization`.
    cells : str
        'train': played in train. 'held_out': played in test and not in train. 'all_unseen': every cell of users x items
        that is not played in train; its truth is the plays in test, or 0.
    n_cells : int
        Number of such cells, at least 1.
    rmse, mae : float
        Root mean squared and mean absolute error, in units of the scale.
    """

    model_name: str
    n_factors: int
    scale: str
    cells: str
    n_cells: int
    rmse: float
    mae: float


@dataclass
class _Sums:
    """Running sums of errors."""

    n_cells: int = 0
    absolute: float = 0.0
    squared: float = 0.0

    def add(self, errors: np.ndarray, n_cells: int) -> None:
        flat = errors.ravel()
        self.n_cells += n_cells
        self.absolute += float(np.abs(flat).sum())
        self.squared += float(flat @ flat)

    def error(self, model: Factorization, cells: str) -> FactorizationError:
        """Mean errors of a model over these cells, at least one."""
        rmse, mae = float(np.sqrt(self.squared / self.n_cells)), self.absolute / self.n_cells
        return FactorizationError(model.model_name, model.n_factors, model.scale, cells, self.n_cells, rmse, mae)


def factorization_errors(
    train: Interactions,
    held_out: sparse.csr_matrix,
    factors: Sequence[int],
    seed: int,
    penalties: Mapping[str, float] | None = None,
) -> list[FactorizationError]:
    """Fit on train, then score: `fit_factorizations` and `score_factorizations` in one call."""
    return score_factorizations(fit_factorizations(train, factors, seed, penalties=penalties), train, held_out)


def score_factorizations(
    fitted: Sequence[Factorization],
    train: Interactions,
    held_out: sparse.csr_matrix,
    block_cells: int = BLOCK_CELLS,
) -> list[FactorizationError]:
    """Score fitted models on all kinds of cells.

    Parameters
    ----------
    fitted : sequence of Factorization
        Models of `train`.
    train : Interactions
        The training cells that they were fitted on.
    held_out : csr_matrix
        Plays in test, users x items like train; cells that train has as well are left out here.
    block_cells : int
        Cells that are dense at a time; never all users x items at once unless they fit. The sums are over the same
        cells for any value.

    Returns
    -------
    list[FactorizationError]
        Three rows per model, in the order of `fitted`; kinds of which there is no cell are left out.

    Raises
    ------
    ValueError
        If `held_out` has another shape than train.
    """
    if held_out.shape != train.counts.shape:
        raise ValueError(f"held_out has shape {held_out.shape}, train {train.counts.shape}: index both alike.")
    unseen_plays = without(held_out, train.counts)
    rows = []
    for scale in dict.fromkeys(model.scale for model in fitted):
        seen, unseen = (scaled(cells, scale, train.counts) for cells in (train.counts, unseen_plays))
        rows += _score([model for model in fitted if model.scale == scale], seen, unseen, block_cells)
    return rows


def _score(
    models: Sequence[Factorization], seen: sparse.csr_matrix, unseen: sparse.csr_matrix, block_cells: int
) -> Iterator[FactorizationError]:
    sums = [{"train": _Sums(), "held_out": _Sums(), "all_unseen": _Sums()} for _ in models]
    for model, of_model in zip(models, sums, strict=True):
        of_model["train"].add(model.at(seen) - seen.data, seen.nnz)
        of_model["held_out"].add(model.at(unseen) - unseen.data, unseen.nnz)
    n_users, n_items = seen.shape
    size = max(1, block_cells // max(n_users, 1))
    # by item: the factors of a few items stay in the cache, those of all items do not
    by_item, unseen_by_item = seen.T.tocsr(), unseen.T.tocsr()
    for start in range(0, n_items, size):
        items = slice(start, start + size)
        block, unseen_block = by_item[items], unseen_by_item[items]
        positions, unseen_positions = _positions(block), _positions(unseen_block)
        for model, of_model in zip(models, sums, strict=True):
            errors = model.columns(items)
            errors[unseen_positions] -= unseen_block.data
            errors[positions] = 0.0
            of_model["all_unseen"].add(errors, errors.size - block.nnz)
    for model, of_model in zip(models, sums, strict=True):
        for cells, sum_ in of_model.items():
            if sum_.n_cells:
                yield sum_.error(model, cells)


def _positions(block: sparse.csr_matrix) -> tuple[np.ndarray, np.ndarray]:
    """Row and column of each stored cell, in the order of its data."""
    return rows_of(block), block.indices
