"""From the licence to the files in the raw folder: every step on its own ground, and what each failure leaves."""

import dataclasses
import fcntl
import hashlib
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import made_archives as made
import pytest
from archive_server import ArchiveServer, Reply, serving

from models_py.errors import DownloadError
from models_py.sources.download import ARCHIVES, extraction, obtain, obtaining, room
from models_py.sources.download.fetching import Patience
from models_py.terminal.progress import Transfer

BOTH = {made.PROFILES_NAME: made.PROFILES, made.EVENTS_NAME: made.EVENTS}
ARCHIVE = made.tarball()
PART, NOTES = "made.tar.gz.part", "made.tar.gz.part.json"


@pytest.fixture(scope="module")
def running() -> Iterator[ArchiveServer]:
    with serving() as server:
        yield server


@pytest.fixture
def server(running: ArchiveServer) -> ArchiveServer:
    running.serve(ARCHIVE)
    return running


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "new" / "raw"


def run(server: ArchiveServer, folder: Path, tries: int = 3, **changes: object) -> None:
    patience = Patience(tries=tries, pause=0, connect=5, silence=5)
    obtain(
        **{"archive": made.made_archive(), "folder": folder, "url": server.url, "accepted": True} | changes,
        patience=patience,
    )


# The table of what is published


def test_both_sources_are_described():
    assert set(ARCHIVES) == {"1k", "360k"}
    for archive in ARCHIVES.values():
        assert archive.name == archive.mirror.rsplit("/", 1)[1] and archive.name.endswith(".tar.gz")
        assert archive.profiles.name.startswith(("userid-profile", "usersha1-profile"))
        assert all(len(bytes.fromhex(wanted.md5)) == 16 for wanted in archive.wanted)


@pytest.mark.real_data
def test_the_published_checksum_is_that_of_the_real_profiles(real_data: Path):
    wanted = ARCHIVES["1k"].profiles
    content = (real_data / wanted.name).read_bytes()
    assert hashlib.md5(content).hexdigest() == wanted.md5 and len(content) < wanted.most_bytes


# Success


def test_files_arrive_and_the_archive_goes(server: ArchiveServer, folder: Path, capsys: pytest.CaptureFixture[str]):
    run(server, folder)
    assert made.contents(folder) == BOTH
    printed = capsys.readouterr().out
    assert "NON-COMMERCIAL" in printed and "ships none" in printed and server.url in printed
    assert f"Wrote {made.PROFILES_NAME} and {made.EVENTS_NAME} to" in printed.replace("\n", " ")
    assert len(printed.splitlines()) < 10


def test_files_that_are_there_are_not_fetched_again(
    server: ArchiveServer, folder: Path, capsys: pytest.CaptureFixture[str]
):
    run(server, folder)
    server.serve(ARCHIVE)
    run(server, folder, accepted=False)
    assert server.requests == [] and "nothing to download" in capsys.readouterr().out
    assert made.contents(folder) == BOTH


def test_what_a_killed_run_left_goes(server: ArchiveServer, folder: Path):
    run(server, folder)
    names = ["made.tar.gz", PART, NOTES, f"{made.PROFILES_NAME}.part", f"{made.EVENTS_NAME}.part"]
    for name in names:
        (folder / name).write_bytes(b"left")
    (folder / "own.tsv").write_bytes(b"own history\n")
    run(server, folder)
    assert made.contents(folder) == BOTH | {"own.tsv": b"own history\n"}


def test_a_folder_with_brackets_in_its_name(server: ArchiveServer, tmp_path: Path):
    run(server, tmp_path / "[/raw]")
    run(server, tmp_path / "[/raw]")
    assert made.contents(tmp_path / "[/raw]") == BOTH


@pytest.mark.parametrize("missing", [made.PROFILES_NAME, made.EVENTS_NAME])
def test_one_missing_file_is_fetched(server: ArchiveServer, folder: Path, missing: str):
    run(server, folder)
    (folder / missing).unlink()
    run(server, folder)
    assert made.contents(folder) == BOTH


def test_own_event_files_stay(server: ArchiveServer, folder: Path):
    folder.mkdir(parents=True)
    (folder / "own.tsv").write_bytes(b"own history\n")
    run(server, folder)
    assert made.contents(folder) == BOTH | {"own.tsv": b"own history\n"}


def test_an_archive_that_is_there_needs_no_server(server: ArchiveServer, folder: Path):
    folder.mkdir(parents=True)
    (folder / "made.tar.gz").write_bytes(ARCHIVE)
    run(server, folder)
    assert made.contents(folder) == BOTH and server.requests == []


def test_the_published_address_is_asked_when_no_other_is_given(server: ArchiveServer, folder: Path):
    run(server, folder, url="", archive=dataclasses.replace(made.made_archive(), url=server.url))
    assert made.contents(folder) == BOTH


# What the folder does not take


def test_a_file_that_would_be_replaced_stops_it(server: ArchiveServer, folder: Path):
    folder.mkdir(parents=True)
    (folder / made.EVENTS_NAME).write_bytes(b"edited by hand\n")
    with pytest.raises(DownloadError, match=f"{made.EVENTS_NAME} is not as published.*move it away"):
        run(server, folder)
    assert server.requests == [] and made.contents(folder) == {made.EVENTS_NAME: b"edited by hand\n"}


def test_another_source_in_the_same_folder_stops_it(server: ArchiveServer, folder: Path):
    folder.mkdir(parents=True)
    (folder / ARCHIVES["360k"].events.name).write_bytes(b"counts\n")
    with pytest.raises(DownloadError, match="cannot be loaded together with Made data: set RAW"):
        run(server, folder)
    assert server.requests == []


