"""What one would otherwise write: plays per user and track, counted with data frames straight from the raw file.

Each function takes the file of plays and a callable to call when its library is loaded, and returns the number of rows
read and of distinct pairs of user and track (artist and title).
"""

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

COLUMNS = ("user_id", "played_at", "artist_mbid", "artist_name", "track_mbid", "track_name")
KEY = ["user_id", "artist_name", "track_name"]
POLARS_FORMAT: dict[str, Any] = {
    "separator": "\t",
    "has_header": False,
    "quote_char": None,
    "truncate_ragged_lines": True,
    "ignore_errors": True,
    "encoding": "utf8-lossy",
    "empty_string_is_null": False,
}


def count_with_pandas(path: Path, loaded: Callable[[], None], columns: tuple[str, ...] = tuple(KEY)) -> tuple[int, int]:
    """Read the given columns with pandas' C reader and count by `groupby`."""
    import pandas

    loaded()
    plays = pandas.read_csv(
        path,
        sep="\t",
        engine="c",
        quoting=csv.QUOTE_NONE,
        header=None,
        names=list(COLUMNS),
        usecols=list(columns),
        keep_default_na=False,
        on_bad_lines="skip",
        encoding_errors="replace",
    )
    counts = plays.groupby(KEY).size()
    return len(plays), len(counts)


def count_with_pandas_all_columns(path: Path, loaded: Callable[[], None]) -> tuple[int, int]:
    """Do the same without thinking of memory: all six columns."""
    return count_with_pandas(path, loaded, COLUMNS)


def count_with_polars(path: Path, loaded: Callable[[], None]) -> tuple[int, int]:
    """Read the three columns with polars and count by `group_by`."""
    import polars

    loaded()
    positions = [COLUMNS.index(name) for name in KEY]
    plays = polars.read_csv(path, columns=positions, new_columns=KEY, infer_schema=False, **POLARS_FORMAT)
    counts = plays.group_by(KEY).len()
    return plays.height, counts.height


def count_with_polars_streaming(path: Path, loaded: Callable[[], None]) -> tuple[int, int]:
    """Scan the file with polars and count in batches, which never holds all the plays."""
    import polars

    loaded()
    plays = polars.scan_csv(path, schema=dict.fromkeys(COLUMNS, polars.String), **POLARS_FORMAT)
    counts = plays.group_by(KEY).len().collect(engine="streaming")
    return int(counts["len"].sum()), counts.height


TOOLS: dict[str, Callable[[Path, Callable[[], None]], tuple[int, int]]] = {
    "pandas": count_with_pandas,
    "pandas_all_columns": count_with_pandas_all_columns,
    "polars": count_with_polars,
    "polars_streaming": count_with_polars_streaming,
}
