"""Finds results that are to go: those of data that no job of this run will learn from, or all."""

from collections.abc import Sequence

from models_py.data.training import Dataset
from models_py.warehouse import SCHEMA, Replacement, Warehouse


def outdated(warehouse: Warehouse, built_splits: Sequence[str], learnable: Sequence[Dataset]) -> list[Replacement]:
    """Say what to delete: results on splits of this build whose item type has too few users to learn from now.

    Results on splits that this build does not have stay; they need no refit when the split is asked for again.
    """
    kept = {(dataset.split_name, dataset.item_type) for dataset in learnable}
    gone = [
        {"split_name": split, "item_type": item_type}
        for split in built_splits
        for item_type in ("track", "artist")
        if (split, item_type) not in kept
    ]
    return [
        Replacement(table, key if has_split else {"item_type": key["item_type"]})
        for table, has_split in _tables(warehouse).items()
        for key in gone
        if has_split or key["split_name"] == "full"
    ]


def everything(warehouse: Warehouse) -> list[Replacement]:
    """Say what to delete so that every job learns anew; what the study of protocols found is no job's."""
    rows = warehouse.read(
        "select table_name from information_schema.tables where table_schema = ? and table_name not in "
        "('item_groups', 'protocol_scores', 'reconstruction_errors') order by all",
        [SCHEMA],
    )
    return [Replacement(str(table), {}) for table in rows["table_name"]]


def _tables(warehouse: Warehouse) -> dict[str, bool]:
    """Name the tables of what was learnt, with whether each has a split; the others hold what was on split 'full'.

    Groups of items are found in all plays, whoever is active.
    """
    rows = warehouse.read_rows(
        "select table_name, bool_or(column_name = 'split_name') as has_split from information_schema.columns "
        "where table_schema = ? and table_name <> 'item_groups' "
        "group by all having bool_or(column_name = 'item_type') order by all",
        [SCHEMA],
    )
    return {str(row["table_name"]): bool(row["has_split"]) for row in rows}
