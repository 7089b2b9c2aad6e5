"""The marts as Parquet, a folder for each table, with a DuckDB file of views that answers the same queries."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

from models_py import dbt
from models_py.errors import SettingError
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
    """Let something write the marts, move them to their folder when they are whole, and add the reader.

    Raises
    ------
    MusicError
        Where the folder cannot be written; it is not there then.
    """
    partial = folder.with_name(f".{folder.name}.{os.getpid()}.part")
    try:
        with discarded(partial):
            (partial / SCHEMA).mkdir(parents=True)
            write(partial / SCHEMA)
            if folder.exists():
                folder.rmdir()
            partial.rename(folder)
    except OSError as error:
        raise SettingError(f"{folder} cannot be written ({error.strerror}): name another folder.") from error
    try:
        # views name their files: they are made where these are to stay
        write_reader(folder / READER, variables, folder / SCHEMA)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


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

    Raises
    ------
    MusicError
        Where the file cannot be written.
    """
    tables = [table for table in sorted(folder.iterdir()) if any(table.glob("*.parquet"))]
    with written_whole(path) as new:
        write_views(new, {f"{SCHEMA}.{table.name}": table for table in tables})
        dbt.operate("write_name_functions", new, variables)
