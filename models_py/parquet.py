"""The marts as Parquet, a folder for each table, with a DuckDB file of views that answers the same queries."""

import shutil
from collections.abc import Callable
from pathlib import Path

from models_py import dbt
from models_py.terminal.stopping import discarded, written_whole
from models_py.warehouse import Warehouse, write_views

SCHEMA = "marts"
READER = "reader.duckdb"


def export(warehouse: Path, variables: str, folder: Path) -> None:
    """Write the marts of a DuckDB warehouse to a folder; it is there when they are whole.

    Raises
    ------
    MusicError
        Where the warehouse cannot be read, or the folder cannot be written.
    """
    write_folder(folder, variables, lambda marts: Warehouse(warehouse).write_parquet(marts, SCHEMA))


def write_folder(folder: Path, variables: str, write: Callable[[Path], None]) -> None:
    """Let something write the marts, move them to their folder when they are whole, and add the reader."""
    partial = folder.with_name(f"{folder.name}.partial")
    with discarded(partial):
        shutil.rmtree(partial, ignore_errors=True)
        (partial / SCHEMA).mkdir(parents=True)
        write(partial / SCHEMA)
        if folder.exists():
            folder.rmdir()
        partial.rename(folder)
    write_reader(folder / READER, variables, folder / SCHEMA)


def write_reader(path: Path, variables: str, folder: Path) -> None:
    """Write a DuckDB file with a view of schema `marts` on each folder of Parquet files, and the functions of names.

    Parameters
    ----------
    path : Path
        Of the file; one that is there is replaced.
    variables : str
        dbt vars as YAML.
    folder : Path
        Has a folder for each table.
    """
    tables = [table for table in sorted(folder.iterdir()) if any(table.glob("*.parquet"))]
    with written_whole(path) as new:
        write_views(new, {f"{SCHEMA}.{table.name}": table for table in tables})
        dbt.operate("write_name_functions", new, variables)
