"""What the command line prints of fold-in beside a refit."""

from pathlib import Path

import numpy as np

from models_py.data.parameters import Parameters
from models_py.experiments.folding import fold_in_differences
from models_py.terminal.printing import print_table
from models_py.warehouse import Warehouse


def report_folding(path: Path, item_type: str, n_users: int) -> None:
    """Print for each learned model how alike lists by fold-in and by a refit are.

    Parameters
    ----------
    path : Path
        A published warehouse.
    item_type : str
    n_users : int
        People who are tried.
    """
    warehouse = Warehouse(path)
    parameters = Parameters.read(warehouse)
    found = fold_in_differences(warehouse, parameters, item_type, n_users)
    rows = [
        (
            one.model_name,
            f"{np.mean(one.shared):.2f}",
            f"{min(one.shared):.2f}",
            f"{np.mean(np.equal(one.shared, 1)):.0%}",
        )
        for one in found
        if one.shared
    ]
    k = parameters.headline_k
    title = f"{item_type}s: the first {k} of {n_users} people, folded in and by a refit with their plays"
    print_table(title, ("model", f"shared of {k}", "least", "all shared"), rows, "lrrr")
