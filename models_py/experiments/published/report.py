"""What the command prints: means over splits beside the values that others printed."""

import math
from collections.abc import Iterator, Sequence

import numpy as np
from scipy import sparse, stats
from threadpoolctl import threadpool_limits

from models_py.blends import BLENDS
from models_py.experiments.published.counts import read_counts
from models_py.experiments.published.protocol import K, Result, compare
from models_py.recommenders.registry import recommenders
from models_py.resources import BLAS_THREADS
from models_py.settings.environment import Settings
from models_py.terminal.printing import print_table, say
from models_py.terminal.progress import stage

# users, items and cells of the printed table's data, and its values as NDCG@10 and recall@10:
# github.com/RUCAIBox/RecBole-GNN, results/social/lastfm.md
PRINTED_SIZE = (1892, 17632, 92834)
PRINTED = {
    "MHCN": (0.2068, 0.2123),
    "SEPT": (0.2057, 0.2127),
    "LightGCN": (0.1972, 0.2064),
    "NGCF": (0.1898, 0.1960),
    "DiffNet": (0.1694, 0.1757),
    "BPR": (0.1674, 0.1761),
    "NeuMF": (0.1604, 0.1696),
}


def print_comparison(asked: Settings, data: str, seeds: Sequence[int]) -> None:
    """Tune and evaluate every recommender on each seed's split, and print the means beside the printed values.

    Parameters
    ----------
    asked : Settings
        Only its variables count; the number of trials and seconds for them are among those.
    data : str
        A file in the 360K format, or a folder with such files.
    seeds : sequence of int
        One random split each, which also seeds the models.

    Raises
    ------
    MusicError
        Where the data cannot be loaded.
    """
    counts, parameters = read_counts(asked, data)
    with stage(f"Recommenders on {len(seeds)} random splits (Python)") as shown, threadpool_limits(limits=BLAS_THREADS):
        shown.total = len(seeds) * (len(recommenders()) + len(BLENDS))
        results, skipped = compare(counts, seeds, parameters, shown)
    headings = ("model", f"NDCG@{K}", "95% interval", f"recall@{K}", "95% interval", "trials")
    print_table(_title(counts, seeds), headings, _rows(results, (*counts.shape, counts.nnz)), "lrrrrr")
    for name, reason in skipped.items():
        say(f"{name} is left out: {reason}.")
    cut = [name for name, found in results.items() if any(result.trials < result.trials_planned for result in found)]
    if cut:
        say(
            f"tuning_budget_seconds ended searches of {', '.join(cut)} early: their settings were chosen among fewer "
            "than planned, so nothing can be said about which model is better."
        )
    say(
        f"Intervals are 95% t intervals over the {len(seeds)} splits, which share their data: they say how much a "
        "split matters, not how other users would differ. Settings were chosen per split, by NDCG@20 on its validation "
        "items."
    )


def interval(values: Sequence[float]) -> tuple[float, float]:
    """Return the 95% t interval of the mean of two values or more."""
    half = stats.t.ppf(0.975, len(values) - 1) * np.std(values, ddof=1) / math.sqrt(len(values))
    return float(np.mean(values) - half), float(np.mean(values) + half)


def _title(counts: sparse.csr_matrix, seeds: Sequence[int]) -> str:
    users, items = counts.shape
    return (
        f"{users:,} users, {items:,} artists, {counts.nnz:,} play counts, density {counts.nnz / (users * items):.2%}; "
        f"{len(seeds)} random splits"
    )


def _rows(results: dict[str, list[Result]], size: tuple[int, int, int]) -> Iterator[tuple[str, ...]]:
    """Give each model's means over splits, best first, then what others printed for the same data."""
    for name, found in sorted(results.items(), key=lambda item: -np.mean([result.ndcg for result in item[1]])):
        figures = []
        for metric in ("ndcg", "recall"):
            values = [getattr(result, metric) for result in found]
            low, high = interval(values)
            figures += [f"{np.mean(values):.4f}", f"{low:.4f} to {high:.4f}"]
        yield name, *figures, str(min(result.trials for result in found))
    # the printed values belong to the printed table's data, and to no other
    if size == PRINTED_SIZE:
        for name, (printed_ndcg, printed_recall) in PRINTED.items():
            yield f"{name} (printed by RecBole-GNN)", f"{printed_ndcg:.4f}", "", f"{printed_recall:.4f}", "", ""
