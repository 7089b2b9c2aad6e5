"""All numbers of themes tried, each with its figures, its items and its users."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from models_py.matrices.weighting import listeners
from models_py.themes.coherence import as_popular, npmi
from models_py.themes.fitting import MODELS, Factorizer, Fit
from models_py.themes.preparation import prepared
from models_py.themes.stability import matched_similarity

# Random starts of nmf that a solution is compared with, and random lists that each theme is.
RESTARTS = 3
RANDOM_LISTS = 20
# Items by popularity among which a random list's items are drawn.
NEIGHBOURS = 20
# Items stored per theme, and themes per user with at least so large a share.
STORED_ITEMS = 50
STORED_THEMES, STORED_SHARE = 5, 0.05


@dataclass(frozen=True)
class ThemeTrial:
    """Figures of one factorization: a row of `recommender.theme_trials`.

    Attributes
    ----------
    model_name : str
        'nmf' or 'svd'.
    n_themes : int
        Number of themes.
    stability : float
        Mean of the themes' stability.
    half_sample_stability : float
        Mean similarity of the themes from one random half of the users with their partners from the other half; nan
        where halves are too small.
    coherence, coherence_random, coherence_lead : tuple[float, float, float]
        Mean over themes of coherence, of coherence_random and of the difference, each with a 95% percentile interval
        of a bootstrap over themes (Efron 1979).
    """

    model_name: str
    n_themes: int
    stability: float
    half_sample_stability: float
    coherence: tuple[float, float, float]
    coherence_random: tuple[float, float, float]
    coherence_lead: tuple[float, float, float]


@dataclass(frozen=True)
class Themes:
    """One factorization read as themes, strongest first.

    Attributes
    ----------
    trial : ThemeTrial
        The figures.
    strength : array
        float64 (n_themes,): share of all reconstructed weight.
    coherence : array
        float64 (n_themes,): mean NPMI over pairs of the leading items, those with the largest weights, signs left out.
    coherence_positive : array
        The same over the items with the largest positive weights; for nmf the same.
    coherence_random : array
        The mean of the same over random lists of items as popular.
    stability : array
        float64 (n_themes,): similarity with the partner from random starts, mean over RESTARTS; 1 for svd, which has
        no start.
    items : tuple[array, ...]
        (theme, item_index, weight, rank): the STORED_ITEMS with the largest weights, signs left out but in `weight`.
        Each theme's weights, all of them, have length 1.
    users : tuple[array, ...]
        (theme, user_index, share, rank): up to STORED_THEMES themes per user.
    """

    trial: ThemeTrial
    strength: np.ndarray
    coherence: np.ndarray
    coherence_positive: np.ndarray
    coherence_random: np.ndarray
    stability: np.ndarray
    items: tuple[np.ndarray, ...]
    users: tuple[np.ndarray, ...]


def theme_grid(
    counts: sparse.csr_matrix, theme_counts: Sequence[int], top_items: int, seed: int, draws: int
) -> list[Themes]:
    """Find themes with each model and number of themes.

    Parameters
    ----------
    counts : csr_matrix
        Plays, users x items.
    theme_counts : sequence of int
        Numbers of themes. Those that the matrix is too small for (not below both dimensions) are left out, and so are
        those above its rank: where everybody plays the same, a second theme would be the first again.
    top_items : int
        Leading items of a theme, which its coherence is about.
    seed : int
        Seed of every random draw.
    draws : int
        Draws of the bootstrap.

    Returns
    -------
    list[Themes]
        By model, then in the order of `theme_counts`.
    """
    matrix, items = prepared(counts)
    possible = [n for n in theme_counts if 0 < n < min(matrix.shape)]
    if not possible or not matrix.nnz:
        return []
    factorizer = Factorizer(matrix, max(possible), seed)
    possible = [n for n in possible if n <= factorizer.rank]
    if not possible:
        return []
    halves = _halves(matrix, max(possible), seed)
    found = []
    for model_name in MODELS:
        for n_themes in possible:
            fit = factorizer.fit(model_name, n_themes)
            stability = _stability(factorizer, fit, model_name, seed)
            between_halves = [half.fit(model_name, n_themes).items for half in halves]
            half_stability = float(matched_similarity(*between_halves).mean()) if halves else np.nan
            found.append(_read(fit, matrix, items, model_name, stability, half_stability, top_items, seed, draws))
    return found


def _halves(matrix: sparse.csr_matrix, most_themes: int, seed: int) -> list[Factorizer]:
    """Prepare two random halves of the users; nothing where they are too small, or too much alike, for the themes."""
    order = np.random.default_rng(seed).permutation(matrix.shape[0])
    halves = [matrix[np.sort(half)] for half in np.array_split(order, 2)]
    if any(min(half.shape) <= most_themes or not half.nnz for half in halves):
        return []
    factorizers = [Factorizer(half, most_themes, seed) for half in halves]
    return factorizers if min(half.rank for half in factorizers) >= most_themes else []


def _stability(factorizer: Factorizer, fit: Fit, model_name: str, seed: int) -> np.ndarray:
    n_themes = len(fit.items)
    if model_name == "svd":
        return np.ones(n_themes)
    rng = np.random.default_rng(seed)
    again = [factorizer.refit(n_themes, rng).items for _ in range(RESTARTS)]
    return np.mean([matched_similarity(fit.items, others) for others in again], axis=0)


def _read(
    fit: Fit,
    matrix: sparse.csr_matrix,
    items: np.ndarray,
    model_name: str,
    stability: np.ndarray,
    half_stability: float,
    top_items: int,
    seed: int,
    draws: int,
) -> Themes:
    rng = np.random.default_rng(seed)
    leading, positive = (np.argsort(-weights, axis=1, kind="stable") for weights in (np.abs(fit.items), fit.items))
    lists = leading[:, :top_items]
    coherence = npmi(lists, matrix)
    known_by = listeners(matrix)
    random_lists = np.concatenate([as_popular(known_by, NEIGHBOURS, rng)[lists] for _ in range(RANDOM_LISTS)])
    of_random = npmi(random_lists, matrix).reshape(RANDOM_LISTS, -1).mean(axis=0)
    drawn = rng.integers(0, len(lists), (draws, len(lists)))
    return Themes(
        trial=ThemeTrial(
            model_name=model_name,
            n_themes=len(lists),
            stability=float(stability.mean()),
            half_sample_stability=half_stability,
            coherence=_with_interval(coherence, drawn),
            coherence_random=_with_interval(of_random, drawn),
            coherence_lead=_with_interval(coherence - of_random, drawn),
        ),
        strength=fit.strength,
        coherence=coherence,
        coherence_positive=npmi(positive[:, :top_items], matrix),
        coherence_random=of_random,
        stability=stability,
        items=_stored_items(fit, leading, items),
        users=_stored_users(fit),
    )


def _with_interval(values: np.ndarray, drawn: np.ndarray) -> tuple[float, float, float]:
    """Mean, and the 2.5th and 97.5th percentile of the means of the drawn values."""
    low, high = np.percentile(values[drawn].mean(axis=1), [2.5, 97.5])
    return float(values.mean()), float(low), float(high)


def _stored_items(fit: Fit, leading: np.ndarray, items: np.ndarray) -> tuple[np.ndarray, ...]:
    leading = leading[:, :STORED_ITEMS]
    lengths = np.linalg.norm(fit.items, axis=1, keepdims=True)
    weights = np.take_along_axis(fit.items / np.maximum(lengths, np.finfo(np.float32).tiny), leading, axis=1)
    theme, place = np.nonzero(weights)
    return theme, items[leading[theme, place]], weights[theme, place].astype(np.float64), place + 1


def _stored_users(fit: Fit) -> tuple[np.ndarray, ...]:
    shares = fit.user_shares()
    leading = np.argsort(-shares, axis=1, kind="stable")[:, :STORED_THEMES]
    largest = np.take_along_axis(shares, leading, axis=1)
    user, place = np.nonzero(largest >= STORED_SHARE)
    return leading[user, place], user, largest[user, place].astype(np.float64), place + 1
