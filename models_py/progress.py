"""What a person sees while a long command runs: a bar at a terminal, one line per finished stage elsewhere."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

console = Console(highlight=False, soft_wrap=True, width=None if sys.stdout.isatty() else 120)


class Stage:
    """One stage of a command: how much of it is done and what it is doing."""

    def __init__(self, progress: Progress, task: TaskID) -> None:
        self._progress = progress
        self._task = task
        self._total = 0

    @property
    def total(self) -> int:
        """Number of steps, once known."""
        return self._total

    @total.setter
    def total(self, steps: int) -> None:
        self._total = steps
        self._progress.update(self._task, total=steps)

    def doing(self, what: str) -> None:
        """Name the step that runs now."""
        self._progress.update(self._task, step=what)

    def advance(self) -> None:
        """Count one step as done."""
        self._progress.advance(self._task)


@contextmanager
def stage(title: str) -> Iterator[Stage]:
    """Show a stage while the block runs, and how long it took."""
    start = time.perf_counter()
    bar = Progress(
        TextColumn(title),
        BarColumn(bar_width=24),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.fields[step]}"),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    )
    with bar:
        yield Stage(bar, bar.add_task(title, total=None, step=""))
    console.print(f"{title}: {time.perf_counter() - start:.0f} s")
