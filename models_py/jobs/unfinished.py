"""Trials of the search that is under way, in a file beside the warehouse: one that is killed goes on from them."""

import json
from collections import UserDict
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path

from models_py.evaluation.tuning import Trial
from models_py.publishing.working import trials_beside


class UnfinishedSearch(UserDict[str, list[Trial]]):
    """The trials of one search by their setting; each that is added is written at once, if it can be.

    Parameters
    ----------
    warehouse : Path
    of : str
        What is searched for, on which data and how, as the name of a file.
    """

    def __init__(self, warehouse: Path, of: str) -> None:
        super().__init__()
        self._path = trials_beside(warehouse) / of
        # the last line of a process that was killed may be half of one
        with suppress(OSError, ValueError, TypeError):
            for line in self._path.read_text("utf-8").splitlines():
                setting, trials = json.loads(line)
                self.data[setting] = [Trial(**trial) for trial in trials]
        with suppress(OSError):
            if self._path.exists():
                self._path.write_text("".join(map(self._line, self.data)), "utf-8")

    def __setitem__(self, setting: str, trials: list[Trial]) -> None:
        """Add the trials of a setting, one per task."""
        super().__setitem__(setting, trials)
        # they are here all the same
        with suppress(OSError):
            self._path.parent.mkdir(exist_ok=True)
            with self._path.open("a", encoding="utf-8") as file:
                file.write(self._line(setting))

    def _line(self, setting: str) -> str:
        return f"{json.dumps([setting, [asdict(trial) for trial in self.data[setting]]])}\n"

    def forget(self) -> None:
        """Remove what was written: the search has ended, and its trials are stored."""
        with suppress(OSError):
            self._path.unlink()
            self._path.parent.rmdir()
