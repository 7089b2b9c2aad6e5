"""Running one task in a process of its own, so that the operating system says what it used."""

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from models_py.resources import mebibytes
from models_py.settings.environment import Settings
from models_py.terminal.stopping import cleaned


@dataclass(frozen=True)
class Ended:
    """What became of a child process.

    Attributes
    ----------
    seconds, cpu_seconds, peak_memory_mb : float
        Wall time, user and system time, largest resident memory (MiB) of the whole process.
    startup_cpu_seconds : float
        CPU seconds before the work began: starting Python, importing, and reading the dbt project.
    failure : str
        Why it failed, in a sentence; empty where it did not.
    reply : dict
        What the task has to tell.
    """

    seconds: float
    cpu_seconds: float
    peak_memory_mb: float
    startup_cpu_seconds: float
    failure: str
    reply: dict


def run_alone(task: str, settings: Settings, folder: Path) -> Ended:
    """Run a task of `models_py.experiments.benchmark.worker` in a child process; its output goes to a log in `folder`.

    Parameters
    ----------
    task : str
        Name of the task.
    settings : Settings
        Raw files, warehouse, splits and vars of the study.
    folder : Path
        Takes the log, the reply, and dbt's own files.
    """
    folder.mkdir(parents=True, exist_ok=True)
    answer, log = folder / f"{task}.json", folder / f"{task}.log"
    answer.unlink(missing_ok=True)
    start = time.perf_counter()
    with log.open("w") as output:
        child = subprocess.Popen(
            [sys.executable, "-m", "models_py.experiments.benchmark.worker", task, str(answer)],
            env=_environment(settings, folder),
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        with cleaned(child.kill):
            _, status, used = os.wait4(child.pid, 0)
            child.returncode = os.waitstatus_to_exitcode(status)
    seconds = time.perf_counter() - start
    told = json.loads(answer.read_text()) if answer.exists() else {}
    return Ended(
        seconds=seconds,
        cpu_seconds=used.ru_utime + used.ru_stime,
        # measuring a step resets the mark that the operating system reports, so the child's own figure comes first
        peak_memory_mb=told.get("peak_memory_mb", mebibytes(used.ru_maxrss)),
        startup_cpu_seconds=told.get("startup_cpu_seconds", 0.0),
        failure=_failure(child.returncode, log),
        reply=told.get("reply", {}),
    )


def _environment(settings: Settings, folder: Path) -> dict[str, str]:
    return {
        **os.environ,
        "RAW": str(settings.raw),
        "SOURCE": settings.source,
        "WAREHOUSE": str(settings.warehouse),
        "SPARK_WAREHOUSE": str((folder / "spark").resolve()),
        "SPLITS": " ".join(settings.splits),
        "VARS": settings.variables,
        "DBT_TARGET_PATH": str((folder / "target").resolve()),
        "DBT_LOG_PATH": str((folder / "logs").resolve()),
    }


def _failure(code: int, log: Path) -> str:
    if code == 0:
        return ""
    if code < 0:
        return f"ended by {signal.Signals(-code).name}"
    lines = log.read_text(errors="replace").strip().splitlines()
    return lines[-1] if lines else f"ended with status {code}"
