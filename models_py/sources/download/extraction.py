"""Taking two known files out of an archive that nobody trusts.

Bytes are copied from members of known names to known paths, never to a path that the archive names. What the parser may
read is bounded, header by header and in all, so that an archive made to fill memory or disk comes to an end.
"""

import gzip
import hashlib
import os
import tarfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from models_py.sources.download.archives import Archive, WantedFile
from models_py.sources.download.room import check_room, readable
from models_py.terminal.progress import Transfer
from models_py.terminal.stopping import discarded, finishing

CHUNK_BYTES = 1024 * 1024
MOST_MEMBERS = 100
MOST_HEADER_BYTES = 32 * 1024
MOST_OTHER_BYTES = 100_000_000
MOST_READS_PAST_END = 10
# what Python's readers raise on damaged bytes; other errors of the system (a full disk) are not the archive's fault
DAMAGE = (gzip.BadGzipFile, tarfile.TarError, zlib.error, EOFError, ValueError, LookupError, ArithmeticError)


class NotAsPublishedError(Exception):
    """An archive is not the one that was published; the text says in which way."""


def extract(path: Path, archive: Archive, folder: Path, shown: Transfer) -> None:
    """Put the wanted files of an archive into a folder, both of them and as published, or neither.

    Parameters
    ----------
    path : Path
        The archive, a .tar.gz.
    archive : Archive
        What is wanted of it.
    folder : Path
        Where the files go. Until both are checked they are called `.part`.
    shown : Transfer
        Shows how much of the archive has been read.

    Raises
    ------
    NotAsPublishedError
        Where the file is no archive, is damaged, or holds other files than those published.
    DownloadError
        Where the disk has no room for them.
    OSError
        Where the disk does not take them.
    """
    drafts = {wanted: folder / f"{wanted.name}.part" for wanted in archive.wanted}
    with discarded(*drafts.values()):
        with path.open("rb") as file:
            shown.begin(path.stat().st_size)
            try:
                found = _copy_wanted(file, drafts, shown)
            except DAMAGE as error:
                raise NotAsPublishedError("it is damaged, or no .tar.gz file at all") from error
        _compare(found, archive)
        with finishing():
            for wanted, draft in drafts.items():
                os.replace(draft, folder / wanted.name)


class _Bounded:
    """The unpacked bytes of a gzip file, as many as are allowed."""

    def __init__(self, file: BinaryIO, most: int) -> None:
        self._stream = gzip.GzipFile(fileobj=file)
        self._left_in_all = most
        self._left_now = 0
        self._reads_past_end = 0

    def allow(self, size: int) -> None:
        """Allow this many bytes from here on."""
        self._left_now = size

    def read(self, size: int) -> bytes:
        """Read at most `size` bytes."""
        data = self._stream.read(size)
        # a member that claims an endless size would be skipped for as long, far past the end
        self._reads_past_end += not data
        if self._reads_past_end > MOST_READS_PAST_END:
            raise EOFError
        self._left_now -= len(data)
        self._left_in_all -= len(data)
        if min(self._left_now, self._left_in_all) < 0:
            raise NotAsPublishedError("it unpacks to more than was published")
        return data


def _copy_wanted(file: BinaryIO, drafts: dict[WantedFile, Path], shown: Transfer) -> dict[str, str]:
    """Copy the wanted members to their drafts and return the checksum of each name."""
    by_name = {wanted.name: wanted for wanted in drafts}
    stream = _Bounded(file, sum(wanted.most_bytes for wanted in drafts) + MOST_OTHER_BYTES)
    found: dict[str, str] = {}

    def show() -> None:
        shown.at(file.tell())

    for tar, member in _members(stream):
        show()
        wanted = by_name.get(PurePosixPath(member.name).name)
        if wanted is not None:
            _check(member, wanted, found)
            check_room(drafts[wanted].parent, member.size)
            found[wanted.name] = _copy(tar, member, drafts[wanted], show)
    return found


def _members(stream: _Bounded) -> Iterator[tuple[tarfile.TarFile, tarfile.TarInfo]]:
    """Go through an archive; what follows a header may be as long as the header says, plus the next header."""
    stream.allow(MOST_HEADER_BYTES)
    with tarfile.open(fileobj=stream, mode="r|") as tar:
        for number, member in enumerate(tar):
            if number >= MOST_MEMBERS:
                raise NotAsPublishedError(f"it has more than {MOST_MEMBERS} entries")
            has_bytes = member.isreg() and not member.issparse()
            stream.allow(MOST_HEADER_BYTES + (member.size if has_bytes else 0))
            yield tar, member


def _check(member: tarfile.TarInfo, wanted: WantedFile, found: dict[str, str]) -> None:
    """Refuse a member that has a wanted name but is not plainly that file."""
    path = PurePosixPath(member.name)
    if wanted.name in found:
        raise NotAsPublishedError(f"it holds {wanted.name} twice")
    if not member.isreg() or member.issparse():
        raise NotAsPublishedError(f"its {wanted.name} is no plain file")
    if path.is_absolute() or ".." in path.parts:
        raise NotAsPublishedError(f"its {wanted.name} lies outside its own folder")
    if not 0 <= member.size <= wanted.most_bytes:
        raise NotAsPublishedError(f"its {wanted.name} is larger than {readable(wanted.most_bytes)}")


def _copy(tar: tarfile.TarFile, member: tarfile.TarInfo, draft: Path, show: Callable[[], None]) -> str:
    """Copy a member's bytes to a new file and return their checksum."""
    digest = hashlib.md5(usedforsecurity=False)
    draft.unlink(missing_ok=True)
    with tar.extractfile(member) as source, draft.open("xb") as copy:
        while chunk := source.read(CHUNK_BYTES):
            digest.update(chunk)
            copy.write(chunk)
            show()
    return digest.hexdigest()


def _compare(found: dict[str, str], archive: Archive) -> None:
    """Refuse checksums other than the published ones."""
    for wanted in archive.wanted:
        if wanted.name not in found:
            raise NotAsPublishedError(f"it does not hold {wanted.name}")
        if found[wanted.name] != wanted.md5:
            raise NotAsPublishedError(f"its {wanted.name} has MD5 {found[wanted.name]}, published is {wanted.md5}")
