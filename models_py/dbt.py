"""Runs dbt inside this process, with progress, and frees the warehouse file afterwards."""

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


def build(selection: list[str], warehouse: Path, variables: str, stage: Stage) -> None:
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

    _run(["build", *selection], warehouse, variables, report)


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


@cache
def parsed(warehouse: Path, variables: str) -> Manifest:
    """Parse the project, once for all that a command does with it.

    Parameters
    ----------
    warehouse : Path
        File whose name is in every relation.
    variables : str
        dbt vars as YAML.

    Raises
    ------
    BuildError
        With the one sentence that stopped dbt.
    """
    return _invoke(dbtRunner(), ["parse"], warehouse, variables).result


def _run(
    command: list[str], warehouse: Path, variables: str, report: Callable[[EventMsg], None] | None = None
) -> dbtRunnerResult:
    runner = dbtRunner(parsed(warehouse, variables), [report] if report else None)
    try:
        return _invoke(runner, command, warehouse, variables)
    finally:
        DuckDBConnectionManager.close_all_connections()


def _invoke(runner: dbtRunner, command: list[str], warehouse: Path, variables: str) -> dbtRunnerResult:
    os.environ["WAREHOUSE"] = str(warehouse)
    result = runner.invoke([*QUIETLY, *STRICTLY, *command, "--vars", variables or "{}", "--project-dir", "dbt_project"])
    if not result.success:
        raise _failure(result)
    return result


def _failure(result: dbtRunnerResult) -> BuildError:
    if result.exception is not None:
        return BuildError(" ".join(str(getattr(result.exception, "msg", result.exception)).split()))
    failed = [run for run in result.result if run.status in ("error", "fail")]
    lines = [f"{run.node.name}: {' '.join(str(run.message).split())}" for run in failed]
    return BuildError("dbt could not build " + "; ".join(lines), tuple(run.node.name for run in failed))
