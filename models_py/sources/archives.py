"""ZIP archives of exports, unpacked beside the warehouse before a build; no path leaves it.

What is unpacked of an archive is what may hold plays. It lies in a folder that is called as the MD5 of the archive,
where dbt finds it, until an archive with that content is no longer among the raw files.
"""

import hashlib
import shutil
import zipfile
import zlib
from collections.abc import Iterable
from pathlib import Path, PurePosixPath

from models_py.errors import RawFileError
from models_py.sources.folder import is_named_like_events

# bytes of an archive and of all that is in it, and files in it: several times what people's largest exports have
LARGEST_ARCHIVE = 2 << 30
LARGEST_CONTENT = 8 << 30
MOST_FILES = 20_000
PIECE = 1 << 20
REMEDY = "take the files with plays out of it"
DAMAGE = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError)


def folders_of(archives: Iterable[Path], unpacked: Path) -> dict[Path, Path]:
    """Name the folder that each archive is unpacked in.

    Raises
    ------
    RawFileError
        Where an archive cannot be read, or is too large.
    """
    return {archive: unpacked / _md5(archive) for archive in archives}


def unpack(archives: Iterable[Path], unpacked: Path) -> None:
    """Unpack what is not unpacked yet, and remove what is of no archive.

    Raises
    ------
    RawFileError
        Where an archive is damaged, encrypted or too large, or a path in it would leave the folder.
    """
    folders = folders_of(archives, unpacked)
    for folder in unpacked.iterdir() if unpacked.is_dir() else ():
        if folder not in folders.values():
            shutil.rmtree(folder)
    for archive, folder in folders.items():
        if not folder.exists():
            _unpack_into(archive, folder)


def _unpack_into(archive: Path, folder: Path) -> None:
    partial = folder.with_suffix(".part")
    partial.mkdir(parents=True)
    try:
        with zipfile.ZipFile(archive) as opened:
            for member in _wanted(archive, opened.infolist()):
                _copy(opened, member, partial / member.filename)
    except DAMAGE as error:
        raise RawFileError(
            f"{archive} cannot be unpacked ({error}): download it again, or unpack it yourself."
        ) from error
    except OSError as error:
        raise RawFileError(
            f"{archive} cannot be unpacked to {folder.parent} ({error.strerror or error}): "
            "free some space, or set WAREHOUSE to a file elsewhere."
        ) from error
    else:
        partial.rename(folder)
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def _wanted(archive: Path, members: list[zipfile.ZipInfo]) -> list[zipfile.ZipInfo]:
    """Choose the files that may hold plays; refuse an archive that is no export."""
    if len(members) > MOST_FILES:
        raise RawFileError(f"{archive} has more than {MOST_FILES:,} files: {REMEDY}.")
    for member in members:
        path = PurePosixPath(member.filename)
        if path.is_absolute() or ".." in path.parts or "\\" in member.filename or not member.filename.isprintable():
            raise RawFileError(f"{archive} has a path that leaves its folder ({member.filename!r}): it is no export.")
    wanted = [member for member in members if is_named_like_events(member.filename, ())]
    if sum(member.file_size for member in wanted) > LARGEST_CONTENT:
        raise RawFileError(f"{archive} holds more than {LARGEST_CONTENT >> 30} GB: {REMEDY}.")
    return wanted


def _copy(opened: zipfile.ZipFile, member: zipfile.ZipInfo, target: Path) -> None:
    """Copy a file; zipfile gives no more than the size that the archive names, and checks the content."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with opened.open(member) as source, target.open("xb") as copy:
        shutil.copyfileobj(source, copy, PIECE)


def _md5(archive: Path) -> str:
    try:
        if archive.stat().st_size > LARGEST_ARCHIVE:
            raise RawFileError(f"{archive} is larger than {LARGEST_ARCHIVE >> 30} GB: {REMEDY}.")
        with archive.open("rb") as file:
            return hashlib.file_digest(file, "md5").hexdigest()
    except OSError as error:
        raise RawFileError(
            f"{archive} cannot be read ({error.strerror or error}): make it readable, or move it away."
        ) from error
