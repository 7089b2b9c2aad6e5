"""What the command line prints of boosted trees beside the re-ranker's regression."""

from pathlib import Path

from models_py.data.parameters import Parameters
from models_py.experiments.boosting import compare_learners
from models_py.terminal.printing import print_table
from models_py.warehouse import Warehouse


def report_boosting(path: Path, item_type: str) -> None:
    """Print for each way to rank the re-ranker's candidates what it is worth on validation.

    Parameters
    ----------
    path : Path
        A published warehouse.
    item_type : str
    """
    warehouse = Warehouse(path)
    parameters = Parameters.read(warehouse)
    rows = [
        (one.learner, f"{one.validation_ndcg:.4f}", f"{one.seconds:.1f}")
        for one in compare_learners(warehouse, parameters, item_type)
    ]
    title = f"{item_type}s: the re-ranker's candidates, ranked by what was learnt on other users"
    print_table(title, ("learner", f"validation NDCG@{parameters.headline_k}", "seconds"), rows, "lrr")
