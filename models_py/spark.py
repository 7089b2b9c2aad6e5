"""The same dbt project on Apache Spark, for data that one machine cannot hold (dbt_project/docs/spark.md).

A build has schemas of its own, and is published by views in its place (macro `publish_build`).
"""

import logging
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib.util import find_spec

from models_py import dbt
from models_py.errors import BuildError, SettingError
from models_py.pipeline import NO_UNIT_TESTS, RESULTS, ensure_raw_files
from models_py.settings.checks import check_build, check_study
from models_py.settings.environment import Settings
from models_py.terminal.printing import say
from models_py.terminal.progress import stage

TARGETS = ("spark_local", "spark")
# of a Java error, all but what it says
STACK = re.compile(r"\s+at [\w$.]+[/.][\w$.]+\(|JVM stacktrace:|== SQL ")


def check_build_on_spark(settings: Settings, target: str) -> None:
    """Refuse a target that is none, Spark where it cannot run, and a study that cannot be built.

    Raises
    ------
    MusicError
        Naming the setting, or what is missing.
    """
    if target not in TARGETS:
        raise SettingError(f"TARGET is '{target}'; set it to {' or '.join(TARGETS)}, or leave it out for DuckDB.")
    if not find_spec("pyspark") or not find_spec("dbt.adapters.spark"):
        raise SettingError(
            "Spark is not installed: run `make build TARGET=spark_local`, which prepares .venv-spark, "
            "or install requirements-spark.lock beside requirements.lock."
        )
    if target == "spark_local" and not (os.environ.get("JAVA_HOME") or shutil.which("java")):
        raise SettingError("Spark needs Java 17 or newer: install it, or set JAVA_HOME to where it is.")
    check = check_study if _is_elsewhere() else check_build
    check(settings)


def build(settings: Settings, target: str) -> None:
    """Build every table that needs no result of Python, and publish.

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
    if not _is_elsewhere():
        ensure_raw_files(settings)
        settings.raw.mkdir(parents=True, exist_ok=True)
        # files are told apart by how their addresses end, which those below a relative folder may share
        os.environ["RAW"] = str(settings.raw.absolute())
    os.environ["DEMO"] = str(settings.demo.absolute())
    logging.getLogger("SQLQueryContextLogger").disabled = True
    os.environ["SPARK_BUILD"] = f"_{datetime.now(UTC):%Y%m%d%H%M%S}"
    with stage("Raw files to marts (dbt on Spark)") as shown, _in_one_sentence():
        dbt.build([*NO_UNIT_TESTS, "--exclude", RESULTS], settings.warehouse, settings.variables, shown, target)
        dbt.operate("publish_build", settings.warehouse, settings.variables, target)
    say("The marts are in schema marts of the Spark catalogue; recommenders learn from a DuckDB warehouse.")


def _is_elsewhere() -> bool:
    """Whether RAW is an address, such as s3a://bucket/plays."""
    return "://" in os.environ.get("RAW", "")


@contextmanager
def _in_one_sentence() -> Iterator[None]:
    """Leave Java's stack out of what dbt says of a failure."""
    try:
        yield
    except BuildError as error:
        raise BuildError(STACK.split(str(error))[0].strip(), error.failed) from error
