"""Lists that are made at once, by the saved models that serve: for new people, and for what somebody loves."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import partial

import numpy as np

from models_py.data.parameters import Parameters
from models_py.evaluation.ranking import Lists
from models_py.explanations.reasons import Reasons
from models_py.serving.answers import Recommended, RecommendedList, reasons_of_places
from models_py.serving.catalogues import names_of, read_catalogue
from models_py.serving.histories import History, Matched, matched
from models_py.serving.people import Listener, ServedModel, label_of, list_for, listener_of, with_wishes
from models_py.serving.saved import Label, models_folder, read_model
from models_py.serving.wishes import Wishes
from models_py.warehouse import NameIds, Warehouse

Names = Callable[[Iterable[int]], Mapping[int, tuple[str, str]]]


def list_with_loved(
    warehouse: Warehouse, user_id: str, item_type: str, task: str, length: int, wishes: Wishes
) -> RecommendedList:
    """Make a user's list anew, with what the user loves among the plays."""
    label, parameters = label_of(warehouse, item_type, task), Parameters.read(warehouse)
    model = read_model(models_folder(warehouse.path), label)
    served = ServedModel(label, model, read_catalogue(warehouse, item_type))
    own = listener_of(warehouse, served, user_id)
    listener = with_wishes(own, served.catalogue, item_type, wishes, parameters.love_plays)
    names = partial(names_of, warehouse, item_type)
    return replace(_listed(served, listener, task, length, parameters.max_tracks_per_artist, names), user_id=user_id)


def list_for_history(
    warehouse: Warehouse, history: History, label: Label, task: str, length: int
) -> RecommendedList | None:
    """Make the list of somebody new; nothing where the catalogue knows nothing that they play."""
    catalogue = read_catalogue(warehouse, label.item_type)
    own = matched(history, NameIds(warehouse), catalogue, label.item_type)
    if not own.counts.nnz:
        return None
    served = ServedModel(label, read_model(models_folder(warehouse.path), label), catalogue)
    most = Parameters.read(warehouse).max_tracks_per_artist
    return folded_in(served, own, task, length, most, partial(names_of, warehouse, label.item_type))


def folded_in(
    served: ServedModel, own: Matched, task: str, length: int, most_of_artist: int, names: Names
) -> RecommendedList:
    """Make a list for a history of which the catalogue knows something.

    Parameters
    ----------
    served : ServedModel
    own : Matched
    task : str
    length : int
    most_of_artist : int
        Tracks by one artist; 0 is no limit.
    names : function
        Gives the names of items and of their artists for ids.
    """
    found = _listed(served, Listener.of(own.counts, own.artist_ids), task, length, most_of_artist, names)
    return replace(found, known_plays=own.known_plays, known_items=own.known_items)


def _listed(
    served: ServedModel, listener: Listener, task: str, length: int, most_of_artist: int, names: Names
) -> RecommendedList:
    lists, why = list_for(served, listener, task, length, most_of_artist)
    ids = served.catalogue.item_ids
    because = ids[why.because_index[why.because_index >= 0]]
    items = _described(lists, why, ids, names(np.concatenate([ids[lists.item_index], because]).tolist()))
    return RecommendedList(None, served.label.item_type, task, served.label.model_name, "folded in", items)


def _described(
    lists: Lists, why: Reasons, ids: np.ndarray, names: Mapping[int, tuple[str, str]]
) -> tuple[Recommended, ...]:
    """Put one person's list into words."""
    nothing = (None, None)
    because = (names[int(ids[index])] if index >= 0 else nothing for index in why.because_index)
    rows = zip(why.rank, because, why.contribution, strict=True)
    reasons = reasons_of_places((rank, *named, contribution) for rank, named, contribution in rows)
    return tuple(
        Recommended(int(rank), int(ids[item]), *names[int(ids[item])], float(score), reasons.get(int(rank), ()))
        for rank, item, score in zip(lists.rank, lists.item_index, lists.score, strict=True)
    )
