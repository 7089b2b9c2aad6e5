"""The Python jobs between the two dbt halves: each reads marts/training, fits, and writes schema `recommender`."""

from threadpoolctl import threadpool_limits

from models_py.jobs.clusters import cluster
from models_py.jobs.evaluation import evaluate
from models_py.jobs.factorization import factorize
from models_py.jobs.serving import serve
from models_py.progress import Stage, console
from models_py.recommenders.registry import recommenders
from models_py.training import Parameters, read_studies
from models_py.warehouse import Warehouse

BLAS_THREADS = 2


def run(warehouse: Warehouse, shown: Stage) -> None:
    """Run every job on every study of the warehouse; with too few users to learn from, say so and do nothing."""
    parameters = Parameters.read(warehouse)
    studies = read_studies(warehouse)
    learnable = [study for study in studies if study.n_users >= parameters.min_users_to_learn]
    evaluated = [study for study in learnable if study.split_kind != "full"]
    full = [study for study in learnable if study.split_kind == "full"]
    if not evaluated:
        most = max((study.n_users for study in studies), default=0)
        console.print(
            f"No recommender is fitted: {most} active users are too few to learn from "
            f"({parameters.min_users_to_learn} are needed); add listening data, or lower the var min_users_to_learn."
        )
        return
    shown.total = len(evaluated) * len(recommenders()) + len(learnable)
    with threadpool_limits(limits=BLAS_THREADS):
        for study in evaluated:
            evaluate(warehouse, study, parameters, shown)
            if study.is_default:
                shown.doing(f"{study.split_name} {study.item_type} factorizations")
                factorize(warehouse, study, parameters)
            shown.advance()
        for study in full:
            shown.doing(f"serving and clustering {study.item_type}s")
            serve(warehouse, study, parameters)
            if study.item_type == "artist":
                cluster(warehouse, study, parameters)
            shown.advance()
