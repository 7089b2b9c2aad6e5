"""Stores the groups of items that are played together, for splits that hold out whole groups.

They are found in all plays, test cells too: they are a property of the data, and no recommender sees them.
"""

import numpy as np
from scipy import sparse

from models_py.clustering.linkage import grouped
from models_py.data.parameters import Parameters
from models_py.jobs.code import code_digest
from models_py.warehouse import Replacement, Warehouse


def wanted_groups(warehouse: Warehouse) -> dict[str, str]:
    """Name the item types whose groups a split of this build needs and that are not stored, with their fingerprints."""
    rows = warehouse.read(
        """
        select wanted.item_type, wanted.fingerprint
        from intermediate.int_item_groups_wanted as wanted
        left join recommender.item_groups as stored
            on wanted.item_type = stored.item_type and wanted.fingerprint = stored.fingerprint and stored.search_key = ?
        where stored.item_type is null
        order by wanted.item_type
        """,
        [code_digest(grouped)],
    )
    return dict(zip(rows["item_type"].astype(str), rows["fingerprint"].astype(str), strict=True))


def group_items(warehouse: Warehouse, wanted: dict[str, str]) -> None:
    """Find the groups of every item type in `wanted`, a mapping to fingerprints, and store them."""
    parameters = Parameters.read(warehouse)
    for item_type, fingerprint in wanted.items():
        items, listeners = _read_listeners(warehouse, item_type)
        group = grouped(items, listeners, parameters.min_listeners_to_group, parameters.min_group_similarity)
        stamp = {"search_key": code_digest(grouped), "fingerprint": fingerprint}
        rows = {"item_id": items, "group_id": group}
        warehouse.replace([Replacement("item_groups", {"item_type": item_type}, rows, stamp)])


def _read_listeners(warehouse: Warehouse, item_type: str) -> tuple[np.ndarray, sparse.csr_matrix]:
    """Read the ids of all items in ascending order, and the matrix of items x users with a 1 for each listener."""
    cells = warehouse.read(
        "select dense_rank() over (order by user_id) - 1 as user_index, item_id "
        "from marts.user_item_plays where item_type = ? order by item_id, user_index",
        [item_type],
    )
    items, rows = np.unique(cells["item_id"], return_inverse=True)
    return items, sparse.csr_matrix((np.ones(len(rows)), (rows, cells["user_index"])))
