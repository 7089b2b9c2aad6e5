"""What a step used: wall seconds, CPU seconds and the largest resident memory; and how many threads it may use."""

import resource
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

# Threads of linear algebra: the machine this is made for has as many cores.
BLAS_THREADS = 2

_CLEAR_REFS = Path("/proc/self/clear_refs")
_STATUS = Path("/proc/self/status")
_running: list["Usage"] = []


@dataclass
class Usage:
    """Filled in when the measured block ends."""

    seconds: float = 0.0
    cpu_seconds: float = 0.0
    peak_memory_mb: float = 0.0


@contextmanager
def measured() -> Iterator[Usage]:
    """Measure a block's wall seconds, the process's CPU seconds and its largest resident memory (MiB) while it ran.

    Linux can reset the high-water mark; elsewhere it is that of the whole process so far. Blocks may be nested.
    """
    usage = Usage()
    _reset_peak()
    _running.append(usage)
    start, cpu_start = time.perf_counter(), time.process_time()
    try:
        yield usage
    finally:
        usage.seconds = time.perf_counter() - start
        usage.cpu_seconds = time.process_time() - cpu_start
        _note_peak()
        _running.remove(usage)


def mebibytes(max_resident: int) -> float:
    """Convert what `getrusage` and `wait4` call ru_maxrss: bytes on macOS, KiB elsewhere."""
    return max_resident / 1024 / 1024 if sys.platform == "darwin" else max_resident / 1024


def _note_peak() -> None:
    """Let every block that runs, with those around it, see the same mark."""
    so_far = _peak_mb()
    for usage in _running:
        usage.peak_memory_mb = max(usage.peak_memory_mb, so_far)


def _reset_peak() -> None:
    _note_peak()
    try:
        _CLEAR_REFS.write_text("5")
    except OSError:
        return


def high_water_mb(status: Path) -> float:
    """Read a process's largest resident memory (MiB) from its file `status`, which Linux has.

    Raises
    ------
    OSError
        Where there is no such file.
    StopIteration
        Where it does not say.
    """
    line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM:"))
    return int(line.split()[1]) / 1024


def _peak_mb() -> float:
    try:
        return high_water_mb(_STATUS)
    except (OSError, StopIteration):
        return mebibytes(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
