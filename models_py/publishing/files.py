"""A warehouse file as it lies on the disk: its log, its header, and keeping others from writing to it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from models_py.errors import WarehouseError
from models_py.warehouse import Warehouse

# DuckDB's three headers: every checkpoint writes a new count into one of the last two
HEADER_BYTES = 3 * 4096


def write_ahead_log(path: Path) -> Path:
    """Name the log that DuckDB keeps beside a file that is written to."""
    return path.with_name(path.name + ".wal")


def header_of(path: Path) -> bytes:
    """Read what every write to a file changes; nothing where there is no file."""
    if not path.exists():
        return b""
    with path.open("rb") as file:
        return file.read(HEADER_BYTES)


@contextmanager
def held(path: Path) -> Iterator[None]:
    """Keep a file open, if there is one, with all that was written to it and no log, so that nobody else writes to it.

    Raises
    ------
    WarehouseError
        Where somebody writes to it.
    """
    if not path.exists():
        yield
        return
    # where a writer was killed, what it had committed is in the log
    if write_ahead_log(path).exists():
        Warehouse(path).checkpoint()
    with Warehouse(path).held_open():
        if write_ahead_log(path).exists():
            raise WarehouseError(f"{path} is being written to: close what holds it and run the command again.")
        yield


@contextmanager
def replaceable(path: Path) -> Iterator[None]:
    """Hold a file whose place another takes; the log of one that is gone would be replayed onto the other.

    Raises
    ------
    WarehouseError
        Where somebody writes to it.
    """
    with held(path):
        if not path.exists():
            write_ahead_log(path).unlink(missing_ok=True)
        yield
