"""Stores the cluster solutions of users and items; SQL chooses among them."""

import hashlib
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from scipy import sparse
from threadpoolctl import threadpool_limits

from models_py.clustering import Clustering, ClusterTrial, behaviour, cluster_grid, taste
from models_py.data.parameters import Parameters
from models_py.data.training import Dataset, read_training_data
from models_py.jobs.code import code_digest
from models_py.jobs.records import columns, joined
from models_py.jobs.runs import digest, is_stored
from models_py.matrices.weighting import best_known
from models_py.warehouse import Replacement, Warehouse, strings


def cluster(warehouse: Warehouse, dataset: Dataset, parameters: Parameters) -> None:
    """Cluster a dataset's best known items by taste and by behaviour, and its users where the items are artists.

    Users are grouped by the artists they play: tracks are too many for so few listeners.
    """
    entities = ("item", "user") if dataset.item_type == "artist" else ("item",)
    features = {entity: _read_features(warehouse, dataset, entity) for entity in entities}
    search_key = digest(
        [
            parameters.cluster_counts,
            parameters.max_clustered_items,
            parameters.random_seed,
            # features come from plays outside the fingerprint too
            *(hashlib.md5(of_entity.tobytes(), usedforsecurity=False).hexdigest() for of_entity in features.values()),
            code_digest(cluster_grid, taste, best_known),
        ]
    )
    if is_stored(warehouse, "cluster_trials", dataset, search_key):
        return
    train = read_training_data(warehouse, dataset).train
    known = best_known(train.listeners, parameters.max_clustered_items)
    rows = {"item": train.counts[:, known].T.tocsr(), "user": train.counts}
    indices = {"item": known, "user": np.arange(train.n_users)}
    solutions = {
        entity: _solutions(rows[entity], of_entity[indices[entity]], parameters)
        for entity, of_entity in features.items()
    }
    trials = {entity: [solution.trial for solution in found] for entity, found in solutions.items()}
    key, stamp = {"item_type": dataset.item_type}, {"fingerprint": dataset.fingerprint}
    warehouse.replace(
        [
            Replacement(
                "cluster_trials", key, _figures(trials, dataset.item_type), {**stamp, "search_key": search_key}
            ),
            *(
                Replacement(f"{entity}_cluster_labels", key, _labels(found, entity, indices[entity]), stamp)
                for entity, found in solutions.items()
            ),
        ]
    )


def _solutions(counts: sparse.csr_matrix, features: np.ndarray, parameters: Parameters) -> list[Clustering]:
    seed = parameters.random_seed
    # a space per thread, and one thread for each: more would add up centres in an order of their own
    with threadpool_limits(limits=1), ThreadPoolExecutor(2) as pool:
        of_taste = taste(counts, seed)
        spaces = of_taste, behaviour(features, of_taste.held_out, seed)
        of_spaces = pool.map(lambda space: cluster_grid(space, parameters.cluster_counts, seed), spaces)
        return [solution for found in of_spaces for solution in found]


def _read_features(warehouse: Warehouse, dataset: Dataset, entity: str) -> np.ndarray:
    """Scaled features of users or items, in the order of their index; age says who, not how, and stays out.

    Features that the data have no values for are left out; so may be all of them.
    """
    entity_type = "user" if entity == "user" else dataset.item_type
    names = warehouse.read(
        "select feature from marts.feature_scaling "
        "where entity_type = ? and value_count > 0 and feature <> 'age' order by feature",
        [entity_type],
    )["feature"]
    type_matches = "" if entity == "user" else "and f.item_type = t.item_type"
    scaled = ", ".join(f"coalesce(f.{name}_scaled, 0) as {name}" for name in names)
    features = warehouse.read(
        f"select t.{entity}_index{', ' if scaled else ''}{scaled} from marts.training_{entity}s as t "
        f"left join marts.{entity}_features as f on f.{entity}_id = t.{entity}_id {type_matches} "
        f"where t.split_name = ? and t.item_type = ? order by t.{entity}_index",
        [dataset.split_name, dataset.item_type],
    )
    n_entities = len(features[f"{entity}_index"])
    return np.column_stack([np.zeros(n_entities), *(features[name].astype(float) for name in names)])


def _figures(trials: dict[str, list[ClusterTrial]], item_type: str) -> dict[str, np.ndarray]:
    entities = [entity for entity, of_entity in trials.items() for _ in of_entity]
    return {
        "entity_type": strings("user" if entity == "user" else item_type for entity in entities),
        **columns([trial for of_entity in trials.values() for trial in of_entity], ClusterTrial.__dataclass_fields__),
    }


def _labels(solutions: Sequence[Clustering], entity: str, indices: np.ndarray) -> dict[str, np.ndarray]:
    trials, repeats = [solution.trial for solution in solutions], [len(indices)] * len(solutions)
    return {
        **columns(trials, ("representation", "algorithm", "n_clusters"), repeats),
        f"{entity}_index": np.tile(indices, len(solutions)),
        **joined(solutions, ("cluster_id", "distance", "silhouette", "x", "y")),
    }