def test_a_folder_that_cannot_be_made_is_named(server: ArchiveServer, tmp_path: Path):
    (tmp_path / "file").touch()
    for folder in (tmp_path / "file", tmp_path / "file" / "raw"):
        with pytest.raises(DownloadError, match=r"cannot be read or written \(.*set RAW to a writable folder"):
            run(server, folder)
    assert server.requests == []


def test_one_run_at_a_time(server: ArchiveServer, folder: Path):
    folder.mkdir(parents=True)
    with (folder / ".download.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(DownloadError, match="Another process is downloading"):
            run(server, folder)
    assert server.requests == []
    run(server, folder)
    assert made.contents(folder) == BOTH


def test_room_for_the_unpacked_files_is_checked_before_the_first_byte(
    server: ArchiveServer, folder: Path, monkeypatch: pytest.MonkeyPatch
):
    needed = len(ARCHIVE) + sum(wanted.most_bytes for wanted in made.made_archive().wanted)
    monkeypatch.setattr(room.shutil, "disk_usage", lambda _: SimpleNamespace(free=needed - 1))
    with pytest.raises(DownloadError, match="free some space"):
        run(server, folder)
    assert made.contents(folder).keys() <= {PART, NOTES} and not made.contents(folder).get(PART)


@pytest.mark.parametrize("moved", [0, 1])
def test_a_disk_that_refuses_the_last_step_keeps_the_archive(
    server: ArchiveServer, folder: Path, moved: int, monkeypatch: pytest.MonkeyPatch
):
    replace, left = extraction.os.replace, [moved]

    def refuses(draft: Path, path: Path) -> None:
        if path.name in BOTH:
            left[0] -= 1
            if left[0] < 0:
                raise OSError(28, "No space left on device")
        replace(draft, path)

    monkeypatch.setattr(extraction.os, "replace", refuses)
    with pytest.raises(DownloadError, match=r"No space left on device\): free some space"):
        run(server, folder)
    assert made.contents(folder).keys() == {"made.tar.gz", *list(BOTH)[:moved]}
    monkeypatch.undo()
    run(server, folder)
    assert made.contents(folder) == BOTH and len(server.requests) == 1


# What the server does


def test_a_broken_download_goes_on_in_the_next_run(server: ArchiveServer, folder: Path):
    server.serve(ARCHIVE, Reply(cut=100_000), Reply(cut=50_000))
    with pytest.raises(DownloadError, match="running `make data` again goes on from there"):
        run(server, folder, tries=2)
    assert made.contents(folder).keys() == {PART, NOTES}
    run(server, folder)
    assert made.contents(folder) == BOTH and server.ranges[-1] == "bytes=150000-"


@pytest.mark.parametrize(
    "body",
    [
        b"<!doctype html><title>Moved</title>",
        ARCHIVE[:100_000],
        made.tarball([made.profiles(), made.events(content=b"x")]),
    ],
    ids=["page", "half", "wrong bytes"],
)
def test_a_wrong_archive_is_removed_and_the_next_run_starts_anew(server: ArchiveServer, folder: Path, body: bytes):
    server.serve(body)
    with pytest.raises(DownloadError, match=r"is not the archive that was published \(it.*such as .*/mirror/"):
        run(server, folder)
    assert made.contents(folder) == {}
    server.serve(ARCHIVE)
    run(server, folder)
    assert made.contents(folder) == BOTH and server.ranges == [None]


def test_an_interrupt_keeps_what_has_arrived(server: ArchiveServer, folder: Path, monkeypatch: pytest.MonkeyPatch):
    def interrupt(_: Transfer, done: int) -> None:
        if done > 100_000:
            raise KeyboardInterrupt

    monkeypatch.setattr(Transfer, "at", interrupt)
    with pytest.raises(KeyboardInterrupt):
        run(server, folder)
    monkeypatch.undo()
    kept = made.contents(folder)
    assert kept.keys() == {PART, NOTES} and ARCHIVE.startswith(kept[PART]) and len(kept[PART]) > 100_000
    run(server, folder)
    assert made.contents(folder) == BOTH and server.ranges[-1] == f"bytes={len(kept[PART])}-"


def test_an_interrupt_while_unpacking_leaves_the_archive(
    server: ArchiveServer, folder: Path, monkeypatch: pytest.MonkeyPatch
):
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(extraction, "_compare", interrupt)
    with pytest.raises(KeyboardInterrupt):
        run(server, folder)
    assert made.contents(folder) == {"made.tar.gz": ARCHIVE}


# The licence


def test_without_a_terminal_the_licence_has_to_be_accepted_beforehand(server: ArchiveServer, folder: Path):
    with pytest.raises(DownloadError, match="ACCEPT=yes"):
        run(server, folder, accepted=False)
    assert server.requests == [] and not folder.exists()


@pytest.mark.parametrize("answer", [True, False])
def test_at_a_terminal_the_licence_is_asked_for(
    server: ArchiveServer, folder: Path, answer: bool, monkeypatch: pytest.MonkeyPatch
):
    questions = []
    monkeypatch.setattr(obtaining.sys.stdin, "isatty", lambda: True)
    monkeypatch.setattr(obtaining.typer, "confirm", lambda *question, default: questions.append(default) or answer)
    if answer:
        run(server, folder, accepted=False)
        assert made.contents(folder) == BOTH
    else:
        with pytest.raises(DownloadError, match="not accepted"):
            run(server, folder, accepted=False)
        assert server.requests == [] and not folder.exists()
    assert questions == [False]
