"""Publishing: the next warehouse is built beside the published one and takes its place when it is whole."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from models_py.errors import WarehouseError
from models_py.publishing.files import header_of, replaceable, write_ahead_log
from models_py.publishing.lock import only_builder
from models_py.publishing.versions import (
    STAMP,
    drop_version,
    keep_version,
    remove_versions,
    second_name,
    versions_folder,
    versions_of,
    written_at,
)
from models_py.publishing.working import begun, discard, with_belongings
from models_py.terminal.printing import say
from models_py.terminal.stopping import cleaned, finishing, remove, say_when_stopped
from models_py.warehouse import Warehouse


@contextmanager
def building(
    published: Path, kept_versions: int = 0, *, goes_on: bool = False, keeps_marts: bool = False
) -> Iterator[Path]:
    """Give a working copy of the published file, and move it over the published one when the block ends well.

    The copy is `building/<same name>` beside it: the name stays because views carry the catalogue's name, which is the
    file's stem. A block that fails leaves the published file as it was. It leaves no copy either, unless the block had
    called `learning`: then the next block that may goes on from it. One process at a time may build.

    Parameters
    ----------
    published : Path
    kept_versions : int
        Earlier published files that stay beside the new one (`versions.py`).
    goes_on : bool
        Whether the block may go on from what an earlier one had learnt, as long as that is of what is published.
    keeps_marts : bool
        Whether the block takes the marts as they are published: it then goes on only from a copy that has those.

    Raises
    ------
    WarehouseError
        Where another process builds or writes the same warehouse, what an earlier block had learnt would be lost, or
        the folder cannot be written. If the published file was written to meanwhile, or cannot be replaced, the new one
        is kept in `unpublished/<same name>`.
    """
    working = _beside(published, "building")
    with only_builder(working, published), cleaned(lambda: discard(working)):
        header = begun(published, working, goes_on, keeps_marts)
        yield working
        _publish(working, published, header, kept_versions)
        try:
            remove_versions(published, kept_versions)
        except OSError as error:
            say(f"{versions_folder(published)} keeps more versions than it should ({error.strerror}).")


def clean(published: Path) -> None:
    """Remove what a run that was killed left beside the published file.

    Raises
    ------
    WarehouseError
        Where another process builds the same warehouse, or the folder cannot be written.
    """
    working = _beside(published, "building")
    if working.parent.exists():
        with only_builder(working, published):
            remove(*with_belongings(working))


def roll_back(published: Path) -> tuple[Path, datetime]:
    """Publish the latest of the earlier versions again.

    Returns
    -------
    kept : Path
        Where the file is that was published until now; it need not exist, if there was none.
    written : datetime
        When the version that is published now was written, in UTC.

    Raises
    ------
    WarehouseError
        Where no version is kept, another process writes the warehouse, or the folder cannot be written.
    """
    with only_builder(_beside(published, "building"), published):
        versions = versions_of(published)
        if not versions:
            raise WarehouseError(f"No earlier version of {published} is kept: KEEP_VERSIONS says how many builds keep.")
        written = written_at(versions[-1])
        try:
            with replaceable(published):
                kept = _beside(published, "unpublished").parent / datetime.now(UTC).strftime(STAMP) / published.name
                if published.exists():
                    second_name(published, kept)
                with finishing():
                    os.replace(versions[-1], published)
        except OSError as error:
            raise WarehouseError(
                f"{published} cannot be replaced ({error.strerror}): make its folder writable and try again."
            ) from error
        drop_version(versions[-1])
        return kept, written


def _beside(published: Path, folder: str) -> Path:
    return published.parent / folder / published.name


def _publish(working: Path, published: Path, header: bytes, kept_versions: int) -> None:
    """Move a finished file over the published one; readers that hold the old one keep it.

    A write-ahead log left beside the new file would be replayed onto it and corrupt it in silence. So the new file must
    have none, nor may the old one when it goes, and a writer that still holds the old file stops the move.
    """
    Warehouse(working).checkpoint()
    if write_ahead_log(working).exists():
        raise WarehouseError(f"{working} is still being written to: close what holds it and run the command again.")
    try:
        _move(working, published, header, kept_versions)
    except WarehouseError as error:
        kept = _keep(working, _beside(published, "unpublished"))
        raise WarehouseError(
            f"{str(error).rstrip('.')}; the new tables are in {kept}, to be opened there or moved over the old file."
        ) from error


def _keep(working: Path, kept: Path) -> Path:
    """Move a finished file that cannot be published out of the way of the next build, and say where it is then."""
    try:
        kept.parent.mkdir(exist_ok=True)
        write_ahead_log(kept).unlink(missing_ok=True)
        os.replace(working, kept)
    except OSError as error:
        raise WarehouseError(
            f"{working} can be moved neither over the published file nor to {kept} ({error.strerror}): "
            "make the folder writable and run the command again."
        ) from error
    return kept


def _move(working: Path, published: Path, header: bytes, kept_versions: int) -> None:
    try:
        with replaceable(published):
            if published.exists() and header_of(published) != header:
                raise WarehouseError(
                    f"{published} was written to while the new one was built, and keeps what was written: "
                    "run the command again to build on it."
                )
            if kept_versions and published.exists():
                keep_version(published)
            with finishing():
                os.replace(working, published)
                say_when_stopped("Stopped; the new tables are published.")
    except OSError as error:
        raise WarehouseError(
            f"{published} cannot be replaced ({error.strerror}): set WAREHOUSE to a file in a writable folder."
        ) from error
