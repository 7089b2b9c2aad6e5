"""The feedback file: what people want hidden, and what they love."""

import csv
import io
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from models_py.errors import SettingError
from models_py.terminal.stopping import written_whole

HEADER = ["user_id", "item_type", "artist", "title", "feedback", "given_on"]
HIDE, LOVE = "hide", "love"
KINDS = ("track", "artist")


@dataclass(frozen=True)
class Entry:
    """What somebody says about an artist, or a track where there is a title."""

    user_id: str
    item_type: str
    artist: str
    title: str
    feedback: str
    given_on: date

    @property
    def called(self) -> str:
        """Name of the item on the command line."""
        return f"{self.artist} - {self.title}" if self.item_type == "track" else self.artist


def read_feedback(path: Path) -> list[Entry]:
    """Read the file (RFC 4180); nothing where there is none.

    Raises
    ------
    SettingError
        Naming the first line that is none, and what is wrong with it.
    """
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        return []
    except (OSError, UnicodeDecodeError) as error:
        raise SettingError(f"{path} cannot be read ({error}): make it a readable file in UTF-8.") from error
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    entries: list[Entry] = []
    try:
        if next(reader, HEADER) != HEADER:
            raise ValueError(f"the header has to be {','.join(HEADER)}")
        entries += [_entry(row) for row in reader if row]
    except (csv.Error, ValueError) as error:
        raise SettingError(f"Line {max(reader.line_num, 1)} of {path} is no feedback: {error}.") from error
    return entries


def add_entry(path: Path, entry: Entry) -> None:
    """Write an entry at the end of the file, with a header where there is none; the file is whole at any time.

    Raises
    ------
    SettingError
        Where the file is none that can be added to, or cannot be written.
    """
    entries = [*read_feedback(path), entry]
    try:
        with written_whole(path) as part, part.open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows([HEADER, *(vars(one).values() for one in entries)])
    except OSError as error:
        raise SettingError(f"{path} cannot be written ({error.strerror}): set FEEDBACK to another file.") from error


def _entry(row: list[str]) -> Entry:
    if len(row) != len(HEADER):
        raise ValueError(f"it has {len(row)} fields, not {len(HEADER)}")
    *texts, given_on = row
    entry = Entry(*texts, _date(given_on))
    if entry.item_type not in KINDS:
        raise ValueError(f"its item_type is '{entry.item_type}', not track or artist")
    if entry.feedback not in (HIDE, LOVE):
        raise ValueError(f"its feedback is '{entry.feedback}', not {HIDE} or {LOVE}")
    if not entry.user_id or not entry.artist.strip():
        raise ValueError("it needs a user_id and an artist")
    if (entry.item_type == "track") != bool(entry.title.strip()):
        raise ValueError("a track needs a title, and an artist has none")
    return entry


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"its given_on is '{text}', not a date such as 2009-05-04") from None
