"""Earlier versions of the published warehouse: the last few are kept beside it, and one of them can be published again.

Each lies in a folder that is called after the time at which it was last written (UTC), under its own name, which the
views in it carry.
"""

import os
import shutil
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from models_py.errors import WarehouseError
from models_py.terminal.stopping import written_whole

STAMP = "%Y-%m-%dT%H.%M.%S.%fZ"


def versions_folder(published: Path) -> Path:
    """Folder of the versions that are kept of a published warehouse."""
    return published.with_name(f"{published.name}.versions")


def versions_of(published: Path) -> list[Path]:
    """List the earlier versions of a published file, oldest first."""
    folder = versions_folder(published)
    found = [each / published.name for each in sorted(folder.iterdir())] if folder.is_dir() else []
    # of a publication that was killed halfway: the published file has a second name there
    return [path for path in found if path.exists() and not (published.exists() and path.samefile(published))]


def written_at(path: Path) -> datetime:
    """Tell when a version was written last, in UTC."""
    return datetime.fromtimestamp(path.stat().st_mtime, UTC)


def keep_version(published: Path) -> None:
    """Give the published file a second name among the versions, which stays when another file takes the first.

    Raises
    ------
    WarehouseError
        Where the folder takes no file, or the disk has no room for a copy and knows no second names.
    """
    try:
        second_name(published, versions_folder(published) / written_at(published).strftime(STAMP) / published.name)
    except OSError as error:
        raise WarehouseError(
            f"{published} cannot be kept in {versions_folder(published)} ({error.strerror}): make room there, "
            "or set KEEP_VERSIONS to 0."
        ) from error


def second_name(path: Path, other: Path) -> None:
    """Give a file another name too, in place of what has that; where names cannot be shared, it is a whole copy.

    Raises
    ------
    OSError
        Where the folder takes no file, or the disk has no room for a copy.
    """
    other.parent.mkdir(parents=True, exist_ok=True)
    with written_whole(other) as part:
        try:
            os.link(path, part)
        except OSError:
            shutil.copy2(path, part)


def remove_versions(published: Path, kept: int) -> None:
    """Remove the oldest versions beyond so many."""
    for path in versions_of(published)[: -kept or None]:
        drop_version(path)


def drop_version(path: Path) -> None:
    """Remove a version, or what is left of it after it was moved, and the folders that are empty then."""
    path.unlink(missing_ok=True)
    with suppress(OSError):
        path.parent.rmdir()
        path.parent.parent.rmdir()
