"""What the training marts hold for one split and item type, read once and handed to models as arrays."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from models_py.data.interactions import Interactions, Periods
from models_py.data.validation import Validation
from models_py.errors import WarehouseError
from models_py.warehouse import Warehouse


@dataclass(frozen=True)
class Dataset:
    """One split and item type that has training rows, with the tasks that the split is evaluated on."""

    split_name: str
    item_type: str
    split_kind: str
    is_default: bool
    fingerprint: str
    n_users: int
    tasks: tuple[str, ...] = ()

    @classmethod
    def of(cls, row: Mapping[str, object]) -> "Dataset":
        """Take it from a row of `DATASETS`."""
        tasks = tuple(filter(None, str(row["tasks"]).split(",")))
        counted = {"is_default": bool(row["is_default"]), "n_users": int(row["n_users"]), "tasks": tasks}
        return cls(**{**row, **counted})

    @property
    def key(self) -> dict[str, str]:
        """The columns that name it in every table."""
        return {"split_name": self.split_name, "item_type": self.item_type}


@dataclass(frozen=True)
class TrainingData:
    """Matrices of one dataset: `fit` and `validation` to tune on, `train` (both parts) for the final fit."""

    fit: Interactions
    train: Interactions
    validation: Validation


# Every split and item type with training rows, in a fixed order.
DATASETS = """
    select f.split_name, f.item_type, f.split_kind, f.is_default, f.fingerprint, count(*) as n_users,
        coalesce(f.tasks, '') as tasks
    from {marts}.training_fingerprints as f
    inner join {marts}.training_users as u on f.split_name = u.split_name and f.item_type = u.item_type
    group by all
    order by f.is_default desc, f.split_name, f.item_type
