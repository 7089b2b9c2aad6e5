"""Means over the played train cells: what a factorization has to beat on played cells."""

import numpy as np
from scipy import sparse

from models_py.factorization.low_rank import Factorization
from models_py.matrices.cells import rows_of


def fit_baselines(matrix: sparse.csr_matrix, scale: str) -> list[Factorization]:
    """Fit global_mean, item_mean and user_item_bias.

    Parameters
    ----------
    matrix : csr_matrix
        Scaled train counts, users x items, at least one cell stored.
    scale : str
        The scale of `matrix`.

    Returns
    -------
    list[Factorization]
        global_mean m: the mean of all played cells. item_mean: the mean of the item's played cells, m where it has
        none. user_item_bias m + b_u + b_i: b_u is the user's damped mean deviation from m, then b_i the item's damped
        mean deviation from m + b_u (in the manner of Koren 2010; the damping is taken from the data, see `damping`).
    """
    n_users, n_items = matrix.shape
    users, items = rows_of(matrix), matrix.indices
    mean = matrix.data.mean()
    deviations = matrix.data - mean
    item_mean = mean + _damped_means(deviations, items, n_items, damping=0.0)
    # users first: how much somebody plays varies more than how much an item is played
    user_bias = _damped_means(deviations, users, n_users, damping(deviations, users))
    deviations = deviations - user_bias[users]
    item_bias = _damped_means(deviations, items, n_items, damping(deviations, items))
    return [
        _sums("global_mean", scale, np.full(n_users, mean), np.zeros(n_items)),
        _sums("item_mean", scale, np.zeros(n_users), item_mean),
        _sums("user_item_bias", scale, mean + user_bias, item_bias),
    ]


def damping(values: np.ndarray, groups: np.ndarray) -> float:
    """Count the zeros to add to each group by the credibility estimate of Buhlmann & Straub (1970).

    The mean of a group with n values is pulled to 0 as if so many further values were 0. The best such number is the
    variance within groups over that between them; both are estimated from the values themselves, by the one-way
    analysis of variance, so that nothing is tuned and either scale gets its own.

    Returns
    -------
    float
        0 where groups differ and no values within them do, infinity where groups differ no more than chance has it.
    """
    sizes = np.bincount(groups)
    means = _damped_means(values, groups, len(sizes), damping=0.0)
    n_values, n_groups = len(values), np.count_nonzero(sizes)
    if n_values == n_groups or n_groups == 1:
        return np.inf
    within = np.sum((values - means[groups]) ** 2) / (n_values - n_groups)
    spread = np.sum(sizes * (means - values.mean()) ** 2) - (n_groups - 1) * within
    between = spread / (n_values - np.sum(sizes**2) / n_values)
    return float(within / between) if between > 0 else np.inf


def _damped_means(values: np.ndarray, groups: np.ndarray, n_groups: int, damping: float) -> np.ndarray:
    """Mean per group as if `damping` further values were 0; 0 for a group without values."""
    sums = np.bincount(groups, weights=values, minlength=n_groups)
    weights = np.bincount(groups, minlength=n_groups) + damping
    return np.divide(sums, weights, out=np.zeros(n_groups), where=weights > 0)


def _sums(model_name: str, scale: str, of_user: np.ndarray, of_item: np.ndarray) -> Factorization:
    """Make ``of_user[u] + of_item[i]`` a product of two thin matrices."""
    user_part = np.column_stack([of_user, np.ones_like(of_user)])
    item_part = np.column_stack([np.ones_like(of_item), of_item])
    return Factorization(model_name, 0, scale, user_part, item_part)
