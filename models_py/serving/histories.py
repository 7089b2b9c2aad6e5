"""Somebody's own plays, from a file: of a declared format, or of lines of artist, title and plays."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from scipy import sparse

from models_py.errors import SettingError
from models_py.serving.catalogues import Catalogue
from models_py.sources.archives import unpack
from models_py.sources.files import checked_lines
from models_py.sources.folder import ARCHIVE, Candidate, candidates
from models_py.sources.formats import Format, formats
from models_py.sources.records import Played, read_records
from models_py.warehouse import NameIds

OWN_LINE = "artist, title and plays, separated by tabs"
OWN_COLUMNS = ("artist", "title", "plays")
# how a player's log rates what was skipped
SKIPPED = "S"
OWN = re.compile(rb"[^\t]*\t[^\t]*\t *0*[1-9]\d{0,8}(\.0+)? *")


@dataclass(frozen=True)
class History:
    """Plays by what was played.

    Attributes
    ----------
    plays : mapping of (str, str) to int
        By artist and title as the file spells them; the title is empty where only the artist is known.
    n_other_lines : int
        Lines or records of the file that are no plays.
    """

    plays: Mapping[tuple[str, str], int]
    n_other_lines: int = 0


@dataclass(frozen=True)
class Matched:
    """A history in terms of a catalogue.

    Attributes
    ----------
    counts : csr_matrix of float32, shape (1, n_items)
        Plays of what the catalogue has.
    artist_ids : array of int64
        Of every artist of the history, in the catalogue or not.
    known_plays, known_items : float
        Shares of the plays, and of the different items, that the catalogue has; 0 of nothing.
    """

    counts: sparse.csr_matrix
    artist_ids: np.ndarray
    known_plays: float
    known_items: float


def read_history(path: Path, user_id: str = "", least_seconds: int = 0) -> History:
    """Read a file of plays, or an archive of such files; of several people's, those of one user.

    Parameters
    ----------
    path : Path
    user_id : str, optional
    least_seconds : int, optional
        A record of a service that says how long it was played is a play from so many seconds on.

    Raises
    ------
    MusicError
        Where a file cannot be read, nothing in it is a play, or it holds plays of several people and names none.
    """
    if not path.is_file():
        raise SettingError(f"{path} is no file: give --history a file of plays, as {OWN_LINE}.")
    plays: Counter[tuple[str, str]] = Counter()
    users: set[str] = set()
    n_other_lines = 0
    with _files(path) as files:
        for one in chain.from_iterable(_played(file, least_seconds) for file in files):
            n_other_lines += max(one.records - one.plays, 0)
            if one.plays:
                users.add(one.user)
            if not user_id and len(users) > 1:
                raise SettingError(
                    f"{path} has plays of several users ({', '.join(sorted(users))} ...): choose one with --user."
                )
            if one.plays and user_id in ("", one.user):
                plays[one.artist, one.title] += one.plays
    if user_id and users == {""}:
        raise SettingError(f"{path} names no users: leave --user out.")
    if user_id and user_id not in users:
        raise SettingError(f"{path} has no plays of user '{user_id}': it has those of {_some(sorted(users))}.")
    if not plays:
        raise SettingError(
            f"No line of {path} is a play: write {OWN_LINE}, or lines of a format in dbt_project/docs/formats.md."
        )
    return History(plays, n_other_lines)


@contextmanager
def _files(path: Path) -> Iterator[list[Path]]:
    """Give the files to read: what may hold plays in an archive, unpacked for as long as that takes, or the file."""
    if not path.name.endswith(ARCHIVE):
        yield [path]
        return
    with TemporaryDirectory(prefix="history") as folder:
        unpack([path], Path(folder))
        yield [one.path for one in candidates(Path(folder), (), {}) if one.format]


def _played(path: Path, least_seconds: int) -> Iterator[Played]:
    """Read lines or records of a file, each with its plays; a line that is none has no plays."""
    name = Candidate(path, path.name).format
    declared = formats()[name] if name else None
    if declared and declared.record:
        return read_records(path, declared, least_seconds)
    if declared and not declared.columns:
        raise SettingError(f"{path} has lines of {name}, which no single history is read from: write {OWN_LINE}.")
    return _in_lines(path, declared)


def _in_lines(path: Path, declared: Format | None) -> Iterator[Played]:
    columns, fits = (declared.columns, declared.fits) if declared else (OWN_COLUMNS, _is_own)
    split = declared.split if declared else _own_fields
    for line in checked_lines(path):
        row = dict(zip(columns, split(line.decode()), strict=False)) if fits(line) else {}
        is_play = bool(row.get("artist", "").strip()) and row.get("rating") != SKIPPED
        plays = int(float(row.get("plays", 1))) if is_play else 0
        yield Played(row.get("user", ""), row.get("artist", ""), row.get("title", ""), plays, 1)


def matched(history: History, names: NameIds, catalogue: Catalogue, item_type: str) -> Matched:
    """Find what a catalogue has of a history, by the ids that its names have."""
    played = [
        (artist, title, plays) for (artist, title), plays in history.plays.items() if title or item_type == "artist"
    ]
    artists, titles, plays = zip(*played, strict=True) if played else ((), (), ())
    artist_ids = names.artists([artist for artist, _ in history.plays])
    ids = artist_ids if item_type == "artist" else names.tracks(artists, titles)
    # of several spellings the plays add up
    distinct, place = np.unique(ids, return_inverse=True)
    plays = np.bincount(place, np.array(plays, dtype=float), minlength=len(distinct))
    index = catalogue.index_of(distinct)
    known = index >= 0
    cells = (plays[known].astype(np.float32), (np.zeros(known.sum(), dtype=int), index[known]))
    return Matched(
        counts=sparse.csr_matrix(cells, shape=(1, len(catalogue.item_ids))),
        artist_ids=np.unique(artist_ids),
        known_plays=float(plays[known].sum() / max(plays.sum(), 1)),
        known_items=float(known.mean()) if len(known) else 0.0,
    )


def _own_fields(line: str) -> list[str]:
    return line.split("\t")


def _is_own(line: bytes) -> bool:
    return bool(OWN.fullmatch(line)) and _decodes(line)


def _decodes(line: bytes) -> bool:
    try:
        line.decode()
    except UnicodeDecodeError:
        return False
    return True


def _some(users: list[str]) -> str:
    return ", ".join(users[:3]) + (" ..." if len(users) > 3 else "") if users else "nobody"
