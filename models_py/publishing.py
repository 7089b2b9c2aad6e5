"""Publishing: the next warehouse is built beside the published one and takes its place when it is whole."""

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import TextIO

from models_py.errors import WarehouseError
from models_py.terminal.printing import say
from models_py.terminal.stopping import cleaned, discarded, finishing, say_when_stopped
from models_py.warehouse import Warehouse

# DuckDB's three headers: every checkpoint writes a new count into one of the last two
HEADER_BYTES = 3 * 4096


@contextmanager
def building(published: Path) -> Iterator[Path]:
    """Give a working copy of the published file, and move it over the published one when the block ends well.

    The copy is `building/<same name>` beside it: the name stays because views carry the catalogue's name, which is the
    file's stem. A block that fails leaves the published file as it was, and no copy. One process at a time may build.

    Raises
    ------
    WarehouseError
        Where another process builds or writes the same warehouse, or the folder cannot be written. If the published
        file was written to meanwhile, or cannot be replaced, the new one is kept in `unpublished/<same name>`.
    """
    working = _beside(published, "building")
    with _only_builder(working, published), discarded(*_with_belongings(working)):
        if working.exists():
            say(f"{working}, which a run that was killed had left, is built anew.")
        header = _copy(published, working)
        yield working
        _publish(working, published, header)


def clean(published: Path) -> None:
    """Remove what a run that was killed left beside the published file.

    Raises
    ------
    WarehouseError
        Where another process builds the same warehouse, or the folder cannot be written.
    """
    working = _beside(published, "building")
    if working.parent.exists():
        with _only_builder(working, published), discarded(*_with_belongings(working)):
            pass


def _beside(published: Path, folder: str) -> Path:
    return published.parent / folder / published.name


def _with_belongings(path: Path) -> tuple[Path, ...]:
    """Name a warehouse file and what DuckDB puts beside it: its log, and what queries could not hold in memory."""
    return path, _write_ahead_log(path), path.with_name(path.name + ".tmp")


def _write_ahead_log(path: Path) -> Path:
    return path.with_name(path.name + ".wal")


@contextmanager
def _only_builder(working: Path, published: Path) -> Iterator[None]:
    path = working.with_name(working.name + ".lock")
    try:
        lock = _locked(path)
    except BlockingIOError as error:
        raise WarehouseError(
            f"{published} is being built by another process: wait until it ends, or set WAREHOUSE to another file."
        ) from error
    except OSError as error:
        raise WarehouseError(
            f"Cannot write to {working.parent} ({error.strerror}): set WAREHOUSE to a file in a writable folder."
        ) from error

    def unlock() -> None:
        path.unlink(missing_ok=True)
        # it stays where another warehouse is built in it
        with suppress(OSError):
            path.parent.rmdir()

    with lock, cleaned(unlock):
        yield


def _locked(path: Path) -> TextIO:
    """Open and lock a file; one that its last holder has removed meanwhile is no lock."""
    while True:
        path.parent.mkdir(parents=True, exist_ok=True)
        with suppress(FileNotFoundError), ExitStack() as opened:
            lock = opened.enter_context(path.open("w"))
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if os.path.samestat(os.fstat(lock.fileno()), path.stat()):
                opened.pop_all()
                return lock


def _copy(published: Path, working: Path) -> bytes:
    """Copy the published file, if there is one, and return its header."""
    try:
        for leftover in _with_belongings(working):
            shutil.rmtree(leftover) if leftover.is_dir() else leftover.unlink(missing_ok=True)
        if not published.exists():
            return b""
        _take_in_log(published)
        with Warehouse(published).held_open():
            shutil.copyfile(published, working)
            return _header(published)
    except OSError as error:
        raise WarehouseError(
            f"Cannot write {working} ({error.strerror}): free some space, or set WAREHOUSE to a file elsewhere."
        ) from error


def _take_in_log(path: Path) -> None:
    """Where a writer was killed, move what it had committed from its log into the file."""
    if _write_ahead_log(path).exists():
        Warehouse(path).checkpoint()


def _header(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(HEADER_BYTES)


def _publish(working: Path, published: Path, header: bytes) -> None:
    """Move a finished file over the published one; readers that hold the old one keep it.

    A write-ahead log left beside the new file would be replayed onto it and corrupt it in silence. So the new file must
    have none, nor may the old one when it goes, and a writer that still holds the old file stops the move.
    """
    Warehouse(working).checkpoint()
    if _write_ahead_log(working).exists():
        raise WarehouseError(f"{working} is still being written to: close what holds it and run the command again.")
    try:
        _move(working, published, header)
    except WarehouseError as error:
        kept = _keep(working, _beside(published, "unpublished"))
        raise WarehouseError(
            f"{str(error).rstrip('.')}; the new tables are in {kept}, to be opened there or moved over the old file."
        ) from error


def _keep(working: Path, kept: Path) -> Path:
    """Move a finished file that cannot be published out of the way of the next build, and say where it is then."""
    try:
        kept.parent.mkdir(exist_ok=True)
        _write_ahead_log(kept).unlink(missing_ok=True)
        os.replace(working, kept)
    except OSError as error:
        raise WarehouseError(
            f"{working} can be moved neither over the published file nor to {kept} ({error.strerror}): "
            "make the folder writable and run the command again."
        ) from error
    return kept


def _move(working: Path, published: Path, header: bytes) -> None:
    try:
        with ExitStack() as held:
            if published.exists():
                _take_in_log(published)
                held.enter_context(Warehouse(published).held_open())
                if _header(published) != header or _write_ahead_log(published).exists():
                    raise WarehouseError(
                        f"{published} was written to while the new one was built, and keeps what was written: "
                        "run the command again to build on it."
                    )
            else:
                _write_ahead_log(published).unlink(missing_ok=True)
            with finishing():
                os.replace(working, published)
                say_when_stopped("Stopped; the new tables are published.")
    except OSError as error:
        raise WarehouseError(
            f"{published} cannot be replaced ({error.strerror}): set WAREHOUSE to a file in a writable folder."
        ) from error
