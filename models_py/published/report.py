"""What the command prints: means over splits beside the values that others printed."""

import math
from collections.abc import Sequence

import numpy as np
from rich.box import SIMPLE
from rich.table import Table
from scipy import sparse, stats
from threadpoolctl import threadpool_limits

from models_py.progress import console, stage
from models_py.published.counts import read_counts
from models_py.published.protocol import K, Result, compare
from models_py.recommenders.registry import recommenders
from models_py.resources import BLAS_THREADS
from models_py.settings import Settings

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
        shown.total = len(seeds) * len(recommenders())
        results, skipped = compare(counts, seeds, parameters, shown)
    console.print(_table(results, counts, seeds))
    for name, reason in skipped.items():
        console.print(f"{name} is left out: {reason}.", markup=False)
    console.print(
        f"Intervals are 95% t intervals over the {len(seeds)} splits, which share their data: they say how much a "
        "split matters, not how other users would differ. Settings were chosen per split, by NDCG@20 on its validation "
        "items."
    )


def interval(values: Sequence[float]) -> tuple[float, float]:
    """Return the 95% t interval of the mean of two values or more."""
    half = stats.t.ppf(0.975, len(values) - 1) * np.std(values, ddof=1) / math.sqrt(len(values))
    return float(np.mean(values) - half), float(np.mean(values) + half)


def _table(results: dict[str, list[Result]], counts: sparse.csr_matrix, seeds: Sequence[int]) -> Table:
    size = (*counts.shape, counts.nnz)
    density = counts.nnz / (counts.shape[0] * counts.shape[1])
    users, items, cells = (f"{number:,}" for number in size)
    title = f"{users} users, {items} artists, {cells} play counts, density {density:.2%}; {len(seeds)} random splits"
    table = Table(title=title, title_justify="left", box=SIMPLE)
    table.add_column("model", no_wrap=True)
    for heading in (f"NDCG@{K}", "95% interval", f"recall@{K}", "95% interval", "trials"):
        table.add_column(heading, justify="right", no_wrap=True)
    for name, found in sorted(results.items(), key=lambda item: -np.mean([result.ndcg for result in item[1]])):
        figures = []
        for metric in ("ndcg", "recall"):
            values = [getattr(result, metric) for result in found]
            low, high = interval(values)
            figures += [f"{np.mean(values):.4f}", f"{low:.4f} to {high:.4f}"]
        table.add_row(name, *figures, str(min(result.trials for result in found)))
    # the printed values belong to the printed table's data, and to no other
    if size == PRINTED_SIZE:
        for name, (printed_ndcg, printed_recall) in PRINTED.items():
            table.add_row(
                f"{name} (printed by RecBole-GNN)", f"{printed_ndcg:.4f}", "", f"{printed_recall:.4f}", "", ""
            )
    return table
