"""Somebody's own plays, from a file: lines of a declared format, or of artist, title and plays."""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path

import numpy as np
from scipy import sparse

from models_py.errors import SettingError
from models_py.serving.catalogues import Catalogue
from models_py.sources.files import checked_lines
from models_py.sources.formats import LINES_READ, formats, recognize
from models_py.warehouse import NameIds

OWN_LINE = "artist, title and plays, separated by tabs"
OWN_COLUMNS = ("artist", "title", "plays")
OWN = re.compile(rb"[^\t]*\t[^\t]*\t *0*[1-9]\d{0,8}(\.0+)? *")


@dataclass(frozen=True)
class History:
    """Plays by what was played.

    Attributes
    ----------
    plays : mapping of (str, str) to int
        By artist and title as the file spells them; the title is empty where only the artist is known.
    n_other_lines : int
        Lines of the file that are no plays.
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


def read_history(path: Path, user_id: str = "") -> History:
    """Read a file of plays; of several people's, those of one user.

    Raises
    ------
    MusicError
        Where the file cannot be read, no line of it is a play, or it holds plays of several people and names none.
    """
    if not path.is_file():
        raise SettingError(f"{path} is no file: give --history a file of plays, as {OWN_LINE}.")
    lines = checked_lines(path)
    first = list(islice(lines, LINES_READ))
    name = recognize(first)
    fits = formats()[name].fits if name else _is_own
    columns, split = (formats()[name].columns, formats()[name].split) if name else (OWN_COLUMNS, _own_fields)
    if user_id and "user" not in columns:
        raise SettingError(f"{path} names no users: leave --user out.")
    if not columns:
        raise SettingError(f"{path} has lines of {name}, which no single history is read from: write {OWN_LINE}.")
    plays: Counter[tuple[str, str]] = Counter()
    users: set[str] = set()
    n_other_lines = 0
    for line in chain(first, lines):
        if not fits(line):
            n_other_lines += 1
            continue
        row = dict(zip(columns, split(line.decode()), strict=False))
        users.add(row.get("user", user_id))
        if not user_id and len(users) > 1:
            raise SettingError(
                f"{path} has plays of several users ({', '.join(sorted(users))} ...): choose one with --user."
            )
        if row.get("artist", "").strip() and row.get("user", user_id) == (user_id or row.get("user", "")):
            plays[row["artist"], row.get("title", "")] += int(float(row.get("plays", 1)))
    if user_id and user_id not in users:
        raise SettingError(f"{path} has no plays of user '{user_id}': it has those of {_some(sorted(users))}.")
    if not plays:
        raise SettingError(
            f"No line of {path} is a play: write {OWN_LINE}, or lines of a format in dbt_project/docs/formats.md."
        )
    return History(plays, n_other_lines)


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