"""


def read_datasets(warehouse: Warehouse) -> list[Dataset]:
    """Every split and item type with training rows, in a fixed order."""
    return [Dataset.of(row) for row in warehouse.read_rows(DATASETS.format(marts="marts"))]


def default_dataset(warehouse: Warehouse, item_type: str) -> Dataset:
    """Give the default split's.

    Raises
    ------
    WarehouseError
        Where there is nothing of the item type.
    """
    for dataset in read_datasets(warehouse):
        if dataset.is_default and dataset.item_type == item_type:
            return dataset
    raise WarehouseError(f"{warehouse.path} has no {item_type}s to learn from: ask for the other item type.")


def read_training_data(warehouse: Warehouse, dataset: Dataset, window_days: Sequence[int] = ()) -> TrainingData:
    """Read the matrices of one dataset, with recent plays in windows of so many days where plays have times."""
    where = [dataset.split_name, dataset.item_type]
    condition = "where split_name = ? and item_type = ?"
    cells = warehouse.read(
        "select part, user_index, item_index, play_count, epoch(last_played_at) / 86400 as last_played_day "
        f"from marts.training_interactions {condition} "
        "order by user_index, item_index, part",
        where,
    )
    items = warehouse.read(f"select parent_item_index from marts.training_items {condition} order by item_index", where)
    windows = warehouse.read(
        f"select part, window_days, item_index, play_count from marts.training_item_windows {condition}", where
    )
    periods = warehouse.read(
        "select part, user_index, item_index, period, age_days, play_count "
        f"from marts.training_interaction_periods {condition} order by user_index, item_index, period",
        where,
    )
    tags = warehouse.read(
        f"select parent_item_index, tag_index, tag_count from marts.training_tags {condition} order by all", where
    )
    held_out = warehouse.read(
        "select user_index, item_index, is_repeat, coalesce(is_new_artist, false) as is_new_artist "
        f"from marts.validation_interactions {condition} "
        "order by user_index, item_id",
        where,
    )
    artists = warehouse.read(
        f"select part, user_index, parent_item_index from marts.training_known_artists {condition}", where
    )
    parents = items["parent_item_index"].astype(np.int64)
    shape = (dataset.n_users, len(parents))
    tags_of_items = _tags(tags, parents)

    def interactions(parts: tuple[str, ...], ending: str) -> Interactions:
        chosen = np.isin(cells["part"].astype(str), parts)
        return Interactions(
            counts=matrix(cells["play_count"], cells["user_index"], cells["item_index"], chosen, shape),
            parents=parents,
            windows=_windows(windows, ending, window_days, len(parents)),
            last_played=_last_played(cells, chosen, shape),
            periods=_periods(periods, ending),
            tags=tags_of_items,
            known_parents=_known_parents(artists, parts, (dataset.n_users, parents.max(initial=-1) + 1)),
        )

    validation = Validation.from_cells(
        held_out["user_index"],
        held_out["item_index"],
        held_out["is_repeat"].astype(bool),
        shape,
        held_out["is_new_artist"].astype(bool),
    )
    return TrainingData(
        fit=interactions(("fit",), "fit"), train=interactions(("fit", "validation"), "train"), validation=validation
    )


def matrix(
    values: np.ndarray, rows: np.ndarray, columns: np.ndarray, chosen: np.ndarray, shape: tuple[int, int]
) -> sparse.csr_matrix:
    """Sum the chosen cells into a users x items matrix, float32."""
    cells = (values[chosen].astype(np.float32), (rows[chosen], columns[chosen]))
    return sparse.csr_matrix(cells, shape=shape, dtype=np.float32)


def _last_played(cells: dict[str, np.ndarray], chosen: np.ndarray, shape: tuple[int, int]) -> sparse.csr_matrix | None:
    """Day of the last play of each chosen cell, or nothing where plays have no times."""
    days, users, items = (cells[name][chosen] for name in ("last_played_day", "user_index", "item_index"))
    if not len(days) or np.isnan(days).all():
        return None
    # cells come by user, item and part, so that of a cell in fit and in validation the later part stands last
    last = np.append((np.diff(users) != 0) | (np.diff(items) != 0), True)
    return sparse.csr_matrix((days[last], (users[last], items[last])), shape=shape)


def _periods(rows: dict[str, np.ndarray], part: str) -> Periods | None:
    """Plays of each cell by period, or nothing where there are none."""
    of_part = {name: values[rows["part"].astype(str) == part] for name, values in rows.items()}
    users, items = of_part["user_index"], of_part["item_index"]
    if not len(users):
        return None
    # rows come by user and item, so that a cell is a run of them
    cells = np.cumsum(np.append(0, (np.diff(users) != 0) | (np.diff(items) != 0)))
    _, first, periods = np.unique(of_part["period"], return_index=True, return_inverse=True)
    plays = sparse.csr_matrix((of_part["play_count"].astype(np.float64), (cells, periods)))
    return Periods(plays, of_part["age_days"][first].astype(np.float64))


def _tags(rows: dict[str, np.ndarray], parents: np.ndarray) -> sparse.csr_matrix | None:
    """Give each item its parent's tags, or nothing where there are none at all."""
    of_parents, tags, counts = (rows[name] for name in ("parent_item_index", "tag_index", "tag_count"))
    if not len(tags):
        return None
    shape = (int(parents.max()) + 1, int(tags.max()) + 1)
    return sparse.csr_matrix((counts.astype(np.float64), (of_parents, tags)), shape=shape)[parents]


def _known_parents(
    rows: dict[str, np.ndarray], parts: tuple[str, ...], shape: tuple[int, int]
) -> sparse.csr_matrix | None:
    """Parents that each user has played something of, or nothing where the study does not ask for them."""
    if not len(rows["part"]):
        return None
    chosen = np.isin(rows["part"].astype(str), parts)
    return matrix(np.ones(len(chosen)), rows["user_index"], rows["parent_item_index"], chosen, shape).astype(bool)


def _windows(rows: dict[str, np.ndarray], part: str, window_days: Sequence[int], n_items: int) -> dict[int, np.ndarray]:
    """Plays per item in each window, zeros where nobody played; nothing at all where plays have no times."""
    of_part = rows["part"].astype(str) == part
    if not of_part.any():
        return {}
    chosen = {days: of_part & (rows["window_days"] == days) for days in window_days}
    return {
        days: np.bincount(rows["item_index"][cells], weights=rows["play_count"][cells], minlength=n_items)
        for days, cells in chosen.items()
    }
