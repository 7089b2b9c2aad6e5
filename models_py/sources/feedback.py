"""The feedback file: what people want hidden, and what they love."""

import csv
import fcntl
import io
import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from models_py.errors import SettingError

HEADER = ["user_id", "item_type", "artist", "title", "feedback", "given_on"]
HIDE, LOVE = "hide", "love"
KINDS = ("track", "artist")
DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
LINE_END = re.compile(r"\r\n|\r|\n")
QUOTED = re.compile(r'"(?:[^"]|"")*"')
BLANK_BEFORE = re.compile(r'(?:^|,)[ \t]+"', re.MULTILINE)


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
    # dbt's reader takes no mixture of line ends, and leaves out blanks before a quote; within quotes both are text
    bare = QUOTED.sub('"', text)
    if len(set(LINE_END.findall(bare))) > 1:
        raise SettingError(f"{path} mixes line ends: make them all the same (tr -d '\\r' < {path.name} > repaired).")
    if BLANK_BEFORE.search(bare):
        raise SettingError(f"{path} has a blank before a quote: remove it, or put it inside.")
    try:
        if next(reader, HEADER) != HEADER:
            raise ValueError(f"the header has to be {','.join(HEADER)}")
        entries += [_entry(row) for row in reader if row]
    except (csv.Error, ValueError) as error:
        raise SettingError(f"Line {max(reader.line_num, 1)} of {path} is no feedback: {error}.") from error
    return entries


def add_entry(path: Path, entry: Entry) -> None:
    """Write an entry at the end of the file, after a header where the file is new; what stands there stays as it is.

    Raises
    ------
    SettingError
        Where the file is none that can be added to, or cannot be written.
    """
    try:
        with path.open("a+", newline="", encoding="utf-8") as file:
            # of two commands at once one waits for the other
            fcntl.flock(file, fcntl.LOCK_EX)
            read_feedback(path)
            file.seek(0)
            before = file.read()
            line_end = "\r\n" if "\r\n" in before else "\n"
            added = io.StringIO(newline="")
            rows = [*([] if before else [HEADER]), vars(entry).values()]
            csv.writer(added, lineterminator=line_end).writerows(rows)
            file.write(line_end * (before[-1:] not in ("", "\n", "\r")) + added.getvalue())
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
        if not DATE.fullmatch(text):
            raise ValueError
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"its given_on is '{text}', not a date such as 2009-05-04") from None
