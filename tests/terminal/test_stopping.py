"""A stopped command ends at once, says one sentence, and leaves nothing half-written: real signals, real processes."""

import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import duckdb
import pytest
from conftest import ROOT, Study
from stopped_commands import SIGNALS, STOPPED, start, start_when, stopped

from models_py.sources.demo import write_demo
from models_py.sources.demo.files import EVENTS_1K
from models_py.terminal.stopping import cleaned, discarded, written_whole

BEGIN = (
    "import os, signal, sys, time; from pathlib import Path\n"
    "from models_py.terminal.stopping import *; end_on_signals()\n"
)
# code that takes hours before the main thread would see a signal
NATIVE = {
    "DuckDB": (
        "import duckdb; print(1, flush=True)\n"
        "duckdb.execute('select count(*) from range(1000000000000000) as t (i) where i % 7 = 3').fetchall()"
    ),
    "a pool": (
        "from concurrent.futures import ThreadPoolExecutor; print(1, flush=True)\n"
        "with ThreadPoolExecutor(2) as pool: pool.submit(time.sleep, 3600)"
    ),
    "shutdown": (
        "from threading import Thread; Thread(target=time.sleep, args=(3600,)).start()\n"
        "print(1, flush=True); sys.exit()"
    ),
}


def run_program(program: str) -> subprocess.Popen[str]:
    """Start a program, and return when it has printed its first line."""
    process = start(["-c", BEGIN + program])
    assert process.stdout.readline()
    return process


def names_in(folder: Path) -> set[str]:
    return {str(file.relative_to(folder)) for file in folder.rglob("*") if file.is_file()}


@pytest.mark.parametrize("number", SIGNALS)
def test_every_signal_has_its_exit_status(number: signal.Signals):
    assert stopped(run_program("print(1, flush=True); time.sleep(3600)"), number) == STOPPED


def test_the_last_words_are_text(tmp_path: Path):
    program = r"say_when_stopped('\x1b[31m [red] \udcff'); print(1, flush=True); time.sleep(3600)"
    assert stopped(run_program(program), signal.SIGTERM) == "\\x1b[31m [red] \\udcff\n"


@pytest.mark.parametrize("native", NATIVE)
def test_native_code_and_threads_do_not_hold_it_up(native: str):
    assert stopped(run_program(NATIVE[native]), signal.SIGTERM) == STOPPED


def test_what_is_half_written_goes(tmp_path: Path):
    program = (
        f"folder = Path({str(tmp_path)!r})\n"
        "with discarded(folder / 'file', folder / 'folder'), written_whole(folder / 'whole') as part:\n"
        "    for path in (folder / 'file', part): path.write_text('half')\n"
        "    (folder / 'folder').mkdir(); (folder / 'folder' / 'spilt').write_text('half')\n"
        "    print(1, flush=True); time.sleep(3600)"
    )
    assert stopped(run_program(program), signal.SIGINT) == STOPPED
    assert names_in(tmp_path) == set()


def test_a_short_block_is_finished_first(tmp_path: Path):
    program = (
        "with finishing():\n"
        "    print(1, flush=True); os.kill(os.getpid(), signal.SIGTERM)\n"
        f"    Path({str(tmp_path / 'moved')!r}).touch(); say_when_stopped('Stopped afterwards.')\n"
        f"Path({str(tmp_path / 'later')!r}).touch(); time.sleep(3600)"
    )
    process = run_program(program)
    assert process.communicate(timeout=60)[1] == "Stopped afterwards.\n" and process.returncode == 143
    assert names_in(tmp_path) == {"moved"}


def test_a_child_process_does_not_outlive_it():
    child = "import subprocess; child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(3600)'])\n"
    process = start(["-c", f"{BEGIN}{child}with cleaned(child.kill): print(child.pid, flush=True); child.wait()"])
    child = int(process.stdout.readline())
    assert stopped(process, signal.SIGTERM) == STOPPED
    deadline = time.monotonic() + 30
    while is_running(child):
        assert time.monotonic() < deadline
        time.sleep(0.01)


def is_running(child: int) -> bool:
    """Tell whether a process is neither gone nor dead and waiting for its parent."""
    state = subprocess.run(["ps", "-o", "stat=", "-p", str(child)], capture_output=True, text=True, check=False)
    return state.stdout.strip()[:1] not in ("", "Z")


