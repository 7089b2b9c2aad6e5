"""What a test session makes once, for every process of it."""

import fcntl
import os
from collections.abc import Callable
from pathlib import Path


def share_in(folder: Path) -> None:
    """Set the folder of this session, the same in each of its processes."""
    os.environ["TESTS_SHARED_FOLDER"] = str(folder)


def made_once(name: str, make: Callable[[Path], None]) -> Path:
    """Give the path of what the first process to ask makes there; others wait for it."""
    path = Path(os.environ["TESTS_SHARED_FOLDER"]) / name
    with path.with_name(f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = path.with_name(f"{name}.done")
        if not done.exists():
            make(path)
            done.touch()
    return path
