"""What files and folders may be called, and whether the warehouse can be opened and written, told before anything runs.

DuckDB calls a database by its file's name up to the first dot or question mark. Where a schema has that name as well,
nothing in it can be named any more.
"""

import os
import re
import tempfile
from pathlib import Path

from models_py.errors import SettingError, UnreadableError, WarehouseError

# schemas of the warehouse
SCHEMAS = ("marts", "staging", "intermediate", "recommender")
# schemas of every database, and databases that are always there
DUCKDB_OWN = ("information_schema", "pg_catalog", "main", "system", "temp")
# dbt takes a path for an address, which ends at some of these, and cannot quote the others
MISREAD = re.compile(r"#|\?.*/|;[^/]*$|['\"\x00-\x1f\x7f]", re.DOTALL)
# bytes of a file's name on most disks, less those that a name beside it ends with, such as .lock
LONGEST = 240
DUCKDB, SQLITE = b"DUCK", b"SQLite form"
DUCKDB_AT = 8


def docs_page() -> Path:
    """Where dbt writes the documentation of the tables."""
    return Path(os.environ.get("DBT_TARGET_PATH") or "dbt_project/target") / "static_index.html"


def check_folder_name(setting: str, folder: Path) -> None:
    """Refuse the path of a folder of raw files that DuckDB would take for another one.

    Raises
    ------
    SettingError
        Naming the setting.
    """
    if reason := why_misread(str(folder)):
        raise SettingError(f"{setting} is {folder}, {reason}: rename the folder, or name another.")


def why_misread(path: str) -> str:
    """Say what is in a raw file's path that DuckDB does not take for a name; nothing where all of it is one."""
    if "\\" in path:
        return "whose backslash DuckDB reads as a slash"
    return "" if _is_text(path) else "which is not UTF-8"


def check_warehouse_name(path: Path) -> None:
    """Refuse a name under which DuckDB or dbt would not find the file or the tables in it.

    Raises
    ------
    SettingError
        Saying what is wrong with the name.
    """
    database = re.split(r"[.?]", path.name.lstrip("."))[0]
    if MISREAD.search(str(path)) or database != database.strip():
        raise SettingError(
            f"WAREHOUSE is {path}; choose a path without quotes, #, ?, ; and line ends, and no blanks around the name."
        )
    if not _is_text(str(path)) or len(os.fsencode(path.name)) > LONGEST:
        raise SettingError(f"WAREHOUSE is {path}, which is not UTF-8 or too long: choose another name.")
    if database.lower() in (*SCHEMAS, *DUCKDB_OWN):
        raise SettingError(
            f"WAREHOUSE is {path}, but '{database}' is also the name of a schema or database inside the file: "
            f"choose another name, such as {path.with_name('music.duckdb')}."
        )


def check_warehouse_file(path: Path) -> None:
    """Refuse what is there but is no DuckDB file; DuckDB itself would look for an extension that reads it.

    Raises
    ------
    UnreadableError
        Saying what it is.
    """
    try:
        reason = _why_no_warehouse(path) if path.exists() else ""
    except OSError as error:
        reason = error.strerror
    if reason:
        raise UnreadableError(
            f"{path} cannot be opened ({reason}): set WAREHOUSE to another file, or move this one away."
        )


def check_published(path: Path) -> None:
    """Refuse a warehouse that is not there or is no DuckDB file.

    Raises
    ------
    WarehouseError
        Saying which.
    """
    check_warehouse_file(path)
    if not path.exists():
        raise WarehouseError(f"There is no warehouse at {path}: run `make evaluate` first, or set WAREHOUSE.")


def check_target(path: Path) -> None:
    """Refuse a file that cannot be published to: something else is there, or its folder takes no files.

    Raises
    ------
    WarehouseError
        Saying which.
    """
    check_warehouse_file(path)
    if reason := _why_not_writable(path.parent / "building"):
        raise WarehouseError(f"Cannot write to {path.parent} ({reason}): set WAREHOUSE to a file in a writable folder.")


def check_demo_folder(folder: Path) -> None:
    """Refuse a folder that the demo cannot be written to.

    Raises
    ------
    SettingError
        Naming it.
    """
    if reason := _why_not_writable(folder):
        raise SettingError(f"The demo cannot be written to {folder} ({reason}): set DEMO to a writable folder.")


def _why_not_writable(folder: Path) -> str:
    """Say why a folder, or the first of its parents that is there, takes no files; nothing where it does."""
    there = next(parent for parent in (folder, *folder.absolute().parents) if parent.exists())
    try:
        tempfile.TemporaryFile(dir=there).close()
    except OSError as error:
        return f"{there}: {error.strerror}"
    return ""


def _why_no_warehouse(path: Path) -> str:
    if not path.is_file():
        return "it is a folder" if path.is_dir() else "it is no regular file"
    with path.open("rb") as file:
        head = file.read(DUCKDB_AT + len(DUCKDB))
    if head[DUCKDB_AT:] == DUCKDB:
        return ""
    if not head:
        return "it is empty"
    return "it is a SQLite database" if head.startswith(SQLITE) else "it is no DuckDB file"


def _is_text(path: str) -> bool:
    """Tell whether a path is UTF-8; bytes that are not come as surrogates."""
    try:
        path.encode()
    except UnicodeEncodeError:
        return False
    return True