def test_a_signal_that_was_switched_off_stays_so():
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    process = subprocess.Popen(
        [sys.executable, "-c", BEGIN + "os.kill(os.getpid(), signal.SIGHUP); print('done')"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    signal.signal(signal.SIGHUP, before)
    assert process.communicate(timeout=60)[0] == "done\n" and process.returncode == 0


def test_blocks_clean_up_after_errors_and_after_success(tmp_path: Path):
    (tmp_path / "whole").write_text("old")
    with pytest.raises(KeyError), discarded(tmp_path / "file"), written_whole(tmp_path / "whole") as part:
        (tmp_path / "file").touch()
        part.write_text("half")
        raise KeyError
    assert names_in(tmp_path) == {"whole"} and (tmp_path / "whole").read_text() == "old"
    with discarded(tmp_path / "file"), written_whole(tmp_path / "whole") as part:
        part.write_text("new")
    assert names_in(tmp_path) == {"whole"} and (tmp_path / "whole").read_text() == "new"
    calls = []
    with cleaned(lambda: calls.append(1)):
        assert not calls
    assert calls == [1]


@pytest.fixture
def study(new_study: Callable[..., Study]) -> Study:
    """Make a study with a raw file and a published warehouse."""
    study = new_study()
    (study.folder / "raw" / "plays.tsv").write_text("ann\t2009-05-01T12:00:00Z\t\tLow\t\tMurderer\n")
    with duckdb.connect(str(study.warehouse)) as connection:
        connection.execute("create table mine as select 'published' as state")
    return study


def untouched(study: Study) -> Mapping[str, bytes]:
    """Return everything that a stopped command must leave as it is."""
    own = ("target", "logs")
    return {
        str(file.relative_to(study.folder)): file.read_bytes()
        for file in study.folder.rglob("*")
        if file.relative_to(study.folder).parts[0] not in own and file.is_file()
    }


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_build_that_dbt_runs_leaves_no_copy(study: Study, number: signal.Signals):
    log_of_dbt = study.folder / "building" / "music.duckdb.wal"
    before = untouched(study)
    assert stopped(start_when(study, "build", log_of_dbt.exists), number) == STOPPED
    assert untouched(study) == before and not log_of_dbt.parent.exists()


def test_a_demo_that_is_half_written_is_no_demo(study: Study):
    demo = Path(study.environment["DEMO"])
    process = start_when(study, "demo", (demo / "1k" / "artist-tags.tsv").exists)
    assert stopped(process, signal.SIGTERM) == STOPPED
    assert EVENTS_1K not in names_in(demo)
    assert not [name for name in names_in(demo) if "part" in name]
    write_demo(demo, users=20)


def test_published_figures_leave_no_temporary_folder(study: Study, tmp_path: Path):
    folder = tmp_path / "temporary"
    folder.mkdir()
    data = study.folder / "counts.tsv"
    data.write_text("ann\t\tLow\t20\n")
    process = start_when(study, "published", lambda: any(folder.iterdir()), TMPDIR=str(folder), DATA=str(data))
    assert stopped(process, signal.SIGINT) == STOPPED
    assert not any(folder.iterdir())


def test_a_benchmark_ends_with_its_children_and_keeps_no_half_of_a_look_alike(study: Study, tmp_path: Path):
    program = tmp_path / "program.py"
    program.write_text(
        "import os, sys, time; from pathlib import Path; folder = Path(sys.argv[1]); folder.mkdir(); "
        "(folder / 'half').touch(); Path(__file__).with_name('pid').write_text(str(os.getpid())); time.sleep(3600)"
    )
    pid, output = tmp_path / "pid", tmp_path / "output"
    settings = {"SCALES": "0.5", "LOOKALIKE": str(program), "BENCHMARK": str(output)}
    process = start_when(study, "benchmark", lambda: pid.exists() and pid.read_text(), **settings)
    assert stopped(process, signal.SIGTERM) == f"Stopped: what was measured so far is in {output}.\n"
    assert names_in(output) == set()
    assert not is_running(int(pid.read_text()))
