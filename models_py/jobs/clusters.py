"""Stores the cluster solutions of users and items; SQL chooses among them."""

from collections.abc import Sequence

import numpy as np

from models_py.clustering import Clustering, cluster_grid
from models_py.training import Parameters, Study, read_training_data
from models_py.warehouse import Replacement, Warehouse, strings

FIGURES = (
    "silhouette",
    "silhouette_shuffled",
    "davies_bouldin",
    "seed_stability",
    "half_sample_stability",
    "largest_share",
)


def cluster(warehouse: Warehouse, study: Study, parameters: Parameters) -> None:
    """Cluster the users and items of a study by taste."""
    interactions = read_training_data(warehouse, study).train
    solutions = cluster_grid(interactions, parameters.random_seed, parameters.cluster_counts)
    key, stamp = {"item_type": study.item_type}, {"fingerprint": study.fingerprint}
    trials = [solution.trial for solution in solutions]
    figures = {
        "entity_type": strings("user" if trial.entity == "user" else study.item_type for trial in trials),
        **_settings(solutions, [1] * len(solutions)),
        **{name: np.array([getattr(trial, name) for trial in trials], dtype=float) for name in FIGURES},
    }
    warehouse.replace(
        [
            Replacement("cluster_trials", key, figures, stamp),
            *(
                Replacement(f"{entity}_cluster_labels", key, _labels(solutions, entity), stamp)
                for entity in ("user", "item")
            ),
        ]
    )


def _labels(solutions: Sequence[Clustering], entity: str) -> dict[str, np.ndarray]:
    chosen = [solution for solution in solutions if solution.trial.entity == entity]
    if not chosen:
        return {}
    sizes = [len(solution.cluster_id) for solution in chosen]
    return {
        **_settings(chosen, sizes),
        f"{entity}_index": np.concatenate([np.arange(size) for size in sizes]),
        **{
            name: np.concatenate([getattr(solution, name) for solution in chosen])
            for name in ("cluster_id", "distance", "silhouette", "x", "y")
        },
    }


def _settings(solutions: Sequence[Clustering], repeats: Sequence[int]) -> dict[str, np.ndarray]:
    """Return the columns that name a solution, each repeated as often as it has rows."""
    return {
        name: np.repeat(strings(getattr(solution.trial, name) for solution in solutions), repeats)
        for name in ("representation", "algorithm", "n_clusters")
    }
