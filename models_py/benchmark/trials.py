"""What one trial of the search costs, per model, split and item type: one fit, its lists, and their scores."""

from threadpoolctl import threadpool_limits

from models_py.jobs.evaluation import tuning_data
from models_py.recommenders.registry import recommenders
from models_py.resources import BLAS_THREADS, measured
from models_py.training import Parameters, Study, TrainingData, read_studies, read_training_data
from models_py.tuning import tune
from models_py.warehouse import Warehouse


def measure_trials(warehouse: Warehouse) -> list[dict[str, object]]:
    """Tune every model on every study that is evaluated, and say what a trial used, as rows of `trials`."""
    parameters = Parameters.read(warehouse)
    rows: list[dict[str, object]] = []
    with threadpool_limits(limits=BLAS_THREADS):
        for study in read_studies(warehouse):
            if study.split_kind != "full" and study.n_users >= parameters.min_users_to_learn:
                data = read_training_data(warehouse, study, parameters.window_days)
                rows += [_trial(name, study, data, parameters) for name in recommenders()]
    return [row for row in rows if row]


def _trial(name: str, study: Study, data: TrainingData, parameters: Parameters) -> dict[str, object]:
    recommender = recommenders()[name]
    if recommender.needs_times and not data.train.windows:
        return {}
    fit, validation = tuning_data(data, parameters)
    with measured() as usage:
        trials = tune(
            recommender,
            fit,
            validation,
            n_trials=parameters.tuning_trials,
            budget_seconds=parameters.tuning_budget_seconds,
            seed=parameters.random_seed,
            tasks=[task for task in recommender.tasks if task in study.tasks],
        )
    count = len({trial.trial for trial in trials})
    return {
        **study.key,
        "model_name": name,
        "seconds_per_trial": usage.seconds / count,
        "cpu_seconds_per_trial": usage.cpu_seconds / count,
        "trial_peak_memory_mb": usage.peak_memory_mb,
    }
