"""Which files of a raw folder are read for plays.

Those of the folder itself whose names end as event files' do; in folders and archives, exports of one person. dbt lists
the same files (macro `event_files_in`).
"""

import os
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from models_py.sources.formats import event_endings, first_lines, formats, recognize
from models_py.sources.gzipped import UnusualGzipError
from models_py.sources.reading import content

ARCHIVE = ".zip"
TSV = (".tsv", ".tsv.gz")
# endings of notes as often as of exports: such a file is left alone unless it is an export
NOTES = (".txt", ".txt.gz")
# names that are hidden but for players' logs
HIDDEN = re.compile(r"(^|/)\.(?!scrobbler\.log$)")


@dataclass(frozen=True)
class Candidate:
    """A file that may hold plays, by its name.

    Attributes
    ----------
    path : Path
    name : str
        Within the raw folder, through archives.
    """

    path: Path
    name: str

    @property
    def is_of_the_folder(self) -> bool:
        """Whether it lies in the raw folder itself."""
        return "/" not in self.name

    @property
    def is_event_file(self) -> bool:
        """Whether it is read for plays."""
        if self.is_of_the_folder and self.name.endswith(TSV):
            return True
        told = self.format
        return told is not None and (self.is_of_the_folder or formats()[told].is_personal)

    @cached_property
    def format(self) -> str | None:
        """Name of the format that it tells; the file is read once for it."""
        return recognize(self.first_lines())

    def first_lines(self) -> list[bytes]:
        """Its first lines that are not blank; none of a file that cannot be read."""
        try:
            return first_lines(content(self.path))
        except (OSError, EOFError, zlib.error, UnusualGzipError):
            return []


def candidates(raw: Path, prefixes: tuple[str, ...], archives: dict[Path, Path]) -> list[Candidate]:
    """List the files that may hold plays, in order of their names.

    Parameters
    ----------
    raw : Path
        The raw folder.
    prefixes : tuple of str
        How the names of other raw files begin.
    archives : dict of Path to Path
        Each archive to the folder that it is unpacked in.
    """
    found = [Candidate(path, _name(path, raw)) for path in _files(raw)]
    found += [
        Candidate(path, f"{_name(archive, raw)}/{_name(path, folder)}")
        for archive, folder in archives.items()
        for path in _files(folder)
    ]
    named = [one for one in found if is_named_like_events(one.name, prefixes)]
    return sorted(named, key=lambda one: one.name)


def is_named_like_events(name: str, prefixes: tuple[str, ...]) -> bool:
    """Tell whether a file of this name may hold plays: it ends as a format's files do, and is of no other kind."""
    return name.endswith(event_endings()) and not name.startswith(prefixes) and not HIDDEN.search(name)


def archives_in(raw: Path) -> list[Path]:
    """List the archives of a raw folder and the folders in it, by name."""
    return sorted(path for path in _files(raw) if path.name.endswith(ARCHIVE) and not HIDDEN.search(_name(path, raw)))


def _files(folder: Path) -> Iterator[Path]:
    """Every file of a folder and of the folders in it; of itself, folders that are called as files too."""
    for root, folders, names in os.walk(folder):
        yield from (Path(root) / name for name in names)
        if Path(root) == folder:
            yield from (Path(root) / name for name in folders if name.endswith(event_endings()))


def _name(path: Path, folder: Path) -> str:
    return path.relative_to(folder).as_posix()
