"""Who may build a warehouse: one process at a time, which others can name."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import TextIO

from models_py.errors import WarehouseError
from models_py.terminal.stopping import cleaned


@contextmanager
def only_builder(working: Path, published: Path) -> Iterator[None]:
    """Let no other process build a warehouse while the block runs.

    Raises
    ------
    WarehouseError
        Where another process does, or the folder of working copies cannot be written.
    """
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
