"""`python -m models_py data`, as a person or a script runs it, against a server on this machine."""

import os
import pty
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import made_archives as made
import pytest
from archive_server import ArchiveServer, Reply, serving
from conftest import ROOT, Study
from typer.testing import CliRunner

from models_py.__main__ import app
from models_py.sources.download import ARCHIVES, archives

NAMES = {source: (archive.profiles.name, archive.events.name) for source, archive in ARCHIVES.items()}


def archive_of(source: str) -> bytes:
    profiles, events = NAMES[source]
    return made.tarball([made.profiles(profiles), made.events(events)])


@pytest.fixture
def server() -> Iterator[ArchiveServer]:
    with serving() as server:
        server.serve(archive_of("1k"))
        yield server


@pytest.fixture
def study(new_study: Callable[..., Study], server: ArchiveServer) -> Study:
    """Make a study with a raw file of one's own; DATA_URL is the server's."""
    study = new_study(DATA_URL=server.url, ACCEPT="")
    (raw(study) / "own.tsv").write_bytes(b"own history\n")
    return study


def raw(study: Study) -> Path:
    return Path(study.environment["RAW"])


def is_untouched(study: Study) -> bool:
    return made.contents(raw(study)) == {"own.tsv": b"own history\n"}


@pytest.mark.parametrize("accept", ["", "no"])
def test_nothing_is_downloaded_unaccepted(study: Study, server: ArchiveServer, accept: str):
    result = study.run("data", ACCEPT=accept)
    assert result.returncode == 1
    assert result.stderr.count("\n") == 1 and "ACCEPT=yes" in result.stderr
    assert "NON-COMMERCIAL" in result.stdout
    assert server.requests == [] and is_untouched(study)


@pytest.mark.parametrize("source", ["1k", "360k"])
def test_other_bytes_than_the_published_are_refused(study: Study, server: ArchiveServer, source: str):
    server.serve(archive_of(source))
    result = study.run("data", ACCEPT="yes", SOURCE=source)
    assert result.returncode == 1
    assert result.stderr.count("\n") == 1 and ARCHIVES[source].profiles.md5 in result.stderr
    assert len(server.requests) == 1 and is_untouched(study)


def test_an_unreadable_address_is_one_sentence(study: Study):
    result = study.run("data", ACCEPT="yes", DATA_URL="lastfm-dataset-1K.tar.gz")
    assert result.returncode == 1
    assert result.stderr.count("\n") == 1 and "correct DATA_URL" in result.stderr and is_untouched(study)


@pytest.mark.parametrize("source", ["1k", "360k"])
def test_the_files_of_the_source_arrive(
    study: Study, server: ArchiveServer, source: str, monkeypatch: pytest.MonkeyPatch
):
    profiles, events = NAMES[source]
    checked = made.made_archive()
    described = archives.Archive(
        title="Made data",
        url=server.url,
        mirror="",
        profiles=archives.WantedFile(profiles, checked.profiles.md5, 400_000),
        events=archives.WantedFile(events, checked.events.md5, 400_000),
    )
    monkeypatch.setitem(ARCHIVES, source, described)
    server.serve(archive_of(source))
    changes = study.environment | {"SOURCE": source, "ACCEPT": "yes", "DATA_URL": ""}
    result = CliRunner().invoke(app, ["data"], env=changes)
    assert result.exit_code == 0, result.output
    assert made.contents(raw(study)).keys() == {"own.tsv", profiles, events}
    assert len(server.requests) == 1


@pytest.mark.parametrize(("answer", "requests"), [("n", 0), ("", 0), ("y", 1)])
def test_at_a_terminal_the_answer_decides(study: Study, server: ArchiveServer, answer: str, requests: int):
    person, terminal = pty.openpty()
    process = start(study, stdin=terminal)
    os.write(person, f"{answer}\n".encode())
    _, error = process.communicate(timeout=60)
    os.close(person)
    os.close(terminal)
    assert process.returncode == 1 and ("was not accepted" in error) is not requests
    assert len(server.requests) == requests and is_untouched(study)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_download_goes_on(study: Study, server: ArchiveServer, number: signal.Signals):
    server.serve(archive_of("1k"), Reply(stall=200_000))
    # a shell that runs tests in the background ignores the signal, and its children would too
    before = signal.signal(number, signal.SIG_DFL)
    process = start(study, ACCEPT="yes")
    signal.signal(number, before)
    part = raw(study) / "lastfm-dataset-1K.tar.gz.part"
    while process.poll() is None and not (part.exists() and part.stat().st_size):
        time.sleep(0.01)
    process.send_signal(number)
    _, error = process.communicate(timeout=60)
    assert process.returncode == 128 + number
    assert error.count("\n") == 1 and "goes on from there" in error
    there = part.stat().st_size
    assert part.read_bytes() == archive_of("1k")[:there]
    study.run("data", ACCEPT="yes")
    assert server.ranges == [None, f"bytes={there}-"]


def start(study: Study, stdin: int = subprocess.DEVNULL, **changes: str) -> subprocess.Popen[str]:
    """Start the command and do not wait for it."""
    return subprocess.Popen(
        [sys.executable, "-m", "models_py", "data"],
        cwd=ROOT,
        env={**os.environ, **study.environment, **changes},
        stdin=stdin,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
