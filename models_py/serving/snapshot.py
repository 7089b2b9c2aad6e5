"""One published warehouse, held in memory whole: what a service answers from while the next one is published."""

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, cached_property, partial
from pathlib import Path

import numpy as np
from rapidfuzz import process
from rapidfuzz.distance import JaroWinkler

from models_py.data.parameters import Parameters
from models_py.errors import SettingError, WarehouseError
from models_py.serving.answers import Reason, Recommended, RecommendedList, SimilarItem, reasons_of_places
from models_py.serving.catalogues import read_catalogue
from models_py.serving.folding import folded_in
from models_py.serving.histories import History, matched
from models_py.serving.people import ServedModel, served_labels
from models_py.serving.saved import Label, models_folder, read_model
from models_py.warehouse import NameIds, Warehouse

# Names that are proposed for one that is not there.
PROPOSED = 5
LIST = ["item_type", "task", "user_id"]
Key = tuple[str, str, str]


@dataclass(frozen=True)
class Rows:
    """Rows of a table in blocks, each of which has a key.

    Attributes
    ----------
    columns : mapping of str to array
    blocks : mapping of tuple to slice
    """

    columns: Mapping[str, np.ndarray]
    blocks: Mapping[tuple, slice]

    @classmethod
    def read(cls, warehouse: Warehouse, table: str, key: list[str], columns: str, order: str) -> "Rows":
        """Read a table in order of a key."""
        named = ", ".join(key)
        sizes = warehouse.read(f"select {named}, count(*) as n from {table} group by {named} order by {named}")
        ends = np.cumsum(sizes.pop("n").astype(np.int64)).tolist()
        keys = zip(*(values.tolist() for values in sizes.values()), strict=True)
        blocks = {of: slice(start, end) for of, start, end in zip(keys, [0, *ends], ends, strict=False)}
        return cls(warehouse.read(f"select {columns} from {table} order by {named}, {order}"), blocks)

    def of(self, key: tuple) -> Iterable[tuple]:
        """Give the rows of a block; none where there is no such block."""
        block = self.blocks.get(key, slice(0))
        return zip(*(values[block].tolist() for values in self.columns.values()), strict=True)


