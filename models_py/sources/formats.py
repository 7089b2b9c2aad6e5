"""What the lines of an event file look like: of which declared format they are, or what else.

Formats are declared once, in dbt_project.yml. dbt tells them by the same rule (macro `recognized_event_files`).
"""

import csv
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import yaml

PROJECT_FILE = Path("dbt_project/dbt_project.yml")
LINES_READ = 1000
# characters that JSON is told by
START = 10_000
COUNT = re.compile(rb" *(?=0*[1-9])\d{1,9}(\.0+)? *")
REGISTERED = re.compile(rb"[A-Z][a-z]{2} \d{1,2}, \d{4}")
PROFILES, NOT_UTF_8 = "profiles", "text that is not UTF-8"
REMEDIES = {
    PROFILES: "rename it so that its name starts with userid-profile",
    NOT_UTF_8: "convert it to UTF-8",
}
LACKING = {
    6: " without a time in the second",
    4: " without a whole number from 1 to 999999999 in the fourth",
}


@dataclass(frozen=True)
class Format:
    """What dbt_project.yml declares of a format of event files; see there."""

    ending: str
    fields: str
    has_times: bool
    has_tracks: bool
    line: str = ""
    start: str = ""
    columns: tuple[str, ...] = ()
    record: Mapping[str, str] = field(default_factory=dict)
    separator: str = "\t"
    is_personal: bool = False
    seconds_apart: int = 1
    newest_first: bool = True
    in_parts: bool = False
    has_artist_lists: bool = False

    def fits(self, line: bytes) -> bool:
        """Tell whether a line has the form of the format's lines."""
        try:
            return bool(self.line) and bool(re.fullmatch(self.line, line.decode()))
        except UnicodeDecodeError:
            return False

    def starts(self, text: str) -> bool:
        """Tell whether a file that starts so is one of the format."""
        return bool(self.start) and bool(re.match(self.start, text))

    def split(self, line: str) -> list[str]:
        """Split a line into fields, at commas as CSV does; semicolons beyond those between fields are of the first."""
        if self.separator == ",":
            return next(csv.reader([line]))
        return line.rsplit(self.separator, len(self.columns) - 1 if self.separator == ";" else -1)


@cache
def formats() -> dict[str, Format]:
    """Read the declared formats, by name."""
    declared = yaml.safe_load(PROJECT_FILE.read_text("utf-8"))["vars"]["formats"]
    return {
        name: Format(**{**attributes, "columns": tuple(attributes.get("columns", ()))})
        for name, attributes in declared.items()
    }


def format_of(source: str) -> str:
    """Name the format that a value of SOURCE means."""
    return f"lastfm_{source}"


def event_endings() -> tuple[str, ...]:
    """How the names of event files end."""
    endings = dict.fromkeys(declared.ending for declared in formats().values())
    return tuple(name for ending in endings for name in (ending, f"{ending}.gz"))


def endings_in_words() -> str:
    """Name the endings that files of plays have, compressed or not."""
    *others, last = dict.fromkeys(declared.ending for declared in formats().values())
    return f"{', '.join(others)} or {last}"


def first_lines(content: Iterable[bytes]) -> list[bytes]:
    """Return the first lines of a file that are not blank, from its content in pieces."""
    start = next(iter(content), b"").removeprefix(b"\xef\xbb\xbf")
    lines = re.split(rb"\r\n|\n|\r", start, maxsplit=LINES_READ)[:LINES_READ]
    return [line for line in lines if line.strip()]


def recognize(lines: list[bytes]) -> str | None:
    """Name the format that a file which starts with these lines has; nothing where it is none.

    It is the first one whose `start` the first 10,000 characters have, or else the one that most of the lines fit, the
    first declared among equals.
    """
    text = b"\n".join(lines)[: 4 * START].decode(errors="ignore")[:START]
    for name, declared in formats().items():
        if declared.starts(text):
            return name
    counts = {name: sum(map(declared.fits, lines)) for name, declared in formats().items()}
    best = max(counts, key=counts.__getitem__)
    return best if counts[best] else None


def is_json(name: str | None) -> bool:
    """Tell whether a format is one of JSON: it has a start in place of lines."""
    return name is not None and bool(formats()[name].start)


def might_be(lines: list[bytes]) -> str:
    """Name the formats of one person's exports that lines may have been meant as: those that look like them at all."""
    (kind, _), *_ = Counter(map(_kind, lines)).most_common(1) or [("nothing", 0)]
    exports = {name: declared for name, declared in formats().items() if declared.is_personal}
    # of JSON that is indented, most lines look like something else
    if kind == "JSON" or (lines and lines[0].lstrip().startswith((b"{", b"["))):
        alike = [name for name in exports if is_json(name)]
    else:
        split = {name: declared.separator for name, declared in exports.items() if not is_json(name)}
        counts = {sign: sum(line.count(sign.encode()) for line in lines) for sign in set(split.values())}
        likeliest = max(sorted(counts), key=counts.__getitem__)
        alike = [name for name, sign in split.items() if sign == likeliest] if counts[likeliest] else list(exports)
    return " or ".join(f"{name} ({exports[name].fields})" for name in alike)


def is_artist_tag(line: bytes) -> bool:
    """Tell whether a line gives an artist, a tag and how many people gave it."""
    fields = line.split(b"\t")
    return len(fields) == 3 and bool(COUNT.fullmatch(fields[2]))


def is_recording_header(line: bytes) -> bool:
    """Tell whether a line names columns as AcousticBrainz's CSV files do, the recording's MBID first."""
    names = line.lower().split(b",")
    return len(names) > 1 and names[0] == b"mbid"


def guess(lines: list[bytes], expected: str) -> str:
    """Say what most of the lines look like and what to do about it.

    Parameters
    ----------
    lines : list of bytes
        Lines of no format.
    expected : str
        Format that they were probably meant to have.

    Returns
    -------
    str
        A clause for a sentence that has named the file.
    """
    (kind, _), *_ = Counter(map(_kind, lines)).most_common(1)
    remedy = REMEDIES.get(kind) or f"write {formats()[expected].fields}"
    return f"its lines look like {kind}, so {remedy}"


def _kind(line: bytes) -> str:
    """Name what a line looks like, so that it fits after 'its lines look like'."""
    fields = line.split(b"\t")
    if not _is_utf_8(line):
        return NOT_UTF_8
    if len(fields) == 5 and (fields[0] == b"#id" or REGISTERED.fullmatch(fields[4])):
        return PROFILES
    if line.lstrip().startswith((b"{", b"[")):
        return "JSON"
    if len(fields) > 1:
        return f"{len(fields)} fields separated by tabs" + LACKING.get(len(fields), "")
    if line.count(b",") < 2:
        return "text without tabs"
    return "comma-separated values (CSV)"


def _is_utf_8(line: bytes) -> bool:
    try:
        line.decode()
    except UnicodeDecodeError:
        return False
    return True
