"""Publishing: the next warehouse is built beside the published one and takes its place when it is whole."""

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO

from models_py.errors import UnreadableError, WarehouseError
from models_py.terminal.printing import say
from models_py.terminal.stopping import cleaned, finishing, remove, say_when_stopped
from models_py.versions import (
    STAMP,
    drop_version,
    keep_version,
    remove_versions,
    second_name,
    versions_folder,
    versions_of,
    written_at,
)
from models_py.warehouse import Warehouse

# DuckDB's three headers: every checkpoint writes a new count into one of the last two
HEADER_BYTES = 3 * 4096
# follows the header of what a working copy began as, where its marts are still those
SAME_MARTS = b"the marts are the published ones"


@contextmanager
def building(
    published: Path, kept_versions: int = 0, *, goes_on: bool = False, keeps_marts: bool = False
) -> Iterator[Path]:
    """Give a working copy of the published file, and move it over the published one when the block ends well.

    The copy is `building/<same name>` beside it: the name stays because views carry the catalogue's name, which is the
    file's stem. A block that fails leaves the published file as it was. It leaves no copy either, unless the block had
    called `learning`: then the next block that may goes on from it. One process at a time may build.

    Parameters
    ----------
    published : Path
    kept_versions : int
        Earlier published files that stay beside the new one (`models_py/versions.py`).
    goes_on : bool
        Whether the block may go on from what an earlier one had learnt, as long as that is of what is published.
    keeps_marts : bool
        Whether the block takes the marts as they are published: it then goes on only from a copy that has those.

    Raises
    ------
    WarehouseError
        Where another process builds or writes the same warehouse, what an earlier block had learnt would be lost, or
        the folder cannot be written. If the published file was written to meanwhile, or cannot be replaced, the new one
        is kept in `unpublished/<same name>`.
    """
    working = _beside(published, "building")
    with _only_builder(working, published), cleaned(lambda: _discard(working)):
        header = _found(published, working, goes_on, keeps_marts)
        if header is None:
            header = _copy(published, working, keeps_marts)
        yield working
        _publish(working, published, header, kept_versions)
        _learnt(working).unlink(missing_ok=True)
        try:
            remove_versions(published, kept_versions)
        except OSError as error:
            say(f"{versions_folder(published)} keeps more versions than it should ({error.strerror}).")


def learning(working: Path) -> None:
    """Keep the working copy from here on if its block does not end well, for the next build to go on from.

    What Python learns is written model by model and carries what it was learnt from, so that nothing of it is taken for
    more than it is.
    """
    if _base(working).exists():
        _base(working).replace(_learnt(working))
    say_when_stopped(
        "Stopped; the published tables are as they were, and the next run goes on from what was learnt "
        "(`make clean` forgets it)."
    )


def clean(published: Path) -> None:
    """Remove what a run that was killed left beside the published file.

    Raises
    ------
    WarehouseError
        Where another process builds the same warehouse, or the folder cannot be written.
    """
    working = _beside(published, "building")
    if working.parent.exists():
        with _only_builder(working, published):
            remove(*_with_belongings(working))


def roll_back(published: Path) -> tuple[Path, datetime]:
    """Publish the latest of the earlier versions again.

    Returns
    -------
    kept : Path
        Where the file is that was published until now; it need not exist, if there was none.
    written : datetime
        When the version that is published now was written, in UTC.

    Raises
    ------
    WarehouseError
        Where no version is kept, another process writes the warehouse, or the folder cannot be written.
    """
    with _only_builder(_beside(published, "building"), published):
        versions = versions_of(published)
        if not versions:
            raise WarehouseError(f"No earlier version of {published} is kept: KEEP_VERSIONS says how many builds keep.")
        written = written_at(versions[-1])
        try:
            with ExitStack() as held:
                _hold(published, held)
                kept = _beside(published, "unpublished").parent / datetime.now(UTC).strftime(STAMP) / published.name
                if published.exists():
                    second_name(published, kept)
                else:
                    _write_ahead_log(published).unlink(missing_ok=True)
                with finishing():
                    os.replace(versions[-1], published)
        except OSError as error:
            raise WarehouseError(
                f"{published} cannot be replaced ({error.strerror}): make its folder writable and try again."
            ) from error
        drop_version(versions[-1])
        return kept, written


def _beside(published: Path, folder: str) -> Path:
    return published.parent / folder / published.name


def _with_belongings(path: Path) -> tuple[Path, ...]:
    """Name a working copy and what is beside it: logs, what queries could not hold in memory, what it began as."""
    return path, _write_ahead_log(path), trials_beside(path), _on_disk(path), _base(path), _learnt(path)


def trials_beside(path: Path) -> Path:
    """Name the folder of the trials of searches that are under way in a warehouse."""
    return path.with_name(path.name + ".trials")


def _on_disk(path: Path) -> Path:
    return path.with_name(path.name + ".tmp")


def _base(working: Path) -> Path:
    """Name the file that holds the header of the published file that a working copy began as."""
    return working.with_name(working.name + ".base")


def _learnt(working: Path) -> Path:
    """Name that file once the copy is worth more than another one of the published file."""
    return working.with_name(working.name + ".learnt")


