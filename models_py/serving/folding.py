"""Lists that are made at once, by the saved models that serve: for new people, and for what somebody loves."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from models_py.evaluation.ranking import Lists
from models_py.explanations.reasons import Reasons
from models_py.serving.answers import Reason, Recommended, RecommendedList, names_of, parameter
from models_py.serving.histories import History, matched
from models_py.serving.people import Listener, ServedModel, list_for, listener_of, read_served, with_wishes
from models_py.serving.saved import models_folder
from models_py.serving.wishes import Wishes
from models_py.warehouse import NameIds, Warehouse


def list_with_loved(
    warehouse: Warehouse, user_id: str, item_type: str, task: str, length: int, wishes: Wishes
) -> RecommendedList:
    """Make a user's list anew, with what the user loves among the plays."""
    served = read_served(warehouse, models_folder(warehouse.path), item_type, task)
    own = listener_of(warehouse, served, user_id)
    listener = with_wishes(own, served.catalogue, item_type, wishes, parameter(warehouse, "love_plays"))
    return _answered(warehouse, served, listener, task, length, user_id)


def list_for_history(
    warehouse: Warehouse, history: History, item_type: str, task: str, length: int
) -> RecommendedList | None:
    """Make the list of somebody new; nothing where the catalogue knows nothing that they play."""
    served = read_served(warehouse, models_folder(warehouse.path), item_type, task)
    own = matched(history, NameIds(warehouse), served.catalogue, item_type)
    if not own.counts.nnz:
        return None
    listener = Listener(own.counts, own.artist_ids, np.zeros(own.counts.shape[1], dtype=bool))
    found = _answered(warehouse, served, listener, task, length, None)
    return replace(found, known_plays=own.known_plays, known_items=own.known_items)


def described(
    lists: Lists, why: Reasons, ids: np.ndarray, names: Callable[[int], tuple[str, str]]
) -> tuple[Recommended, ...]:
    """Put one person's list into words."""
    found: dict[int, list[Reason]] = {}
    for rank, because, contribution in zip(why.rank, why.because_index, why.contribution, strict=True):
        item, artist = names(int(ids[because])) if because >= 0 else (None, None)
        found.setdefault(int(rank), []).append(Reason(item, artist, float(contribution)))
    return tuple(
        Recommended(int(rank), int(ids[item]), *names(int(ids[item])), float(score), tuple(found.get(int(rank), ())))
        for rank, item, score in zip(lists.rank, lists.item_index, lists.score, strict=True)
    )


def _answered(
    warehouse: Warehouse, served: ServedModel, listener: Listener, task: str, length: int, user_id: str | None
) -> RecommendedList:
    lists, why = list_for(served, listener, task, length, parameter(warehouse, "max_tracks_per_artist"))
    ids = served.catalogue.item_ids
    because = ids[why.because_index[why.because_index >= 0]]
    names = names_of(warehouse, served.label.item_type, np.concatenate([ids[lists.item_index], because]))
    items = described(lists, why, ids, names.__getitem__)
    return RecommendedList(user_id, served.label.item_type, task, served.label.model_name, "folded in", items)
