"""The whole path: dbt's first half, the Python jobs, dbt's second half, and the rename that publishes."""

from models_py import dbt, jobs
from models_py.checks import check_raw_folder, check_same_study, check_splits, check_variables
from models_py.demo import write_demo
from models_py.demo.files import EVENTS_1K, EVENTS_360K
from models_py.errors import StudyError
from models_py.progress import console, stage
from models_py.settings import Settings
from models_py.training import Parameters
from models_py.warehouse import Warehouse, building

EVENTS = {"1k": EVENTS_1K, "360k": EVENTS_360K}


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
    check_variables(settings)
    if not prepare:
        check_same_study(settings, Parameters.read_row(Warehouse(settings.warehouse)))
    elif not settings.has_event_files():
        check_raw_folder(settings)
        ensure_demo(settings)
    with building(settings.warehouse) as working:
        if prepare:
            with stage("Raw files to training marts (dbt)") as shown:
                dbt.build(["--exclude", "source:recommender+"], working, settings.variables, shown)
        with stage("Recommenders, factorizations, clusters (Python)") as shown:
            jobs.run(Warehouse(working), shown)
        with stage("Results to metrics and serving (dbt)") as shown:
            dbt.build(["--select", "source:recommender+"], working, settings.variables, shown)


def make_demo(settings: Settings) -> dict:
    """Write the demo and return its truth.

    Raises
    ------
    StudyError
        Where its folder cannot be written.
    """
    try:
        return write_demo(settings.demo)
    except OSError as error:
        raise StudyError(
            f"The demo cannot be written to {settings.demo} ({error.strerror}): set DEMO to a writable folder."
        ) from error


def ensure_demo(settings: Settings) -> None:
    """Write the demo where it is missing, and say that it is used."""
    if not (settings.demo / EVENTS[settings.source]).exists():
        make_demo(settings)
    console.print(
        f"There is no event file in {settings.raw}: using the embedded demo in {settings.demo}. "
        "Its tastes are planted, so its figures test the code and say nothing about music."
    )
