"""From nothing to the published files in the raw folder, step by step; each step is refused in one sentence."""

import fcntl
import hashlib
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import typer

from models_py.errors import DownloadError
from models_py.sources.download.archives import ARCHIVES, Archive
from models_py.sources.download.extraction import CHUNK_BYTES, NotAsPublishedError, extract
from models_py.sources.download.fetching import Patience, fetch
from models_py.terminal.printing import say
from models_py.terminal.progress import Transfer, transfer
from models_py.terminal.stopping import say_when_stopped


def obtain(
    archive: Archive, folder: Path, url: str = "", accepted: bool = False, patience: Patience | None = None
) -> None:
    """Download an archive and put its files into the raw folder, unless they are there.

    Parameters
    ----------
    archive : Archive
        What to fetch.
    folder : Path
        The raw folder; made if it does not exist. Event files of one's own in it stay.
    url : str
        Where to fetch it from; the published address when empty.
    accepted : bool
        Whether the licence has been accepted already.
    patience : Patience, optional
        How long to wait for the server.

    Raises
    ------
    DownloadError
        Where any step fails. Nothing in the folder has then been replaced; bytes that are of use stay for the next run.
    """
    url = url or archive.url
    say_when_stopped("Stopped; nothing was downloaded.")
    try:
        if _is_there(archive, folder):
            _tidy(archive, folder)
            say(f"{archive.title} is in {folder} already, as published: there is nothing to download.")
            return
        _ask(archive, url, accepted)
        folder.mkdir(parents=True, exist_ok=True)
        say_when_stopped(f"Stopped: what has arrived stays in {folder}, and `make data` goes on from there.")
        with _only_download(folder):
            _fetch_and_extract(archive, folder, url, patience or Patience())
    except OSError as error:
        raise DownloadError(
            f"{folder} cannot be read or written ({error.strerror}): free some space, or set RAW to a writable folder."
        ) from error
    say(f"Wrote {' and '.join(wanted.name for wanted in archive.wanted)} to {folder}.")


def _is_there(archive: Archive, folder: Path) -> bool:
    """Tell whether both files are there as published; refuse a folder where they have no place."""
    for other in ARCHIVES.values():
        if other.title != archive.title and (folder / other.events.name).exists():
            raise DownloadError(
                f"{folder} holds {other.events.name}, which cannot be loaded together with {archive.title}: "
                "set RAW to another folder."
            )
    there = [wanted for wanted in archive.wanted if (folder / wanted.name).exists()]
    if there:
        with transfer("Checking what is there") as shown:
            for wanted in there:
                if md5(folder / wanted.name, shown) != wanted.md5:
                    raise DownloadError(
                        f"{folder / wanted.name} is not as published, and would be replaced: "
                        "move it away, or set RAW to another folder."
                    )
    return len(there) == len(archive.wanted)


def md5(path: Path, shown: Transfer) -> str:
    """Return the checksum of a file, in hexadecimal, and show how much of it has been read."""
    digest = hashlib.md5(usedforsecurity=False)
    with path.open("rb") as file:
        shown.begin(path.stat().st_size)
        while chunk := file.read(CHUNK_BYTES):
            digest.update(chunk)
            shown.at(file.tell())
    return digest.hexdigest()


def _ask(archive: Archive, url: str, accepted: bool) -> None:
    """Show the licence and stop unless it is accepted."""
    for line in archive.licence(url).splitlines():
        say(line)
    if accepted:
        return
    if not sys.stdin.isatty():
        raise DownloadError("The licence has not been accepted: run `make data ACCEPT=yes` if you accept it.")
    if not typer.confirm("Do you accept this?", default=False):
        raise DownloadError("The licence was not accepted: nothing was downloaded.")


def _tidy(archive: Archive, folder: Path) -> None:
    """Remove what a run that was killed left behind."""
    drafts = [f"{wanted.name}.part" for wanted in archive.wanted]
    names = [archive.name, f"{archive.name}.part", f"{archive.name}.part.json", *drafts]
    left = [folder / name for name in names if (folder / name).exists()]
    if left:
        with _only_download(folder):
            for path in left:
                path.unlink(missing_ok=True)


@contextmanager
def _only_download(folder: Path) -> Iterator[None]:
    with (folder / ".download.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise DownloadError(
                f"Another process is downloading to {folder}: wait until it ends, or set RAW to another folder."
            ) from error
        yield


def _fetch_and_extract(archive: Archive, folder: Path, url: str, patience: Patience) -> None:
    target = folder / archive.name
    if not target.exists():
        with transfer("Download") as shown:
            fetch(url, target, sum(wanted.most_bytes for wanted in archive.wanted), shown, patience)
    try:
        with transfer("Unpacking and checking") as shown:
            extract(target, archive, folder, shown)
    except NotAsPublishedError as error:
        target.unlink()
        raise DownloadError(
            f"{url} is not the archive that was published ({error}): nothing was replaced and the archive was "
            f"removed, so run `make data` again, or {archive.remedy}."
        ) from error
    target.unlink()
