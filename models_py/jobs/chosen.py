"""The settings that were chosen on validation, as stored."""

import json
from collections.abc import Mapping
from typing import NamedTuple

from models_py.blends import BLENDS
from models_py.blends.members import TASK, Known
from models_py.recommenders.base import Recommender
from models_py.recommenders.registry import recommenders
from models_py.warehouse import Warehouse

# Models that blends choose their members from.
MOST_KNOWN = 5


class Chosen(NamedTuple):
    """A model's setting and its score on validation of one task."""

    model_name: str
    task: str
    hyper_parameters: str
    validation_ndcg: float


def chosen_on(warehouse: Warehouse, split_name: str, item_type: str) -> list[Chosen]:
    """Read what was chosen on a split from today's training rows, by models that could be fitted; worst first."""
    rows = warehouse.read(
        """
        select t.model_name, t.task, t.hyper_parameters, t.validation_ndcg
        from recommender.trials as t
        inner join marts.training_fingerprints as f
            on t.split_name = f.split_name and t.item_type = f.item_type and t.fingerprint = f.fingerprint
        inner join recommender.runs as r
            on t.split_name = r.split_name and t.item_type = r.item_type and t.task = r.task
            and t.model_name = r.model_name
        where t.split_name = ? and t.item_type = ? and t.is_chosen and r.status = 'ok'
        order by t.validation_ndcg, t.model_name desc
        """,
        [split_name, item_type],
    )
    found = [
        Chosen(str(name), str(task), str(hyper_parameters), float(score))
        for name, task, hyper_parameters, score in zip(*rows.values(), strict=True)
    ]
    today = {*recommenders(), *(blend.name for blend in BLENDS)}
    return [chosen for chosen in found if chosen.model_name in today]


def known_by(chosen: list[Chosen]) -> Mapping[str, type[Recommender]]:
    """Name every recommender, and the blends of the best that learn where two or more were chosen."""
    learnt: dict[str, Recommender] = {}
    for of_task in reversed(chosen):
        recommender = recommenders().get(of_task.model_name)
        if recommender and not recommender.is_baseline and of_task.task == TASK:
            learnt[of_task.model_name] = recommender(**json.loads(of_task.hyper_parameters))
    best = Known(dict(list(learnt.items())[:MOST_KNOWN]))
    return recommenders() | ({blend.name: blend.over(best) for blend in BLENDS} if len(best) > 1 else {})
