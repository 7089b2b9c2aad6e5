"""The Python jobs between the two dbt halves: each reads marts/training, fits, and writes schema `recommender`."""

import logging
from collections.abc import Callable
from pathlib import Path

from threadpoolctl import threadpool_limits

from models_py.blends import BLENDS
from models_py.data.parameters import Parameters
from models_py.data.training import read_datasets
from models_py.errors import MusicError
from models_py.jobs.clusters import cluster
from models_py.jobs.diversity import diversify
from models_py.jobs.evaluation import evaluate
from models_py.jobs.explaining import liken_users
from models_py.jobs.factorization import factorize
from models_py.jobs.outdated import outdated
from models_py.jobs.remedies import remedies
from models_py.jobs.retention import foresee_retention
from models_py.jobs.serving import serve
from models_py.jobs.themes import find_themes
from models_py.recommenders.registry import recommenders
from models_py.resources import BLAS_THREADS
from models_py.terminal.printing import say
from models_py.terminal.progress import Stage
from models_py.warehouse import Warehouse

logger = logging.getLogger(__name__)
ONE_S_OWN = (
    "Everybody is served what they play themselves, most (personal_top) and lately (personal_recent), and playlists "
    "of it: `make data` fetches the published plays of 992 people, from whom the rest is learnt."
)


def run(warehouse: Warehouse, shown: Stage, models: Path) -> None:
    """Run every job on every dataset of the warehouse; with too few users to learn from, say so and do nothing.

    Parameters
    ----------
    warehouse : Warehouse
    shown : Stage
    models : Path
        Folder that models which serve are saved in.
    """
    parameters = Parameters.read(warehouse)
    # of users, whoever is active: it does not wait for enough of them to learn recommending from
    shown.doing("who stays")
    _attempt("Foreseeing who stays", lambda: foresee_retention(warehouse, parameters))
    datasets = read_datasets(warehouse)
    learnable = [dataset for dataset in datasets if dataset.n_users >= parameters.min_users_to_learn]
    evaluated = [dataset for dataset in learnable if dataset.split_kind != "full"]
    full = [dataset for dataset in learnable if dataset.split_kind == "full"]
    warehouse.replace(outdated(warehouse, parameters.built_splits, learnable if evaluated else []))
    if not evaluated:
        most = max((dataset.n_users for dataset in datasets if dataset.split_kind != "full"), default=0)
        users = warehouse.read("select count(*) as n from marts.users where play_count > 0")["n"][0]
        say(
            f"No recommender is fitted: {users} users with plays, {most} of them active, are too few to learn from "
            f"({parameters.min_users_to_learn} are needed): {remedies(warehouse, most)}."
        )
        if 0 < users < parameters.min_users_to_learn:
            say(ONE_S_OWN)
        return
    shown.total = len(evaluated) * (len(recommenders()) + len(BLENDS) + 1) + len(learnable)
    with threadpool_limits(limits=BLAS_THREADS):
        for dataset in evaluated:
            evaluate(warehouse, dataset, parameters, shown)
            if dataset.is_default:
                shown.doing(f"{dataset.split_name} {dataset.item_type} factorizations and diversity")
                _attempt("Factorization", lambda dataset=dataset: factorize(warehouse, dataset, parameters))
                _attempt("Diversifying lists", lambda dataset=dataset: diversify(warehouse, dataset, parameters))
            shown.advance()
        for dataset in full:
            shown.doing(f"serving, clusters and themes of {dataset.item_type}s")
            serve(warehouse, dataset, parameters, models)
            _attempt("Finding similar listeners", lambda dataset=dataset: liken_users(warehouse, dataset, parameters))
            _attempt("Clustering", lambda dataset=dataset: cluster(warehouse, dataset, parameters))
            _attempt("Finding themes", lambda dataset=dataset: find_themes(warehouse, dataset, parameters))
            shown.advance()


def _attempt(job: str, run_job: Callable[[], None]) -> None:
    """Run a job that others do not depend on; its failure is said and leaves its tables without new rows."""
    try:
        run_job()
    except MusicError:
        raise
    except Exception as error:
        logger.debug("%s failed", job, exc_info=True)
        say(f"{job} failed ({type(error).__name__}: {error}); everything else goes on without its tables.")
