"""Commands run within the test's process, which spares their start: seconds to load libraries and to parse the project.

What only a process of its own shows (signals, limits, what is loaded when) is for `Study.run`.
"""

import io
import logging
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import chdir, contextmanager, redirect_stderr, redirect_stdout
from subprocess import CompletedProcess
from unittest import mock

from parsed_project import ROOT, parsed

from models_py import dbt
from models_py.__main__ import main
from models_py.pipeline import STALE
from models_py.terminal.printing import console


def called(
    command: tuple[str, ...], environment: Mapping[str, str], input: str = "", data_tests: bool = True
) -> CompletedProcess[str]:
    """Run `python -m models_py` with the arguments, and return what it printed and its exit status.

    Parameters
    ----------
    command : tuple of str
        The arguments.
    environment : mapping
        What is set beside the environment of the tests.
    input : str
        The standard input.
    data_tests : bool
        Whether dbt runs its data tests, which take as long as all models of a small study.
    """
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True) for _ in range(2))
    with _process_of_its_own(environment, data_tests), redirect_stdout(out), redirect_stderr(err):
        with (
            mock.patch.object(sys, "argv", ["models_py", *command]),
            mock.patch.object(sys, "stdin", io.StringIO(input)),
        ):
            try:
                main()
            except SystemExit as end:
                status = end.code or 0
    printed, said = (stream.buffer.getvalue().decode() for stream in (out, err))
    return CompletedProcess(command, status, printed, said)


@contextmanager
def _process_of_its_own(environment: Mapping[str, str], data_tests: bool) -> Iterator[None]:
    """Take back what a command does to its process."""
    root, own = logging.getLogger(), logging.getLogger("models_py")
    build = dbt.build if data_tests else _build_without_data_tests
    before = root.handlers[:], own.handlers[:], own.propagate
    console.cache_clear()
    try:
        with (
            chdir(ROOT),
            mock.patch.dict(os.environ, environment),
            mock.patch.multiple(dbt, parsed=parsed, build=build),
        ):
            yield
    finally:
        root.handlers[:], own.handlers[:], own.propagate = before
        logging.captureWarnings(False)
        console.cache_clear()


def _build_without_data_tests(selection: list[str], *rest: object, build: Callable = dbt.build) -> None:
    # the one whose failure is an answer runs all the same
    build(
        selection if selection[-2:] == ["--select", STALE] else ["--exclude-resource-type", "test", *selection], *rest
    )
