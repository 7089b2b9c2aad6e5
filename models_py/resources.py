"""What a step used: wall seconds and the largest resident memory."""

import resource
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

_CLEAR_REFS = Path("/proc/self/clear_refs")
_STATUS = Path("/proc/self/status")


@dataclass
class Usage:
    """Filled in when the measured block ends."""

    seconds: float = 0.0
    peak_memory_mb: float = 0.0


@contextmanager
def measured() -> Iterator[Usage]:
    """Measure a block's wall seconds and the process's largest resident memory (MiB) while it ran.

    Linux can reset the high-water mark; elsewhere it is that of the whole process so far.
    """
    usage = Usage()
    _reset_peak()
    start = time.perf_counter()
    try:
        yield usage
    finally:
        usage.seconds = time.perf_counter() - start
        usage.peak_memory_mb = _peak_mb()


def _reset_peak() -> None:
    try:
        _CLEAR_REFS.write_text("5")
    except OSError:
        return


def _peak_mb() -> float:
    try:
        line = next(line for line in _STATUS.read_text().splitlines() if line.startswith("VmHWM:"))
        return int(line.split()[1]) / 1024
    except (OSError, StopIteration):
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return peak / 1024 / 1024 if sys.platform == "darwin" else peak / 1024
