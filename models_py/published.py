"""A published protocol, followed with the recommenders of this project: HetRec 2011 as RecBole-GNN evaluates it.

Random 8:1:1 per user, fitted on train alone, train and validation items left out of lists, every item ranked, K = 10.
What could be confirmed of the protocol and from where is in dbt_project/docs/published.md.
"""

import logging
import math
import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from rich.box import SIMPLE
from rich.table import Table
from scipy import sparse, stats
from threadpoolctl import threadpool_limits

from models_py import dbt
from models_py.checks import check_variables
from models_py.errors import StudyError
from models_py.interactions import Interactions
from models_py.jobs import BLAS_THREADS
from models_py.memory import too_large
from models_py.pipeline import ensure_raw_files
from models_py.progress import Stage, console, stage
from models_py.ranking import Lists, ndcg, recall, recommend
from models_py.recommenders.base import Recommender
from models_py.recommenders.registry import recommenders
from models_py.settings import Settings
from models_py.training import Parameters, matrix
from models_py.tuning import Validation, settings, tune
from models_py.warehouse import Warehouse

logger = logging.getLogger(__name__)

K = 10
TASK = "discovery"
# artists are told apart as they stand in the file: the marts fold their names, the published table did not
CELLS = """
select
    dense_rank() over (order by plays.user_id) - 1 as user_index,
    dense_rank() over (order by spellings.artist_name, spellings.artist_mbid) - 1 as item_index,
    plays.play_count
from staging.stg_lastfm__artist_plays as plays
inner join staging.stg_lastfm__spellings as spellings on plays.spelling_key = spellings.spelling_key
where plays.reason is null
order by user_index, item_index
"""
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


@dataclass(frozen=True)
class Parts:
    """Play counts of one random split, each cell in one part; all csr_matrix of shape (n_users, n_items)."""

    train: sparse.csr_matrix
    validation: sparse.csr_matrix
    test: sparse.csr_matrix


@dataclass(frozen=True)
class Result:
    """One model on one split: means over users with a test item, and the number of settings tried."""

    ndcg: float
    recall: float
    trials: int


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


def read_counts(asked: Settings, data: str) -> tuple[sparse.csr_matrix, Parameters]:
    """Load play counts by the rules of every load, without any filter, through a warehouse that is then thrown away.

    Raises
    ------
    MusicError
        Where DATA names no file that can be loaded, or VARS a number that the study does not have.
    """
    check_variables(asked)
    with _scratch_study(asked, Path(data)) as study:
        if not data or not study.event_files():
            raise StudyError(
                f"DATA is {data or 'not set'}: name a .tsv or .tsv.gz file in the 360K format "
                "(user, artist MBID, artist, plays), or a folder that holds one."
            )
        ensure_raw_files(study)
        with stage("Play counts (dbt)") as shown:
            selection = ["--select", "stg_lastfm__artist_plays", "stg_lastfm__spellings", "+evaluation_parameters"]
            kinds = ["--resource-type", "seed", "--resource-type", "model"]
            dbt.build([*selection, *kinds], study.warehouse, study.variables, shown)
        warehouse = Warehouse(study.warehouse)
        cells = warehouse.read(CELLS)
        parameters = Parameters.read(warehouse)
    users, items = cells["user_index"], cells["item_index"]
    everything = np.ones(len(users), dtype=bool)
    return matrix(cells["play_count"], users, items, everything, (users.max() + 1, items.max() + 1)), parameters


def compare(
    counts: sparse.csr_matrix, seeds: Sequence[int], parameters: Parameters, shown: Stage
) -> tuple[dict[str, list[Result]], dict[str, str]]:
    """Evaluate every registered recommender on each seed's split.

    Parameters
    ----------
    counts : csr_matrix, shape (n_users, n_items)
        Every cell of the data.
    seeds : sequence of int
    parameters : Parameters
        Trials, and seconds for them, per model and split.
    shown : Stage

    Returns
    -------
    results : dict of str to list of Result
        One per seed.
    skipped : dict of str to str
        Models that cannot take part, and why.
    """
    results: dict[str, list[Result]] = {}
    skipped: dict[str, str] = {}
    for seed in seeds:
        parts = split(counts, seed)
        for name, recommender in recommenders().items():
            shown.doing(f"split {seed} {name}")
            if name not in skipped:
                try:
                    results.setdefault(name, []).append(evaluate(recommender, parts, parameters, seed))
                except UnfitError as error:
                    skipped[name] = str(error)
                except Exception as error:
                    logger.debug("%s failed", name, exc_info=True)
                    skipped[name] = f"it failed on split {seed} with {type(error).__name__}: {error}"
            shown.advance()
    return {name: found for name, found in results.items() if name not in skipped}, skipped