def _discard(working: Path) -> None:
    """Remove a working copy, but for one that the next build goes on from."""
    is_kept = working.exists() and _learnt(working).exists()
    remove(*[_on_disk(working)] if is_kept else _with_belongings(working))


def _found(published: Path, working: Path, goes_on: bool, keeps_marts: bool) -> bytes | None:
    """Return the header of what a working copy began as that an earlier run had learnt in, if it is still published."""
    if not working.exists():
        return None
    with ExitStack() as held:
        _hold(published, held)
        header = _header(published)
    began = _learnt(working).read_bytes() if _learnt(working).exists() else b"nothing was learnt"
    if began in (header, header + SAME_MARTS) and _opens(working):
        if not goes_on or (keeps_marts and began == header):
            raise WarehouseError(
                f"{working} has what a run that ended early had learnt: run `make evaluate` to go on from it, "
                "or `make clean` to forget it."
            )
        _learnt(working).write_bytes(header + SAME_MARTS * keeps_marts)
        say(f"{working} has what a run that ended early had learnt: this one goes on from it.")
        return header
    say(f"{working}, which a run that ended early had left, is built anew.")
    return None


def _opens(working: Path) -> bool:
    """Take in what a file's log has; tell whether the file is one at all."""
    try:
        Warehouse(working).checkpoint()
    except UnreadableError:
        return False
    return True


def _hold(published: Path, held: ExitStack) -> None:
    """Keep the published file open, with all that was written to it and no log, so that nobody else writes to it."""
    if published.exists():
        _take_in_log(published)
        held.enter_context(Warehouse(published).held_open())
        if _write_ahead_log(published).exists():
            raise WarehouseError(f"{published} is being written to: close what holds it and run the command again.")


def _write_ahead_log(path: Path) -> Path:
    return path.with_name(path.name + ".wal")


@contextmanager
def _only_builder(working: Path, published: Path) -> Iterator[None]:
    path = working.with_name(working.name + ".lock")
    try:
        lock = _locked(path)
    except BlockingIOError as error:
        holder = ""
        with suppress(OSError):
            holder = path.read_text("ascii", "replace")
        number = f" ({holder})" if holder.isdecimal() else ""
        raise WarehouseError(
            f"{published} is being built by another process{number}: wait until it ends, or set WAREHOUSE to another "
            "file."
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
            # what its holder has written stays until the lock is this process's
            lock = opened.enter_context(path.open("a"))
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if os.path.samestat(os.fstat(lock.fileno()), path.stat()):
                # on a full disk too, where somebody may be about to make room
                with suppress(OSError):
                    os.truncate(lock.fileno(), 0)
                    os.write(lock.fileno(), str(os.getpid()).encode())
                opened.pop_all()
                return lock


def _copy(published: Path, working: Path, keeps_marts: bool) -> bytes:
    """Copy the published file, if there is one, and return its header."""
    try:
        with ExitStack() as held:
            _hold(published, held)
            remove(*_with_belongings(working))
            if published.exists():
                shutil.copyfile(published, working)
            header = _header(published)
            _base(working).write_bytes(header + SAME_MARTS * keeps_marts)
            return header
    except OSError as error:
        raise WarehouseError(
            f"Cannot write {working} ({error.strerror}): free some space, or set WAREHOUSE to a file elsewhere."
        ) from error


def _take_in_log(path: Path) -> None:
    """Where a writer was killed, move what it had committed from its log into the file."""
    if _write_ahead_log(path).exists():
        Warehouse(path).checkpoint()


def _header(path: Path) -> bytes:
    """Read what every write to a file changes; nothing where there is no file."""
    if not path.exists():
        return b""
    with path.open("rb") as file:
        return file.read(HEADER_BYTES)


def _publish(working: Path, published: Path, header: bytes, kept_versions: int) -> None:
    """Move a finished file over the published one; readers that hold the old one keep it.

    A write-ahead log left beside the new file would be replayed onto it and corrupt it in silence. So the new file must
    have none, nor may the old one when it goes, and a writer that still holds the old file stops the move.
    """
    Warehouse(working).checkpoint()
    if _write_ahead_log(working).exists():
        raise WarehouseError(f"{working} is still being written to: close what holds it and run the command again.")
    try:
        _move(working, published, header, kept_versions)
    except WarehouseError as error:
        kept = _keep(working, _beside(published, "unpublished"))
        raise WarehouseError(
            f"{str(error).rstrip('.')}; the new tables are in {kept}, to be opened there or moved over the old file."
        ) from error


def _keep_version(published: Path) -> None:
    try:
        keep_version(published)
    except OSError as error:
        raise WarehouseError(
            f"{published} cannot be kept in {versions_folder(published)} ({error.strerror}): make room there, "
            "or set KEEP_VERSIONS to 0"
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


def _move(working: Path, published: Path, header: bytes, kept_versions: int) -> None:
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
            if kept_versions and published.exists():
                _keep_version(published)
            with finishing():
                os.replace(working, published)
                say_when_stopped("Stopped; the new tables are published.")
    except OSError as error:
        raise WarehouseError(
            f"{published} cannot be replaced ({error.strerror}): set WAREHOUSE to a file in a writable folder."
        ) from error
