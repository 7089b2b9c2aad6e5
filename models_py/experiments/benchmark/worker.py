"""The child process of a benchmark, `python -m MODULE TASK ANSWER`: one task, and what it used.

Imports lie inside the tasks: what one task does not need must not count as its memory.
"""

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

from models_py.errors import MusicError
from models_py.resources import measured
from models_py.serving.saved import models_folder
from models_py.settings.environment import Settings
from models_py.terminal.printing import complain

MARTS = ("+path:models/marts/listening", "+path:models/marts/training")
OF_RESULTS = "source:recommender+"
NO_TESTS = ("--exclude-resource-type", "test", "unit_test")
ONLY_TESTS = ("--resource-type", "test", "unit_test")
TRAINING = [*NO_TESTS, "--select", "+training_interactions"]
DBT_SELECTIONS = {
    "marts": [*NO_TESTS, "--select", *MARTS],
    "evaluation_inputs": [*NO_TESTS, "--exclude", OF_RESULTS, *MARTS],
    "tests": [*ONLY_TESTS, "--exclude", OF_RESULTS],
    "results": ["--select", OF_RESULTS],
    "on_duckdb": TRAINING,
}


class Work:
    """Notes how much CPU the process had used when its work began."""

    def __init__(self) -> None:
        self.startup_cpu_seconds = 0.0

    def begun(self) -> None:
        """Say that what comes now is the work itself."""
        self.startup_cpu_seconds = time.process_time()


def _checked(settings: Settings, work: Work) -> dict:
    from models_py.sources.files import check_raw_files

    work.begun()
    check_raw_files(settings)
    return {}


def _dbt(selection: list[str], target: str | None = None) -> Callable[[Settings, Work], dict]:
    def build(settings: Settings, work: Work) -> dict:
        from models_py import dbt
        from models_py.experiments.benchmark.steps import MeasuredSteps

        steps = MeasuredSteps(work.begun)
        dbt.build(selection, settings.warehouse, settings.variables, steps, target)
        return {"nodes": steps.rows()}

    return build


def _on_spark(settings: Settings, work: Work) -> dict:
    from models_py.spark.usage import java_used

    return {**_dbt(TRAINING, "spark_local")(settings, work), "java": java_used()}


def _jobs(settings: Settings, work: Work) -> dict:
    from models_py import jobs
    from models_py.experiments.benchmark.steps import MeasuredSteps
    from models_py.warehouse import Warehouse

    steps = MeasuredSteps(work.begun)
    jobs.run(Warehouse(settings.warehouse), steps, models_folder(settings.warehouse))
    return {"jobs": steps.rows()}


def _trials(settings: Settings, work: Work) -> dict:
    from models_py.experiments.benchmark.trials import measure_trials
    from models_py.warehouse import Warehouse

    work.begun()
    return {"trials": measure_trials(Warehouse(settings.warehouse))}


def _compared(tool: str) -> Callable[[Settings, Work], dict]:
    def count(settings: Settings, work: Work) -> dict:
        from models_py.experiments.benchmark.comparison import TOOLS

        [path] = settings.event_files()
        rows, pairs = TOOLS[tool](path, work.begun)
        return {"rows_read": rows, "distinct_pairs": pairs}

    return count


TASKS: dict[str, Callable[[Settings, Work], dict]] = {
    "check": _checked,
    **{name: _dbt(selection) for name, selection in DBT_SELECTIONS.items()},
    "on_spark": _on_spark,
    "recommenders": _jobs,
    "trials": _trials,
    **{tool: _compared(tool) for tool in ("pandas", "pandas_all_columns", "polars", "polars_streaming")},
}


def main() -> None:
    """Do the task that the command line names, and write the answer where it says."""
    task, answer = sys.argv[1:]
    work = Work()
    with measured() as usage:
        try:
            reply = TASKS[task](Settings.from_environment(), work)
        except (MusicError, ImportError) as error:
            complain(" ".join(str(error).split()))
            sys.exit(1)
    told = {
        "peak_memory_mb": usage.peak_memory_mb,
        "startup_cpu_seconds": work.startup_cpu_seconds,
        "reply": reply,
    }
    Path(answer).write_text(json.dumps(told))


if __name__ == "__main__":
    main()
