"""The SQL of the staging and sequencing models, compiled once by dbt and run directly: a dbt start costs seconds."""

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from unittest import mock

import duckdb
from dbt.adapters.duckdb.connections import DuckDBConnectionManager
from dbt.cli.main import dbtRunner
from parsed_project import ROOT, parsed

# in an order in which each can be built, with the post-hook that copies the reader's rejects
NODES = (
    ("int_files_recognized", ""),
    ("int_lines_read", "copy_event_rejects(ref('int_lines_read'))"),
    ("int_plausible_ranges", ""),
    ("stg_lastfm__profile_lines", "copy_reader_rejects(ref('stg_lastfm__profile_lines'), profile_files())"),
    ("int_lines_undecoded", ""),
    ("int_spellings_read", ""),
    ("int_profiles_respelt", ""),
    ("int_lines_dated", ""),
    ("int_lines_numbered", ""),
    ("int_spellings_identified", ""),
    ("int_plays_merged", ""),
    ("int_users_numbered", ""),
    ("int_plays_sequenced", ""),
    ("int_plays_repeated", ""),
    ("int_artist_plays_deduplicated", ""),
)


@dataclass(frozen=True)
class Node:
    """One model: its relation, how it is materialized, its SQL and the statements that follow in the same session."""

    relation: str
    materialized: str
    sql: str
    hook: str

    def build(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Build it with a cursor of its own, as dbt does: the reader's rejects belong to the cursor."""
        cursor = connection.cursor()
        cursor.execute(f"create or replace {self.materialized} {self.relation} as {self.sql}")
        if self.hook:
            cursor.execute(self.hook)
        cursor.close()


class Staging:
    """The models over the raw files of a folder, whose names are fixed and whose content may change."""

    def __init__(self, raw: Path, source: str, target: Path) -> None:
        self._connection = duckdb.connect(config={"threads": 2})
        self._connection.execute("create schema staging; create schema intermediate")
        self._nodes = compile_nodes(raw, source, target)
        # tables come first where views read them
        self._tables = [node for node in self._nodes if node.materialized == "table"]
        for node in self._nodes:
            node.build(self._connection)

    def load(self) -> None:
        """Read the files as they are now."""
        for node in self._tables:
            node.build(self._connection)

    def query(self, sql: str) -> list[tuple]:
        """Read the tables."""
        return self._connection.execute(sql).fetchall()


def compile_nodes(raw: Path, source: str, target: Path) -> list[Node]:
    """Compile the models for the files that lie in `raw` now."""
    names = [name for name, _ in NODES]
    results = _invoke(["compile", "--select", *names], raw, source, target)
    by_name = {result.node.name: result.node for result in results}
    return [_node(by_name[name], hook, raw, source, target) for name, hook in NODES]


def _node(node: object, macro: str, raw: Path, source: str, target: Path) -> Node:
    hook = ""
    if macro:
        (result,) = _invoke(["compile", "--inline", f"{{{{ {macro} }}}}"], raw, source, target)
        hook = result.node.compiled_code
    return Node(f"{node.schema}.{node.name}", node.config.materialized, node.compiled_code, hook)


def _invoke(arguments: Sequence[str], raw: Path, source: str, target: Path) -> list:
    environment = {"WAREHOUSE": ":memory:", "RAW": str(raw), "DEMO": str(target / "nothing"), "SOURCE": source}
    environment |= {"DBT_PROJECT_DIR": str(ROOT / "dbt_project"), "DBT_PROFILES_DIR": str(ROOT), "SPLITS": ""}
    paths = ["--target-path", str(target), "--log-path", str(target), "--log-level-file", "none"]
    try:
        with mock.patch.dict(os.environ, environment):
            result = dbtRunner(parsed(Path("memory"))).invoke([*arguments, *paths, "--quiet", "--log-level", "none"])
    finally:
        DuckDBConnectionManager.close_all_connections()
    assert result.success, result.exception or [run.message for run in result.result]
    return list(result.result)


def one_line(text: str) -> bool:
    """Tell whether a text is one sentence on one line."""
    return "\n" not in text and bool(re.fullmatch(r"\S.*\.", text))
