"""How a command ends early: at once, in one sentence, and with nothing half-written left behind.

Python's main thread sees a signal only when native code returns, which takes minutes in some fits, and dbt takes an
interrupt for a failure of its own. So a second thread waits for signals, cleans up and ends the process. It is there
before anything else is imported, so this module imports little.
"""

import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
CLEAR_LINE_AND_SHOW_CURSOR = b"\r\x1b[2K\x1b[?25h"


class _Main:
    """What the main thread is at, as far as an end has to know."""

    def __init__(self) -> None:
        self.last_words = "Stopped; the published tables are as they were."
        self.cleanups: list[Callable[[], None]] = []
        self.finishing = threading.Lock()
        self.is_finishing = False
        self.is_told = False


_main = _Main()


def say_when_stopped(sentence: str) -> None:
    """Set what is said if the command is stopped from here on."""
    from models_py.terminal.printing import visible

    _main.last_words = visible(sentence)


@contextmanager
def cleaned(clean: Callable[[], None]) -> Iterator[None]:
    """Clean up when the block ends, however it ends: well, by an error or by a signal."""
    _main.cleanups.append(clean)
    try:
        yield
    finally:
        clean()
        _main.cleanups.remove(clean)


@contextmanager
def discarded(*paths: "Path") -> Iterator[None]:
    """Remove files and folders, those that exist, when the block ends, however it ends."""
    with cleaned(lambda: remove(*paths)):
        yield


def remove(*paths: "Path") -> None:
    """Remove files and folders, those that exist."""
    import shutil

    for path in paths:
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)


@contextmanager
def written_whole(path: "Path") -> Iterator["Path"]:
    """Give a name to write to, and move the file to its own name when the block ends well: it is whole or absent."""
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    with discarded(part):
        yield part
        os.replace(part, path)


@contextmanager
def finishing() -> Iterator[None]:
    """Let a short block end before a signal stops the command."""
    _main.is_finishing = True
    try:
        with _main.finishing:
            yield
    finally:
        _main.is_finishing = False
        if _main.is_told:
            _stand_still()


def end_on_signals() -> None:
    """From here on, SIGINT, SIGTERM and SIGHUP end the process, with exit status 128 and the signal's number.

    A signal that the parent process has switched off, as `nohup` does, stays so.
    """
    # what multiprocessing leaves behind its own helper process removes, which need not be said
    heeded_warnings = os.environ.get("PYTHONWARNINGS")
    os.environ["PYTHONWARNINGS"] = f"{heeded_warnings + ',' if heeded_warnings else ''}ignore:resource_tracker"
    told, tell = os.pipe()
    os.set_blocking(tell, False)
    heeded = [number for number in SIGNALS if signal.getsignal(number) is not signal.SIG_IGN]
    for number in heeded:
        signal.signal(number, _told)
    signal.set_wakeup_fd(tell)
    threading.Thread(target=_end_when_told, args=(told, heeded), daemon=True).start()


def _told(*_: object) -> None:
    """Keep the main thread from going on while the other one cleans up."""
    _main.is_told = True
    if not _main.is_finishing:
        _stand_still()


def _stand_still() -> None:
    threading.Event().wait()


def _end_when_told(told: int, heeded: list[signal.Signals]) -> None:
    number = 0
    while number not in heeded:
        number = os.read(told, 1)[0]
    # never released: what begins now does not end
    _main.finishing.acquire()
    try:
        person, silence = os.dup(2), os.open(os.devnull, os.O_WRONLY)
        if os.isatty(1):
            os.write(1, CLEAR_LINE_AND_SHOW_CURSOR)
        # whatever still runs has nothing more to say
        for output in (1, 2):
            os.dup2(silence, output)
        for clean in reversed(_main.cleanups):
            with suppress(Exception):
                clean()
        os.write(person, f"{_main.last_words}\n".encode())
    finally:
        os._exit(128 + number)
