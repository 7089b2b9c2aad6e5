"""Lists for plays as they are now: a saved model folds them in, nothing is learnt anew."""

from dataclasses import dataclass, replace

import numpy as np
from scipy import sparse

from models_py.errors import WarehouseError
from models_py.evaluation.ranking import Lists, allowed, capped, top_items
from models_py.explanations.reasons import Reasons, reasons
from models_py.recommenders.fitted import FittedModel
from models_py.serving.catalogues import Catalogue
from models_py.serving.saved import Label
from models_py.serving.wishes import DISCOVERIES, Wishes
from models_py.warehouse import Warehouse

# Times the length of a list that are looked at where an artist may have few of its places.
LOOKED_AT = 10


@dataclass(frozen=True)
class ServedModel:
    """The model that serves an item type and task, as it was saved."""

    label: Label
    model: FittedModel
    catalogue: Catalogue


@dataclass(frozen=True)
class Listener:
    """Somebody's plays, and what they say about items.

    Attributes
    ----------
    counts : csr_matrix of float32, shape (1, n_items)
        What a model is asked with: plays, and what is loved.
    artist_ids : array of int64
        Of every artist that was played.
    played, loved, hidden : arrays of bool, shape (n_items,)
    """

    counts: sparse.csr_matrix
    artist_ids: np.ndarray
    played: np.ndarray
    loved: np.ndarray
    hidden: np.ndarray

    @classmethod
    def of(cls, counts: sparse.csr_matrix, artist_ids: np.ndarray) -> "Listener":
        """Take the plays of somebody who has said nothing."""
        nothing = np.zeros(counts.shape[1], dtype=bool)
        return cls(counts, artist_ids, counts.toarray()[0] > 0, nothing, nothing)


def served_labels(warehouse: Warehouse) -> dict[tuple[str, str], Label]:
    """Read which model serves each item type and task, where one was fitted on today's data."""
    rows = warehouse.read_rows(
        """
        select served.item_type, served.task, served.model_name, served.fingerprint, served.search_key
        from recommender.served_models as served
        inner join marts.training_fingerprints as today
            on today.split_name = 'full' and served.item_type = today.item_type
                and served.fingerprint = today.fingerprint
        order by all
        """
    )
    return {
        (row["item_type"], row["task"]): Label(
            row["item_type"], row["model_name"], row["fingerprint"], row["search_key"]
        )
        for row in rows
    }


def label_of(warehouse: Warehouse, item_type: str, task: str) -> Label:
    """Say which model serves a task.

    Raises
    ------
    WarehouseError
        Where none was fitted on today's data.
    """
    label = served_labels(warehouse).get((item_type, task))
    if label is None:
        raise WarehouseError(
            f"No model serves {item_type}s for task '{task}' in {warehouse.path}, or it was fitted on other data than "
            "these: run `make fit`."
        )
    return label


def listener_of(warehouse: Warehouse, served: ServedModel, user_id: str) -> Listener:
    """Read the plays of a user whom the warehouse has."""
    item_type, n_items = served.label.item_type, len(served.catalogue.item_ids)
    cells = warehouse.read(
        """
        select cells.item_index, sum(cells.play_count) as plays
        from marts.training_interactions as cells
        inner join marts.training_users as users
            on cells.split_name = users.split_name and cells.item_type = users.item_type
                and cells.user_index = users.user_index
        where cells.split_name = 'full' and cells.item_type = ? and users.user_id = ?
        group by all
        order by all
        """,
        [item_type, user_id],
    )
    artists = warehouse.read(
        "select item_id from marts.user_item_plays where item_type = 'artist' and user_id = ?", [user_id]
    )["item_id"]
    row = np.zeros(len(cells["plays"]), dtype=int)
    counts = sparse.csr_matrix((cells["plays"].astype(np.float32), (row, cells["item_index"])), shape=(1, n_items))
    return Listener.of(counts, artists.astype(np.int64))


def with_wishes(listener: Listener, catalogue: Catalogue, item_type: str, wishes: Wishes, love_plays: int) -> Listener:
    """Add so many plays of each item that is loved, and hide what is hidden, with everything by a hidden artist."""
    loved = np.isin(catalogue.item_ids, list(wishes.loved[item_type]))
    places = np.flatnonzero(loved)
    cells = (np.full(len(places), love_plays, dtype=np.float32), (np.zeros(len(places), dtype=int), places))
    return replace(
        listener,
        counts=(listener.counts + sparse.csr_matrix(cells, shape=listener.counts.shape)).tocsr(),
        loved=loved,
        hidden=np.isin(catalogue.item_ids, list(wishes.hidden[item_type]))
        | catalogue.by(list(wishes.hidden["artist"])),
    )


def list_for(
    served: ServedModel, listener: Listener, task: str, length: int, most_of_artist: int = 0
) -> tuple[Lists, Reasons]:
    """Make the list of one person by folding in their plays, with reasons.

    Parameters
    ----------
    served : ServedModel
    listener : Listener
    task : str
    length : int
    most_of_artist : int
        Tracks by one artist; 0 is no limit.
    """
    catalogue = served.catalogue
    seen = catalogue.by(listener.artist_ids) if task == "new_artists" else listener.played
    withheld = listener.hidden | listener.loved if task in DISCOVERIES else listener.hidden
    can_be = allowed(task, seen[None], ~withheld[None])
    scores = np.asarray(served.model.fold_in(listener.counts), dtype=np.float64)
    items, values = top_items(scores, can_be, length * LOOKED_AT if most_of_artist else length)
    items, values = items[0, items[0] >= 0], values[0, items[0] >= 0]
    nobody = np.zeros(len(items), dtype=np.int64)
    lists = Lists(nobody, np.arange(1, len(items) + 1, dtype=np.int32), items, values)
    if served.label.item_type == "track":
        lists = capped(lists, catalogue.artist_ids, most_of_artist)
    places = np.arange(min(len(lists.rank), length))
    lists = Lists(nobody[places], places.astype(np.int32) + 1, lists.item_index[places], lists.score[places])
    return lists, reasons(served.model, listener.counts, lists, length, folded_in=True)