@dataclass(frozen=True)
class Snapshot:
    """What one published file answers.

    Attributes
    ----------
    version : str
        Of the file: another after each publication.
    users : frozenset of str
    lists, reasons : Rows
        By item type, task and user.
    similar : Rows
        By item type and item.
    names : mapping of (str, int) to (str, str)
        Names of an item and its artist, by item type and id; the most played come first.
    served : mapping of (str, str) to ServedModel or WarehouseError
        By item type and task: the saved model, or what is wrong with it.
    name_ids : NameIds
    parameters : Parameters
    """

    version: str
    users: frozenset[str]
    lists: Rows
    reasons: Rows
    similar: Rows
    names: Mapping[tuple[str, int], tuple[str, str]]
    served: Mapping[tuple[str, str], ServedModel | WarehouseError]
    name_ids: NameIds
    parameters: Parameters

    @classmethod
    def read(cls, path: Path) -> "Snapshot":
        """Read the published file, all of it from the same version.

        Raises
        ------
        WarehouseError
            Where it cannot be read.
        """
        warehouse = Warehouse(path)
        # before it is opened: where another is published in between, that one is read once more
        version = version_of(path)
        # while it is held, what is opened under its name is this file, whatever is published meanwhile
        with warehouse.held_open():
            return cls(
                version=version,
                users=frozenset(warehouse.read("select user_id from marts.users")["user_id"]),
                lists=Rows.read(
                    warehouse, "marts.served_recommendations", LIST, "model_name, rank, item_id, score", "rank"
                ),
                reasons=Rows.read(
                    warehouse,
                    "marts.recommendation_reasons",
                    LIST,
                    "rank, because_item_id, contribution",
                    "rank, reason_rank",
                ),
                similar=Rows.read(
                    warehouse,
                    "(from marts.similar_items where is_served)",
                    ["item_type", "item_id"],
                    "model_name, rank, similar_item_id, similarity",
                    "model_name, rank",
                ),
                names=_names(warehouse),
                served=_served(warehouse),
                name_ids=NameIds(warehouse),
                parameters=Parameters.read(warehouse),
            )

    def recommendations(self, user_id: str, item_type: str, task: str, length: int, because: bool) -> RecommendedList:
        """Give the list that is served to a user.

        Raises
        ------
        SettingError
            Where there is no such user or list.
        """
        if user_id not in self.users:
            raise SettingError(f"There is no user '{user_id}' (table users).")
        key = (item_type, task, user_id)
        rows = list(self.lists.of(key))[:length]
        if not rows:
            raise SettingError(f"{user_id} is served no list of {item_type}s for task '{task}'.")
        why = self._why(key) if because else {}
        items = tuple(
            Recommended(rank, item, *self.names[item_type, item], score, why.get(rank, ()))
            for _, rank, item, score in rows
        )
        return RecommendedList(user_id, item_type, task, rows[0][0], "stored", items)

    def explain(self, user_id: str, item_type: str, task: str, item: str) -> Recommended:
        """Give one recommendation with its reasons, by the name or the id of its item.

        Raises
        ------
        SettingError
            Where it is not among the user's recommendations.
        """
        listed = self.recommendations(user_id, item_type, task, self.parameters.headline_k, because=True)
        item_id = self.item_id(item_type, item)
        for recommended in listed.items:
            if recommended.item_id == item_id:
                return recommended
        raise SettingError(
            f"'{item}' is not among the first {self.parameters.headline_k} that {user_id} is served for task '{task}'."
        )

    def similar_to(self, item_type: str, item: str, length: int) -> list[SimilarItem]:
        """Give what is most alike to an item, by its name or id; nothing where no model likens it.

        Raises
        ------
        SettingError
            Where no item has that name.
        """
        return [
            SimilarItem(model, rank, other, *self.names[item_type, other], similarity)
            for model, rank, other, similarity in self.similar.of((item_type, self.item_id(item_type, item)))
            if rank <= length
        ]

    def fold_in(self, history: History, item_type: str, task: str, length: int) -> RecommendedList:
        """Make the list of somebody new.

        Raises
        ------
        WarehouseError
            Where no saved model serves the task.
        SettingError
            Where the catalogue knows nothing of the history.
        """
        served = self.served.get((item_type, task))
        if not isinstance(served, ServedModel):
            raise served or WarehouseError(f"No model serves {item_type}s for task '{task}': run `make fit`.")
        own = matched(history, self.name_ids, served.catalogue, item_type)
        if not own.counts.nnz:
            raise SettingError(f"The catalogue knows no {item_type} of these plays.")

        def names(ids: Iterable[int]) -> dict[int, tuple[str, str]]:
            return {item: self.names[item_type, item] for item in ids}

        return folded_in(served, own, task, length, self.parameters.max_tracks_per_artist, names)

    def item_id(self, item_type: str, item: str) -> int:
        """Find an item by its id, or by its name: an artist's, or 'artist - track', in any case.

        Raises
        ------
        SettingError
            Naming the closest names.
        """
        if item.isascii() and item.isdigit() and (item_type, int(item)) in self.names:
            return int(item)
        called = self._called[item_type]
        if (found := called.get(item.casefold())) is not None:
            return found
        closest = process.extract(item.casefold(), called.keys(), scorer=JaroWinkler.similarity, limit=PROPOSED)
        names = "; ".join(self._name(item_type, called[name]) for name, *_ in closest) or "there are none"
        raise SettingError(f"No {item_type} in the lists is called '{item}'; the closest names are: {names}.")

    @cached_property
    def _called(self) -> dict[str, dict[str, int]]:
        called: dict[str, dict[str, int]] = {"track": {}, "artist": {}}
        for item_type, item in self.names:
            called[item_type].setdefault(self._name(item_type, item).casefold(), item)
        return called

    def _name(self, item_type: str, item: int) -> str:
        name, artist = self.names[item_type, item]
        return f"{artist} - {name}" if item_type == "track" else name

    def _why(self, key: Key) -> dict[int, tuple[Reason, ...]]:
        return reasons_of_places(
            (rank, *((None, None) if because < 0 else self.names[key[0], because]), contribution)
            for rank, because, contribution in self.reasons.of(key)
        )


def version_of(path: Path) -> str:
    """Tell one published file from the next."""
    status = os.stat(path)
    return f"{status.st_ino:x}-{status.st_mtime_ns:x}"


def _served(warehouse: Warehouse) -> dict[tuple[str, str], ServedModel | WarehouseError]:
    """Read the saved models and their catalogues, each once; of one that cannot be read, what is wrong with it."""
    folder, labels = models_folder(warehouse.path), served_labels(warehouse)
    catalogue = cache(partial(read_catalogue, warehouse))

    @cache
    def read(label: Label) -> ServedModel | WarehouseError:
        try:
            return ServedModel(label, read_model(folder, label), catalogue(label.item_type))
        except WarehouseError as error:
            return error

    return {of: read(label) for of, label in labels.items()}


def _names(warehouse: Warehouse) -> dict[tuple[str, int], tuple[str, str]]:
    """Read the names of every item that an answer can hold."""
    rows = warehouse.read(
        """
        with wanted as (
            select item_type, item_id from marts.served_recommendations
            union
            select item_type, because_item_id from marts.recommendation_reasons
            union
            select item_type, item_id from marts.similar_items where is_served
            union
            select item_type, similar_item_id from marts.similar_items where is_served
            union
            select item_type, item_id from marts.training_items where split_name = 'full'
        )
        select items.item_type, items.item_id, items.item_name, items.artist_name
        from marts.item_popularity as items
        semi join wanted on items.item_type = wanted.item_type and items.item_id = wanted.item_id
        order by items.item_type, items.play_count desc, items.item_id
        """
    )
    columns = (values.tolist() for values in rows.values())
    return {(item_type, item): (name, artist) for item_type, item, name, artist in zip(*columns, strict=True)}
