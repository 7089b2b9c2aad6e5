"""The whole path: dbt's first half, the Python jobs, dbt's second half, and the rename that publishes."""

import os
from contextlib import suppress
from pathlib import Path

from models_py import dbt, jobs
from models_py.data.parameters import Parameters
from models_py.errors import BuildError, SettingError, WarehouseError
from models_py.jobs.groups import group_items, wanted_groups
from models_py.jobs.outdated import everything
from models_py.publishing import building
from models_py.publishing.versions import versions_of
from models_py.publishing.working import learning, trials_beside
from models_py.recommenders.registry import check_recommenders
from models_py.reports.left_out import (
    describe_idle_feedback,
    describe_local_clocks,
    describe_older_serving,
    describe_what_is_left_out,
    require_plays,
)
from models_py.serving.people import served_labels
from models_py.serving.saved import models_folder, remove_models
from models_py.settings.checks import check_raw_folder, check_splits
from models_py.settings.environment import Settings
from models_py.settings.replacing import check_demo_replaces_no_data, check_users_remain
from models_py.settings.variables import check_same_study
from models_py.sources.archives import unpack
from models_py.sources.demo import write_demo
from models_py.sources.demo.files import EVENTS_1K, EVENTS_360K
from models_py.sources.files import check_raw_files, describe_unknown_files, explain, recognized_formats
from models_py.terminal.printing import say
from models_py.terminal.progress import Stage, stage
from models_py.terminal.stopping import remove
from models_py.warehouse import Warehouse

EVENTS = {"1k": EVENTS_1K, "360k": EVENTS_360K}
STALE = "assert_results_are_of_this_study"
UNGROUPED = "assert_item_groups_are_stored"
RESULTS = "source:recommender+"
# Unit tests check code on made rows and say nothing of the data at hand. A bare `dbt build` runs them.
NO_UNIT_TESTS = ("--exclude-resource-type", "unit_test")
OUT_OF_MEMORY = "Out of Memory Error"
DISK_FULL = ("No space left on device", "File too large", "Disk quota exceeded", "max_temp_directory_size")


def evaluate(settings: Settings, prepare: bool = True, anew: bool = False) -> None:
    """Build marts, tune and fit every recommender, cluster, measure, and publish the warehouse by rename.

    Parameters
    ----------
    settings : Settings
        The study.
    prepare : bool
        Whether to run dbt's first half; without it the marts are taken as they are.
    anew : bool
        Whether to learn again what is stored for the same plays, settings and code.

    Raises
    ------
    MusicError
        Where any step fails; the published file is then as it was.
    """
    check_recommenders()
    if prepare:
        ensure_raw_files(settings)
    else:
        check_same_study(settings, Parameters.read_row(Warehouse(settings.warehouse)))
    with building(settings.warehouse, settings.kept_versions, goes_on=True, keeps_marts=not prepare) as working:
        if prepare:
            with stage("Raw files to training marts (dbt)") as shown:
                _build(["--exclude", RESULTS, UNGROUPED], working, settings, shown)
                _find_wanted_groups(RESULTS, working, settings, shown)
            _report_what_is_left_out(settings, Warehouse(working))
            check_users_remain(settings, working)
        elif wanted_groups(Warehouse(working)):
            raise SettingError("SPLITS names a split by groups of items that were not found yet: run `make evaluate`.")
        with stage("Recommenders, factorizations, clusters, themes (Python)") as shown:
            if anew:
                Warehouse(working).replace(everything(Warehouse(working)))
                remove(trials_beside(working))
            learning(working)
            jobs.run(Warehouse(working), shown, models_folder(settings.warehouse))
        with stage("Results to metrics and serving (dbt)") as shown:
            _build(["--select", RESULTS], working, settings, shown)
    _remove_models_of_nobody(settings.warehouse)


def build(settings: Settings) -> None:
    """Build every table from the raw files and the results stored last, and publish the warehouse by rename.

    Parameters
    ----------
    settings : Settings
        The study.

    Raises
    ------
    MusicError
        Where any step fails; the published file is then as it was.
    """
    check_recommenders()
    ensure_raw_files(settings)
    with building(settings.warehouse, settings.kept_versions) as working:
        # new data makes the stored results stale: the marts are published all the same, for the next fit to read
        with stage("Raw files and stored results to marts (dbt)") as shown:
            _build(["--exclude", STALE, UNGROUPED], working, settings, shown)
            _find_wanted_groups(STALE, working, settings, shown)
            stale = _fails(["--select", STALE], working, settings, shown)
        _report_what_is_left_out(settings, Warehouse(working))
        for sentence in describe_older_serving(Warehouse(working)):
            say(sentence)
        check_users_remain(settings, working)
    say(f"The marts are in {settings.warehouse}, schema marts.")
    if stale:
        say("The results in it are of an older study and not shown: run `make fit`.")


