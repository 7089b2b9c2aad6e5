"""The working copy that a build is made in, and what a run that ended early leaves in it for the next."""

import shutil
from pathlib import Path

from models_py.errors import UnreadableError, WarehouseError
from models_py.publishing.files import header_of, held, write_ahead_log
from models_py.terminal.printing import say
from models_py.terminal.stopping import remove, say_when_stopped
from models_py.warehouse import Warehouse

# follows the header of what a working copy began as, where its marts are still those
SAME_MARTS = b"the marts are the published ones"


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


def with_belongings(path: Path) -> tuple[Path, ...]:
    """Name a working copy and what is beside it: logs, what queries could not hold in memory, what it began as."""
    return path, write_ahead_log(path), trials_beside(path), _on_disk(path), _base(path), _learnt(path)


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


def discard(working: Path) -> None:
    """Remove a working copy, but for one that the next build goes on from."""
    is_kept = working.exists() and _learnt(working).exists()
    remove(*[_on_disk(working)] if is_kept else with_belongings(working))


def begun(published: Path, working: Path, goes_on: bool, keeps_marts: bool) -> bytes:
    """Go on from the working copy that an earlier run had learnt in, or copy what is published.

    Parameters
    ----------
    published, working : Path
    goes_on, keeps_marts : bool
        As in `building`.

    Returns
    -------
    bytes
        The header of the published file that the copy began as; nothing where there was none.

    Raises
    ------
    WarehouseError
        Where somebody writes to the published file, what was learnt would be lost, or the copy cannot be written.
    """
    header = _found(published, working, goes_on, keeps_marts)
    return _copied(published, working, keeps_marts) if header is None else header


def _found(published: Path, working: Path, goes_on: bool, keeps_marts: bool) -> bytes | None:
    """Return the header of what a working copy began as that an earlier run had learnt in, if it is still published."""
    if not working.exists():
        return None
    with held(published):
        header = header_of(published)
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


def _copied(published: Path, working: Path, keeps_marts: bool) -> bytes:
    """Copy the published file, if there is one, and return its header."""
    try:
        with held(published):
            remove(*with_belongings(working))
            if published.exists():
                shutil.copyfile(published, working)
            header = header_of(published)
            _base(working).write_bytes(header + SAME_MARTS * keeps_marts)
            return header
    except OSError as error:
        raise WarehouseError(
            f"Cannot write {working} ({error.strerror}): free some space, or set WAREHOUSE to a file elsewhere."
        ) from error
