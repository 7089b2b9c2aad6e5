"""The raw files that are measured: one folder of them, or look-alikes of several sizes."""

import shutil
import subprocess
import sys
from dataclasses import dataclass, replace
from pathlib import Path

from models_py.errors import SettingError
from models_py.settings.checks import check_raw_folder
from models_py.settings.environment import Settings
from models_py.terminal.stopping import cleaned, discarded

BROKEN_LINES = 1000


@dataclass(frozen=True)
class Case:
    """One folder of raw files to measure: its name in the tables, and the study of it."""

    name: str
    settings: Settings


def cases(settings: Settings, output: Path, scales: tuple[str, ...], lookalike: Path | None) -> list[Case]:
    """List what is measured: a look-alike per scale, written where it is missing, or the folder RAW.

    Parameters
    ----------
    settings : Settings
        The study; each case has it with raw files and a warehouse of its own.
    output : Path
        Folder of the benchmark.
    scales : tuple of str
        Shares of the full file, such as '0.1'.
    lookalike : Path or None
        Program that writes look-alikes: it is called with a folder, `--scale` and `--corrupt`.

    Raises
    ------
    SettingError
        Where there is neither a folder with event files nor a scale, or no program to write look-alikes with.
    """
    if not scales:
        if not settings.has_event_files():
            check_raw_folder(settings)
            raise SettingError(
                f"There is no event file in {settings.raw}: "
                "name a folder of raw files (RAW=folder), or scales and a program (SCALES='0.1 0.3 1' LOOKALIKE=file)."
            )
        return [_case("raw", settings.raw, settings, output)]
    written = [_written(output / "raw" / scale, scale, lookalike) for scale in scales]
    return [_case(f"scale {scale}", folder, settings, output) for scale, folder in zip(scales, written, strict=True)]


def _case(name: str, raw: Path, settings: Settings, output: Path) -> Case:
    working = output / "built" / name.replace(" ", "_")
    return Case(name, replace(settings, raw=raw, warehouse=working / "music.duckdb"))


def _written(folder: Path, scale: str, lookalike: Path | None) -> Path:
    """Write a look-alike whole or not at all; one that is there is used again."""
    if folder.exists():
        return folder
    if lookalike is None or not lookalike.is_file():
        raise SettingError(
            f"There is no look-alike in {folder}, and LOOKALIKE is {lookalike or 'not set'}, which is no file: "
            "name the program that writes look-alikes."
        )
    partial = folder.with_name(f"{folder.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.parent.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, str(lookalike), str(partial), "--scale", scale, "--corrupt", str(BROKEN_LINES)]
    with discarded(partial):
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as program:
            with cleaned(program.kill):
                _, complaint = program.communicate()
        if program.returncode or not partial.is_dir():
            last = (complaint.strip() or "it wrote nothing").splitlines()[-1]
            raise SettingError(
                f"{lookalike} could not write a look-alike of scale {scale} ({last}): correct it or LOOKALIKE."
            )
        partial.rename(folder)
    return folder
