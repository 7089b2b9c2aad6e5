"""Figures of factorizations and themes on real artists, which are not in the repository."""

from pathlib import Path

import numpy as np
import pytest
from real_counts import artists_992, hetrec

from models_py.data.interactions import Interactions
from models_py.experiments.protocols.splitting import split_by_cell
from models_py.factorization import choose_penalties, factorization_errors
from models_py.themes import Themes, theme_grid

pytestmark = [pytest.mark.real_data, pytest.mark.slow]

THEME_COUNTS = (8, 12, 16, 24, 32)
DRAWS = 1000


def difference_interval(one: np.ndarray, other: np.ndarray) -> tuple[float, float]:
    """95% percentile interval of the difference of two means, themes drawn anew."""
    rng = np.random.default_rng(1)
    means = [values[rng.integers(0, len(values), (DRAWS, len(values)))].mean(axis=1) for values in (one, other)]
    low, high = np.percentile(means[0] - means[1], [2.5, 97.5])
    return float(low), float(high)


def test_themes_of_real_artists_are_more_coherent_than_random_ones_and_than_svds(real_data: Path) -> None:
    grid = theme_grid(artists_992(real_data)[0], THEME_COUNTS, 10, seed=1, draws=DRAWS)
    by_model: dict[str, dict[int, Themes]] = {"nmf": {}, "svd": {}}
    for themes in grid:
        by_model[themes.trial.model_name][themes.trial.n_themes] = themes
    for n_themes, nmf in by_model["nmf"].items():
        svd = by_model["svd"][n_themes]
        # components are read at their better end: the kindest reading
        low, high = difference_interval(nmf.coherence, svd.coherence_positive)
        print(
            f"\n{n_themes} themes of real artists: NPMI nmf {nmf.trial.coherence[0]:.3f}, random "
            f"{nmf.trial.coherence_random[0]:.3f} (lead {nmf.trial.coherence_lead[1]:.3f} to "
            f"{nmf.trial.coherence_lead[2]:.3f}), svd {svd.trial.coherence[0]:.3f}, one-sided "
            f"{svd.coherence_positive.mean():.3f} (nmf's lead {low:.3f} to {high:.3f}); "
            f"stability {nmf.trial.stability:.2f} between starts, nmf {nmf.trial.half_sample_stability:.2f} and svd "
            f"{svd.trial.half_sample_stability:.2f} between half samples"
        )
        assert nmf.trial.coherence_lead[1] > 0
        assert difference_interval(nmf.coherence, svd.coherence)[0] > 0
        # eight components are few enough that one end of each is read almost as easily
        assert n_themes == 8 or low > 0
    assert max(nmf.trial.stability for nmf in by_model["nmf"].values()) > 0.8


@pytest.mark.parametrize("prepare", [artists_992, hetrec])
def test_factorizing_played_cells_alone_beats_the_means_on_them(real_data: Path, prepare) -> None:
    kept, held_out = split_by_cell(prepare(real_data)[0], np.random.default_rng(1))
    fit, _ = split_by_cell(kept, np.random.default_rng(2))
    train, fit = (Interactions(counts, np.arange(counts.shape[1])) for counts in (kept, fit))
    factors = (4, 8, 16, 32, 64)
    penalties = choose_penalties(fit, train, factors, seed=1)
    errors = factorization_errors(train, held_out, factors, seed=1, penalties=penalties)
    best: dict[str, float] = {}
    for error in errors:
        if (error.scale, error.cells) == ("log_plays", "held_out"):
            best[error.model_name] = min(error.rmse, best.get(error.model_name, np.inf))
    print(f"\n{prepare.__name__}, held-out RMSE of log plays: {best}, penalties {penalties}")
    assert best["als"] < best["user_item_bias"] < best["global_mean"] < min(best["svd"], best["nmf"])
