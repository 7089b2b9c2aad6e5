"""The whole path: dbt's first half, the Python jobs, dbt's second half, and the rename that publishes."""

import csv
from pathlib import Path

from models_py import dbt, jobs
from models_py.demo import write_demo
from models_py.errors import StudyError
from models_py.progress import console, stage
from models_py.settings import Settings
from models_py.warehouse import Warehouse, building

SPLITS_SEED = Path("dbt_project/seeds/splits.csv")


def evaluate(settings: Settings, prepare: bool = True) -> None:
    """Build marts, tune and fit every recommender, cluster, measure, and publish the warehouse by rename.

    Parameters
    ----------
    settings : Settings
        The study.
    prepare : bool
        Whether to run dbt's first half; without it the marts are taken as they are.

    Raises
    ------
    MusicError
        Where any step fails; the published file is then as it was.
    """
    check_splits(settings)
    if prepare and not settings.has_event_files():
        ensure_demo(settings)
    with building(settings.warehouse) as working:
        if prepare:
            with stage("Raw files to training marts (dbt)") as shown:
                dbt.build(["--exclude", "source:recommender+"], working, settings.variables, shown)
        with stage("Recommenders, factorizations, clusters (Python)") as shown:
            jobs.run(Warehouse(working), shown)
        with stage("Results to metrics and serving (dbt)") as shown:
            dbt.build(["--select", "source:recommender+"], working, settings.variables, shown)


def ensure_demo(settings: Settings) -> None:
    """Write the demo where it is missing, and say that it is used."""
    if not (settings.demo / "truth.json").exists():
        write_demo(settings.demo)
    console.print(
        f"There is no event file in {settings.raw}: using the embedded demo in {settings.demo}. "
        "Its tastes are planted, so its figures test the code and say nothing about music."
    )


def check_splits(settings: Settings) -> None:
    """Refuse names in SPLITS that the seed does not have.

    Raises
    ------
    StudyError
        Naming the unknown splits and those that exist.
    """
    with SPLITS_SEED.open(newline="") as file:
        known = [row["split_name"] for row in csv.DictReader(file)]
    unknown = [name for name in settings.splits if name not in known]
    if unknown:
        raise StudyError(
            f"SPLITS names {', '.join(unknown)}, which {SPLITS_SEED} lacks: choose from {', '.join(known)}."
        )
