"""Runs dbt inside this process, with progress, and frees the warehouse file afterwards."""

import json
import os
from collections.abc import Callable
from functools import cache
from pathlib import Path

from dbt.adapters.duckdb.connections import DuckDBConnectionManager
from dbt.cli.main import dbtRunner, dbtRunnerResult
from dbt.contracts.graph.manifest import Manifest
from dbt_common.events.base_types import EventMsg

from models_py.errors import BuildError
from models_py.terminal.progress import Stage

QUIETLY = ["--quiet", "--log-level", "none"]
STRICTLY = ["--warn-error-options", '{"error": ["NoNodesForSelectionCriteria"]}']


def build(selection: list[str], warehouse: Path, variables: str, stage: Stage, target: str | None = None) -> None:
    """Build the selected half of the dbt project into `warehouse`; stop at the first half that fails.

    Parameters
    ----------
    selection : list of str
        `--select` or `--exclude` with its argument.
    warehouse : Path
        File to build into.
    variables : str
        dbt vars as YAML.
    stage : Stage
        Shows how many nodes are done.
    target : str or None
        Output of profiles.yml that is built in, `warehouse` by default.

    Raises
    ------
    BuildError
        With the messages of the nodes or the one sentence that stopped dbt.
    """

    def report(event: EventMsg) -> None:
        if event.info.name == "ConcurrencyLine":
            stage.total = event.data.node_count
        elif event.info.name == "NodeStart":
            stage.doing(event.data.node_info.node_name)
        elif event.info.name == "NodeFinished":
            stage.advance()

    _run(["build", *selection], warehouse, variables, report, target)


def compiled_analysis(name: str, warehouse: Path, variables: str) -> str:
    """Return the SQL of an analysis with its references resolved for `warehouse`, which is only read.

    Parameters
    ----------
    name : str
        Name of the analysis.
    warehouse : Path
        File that the SQL is for.
    variables : str
        dbt vars as YAML.

    Raises
    ------
    BuildError
        With the one sentence that stopped dbt.
    """
    result = _run(["compile", "--select", name, "--target", "reader"], warehouse, variables)
    return next(iter(result.result)).node.compiled_code


def document(warehouse: Path, variables: str) -> None:
    """Write the documentation as one page, with the columns of `warehouse` if there is one, which is only read.

    Raises
    ------
    BuildError
        With the one sentence that stopped dbt.
    """
    target, path = ("reader", warehouse) if warehouse.exists() else ("dev", Path(":memory:"))
    _run(["docs", "generate", "--static", "--target", target], path, variables)


def operate(macro: str, warehouse: Path, variables: str, target: str | None = None, **arguments: object) -> None:
    """Run a macro by itself, with arguments by name.

    Raises
    ------
    BuildError
        With the one sentence that stopped dbt.
    """
    _run(["run-operation", macro, "--args", json.dumps(arguments)], warehouse, variables, target=target)


@cache
def parsed(warehouse: Path, variables: str, target: str | None = None) -> Manifest:
    """Parse the project, once for all that a command does with it.

    Parameters
    ----------
    warehouse : Path
        File whose name is in every relation.
    variables : str
        dbt vars as YAML.
    target : str or None
        Output of profiles.yml, whose engine decides which macros are meant.

    Raises
    ------
    BuildError
        With the one sentence that stopped dbt.
    """
    return _invoke(dbtRunner(), ["parse"], warehouse, variables, target).result


def _run(
    command: list[str],
    warehouse: Path,
    variables: str,
    report: Callable[[EventMsg], None] | None = None,
    target: str | None = None,
) -> dbtRunnerResult:
    runner = dbtRunner(parsed(warehouse, variables, target), [report] if report else None)
    try:
        return _invoke(runner, command, warehouse, variables, target)
    finally:
        DuckDBConnectionManager.close_all_connections()


def _invoke(
    runner: dbtRunner, command: list[str], warehouse: Path, variables: str, target: str | None = None
) -> dbtRunnerResult:
    os.environ["WAREHOUSE"] = str(warehouse)
    choices = ["--target", target] if target else []
    choices += ["--vars", variables or "{}", "--project-dir", "dbt_project"]
    result = runner.invoke([*QUIETLY, *STRICTLY, *command, *choices])
    if not result.success:
        raise _failure(result)
    return result


def _failure(result: dbtRunnerResult) -> BuildError:
    if result.exception is not None:
        return BuildError(" ".join(str(getattr(result.exception, "msg", result.exception)).split()))
    failed = [run for run in result.result if run.status in ("error", "fail")]
    # a macro that was run by itself has no node
    names = tuple(run.node.name if hasattr(run, "node") else run.unique_id for run in failed)
    lines = [f"{name}: {' '.join(str(run.message).split())}" for name, run in zip(names, failed, strict=True)]
    return BuildError("dbt could not build " + "; ".join(lines), names)
