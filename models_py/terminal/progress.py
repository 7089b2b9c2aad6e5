"""What a person sees while a long command runs: a bar at a terminal, one line per finished stage elsewhere."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.progress import (
    BarColumn,
    DownloadColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    TaskID,
    TaskProgressColumn,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
    TransferSpeedColumn,
)

from models_py.terminal.printing import console, say, visible


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
        self._progress.update(self._task, step=visible(what))

    def advance(self) -> None:
        """Count one step as done."""
        self._progress.advance(self._task)


class Transfer:
    """Bytes on their way: how many are there, how many are wanted, and what is in the way."""

    def __init__(self, progress: Progress, task: TaskID) -> None:
        self._progress = progress
        self._task = task

    def begin(self, total: int | None, done: int = 0) -> None:
        """Start to count at `done` bytes, towards a total if it is known; speed counts from here."""
        self._progress.reset(self._task, total=total, completed=done, step="")

    def at(self, done: int) -> None:
        """Tell how many bytes are there now."""
        self._progress.update(self._task, completed=done)

    def doing(self, what: str) -> None:
        """Name what happens now."""
        self._progress.update(self._task, step=visible(what))


@contextmanager
def stage(title: str) -> Iterator[Stage]:
    """Show a stage while the block runs, and how long it took."""
    with _timed_bar(title, TaskProgressColumn(), MofNCompleteColumn(), TimeElapsedColumn()) as (bar, task):
        yield Stage(bar, task)


@contextmanager
def transfer(title: str) -> Iterator[Transfer]:
    """Show bytes, speed and time left while the block runs, and how long it took."""
    with _timed_bar(title, DownloadColumn(), TransferSpeedColumn(), TimeRemainingColumn()) as (bar, task):
        yield Transfer(bar, task)


@contextmanager
def _timed_bar(title: str, *columns: ProgressColumn) -> Iterator[tuple[Progress, TaskID]]:
    start = time.perf_counter()
    bar = Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=24),
        *columns,
        TextColumn("{task.fields[step]}", markup=False),
        console=console(),
        transient=True,
        disable=not console().is_terminal,
    )
    with bar:
        yield bar, bar.add_task(visible(title), total=None, step="")
    say(f"{title}: {time.perf_counter() - start:.0f} s")
