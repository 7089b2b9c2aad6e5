"""The protocol: split, settings chosen on validation, fitted on train alone, lists judged on test.

What could be confirmed of it and from where is in dbt_project/docs/published.md.
"""

import json
import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from scipy import sparse

from models_py.blends import BLENDS
from models_py.data.interactions import Interactions
from models_py.data.parameters import Parameters
from models_py.data.training import matrix
from models_py.data.validation import Validation
from models_py.evaluation.metrics import ndcg, recall
from models_py.evaluation.ranking import Lists, recommend
from models_py.evaluation.search import largest, space_size
from models_py.evaluation.tuning import tune
from models_py.jobs.chosen import Chosen, known_by
from models_py.memory import too_large
from models_py.recommenders.base import Recommender
from models_py.recommenders.registry import recommenders
from models_py.terminal.progress import Stage

logger = logging.getLogger(__name__)

K = 10
TASK = "discovery"


@dataclass(frozen=True)
class Parts:
    """Play counts of one random split, each cell in one part; all csr_matrix of shape (n_users, n_items)."""

    train: sparse.csr_matrix
    validation: sparse.csr_matrix
    test: sparse.csr_matrix


@dataclass(frozen=True)
class Result:
    """One model on one split: means over users with a test item, and the numbers of settings tried and wanted.

    `chosen` is the setting, with its score on validation.
    """

    ndcg: float
    recall: float
    trials: int
    trials_planned: int
    chosen: Chosen


def compare(
    counts: sparse.csr_matrix, seeds: Sequence[int], parameters: Parameters, shown: Stage
) -> tuple[dict[str, list[Result]], dict[str, str]]:
    """Evaluate every registered recommender on each seed's split, and then the blends of the best on its validation.

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
        judge = partial(_judge, parts, parameters, seed, shown, results, skipped)
        judge(recommenders().values())
        chosen = [found[-1].chosen for name, found in results.items() if name not in skipped]
        known = known_by(sorted(chosen, key=lambda one: one.validation_ndcg))
        judge(known[blend.name] for blend in BLENDS if blend.name in known)
    return {name: found for name, found in results.items() if name not in skipped}, skipped


def _judge(
    parts: Parts,
    parameters: Parameters,
    seed: int,
    shown: Stage,
    results: dict[str, list[Result]],
    skipped: dict[str, str],
    models: Iterable[type[Recommender]],
) -> None:
    """Add each model's result on one split, or the reason why it has none."""
    for recommender in models:
        shown.doing(f"split {seed} {recommender.name}")
        if recommender.name not in skipped:
            outcome = _attempted(recommender, parts, parameters, seed)
            if isinstance(outcome, Result):
                results.setdefault(recommender.name, []).append(outcome)
            else:
                skipped[recommender.name] = outcome
        shown.advance()


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

    Parameters
    ----------
    recommender : type
        A recommender class.
    parts : Parts
    parameters : Parameters
        Trials, and seconds for them.
    seed : int
        Seeds the search and the model.
    """
    lists, trials, chosen = tuned_lists(recommender, parts.train, parts.validation, parameters, seed)
    relevant, n_relevant = parts.test, np.diff(parts.test.indptr)
    means = (float(metric(lists, relevant, n_relevant, K).mean()) for metric in (ndcg, recall))
    return Result(*means, trials, min(parameters.tuning_trials, space_size(recommender.space)), chosen)


def tuned_lists(
    recommender: type[Recommender],
    train: sparse.csr_matrix,
    validation: sparse.csr_matrix,
    parameters: Parameters,
    seed: int,
) -> tuple[Lists, int, Chosen]:
    """Fit the setting that ranks validation items best on train; return its lists, the settings tried and the chosen.

    Parameters
    ----------
    recommender : type
        A recommender class.
    train, validation : csr_matrix, shape (n_users, n_items)
        Play counts. Both are left out of lists.
    parameters : Parameters
        Trials, and seconds for them.
    seed : int
        Seeds the search and the model.
    """
    known = Interactions.plain(train)
    user_index, item_index = validation.nonzero()
    trials = tune(
        recommender,
        known,
        Validation.from_cells(user_index, item_index, np.zeros(len(user_index), dtype=bool), train.shape),
        n_trials=parameters.tuning_trials,
        budget_seconds=parameters.tuning_budget_seconds,
        k=parameters.headline_k,
        seed=seed,
        tasks=[TASK],
    )
    best = next(trial for trial in trials if trial.is_chosen)
    model = recommender(**best.hyper_parameters).fit(known, seed)
    # lists leave validation items out, though the model was not fitted on them
    seen = Interactions.plain(train + validation)
    lists = recommend(model, seen, np.arange(seen.n_users), [TASK], K)[TASK]
    chosen = Chosen(recommender.name, TASK, json.dumps(best.hyper_parameters), best.validation_ndcg)
    return lists, len(trials), chosen


def _attempted(recommender: type[Recommender], parts: Parts, parameters: Parameters, seed: int) -> Result | str:
    """Evaluate, or say why that cannot be done; one model that fails is not the end of the others."""
    if reason := recommender.lacks(Interactions.plain(parts.train)):
        return reason
    if TASK not in recommender.tasks:
        return "it makes no lists of items that are new to the user"
    if reason := too_large([largest(recommender)], Interactions.plain(parts.train)):
        return reason
    try:
        return evaluate(recommender, parts, parameters, seed)
    except Exception as error:
        logger.debug("%s failed", recommender.name, exc_info=True)
        return f"it failed on split {seed} with {type(error).__name__}: {error}"
