"""Room on the disk, and sizes as a person reads them."""

import shutil
from pathlib import Path

from models_py.errors import DownloadError


def check_room(folder: Path, needed: int) -> None:
    """Refuse to begin what the disk cannot hold.

    Raises
    ------
    DownloadError
        Naming what is needed and what is free.
    """
    free = shutil.disk_usage(folder).free
    if needed > free:
        raise DownloadError(
            f"{folder} has room for {readable(free)}, but {readable(needed)} are needed: "
            "free some space, or set RAW to a folder elsewhere."
        )


def readable(size: int) -> str:
    """Write a number of bytes as a person reads it.

    Examples
    --------
    >>> readable(642_000_000)
    '642.0 MB'
    """
    for unit, power in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if size >= power:
            return f"{size / power:.1f} {unit}"
    return f"{size} bytes"