class UnfitError(Exception):
    """A recommender cannot take part; the text says why."""


def split(counts: sparse.csr_matrix, seed: int) -> Parts:
    """Put a tenth of each user's cells into test and a tenth into validation, rounded as RecBole rounds.

    Of n cells, floor(n / 10) each; of fewer than ten still one each, test first, as long as one is left for train.

    Parameters
    ----------
    counts : csr_matrix, shape (n_users, n_items)
    seed : int
    """
    cells = counts.tocoo()
    order = np.lexsort((np.random.default_rng(seed).random(cells.nnz), cells.row))
    per_user = np.bincount(cells.row, minlength=counts.shape[0])
    place = np.empty(cells.nnz, dtype=np.int64)
    place[order] = np.arange(cells.nnz) - np.repeat(np.cumsum(per_user) - per_user, per_user)
    n_test = np.where(per_user < 10, per_user >= 2, per_user // 10)[cells.row]
    n_held_out = n_test + np.where(per_user < 10, per_user >= 3, per_user // 10)[cells.row]
    is_test, is_train = place < n_test, place >= n_held_out
    return Parts(
        *(
            matrix(cells.data, cells.row, cells.col, chosen, counts.shape)
            for chosen in (is_train, ~is_train & ~is_test, is_test)
        )
    )


def evaluate(recommender: type[Recommender], parts: Parts, parameters: Parameters, seed: int) -> Result:
    """Tune on validation, fit on train alone, make lists, and only then open the test cells.

    Raises
    ------
    UnfitError
        Where the recommender needs what play counts do not have, or more memory than there is.
    """
    lists, trials = tuned_lists(recommender, parts.train, parts.validation, parameters, seed)
    relevant, n_relevant = parts.test, np.diff(parts.test.indptr)
    means = (float(metric(lists, relevant, n_relevant, K).mean()) for metric in (ndcg, recall))
    return Result(*means, trials)


def tuned_lists(
    recommender: type[Recommender],
    train: sparse.csr_matrix,
    validation: sparse.csr_matrix,
    parameters: Parameters,
    seed: int,
) -> tuple[Lists, int]:
    """Fit the setting that ranks validation items best on train; return its lists and the number of settings tried."""
    known = _interactions(train)
    _check(recommender, known, parameters, seed)
    user_index, item_index = validation.nonzero()
    trials = tune(
        recommender,
        known,
        Validation.from_cells(user_index, item_index, np.zeros(len(user_index), dtype=bool), train.shape),
        n_trials=parameters.tuning_trials,
        budget_seconds=parameters.tuning_budget_seconds,
        seed=seed,
        tasks=[TASK],
    )
    chosen = next(trial.hyper_parameters for trial in trials if trial.is_chosen)
    model = recommender(**chosen).fit(known, seed)
    # validation items are left out of lists, though no model was fitted on them
    seen = _interactions(train + validation)
    return recommend(model, seen, np.arange(seen.n_users), [TASK], K)[TASK], len(trials)


def interval(values: Sequence[float]) -> tuple[float, float]:
    """Return the 95% t interval of the mean of two values or more."""
    half = stats.t.ppf(0.975, len(values) - 1) * np.std(values, ddof=1) / math.sqrt(len(values))
    return float(np.mean(values) - half), float(np.mean(values) + half)


@contextmanager
def _scratch_study(asked: Settings, data: Path) -> Iterator[Settings]:
    """Give a study of the data in a temporary folder; a single file gets a raw folder to itself."""
    with tempfile.TemporaryDirectory() as folder:
        raw = data
        if data.is_file():
            raw = Path(folder) / "raw"
            raw.mkdir()
            (raw / data.name).symlink_to(data.resolve())
        study = replace(asked, raw=raw, source="360k", warehouse=Path(folder) / "counts.duckdb", splits=())
        # dbt reads its settings from here
        os.environ.update(RAW=str(raw), SOURCE="360k", SPLITS="")
        yield study


def _interactions(counts: sparse.csr_matrix) -> Interactions:
    return Interactions(counts=counts, parents=np.arange(counts.shape[1]))


def _check(recommender: type[Recommender], known: Interactions, parameters: Parameters, seed: int) -> None:
    if recommender.needs_times:
        raise UnfitError("it needs the times of plays, and play counts have none")
    if TASK not in recommender.tasks:
        raise UnfitError("it makes no lists of items that are new to the user")
    if reason := too_large(settings(recommender, parameters.tuning_trials, seed), known):
        raise UnfitError(reason)


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
