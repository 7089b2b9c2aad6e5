"""Scores every combination of protocol switches on all plays of an item type: a study, no recommender.

It splits the plays itself, from a seed, and stores scores alone: no list, no model and no choice of it is read by a
recommender or by any other job.
"""

from collections.abc import Sequence

import numpy as np
from scipy import sparse
from threadpoolctl import threadpool_limits

from models_py.data.parameters import Parameters
from models_py.data.training import matrix
from models_py.errors import SettingError
from models_py.experiments.protocols.factorial import N_STEPS, ProtocolScore, factorial
from models_py.experiments.protocols.models import TEXTBOOK_FACTORS
from models_py.experiments.protocols.protocol import SWITCHES, K
from models_py.experiments.protocols.reconstruction import reconstruction_errors
from models_py.factorization import FactorizationError
from models_py.jobs.records import columns
from models_py.resources import BLAS_THREADS
from models_py.terminal.progress import Stage
from models_py.warehouse import Replacement, Warehouse, strings


def study_protocols(warehouse: Warehouse, item_type: str, n_trials: int, shown: Stage) -> None:
    """Score all combinations and the errors of factorizations, and store both in one transaction.

    Parameters
    ----------
    warehouse : Warehouse
    item_type : str
        'track' or 'artist'.
    n_trials : int
        Settings tried per model and search.
    shown : Stage

    Raises
    ------
    SettingError
        Where the warehouse has no plays of the item type, or too few to learn from.
    """
    parameters, numbers = Parameters.read(warehouse), Parameters.read_row(warehouse)
    counts, fingerprint = read_plays(warehouse, item_type)
    minima = int(numbers["min_items_per_user"]), int(numbers[f"min_users_per_{item_type}"])
    shown.total = N_STEPS + 1

    def step(what: str) -> None:
        shown.doing(what)
        shown.advance()

    with threadpool_limits(limits=BLAS_THREADS):
        scores = list(factorial(counts, *minima, n_trials, parameters.headline_k, parameters.random_seed, step))
        step("reconstruction errors")
        factors = sorted({*parameters.factorization_factors, TEXTBOOK_FACTORS})
        errors = reconstruction_errors(counts, factors, parameters.random_seed)
    key, stamp = {"item_type": item_type}, {"fingerprint": fingerprint}
    warehouse.replace(
        [
            Replacement("protocol_scores", key, _score_columns(scores), {"k": K, **stamp}),
            Replacement("reconstruction_errors", key, columns(errors, FactorizationError.__dataclass_fields__), stamp),
        ]
    )


def read_plays(warehouse: Warehouse, item_type: str) -> tuple[sparse.csr_matrix, str]:
    """Read all plays of an item type, users and items numbered by id, and the fingerprint of split 'full'.

    Raises
    ------
    SettingError
        Where too few people play anything of the item type.
    """
    cells = warehouse.read(
        """
        select
            dense_rank() over (order by user_id) - 1 as user_index,
            dense_rank() over (order by item_id) - 1 as item_index,
            play_count
        from marts.user_item_plays
        where item_type = ?
        order by user_index, item_index
        """,
        [item_type],
    )
    fingerprints = warehouse.read(
        "select fingerprint from marts.training_fingerprints where split_name = 'full' and item_type = ?", [item_type]
    )["fingerprint"]
    if not len(fingerprints):
        raise SettingError(
            f"{warehouse.path} has no {item_type}s that enough people play to learn from: "
            "set ITEM_TYPE to the other item type, add listening data, or lower the vars that limit the catalogue."
        )
    shape = (int(cells["user_index"].max()) + 1, int(cells["item_index"].max()) + 1)
    everything = np.ones(len(cells["play_count"]), dtype=bool)
    counts = matrix(cells["play_count"], cells["user_index"], cells["item_index"], everything, shape)
    return counts, str(fingerprints[0])


def _score_columns(scores: Sequence[ProtocolScore]) -> dict[str, np.ndarray]:
    return {
        **{switch: strings(score.sides[switch] for score in scores) for switch in SWITCHES},
        **columns(scores, ("model_name", "metric", "value", "n_users", "hyper_parameters")),
    }