def protocols(settings: Settings, item_type: str, n_trials: int | None) -> None:
    """Score every combination of protocol switches on the marts as they are, and publish the warehouse by rename.

    Parameters
    ----------
    settings : Settings
        The study that the marts were built for.
    item_type : str
        'track' or 'artist'.
    n_trials : int or None
        Settings tried per model; the var tuning_trials where it is None.

    Raises
    ------
    MusicError
        Where any step fails; the published file is then as it was.
    """
    # here, because it loads every model, and the other commands start without
    from models_py.jobs.protocols import study_protocols

    check_same_study(settings, Parameters.read_row(Warehouse(settings.warehouse)))
    with building(settings.warehouse, settings.kept_versions) as working:
        with stage(f"Every protocol on {item_type}s (Python)") as shown:
            trials = n_trials or Parameters.read(Warehouse(working)).tuning_trials
            study_protocols(Warehouse(working), item_type, trials, shown)
        with stage("Scores to effects (dbt)") as shown:
            tables = ("protocol_scores", "reconstruction_errors")
            _build(["--select", *(f"source:recommender.{table}+" for table in tables)], working, settings, shown)


def ensure_raw_files(settings: Settings) -> None:
    """Check the raw files, or write the demo where there are none.

    Raises
    ------
    MusicError
        Where a raw file cannot be loaded, or the demo may not take the place of raw files.
    """
    check_raw_folder(settings)
    if not settings.has_event_files():
        check_demo_replaces_no_data(settings)
        ensure_demo(settings)
        return
    # dbt finds there what is unpacked
    os.environ["UNPACKED"] = str(settings.unpacked)
    with stage("Raw files checked"):
        unpack(settings.archives(), settings.unpacked)
        check_raw_files(settings)
        check_splits(settings, recognized_formats(settings))
    for sentence in describe_unknown_files(settings):
        say(sentence)


def _remove_models_of_nobody(published: Path) -> None:
    """Remove the saved models that serve neither what is published nor an earlier version of it."""
    served = set(served_labels(Warehouse(published)).values())
    for version in versions_of(published):
        # one of another version of this package serves nobody before it is built anew
        with suppress(WarehouseError):
            served |= set(served_labels(Warehouse(version)).values())
    remove_models(models_folder(published), served)


def _find_wanted_groups(excluded: str, working: Path, settings: Settings, shown: Stage) -> None:
    """Find the groups of items that a split needs and that are not stored, and build again what comes of them.

    The marts they are found in are built then; so a build whose groups are stored does nothing twice.
    """
    if wanted := wanted_groups(Warehouse(working)):
        shown.doing("groups of items that are played together")
        group_items(Warehouse(working), wanted)
        _build(["--select", "source:grouping+", "--exclude", excluded], working, settings, shown)


def _report_what_is_left_out(settings: Settings, warehouse: Warehouse) -> None:
    """Print what the load left out; end here where it left out everything."""
    require_plays(settings, warehouse)
    left_out = describe_what_is_left_out(warehouse) + describe_local_clocks(warehouse)
    for sentence in left_out + describe_idle_feedback(settings.feedback, warehouse):
        say(sentence)


def _build(selection: list[str], working: Path, settings: Settings, shown: Stage) -> None:
    """Run dbt; where it fails, say what a person can do about it as far as that can be told."""
    try:
        dbt.build([*NO_UNIT_TESTS, *selection], working, settings.variables, shown)
    except BuildError as error:
        if any(sign in str(error) for sign in DISK_FULL):
            raise WarehouseError(
                f"The disk is full: free some space in {working.parent}, or set WAREHOUSE to a file elsewhere."
            ) from error
        if OUT_OF_MEMORY in str(error):
            raise BuildError(
                f"DuckDB ran out of memory in {', '.join(error.failed[:3]) or 'dbt'}: raise MEMORY_LIMIT, "
                f"which is {os.environ.get('MEMORY_LIMIT') or 'at its default'}.",
                error.failed,
            ) from error
        raise explain(settings, error.failed, str(error)) or error from error


def _fails(selection: list[str], working: Path, settings: Settings, shown: Stage) -> bool:
    try:
        dbt.build([*NO_UNIT_TESTS, *selection], working, settings.variables, shown)
    except BuildError as error:
        if not error.failed:
            raise
        return True
    return False


def make_demo(settings: Settings) -> dict:
    """Write the demo and return its truth.

    Raises
    ------
    SettingError
        Where its folder cannot be written.
    """
    try:
        return write_demo(settings.demo)
    except OSError as error:
        raise SettingError(
            f"The demo cannot be written to {settings.demo} ({error.strerror}): set DEMO to a writable folder."
        ) from error


def ensure_demo(settings: Settings) -> None:
    """Write the demo where it is missing, and say that it is used."""
    if not (settings.demo / EVENTS[settings.source]).exists():
        make_demo(settings)
    say(
        f"There is no event file in {settings.raw}: using the embedded demo in {settings.demo}. "
        "Its tastes are planted, so its figures test the code and say nothing about music."
    )
