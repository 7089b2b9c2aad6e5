"""The order of a benchmark: each case's stages one after the other, then the data frames on the same file."""

import json
import shutil
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

import yaml

from models_py.errors import BuildError
from models_py.experiments.benchmark.children import Ended, run_alone
from models_py.experiments.benchmark.raw import Case, cases
from models_py.experiments.benchmark.report import Results
from models_py.settings.environment import Settings
from models_py.sources.files import recognized_formats
from models_py.terminal.printing import say
from models_py.terminal.stopping import say_when_stopped
from models_py.warehouse import Warehouse

# in the order of `make evaluate`, but for the trials, which nothing needs
STAGES = {
    "check": "raw files checked",
    "marts": "marts",
    "evaluation_inputs": "evaluation inputs",
    "tests": "tests",
    "recommenders": "recommenders",
    "trials": "trials alone",
    "results": "results",
}
TOOLS = {
    "pandas": "pandas, three columns",
    "pandas_all_columns": "pandas, all columns",
    "polars": "polars read_csv, three columns",
    "polars_streaming": "polars scan_csv, streaming",
}
ONE_TRIAL = {"tuning_trials": 1}


def run(settings: Settings, output: Path, scales: tuple[str, ...] = (), lookalike: Path | None = None) -> None:
    """Measure every stage, model and dbt node, and data frames beside them; write tables, a page and a plot.

    Parameters
    ----------
    settings : Settings
        The study; its published warehouse is not touched.
    output : Path
        Folder for everything that is written.
    scales : tuple of str
        Sizes of look-alikes to measure, as shares of the full file; none to measure the folder RAW.
    lookalike : Path or None
        Program that writes look-alikes.

    Raises
    ------
    MusicError
        Where there is nothing to measure or a stage fails; the rows that are finished are written.
    """
    given = yaml.safe_load(settings.variables) or {}
    settings = replace(settings, variables=json.dumps(ONE_TRIAL | given, default=str))
    say_when_stopped(f"Stopped: what was measured so far is in {output}.")
    measured = cases(settings, output, scales, lookalike)
    results = Results(output)
    for case in measured:
        measure(case, results)
        compare(case, results)
    results.finish()
    say(f"The tables are in {output / 'benchmark.md'} and in .csv files beside it.")


def measure(case: Case, results: Results) -> None:
    """Run every stage on one folder of raw files, each in a process of its own.

    Raises
    ------
    BuildError
        Where a stage fails, with its last words.
    """
    folder = case.settings.warehouse.parent
    shutil.rmtree(folder, ignore_errors=True)
    for task, stage in STAGES.items():
        ended = run_alone(task, case.settings, folder)
        if ended.failure:
            raise BuildError(f"The stage '{stage}' of {case.name} failed ({ended.failure}): see {folder}/{task}.log.")
        results.add_stage(case.name, stage, ended)
        if task == "marts":
            results.plays[case.name] = _count(case, "select cast(sum(play_count) as bigint) from marts.users")
        if task == "trials":
            results.add_models(case.name, Warehouse(case.settings.warehouse), ended.reply["trials"])
        results.write()
        _say(case, stage, ended)


def compare(case: Case, results: Results) -> None:
    """Put the marts beside what pandas and polars need to count plays per user and track of the same file."""
    if recognized_formats(case.settings) != ["lastfm_1k"]:
        say(f"{case.name}: pandas and polars are compared on one file of plays with titles only.")
        return
    results.add_marts_to_comparison(
        case.name,
        rows=_count(case, "select cast(max(value) as bigint) from marts.load_audit where check_name = 'lines_read'"),
        pairs=_count(case, "select count(*) from marts.user_item_plays where item_type = 'track'"),
    )
    compare_data_frames(case, results)
    results.write()


def compare_data_frames(case: Case, results: Results) -> None:
    """Let each tool count in a process of its own; one that is not installed is a row that says so."""
    for task, tool in TOOLS.items():
        library = task.split("_")[0]
        if not is_installed(library):
            results.add_comparison(case.name, tool, None, f"{library} is not installed")
            continue
        ended = run_alone(task, case.settings, case.settings.warehouse.parent)
        results.add_comparison(case.name, tool, ended, ended.failure)
        _say(case, tool, ended)


def is_installed(library: str) -> bool:
    """Tell whether a library can be imported."""
    return find_spec(library) is not None


def _count(case: Case, query: str) -> int:
    [[number]] = Warehouse(case.settings.warehouse).read(query).values()
    return int(number)


def _say(case: Case, what: str, ended: Ended) -> None:
    say(
        f"{case.name}, {what}: {ended.failure or 'done'}, {ended.seconds:.1f} s, "
        f"{ended.cpu_seconds:.1f} s of CPU, {ended.peak_memory_mb:,.0f} MiB"
    )
