"""Runs dbt inside the test's process, against a warehouse of the test's own."""

import os
from pathlib import Path
from unittest import mock

from dbt.adapters.duckdb.connections import DuckDBConnectionManager
from dbt.cli.main import dbtRunner
from parsed_project import ROOT, parsed


def run_dbt(
    *arguments: str,
    warehouse: Path,
    raw: Path | None = None,
    demo: Path | None = None,
    source: str = "1k",
    splits: str = "",
    variables: str = "{}",
    project: Path = ROOT / "dbt_project",
) -> None:
    """Run a dbt command and free the warehouse file afterwards.

    Parameters
    ----------
    *arguments : str
        The command and its flags, such as 'run', '--select', 'model_metrics'.
    warehouse : Path
        The .duckdb file; dbt's target and logs go beside it.
    raw : Path or None
        Folder of raw files; None for a folder that holds none.
    demo : Path or None
        Folder of the demo; None for a folder that holds none.
    source, splits, variables : str
        SOURCE, SPLITS and dbt vars (YAML).
    project : Path
        Folder of the dbt project: this repository's, or a changed copy.

    Raises
    ------
    AssertionError
        With dbt's messages, where it does not succeed.
    """
    nothing = warehouse.parent / "nothing"
    environment = {
        "WAREHOUSE": str(warehouse),
        "RAW": str(raw or nothing),
        "DEMO": str(demo or nothing),
        "SOURCE": source,
        "SPLITS": splits,
        "DBT_PROJECT_DIR": str(project),
        "DBT_PROFILES_DIR": str(ROOT),
    }
    options = ["--vars", variables, "--target-path", str(warehouse.parent / "target")]
    options += ["--log-path", str(warehouse.parent / "logs"), "--log-level-file", "none"]
    quietly = ["--quiet", "--log-level", "none"]
    try:
        with mock.patch.dict(os.environ, environment):
            manifest = parsed(warehouse) if project == ROOT / "dbt_project" else None
            result = dbtRunner(manifest).invoke([*arguments, *options, *quietly])
    finally:
        DuckDBConnectionManager.close_all_connections()
    if result.exception is not None:
        raise AssertionError(str(result.exception))
    failures = [f"{run.node.name}: {run.message}" for run in result.result or () if run.status in ("error", "fail")]
    assert result.success, "\n".join(failures)
