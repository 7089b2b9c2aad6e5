"""Builds on Spark: dbt, what learns there, and publication.

A build has schemas of its own, and is published by views in its place (macro `publish_build`).
"""

import logging
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from py4j.protocol import Py4JError
from pyspark.errors import PySparkException
from pyspark.sql import SparkSession

from models_py import dbt
from models_py.errors import BuildError
from models_py.parquet import SCHEMA, write_folder, write_reader
from models_py.pipeline import NO_UNIT_TESTS, RESULTS, STALE, ensure_raw_files
from models_py.reports.leaderboard import print_leaderboard
from models_py.settings.checks import is_address, raw_is_address
from models_py.settings.environment import Settings
from models_py.spark.failures import said_by
from models_py.terminal.printing import say
from models_py.terminal.progress import Stage, stage
from models_py.warehouse import SCHEMA as RECOMMENDER


def build(settings: Settings, target: str) -> None:
    """Build every table from the raw files and the results stored last, and publish.

    Parameters
    ----------
    settings : Settings
        The study; its raw folder may be an address that every executor sees, and is then not looked at before.
    target : str
        Output of profiles.yml.

    Raises
    ------
    MusicError
        Where any step fails; the marts are then as they were.
    """
    build_name = _prepare(settings)
    with stage("Raw files and stored results to marts (dbt on Spark)") as shown, _in_one_sentence():
        _run_dbt(["--exclude", STALE], settings, target, shown)
        dbt.operate("publish_build", settings.warehouse, settings.variables, target)
    _say_where(settings, target, build_name)


def export(settings: Settings, target: str, folder: str) -> None:
    """Write the published marts as Parquet, to a folder of this machine or to an address that Spark writes to.

    Raises
    ------
    MusicError
        Where Spark cannot write.
    """

    def write(address: str) -> None:
        dbt.operate("export_build", settings.warehouse, settings.variables, target, folder=address)

    with stage("Marts to Parquet (Spark)"), _in_one_sentence():
        if is_address(folder):
            write(f"{folder.rstrip('/')}/{SCHEMA}")
        else:
            write_folder(Path(folder), settings.variables, lambda marts: write(str(marts.absolute())))


def evaluate(settings: Settings, target: str) -> None:
    """Build marts, tune, fit and list on Spark, measure, and publish.

    Parameters
    ----------
    settings : Settings
        As for `build`.
    target : str
        Output of profiles.yml. The session that learns is that of dbt where it has one in this process, else the one
        that SPARK_REMOTE or SPARK_CONF_DIR say.

    Raises
    ------
    MusicError
        Where any step fails; the marts are then as they were.
    """
    # here, because they load every model, which `build` does without
    from models_py.spark.learning import learn
    from models_py.spark.results import Results

    build_name = _prepare(settings)
    with stage("Raw files to training marts (dbt on Spark)") as shown, _in_one_sentence():
        _run_dbt(["--exclude", RESULTS], settings, target, shown)
    with stage("Recommenders (Spark)") as shown, _in_one_sentence():
        session = SparkSession.builder.getOrCreate()
        results = Results(session, build_name)
        learn(session, f"{SCHEMA}{build_name}", results, shown)
        dbt.operate("publish_build", settings.warehouse, settings.variables, target, schemas=[RECOMMENDER])
    with stage("Results to metrics and serving (dbt on Spark)") as shown, _in_one_sentence():
        _run_dbt(["--select", RESULTS], settings, target, shown)
        dbt.operate("publish_build", settings.warehouse, settings.variables, target)
    reader = _say_where(settings, target, build_name)
    if reader:
        print_leaderboard(reader)


def _say_where(settings: Settings, target: str, build_name: str) -> Path | None:
    """Say where the marts are; those of a folder of this machine get a DuckDB file of views, which is given."""
    say("The marts are in schema marts of the Spark catalogue.")
    if target != "spark_local":
        return None
    folder = Path(os.environ.get("SPARK_WAREHOUSE") or "warehouse/spark")
    reader = folder.with_name(f"{folder.name}.duckdb")
    write_reader(reader, settings.variables, folder / f"{SCHEMA}{build_name}.db")
    say(f"{reader} has views of them for DuckDB.")
    return reader


def _prepare(settings: Settings) -> str:
    """Look at the raw files, and tell dbt and Spark where things are; give what the build's schemas end in."""
    if not raw_is_address():
        ensure_raw_files(settings)
        settings.raw.mkdir(parents=True, exist_ok=True)
        # files are told apart by how their addresses end, which those below a relative folder may share
        os.environ["RAW"] = str(settings.raw.absolute())
    os.environ["DEMO"] = str(settings.demo.absolute())
    # workers are to find the same libraries
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    logging.getLogger("SQLQueryContextLogger").disabled = True
    os.environ["SPARK_BUILD"] = f"_{datetime.now(UTC):%Y%m%d%H%M%S}"
    return os.environ["SPARK_BUILD"]


def _run_dbt(selection: list[str], settings: Settings, target: str, shown: Stage) -> None:
    dbt.build([*NO_UNIT_TESTS, *selection], settings.warehouse, settings.variables, shown, target)


@contextmanager
def _in_one_sentence() -> Iterator[None]:
    """Say what failed without Java's stack."""
    try:
        yield
    except BuildError as error:
        raise BuildError(said_by(error), error.failed) from error
    except (PySparkException, Py4JError) as error:
        raise BuildError(f"Spark stopped: {said_by(error)}") from error
