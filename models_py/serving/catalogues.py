"""The items that a model which serves knows, and what items are called."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike

from models_py.warehouse import Warehouse


@dataclass(frozen=True)
class Catalogue:
    """The items of split 'full'.

    Attributes
    ----------
    item_ids, artist_ids : arrays of int64, shape (n_items,)
        By item_index; for artists the same.
    """

    item_ids: np.ndarray
    artist_ids: np.ndarray

    def by(self, artist_ids: ArrayLike) -> np.ndarray:
        """Tell which items are by one of these artists."""
        return np.isin(self.artist_ids, artist_ids)

    def index_of(self, ids: np.ndarray) -> np.ndarray:
        """Give the item_index of each id; -1 for what it does not have."""
        if not len(self.item_ids):
            return np.full(len(ids), -1)
        place = np.searchsorted(self.item_ids, ids, sorter=self._order).clip(max=len(self.item_ids) - 1)
        index = self._order[place]
        return np.where(self.item_ids[index] == ids, index, -1)

    @cached_property
    def _order(self) -> np.ndarray:
        return np.argsort(self.item_ids)


def read_catalogue(warehouse: Warehouse, item_type: str) -> Catalogue:
    """Read the items of split 'full' in order of their index."""
    artist = "tracks.artist_id" if item_type == "track" else "items.item_id"
    join = "inner join marts.tracks as tracks on items.item_id = tracks.track_id" if item_type == "track" else ""
    rows = warehouse.read(
        f"select items.item_id, {artist} as artist_id from marts.training_items as items {join} "
        "where items.split_name = 'full' and items.item_type = ? order by items.item_index",
        [item_type],
    )
    return Catalogue(rows["item_id"].astype(np.int64), rows["artist_id"].astype(np.int64))


def names_of(warehouse: Warehouse, item_type: str, ids: Iterable[int]) -> dict[int, tuple[str, str]]:
    """Read the names of items and of their artists, by id."""
    rows = warehouse.read(
        "select item_id, item_name, artist_name from marts.item_popularity "
        "where item_type = ? and item_id in (select unnest(?))",
        [item_type, list(map(int, ids))],
    )
    return {int(item): (name, artist) for item, name, artist in zip(*rows.values(), strict=True)}
