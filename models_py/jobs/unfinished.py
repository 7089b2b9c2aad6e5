"""Trials of the search that is under way, in a file beside the warehouse: one that is killed goes on from them."""

import json
from collections import UserDict
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path

from models_py.evaluation.tuning import Trial
from models_py.publishing import trials_beside


class UnfinishedSearch(UserDict[str, list[Trial]]):
    """The trials of one search by their setting; each that is added is written at once.

    Parameters
    ----------
    warehouse : Path
    of : str
        What is searched for, on which data and how. A file that is of anything else is begun anew.
    """

    def __init__(self, warehouse: Path, of: str) -> None:
        super().__init__()
        self._path = trials_beside(warehouse)
        first, *others = (self._path.read_text("utf-8") if self._path.exists() else "\n").split("\n")
        if first == of:
            # the last line of a process that was killed may be half of one
            with suppress(ValueError, TypeError):
                for line in others:
                    setting, trials = json.loads(line)
                    self.data[setting] = [Trial(**trial) for trial in trials]
        self._path.write_text(f"{of}\n{''.join(map(self._line, self.data))}", "utf-8")

    def __setitem__(self, setting: str, trials: list[Trial]) -> None:
        """Add the trials of a setting, one per task."""
        super().__setitem__(setting, trials)
        with self._path.open("a", encoding="utf-8") as file:
            file.write(self._line(setting))

    def _line(self, setting: str) -> str:
        return f"{json.dumps([setting, [asdict(trial) for trial in self.data[setting]]])}\n"

    def forget(self) -> None:
        """Remove the file: the search has ended, and its trials are stored."""
        self._path.unlink(missing_ok=True)
