"""The tables of a benchmark, as CSV files and as one page, written anew after each stage: a break loses little."""

import csv
import math
from collections.abc import Mapping, Sequence
from pathlib import Path

from models_py.experiments.benchmark.children import Ended
from models_py.experiments.benchmark.growth import TOLERANCE, growth
from models_py.experiments.benchmark.plot import PLOT, draw
from models_py.terminal.stopping import written_whole
from models_py.warehouse import Warehouse

Row = dict[str, object]

PAGE = "benchmark.md"
SLOWEST = 15
TITLES = {
    "stages": "Stages",
    "models": "Models",
    "comparison": "The same counts with data frames",
    "growth": "Growth",
    "nodes": f"The {SLOWEST} slowest dbt nodes",
    "jobs": f"The {SLOWEST} slowest Python jobs",
}
RUNS = """
    select distinct on (split_name, item_type, model_name)
        split_name, item_type, model_name, status, fit_seconds, recommend_seconds, peak_memory_mb, n_users, n_items,
        n_interactions
    from recommender.runs
    order by split_name, item_type, model_name, status = 'ok' desc, task
"""


class Results:
    """Rows of every table so far.

    Parameters
    ----------
    folder : Path
        Takes the files.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.plays: dict[str, int] = {}
        self._stages: list[Row] = []
        self._steps: dict[str, list[Row]] = {"nodes": [], "jobs": []}
        self._models: list[Row] = []
        self._comparison: list[Row] = []

    def add_stage(self, case: str, stage: str, ended: Ended) -> None:
        """Note what a stage used, and each of its steps."""
        figures = {
            "seconds": ended.seconds,
            "cpu_seconds": ended.cpu_seconds,
            "startup_cpu_seconds": ended.startup_cpu_seconds,
            "peak_memory_mb": ended.peak_memory_mb,
        }
        self._stages.append({"case": case, "stage": stage, **figures})
        for kind, steps in self._steps.items():
            steps += [{"case": case, "stage": stage, **step} for step in ended.reply.get(kind, [])]

    def add_models(self, case: str, warehouse: Warehouse, trials: Sequence[Row]) -> None:
        """Note every model that was run, with what one trial of it used."""
        of_trials = {_model(trial): trial for trial in trials}
        columns = {name: values.tolist() for name, values in warehouse.read(RUNS).items()}
        for values in zip(*columns.values(), strict=True):
            model = dict(zip(columns, values, strict=True))
            self._models.append({"case": case, **model, **of_trials.get(_model(model), {})})

    def add_comparison(self, case: str, tool: str, ended: Ended | None, note: str) -> None:
        """Note what another tool used, or why there is nothing to note."""
        figures: Row = {"case": case, "tool": tool, "note": note}
        if ended is not None:
            figures |= {
                "seconds": ended.seconds,
                "cpu_seconds": ended.cpu_seconds,
                "peak_memory_mb": ended.peak_memory_mb,
                **ended.reply,
            }
        self._comparison.append(figures)

    def add_marts_to_comparison(self, case: str, rows: int, pairs: int) -> None:
        """Put the stage that makes all the marts beside the other tools."""
        marts = next(row for row in self._stages if row["case"] == case and row["stage"] == "marts")
        figures = {name: marts[name] for name in ("seconds", "cpu_seconds", "peak_memory_mb")}
        counts = {"rows_read": rows, "distinct_pairs": pairs}
        note = "all listening and training marts; names folded, bad lines kept apart"
        self._comparison.append({"case": case, "tool": "this project, marts", **figures, **counts, "note": note})

    def write(self) -> None:
        """Write every table and the page."""
        self.folder.mkdir(parents=True, exist_ok=True)
        tables = self._tables()
        for name, rows in tables.items():
            write_csv(self.folder / f"{name}.csv", rows)
        shown = tables | {name: _slowest(steps) for name, steps in self._steps.items()}
        parts = [f"## {TITLES[name]}\n\n{markdown(rows)}" for name, rows in shown.items() if rows]
        with written_whole(self.folder / PAGE) as page:
            page.write_text("# Benchmark\n\n" + "\n\n".join(parts) + "\n")

    def finish(self) -> None:
        """Write the tables, and draw the plot where several sizes were measured."""
        self.write()
        (self.folder / PLOT).unlink(missing_ok=True)
        if len(self.plays) > 1:
            draw(self._tables()["stages"], self.folder / PLOT)

    def _tables(self) -> dict[str, list[Row]]:
        stages = [_with_speed(row, self.plays.get(str(row["case"]), 0)) for row in self._stages]
        grown = [{**row, "tolerance": TOLERANCE} for row in growth(stages)]
        return {
            "stages": stages,
            "models": self._models,
            "comparison": self._comparison,
            "growth": grown,
            **self._steps,
        }


def _model(row: Mapping[str, object]) -> tuple[object, ...]:
    return tuple(row[name] for name in ("split_name", "item_type", "model_name"))


def _with_speed(row: Row, plays: int) -> Row:
    return {**row, "plays": plays, "plays_per_second": plays / float(str(row["seconds"]))}


def _slowest(steps: Sequence[Row]) -> list[Row]:
    """Return the slowest steps of each case, cases in their order."""
    of_cases = {row["case"]: [other for other in steps if other["case"] == row["case"]] for row in steps}
    return [row for rows in of_cases.values() for row in sorted(rows, key=lambda row: -row["seconds"])[:SLOWEST]]


def _columns(rows: Sequence[Row]) -> list[str]:
    return list(dict.fromkeys(name for row in rows for name in row))


def write_csv(path: Path, rows: Sequence[Row]) -> None:
    """Write rows, whose columns are those of any of them, whole or not at all."""
    with written_whole(path) as part, part.open("w", newline="") as file:
        writer = csv.DictWriter(file, _columns(rows))
        writer.writeheader()
        writer.writerows(rows)


def markdown(rows: Sequence[Row]) -> str:
    """Show rows as a table."""
    columns = _columns(rows)
    head = "| " + " | ".join(name.replace("_", " ") for name in columns) + " |\n|" + "---|" * len(columns)
    return "\n".join([head, *("| " + " | ".join(_text(row.get(name)) for name in columns) + " |" for row in rows)])


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if value is None or isinstance(value, float) and math.isnan(value):
        return ""
    if isinstance(value, float):
        return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.2f}"
    return f"{value:,}" if isinstance(value, int) else str(value)
