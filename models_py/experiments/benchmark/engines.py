"""The way from raw files to training interactions on DuckDB and on Spark, one after the other on this machine."""

import shutil
from dataclasses import replace
from pathlib import Path

from models_py.errors import BuildError
from models_py.experiments.benchmark.children import Ended, run_alone
from models_py.experiments.benchmark.plot import draw
from models_py.experiments.benchmark.raw import Case, cases
from models_py.experiments.benchmark.report import Row, markdown, write_csv
from models_py.settings.environment import Settings
from models_py.terminal.printing import say
from models_py.terminal.stopping import say_when_stopped, written_whole
from models_py.warehouse import Warehouse

# tasks of the worker
ENGINES = {"on_duckdb": "DuckDB", "on_spark": "Spark"}
NAME = "engines"


def run(settings: Settings, output: Path, scales: tuple[str, ...] = (), lookalike: Path | None = None) -> None:
    """Build the same tables of the same files with each engine; write a table and, of several sizes, a plot.

    Parameters
    ----------
    settings, output, scales, lookalike
        As for `running.run`.

    Raises
    ------
    MusicError
        Where there is nothing to measure or a build fails; the rows that are finished are written.
    """
    # Spark names files by their whole address
    output = output.absolute()
    say_when_stopped(f"Stopped: what was measured so far is in {output}.")
    rows: list[Row] = []
    for case in cases(settings, output, scales, lookalike):
        _compare(case, rows, output)
    if len({row["plays"] for row in rows}) > 1:
        draw(rows, output / f"{NAME}.svg", by="engine")
    say(f"The table is in {output / f'{NAME}.md'} and in {NAME}.csv beside it.")


def _compare(case: Case, rows: list[Row], output: Path) -> None:
    """Add a row for each engine; Spark's says how many times as long it took."""
    study = replace(case.settings, raw=case.settings.raw.absolute())
    folder = study.warehouse.parent
    shutil.rmtree(folder, ignore_errors=True)
    for task, engine in ENGINES.items():
        ended = run_alone(task, study, folder)
        if ended.failure:
            raise BuildError(f"{engine} failed on {case.name} ({ended.failure}): see {folder}/{task}.log.")
        rows.append({"case": case.name, "plays": _plays(study), "engine": engine, **_used(ended)})
        rows[-1]["times_duckdb"] = rows[-1]["building_seconds"] / next(
            row["building_seconds"] for row in rows if (row["case"], row["engine"]) == (case.name, ENGINES["on_duckdb"])
        )
        write_csv(output / f"{NAME}.csv", rows)
        with written_whole(output / f"{NAME}.md") as page:
            page.write_text(f"# Two engines\n\n{markdown(rows)}\n")
        say(f"{case.name}, {engine}: {rows[-1]['building_seconds']:.1f} s")


def _plays(study: Settings) -> int:
    return int(Warehouse(study.warehouse).read("select count(*) as n from marts.plays")["n"][0])


def _used(ended: Ended) -> Row:
    """Add up this machine's processes: Python, and Java where there is one; tables are built after dbt has started."""
    java = ended.reply.get("java", {})
    return {
        "seconds": ended.seconds,
        "building_seconds": sum(node["seconds"] for node in ended.reply["nodes"]),
        "cpu_seconds": ended.cpu_seconds + java.get("cpu_seconds", 0.0),
        "peak_memory_mb": ended.peak_memory_mb + java.get("peak_memory_mb", 0.0),
        "shuffled_mb": java.get("shuffled_mb"),
    }
