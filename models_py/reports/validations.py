"""What the command line prints of validations beside test."""

from itertools import chain
from pathlib import Path

import numpy as np

from models_py.data.parameters import Parameters
from models_py.experiments.validations import MODELS, SETTINGS, VALIDATIONS, agreements
from models_py.jobs.protocols import read_plays
from models_py.terminal.printing import print_table
from models_py.warehouse import Warehouse


def report_validations(path: Path, item_type: str, n_splits: int) -> None:
    """Print for each validation how it orders settings, as means over random splits.

    Parameters
    ----------
    path : Path
        A published warehouse, whose plays are split anew.
    item_type : str
    n_splits : int
        Seeds 1 to so many.
    """
    warehouse = Warehouse(path)
    parameters, (counts, _) = Parameters.read(warehouse), read_plays(warehouse, item_type)
    found = list(
        chain.from_iterable(agreements(counts, parameters, item_type, seed) for seed in range(1, n_splits + 1))
    )
    rows = []
    for name in VALIDATIONS:
        of_name = [(one.correlation, one.within, one.regret) for one in found if one.validation == name]
        correlation, within, regret = np.mean(of_name, axis=0)
        rows.append((name, f"{correlation:.3f}", f"{within:.3f}", f"{regret:.4f}"))
    title = f"{item_type}s: {SETTINGS} settings each of {', '.join(MODELS)} on {n_splits} random splits"
    headings = ("validation", "rank correlation with test", "within a model", f"NDCG@{parameters.headline_k} lost")
    print_table(title, headings, rows, "lrrr")
