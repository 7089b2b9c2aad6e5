"""What one trial of the search costs, per model, split and item type: one fit, its lists, and their scores."""

from threadpoolctl import threadpool_limits

from models_py.data.parameters import Parameters
from models_py.data.training import Dataset, TrainingData, read_datasets, read_training_data
from models_py.evaluation.tuning import tune
from models_py.jobs.chosen import chosen_on, known_by
from models_py.jobs.evaluation import tuning_data
from models_py.recommenders.base import Recommender
from models_py.resources import BLAS_THREADS, measured
from models_py.warehouse import Warehouse


def measure_trials(warehouse: Warehouse) -> list[dict[str, object]]:
    """Tune every model on every dataset that is evaluated, and say what a trial used, as rows of `trials`."""
    parameters = Parameters.read(warehouse)
    rows: list[dict[str, object]] = []
    with threadpool_limits(limits=BLAS_THREADS):
        for dataset in read_datasets(warehouse):
            if dataset.split_kind != "full" and dataset.n_users >= parameters.min_users_to_learn:
                data = read_training_data(warehouse, dataset, parameters.window_days)
                models = known_by(chosen_on(warehouse, dataset.split_name, dataset.item_type))
                rows += [_trial(recommender, dataset, data, parameters) for recommender in models.values()]
    return [row for row in rows if row]


def _trial(
    recommender: type[Recommender], dataset: Dataset, data: TrainingData, parameters: Parameters
) -> dict[str, object]:
    if recommender.lacks(data.train):
        return {}
    fit, validation = tuning_data(data, dataset.item_type, parameters)
    with measured() as usage:
        trials = tune(
            recommender,
            fit,
            validation,
            n_trials=parameters.tuning_trials,
            budget_seconds=parameters.tuning_budget_seconds,
            k=parameters.headline_k,
            seed=parameters.random_seed,
            tasks=[task for task in recommender.tasks if task in dataset.tasks],
        )
    count = len({trial.trial for trial in trials})
    return {
        **dataset.key,
        "model_name": recommender.name,
        "seconds_per_trial": usage.seconds / count,
        "cpu_seconds_per_trial": usage.cpu_seconds / count,
        "trial_peak_memory_mb": usage.peak_memory_mb,
    }
