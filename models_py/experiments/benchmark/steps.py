"""What each step of a stage used: a dbt node, or a job on one model."""

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import asdict

from rich.progress import Progress

from models_py.resources import Usage, measured
from models_py.terminal.progress import Stage


class MeasuredSteps(Stage):
    """Takes the place of a progress bar, and measures from one step's start to its end.

    Parameters
    ----------
    begun : callable
        Called when the first step starts.
    """

    def __init__(self, begun: Callable[[], None]) -> None:
        bar = Progress(disable=True)
        super().__init__(bar, bar.add_task(""))
        self._begun = begun
        self._running = ExitStack()
        self._finished: list[tuple[str, Usage]] = []

    def doing(self, what: str) -> None:
        """Start to measure a step; one that runs ends here."""
        if not self._finished:
            self._begun()
        self._running.close()
        self._finished.append((what, self._running.enter_context(measured())))

    def advance(self) -> None:
        """End the step that runs."""
        self._running.close()

    def rows(self) -> list[dict[str, object]]:
        """Name each step and say what it used."""
        return [{"step": name, **asdict(usage)} for name, usage in self._finished]
