"""The dbt project, parsed once for all calls and processes of a test session: that takes longer than most builds.

What dbt parses depends on the project's files and on the name of the warehouse, which is in every relation; on paths,
vars and other settings it does not, and `test_parsing` holds that.
"""

import os
from functools import cache
from pathlib import Path
from unittest import mock

from dbt.cli.main import dbtRunner
from dbt.contracts.graph.manifest import Manifest
from dbt.parser.manifest import extended_mashumaro_encoder, extended_mashumuro_decoder
from shared_folder import made_once

ROOT = Path(__file__).parents[2]


def parsed(warehouse: Path, variables: str = "{}", target: str | None = None) -> Manifest:
    """Give a copy of the parsed project for a warehouse of this name; a run writes what it compiles into it."""
    assert target is None, "another engine has a project of its own"
    return _parsed(warehouse.stem).deepcopy()


@cache
def _parsed(stem: str) -> Manifest:
    def parse(path: Path) -> None:
        manifest = parse_anew(path.with_name(f"{stem}.duckdb"), path.with_suffix(".target"))
        path.write_bytes(manifest.to_msgpack(extended_mashumaro_encoder))

    # as dbt keeps it for itself: pickled, it finds sources among models
    content = made_once(f"{stem}.msgpack", parse).read_bytes()
    return Manifest.from_msgpack(content, decoder=extended_mashumuro_decoder)


def parse_anew(warehouse: Path, target: Path, variables: str = "{}", **environment: str) -> Manifest:
    """Parse the project as it is."""
    settings = {"WAREHOUSE": str(warehouse), "DBT_PROJECT_DIR": str(ROOT / "dbt_project")}
    settings |= {"DBT_PROFILES_DIR": str(ROOT), "SPLITS": "", **environment}
    quietly = ["--quiet", "--log-level", "none", "--log-level-file", "none"]
    paths = ["--target-path", str(target), "--log-path", str(target)]
    with mock.patch.dict(os.environ, settings):
        result = dbtRunner().invoke(["parse", "--no-partial-parse", "--vars", variables, *paths, *quietly])
    assert result.success, result.exception
    return result.result
