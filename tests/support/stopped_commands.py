"""Commands that are sent a signal: started, brought to a point, and stopped."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable

from conftest import ROOT, Study

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
STOPPED = "Stopped; the published tables are as they were.\n"
STOPPED_LEARNING = (
    "Stopped; the published tables are as they were, and the next run goes on from what was learnt "
    "(`make clean` forgets it).\n"
)


def start(command: list[str], **environment: str) -> subprocess.Popen[str]:
    """Start a process that heeds signals, whatever the one that runs the tests does."""
    # a shell that runs tests in the background ignores the signal, and its children would too
    before = {number: signal.signal(number, signal.SIG_DFL) for number in SIGNALS}
    try:
        return subprocess.Popen(
            [sys.executable, *command],
            cwd=ROOT,
            env={**os.environ, **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def stopped(process: subprocess.Popen[str], number: signal.Signals) -> str:
    """Send a signal and return what the process says to it."""
    process.send_signal(number)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 128 + number, said
    return said


def start_when(study: Study, command: str, is_so: Callable[[], bool], **changes: str) -> subprocess.Popen[str]:
    """Start a command of the study, and return when it has come to a point."""
    process = start(["-m", "models_py", command], **study.environment, **changes)
    while not is_so():
        assert process.poll() is None, process.communicate()
        time.sleep(0.01)
    return process
