"""Finds results that no job of this run will replace, so that they are not left beside data they do not belong to."""

from collections.abc import Sequence

from models_py.data.training import Dataset
from models_py.warehouse import Replacement

TABLES = ("runs", "trials", "recommendations", "factorization_errors")
TABLES_OF_FULL = (
    "served_models",
    "cluster_trials",
    "user_cluster_labels",
    "item_cluster_labels",
    "theme_trials",
    "theme_figures",
    "theme_items",
    "theme_users",
    "protocol_scores",
    "reconstruction_errors",
)


def outdated(built_splits: Sequence[str], learnable: Sequence[Dataset]) -> list[Replacement]:
    """Say what to delete: results on splits of this build whose item type has too few users to learn from now.

    Results on splits that this build does not have stay; they need no refit when the split is asked for again.
    """
    kept = {(dataset.split_name, dataset.item_type) for dataset in learnable}
    return [
        Replacement(table, {"split_name": split, "item_type": item_type})
        for split in built_splits
        for item_type in ("track", "artist")
        if (split, item_type) not in kept
        for table in TABLES
    ] + [
        Replacement(table, {"item_type": item_type})
        for item_type in ("track", "artist")
        if ("full", item_type) not in kept
        for table in TABLES_OF_FULL
    ]
