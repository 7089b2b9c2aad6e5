"""What a line of a raw file looks like: the source's format, or which other one."""

import re
from collections import Counter
from collections.abc import Iterable
from datetime import datetime

LINES_READ = 1000
TIME = re.compile(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
COUNT = re.compile(rb" *(?=0*[1-9])\d{1,9}(\.0+)? *")
REGISTERED = re.compile(rb"[A-Z][a-z]{2} \d{1,2}, \d{4}")
EXPORTED_TIME = re.compile(rb"\d{1,2} [A-Z][a-z]{2} \d{4},? \d\d:\d\d")
COUNTS, PLAYS, PROFILES = "play counts (360K)", "plays with times (1K)", "profiles"
REMEDIES = {
    COUNTS: "set SOURCE=360k",
    PLAYS: "set SOURCE=1k",
    PROFILES: "rename it so that its name starts with userid-profile",
}
FIELDS = {
    "1k": "6 fields separated by tabs: user, time (2009-05-04T23:08:57Z), artist MBID, artist, track MBID, title",
    "360k": "4 fields separated by tabs: user, artist MBID, artist, plays",
}
LACKING = {
    6: " without a time in the second",
    4: " without a whole number from 1 to 999999999 in the fourth",
}


def first_lines(content: Iterable[bytes]) -> list[bytes]:
    """Return the first lines of a file that are not blank, from its content in pieces."""
    start = next(iter(content), b"").removeprefix(b"\xef\xbb\xbf")
    lines = re.split(rb"\r\n|\n|\r", start, maxsplit=LINES_READ)[:LINES_READ]
    return [line for line in lines if line.strip()]


def fits(line: bytes, source: str) -> bool:
    """Tell whether a line has the form of the source's lines."""
    fields = line.split(b"\t")
    if source == "1k":
        return len(fields) == 6 and _is_time(fields[1])
    return len(fields) == 4 and bool(COUNT.fullmatch(fields[3]))


def is_artist_tag(line: bytes) -> bool:
    """Tell whether a line gives an artist, a tag and how many people gave it."""
    fields = line.split(b"\t")
    return len(fields) == 3 and bool(COUNT.fullmatch(fields[2]))


def is_recording_header(line: bytes) -> bool:
    """Tell whether a line names columns as AcousticBrainz's CSV files do, the recording's MBID first."""
    names = line.lower().split(b",")
    return len(names) > 1 and names[0] == b"mbid"


def guess(lines: list[bytes], source: str) -> str:
    """Say what most of the lines look like and what to do about it.

    Parameters
    ----------
    lines : list of bytes
        Lines none of which fits the source.
    source : str
        '1k' or '360k'.

    Returns
    -------
    str
        A clause for a sentence that has named the file.
    """
    (kind, _), *_ = Counter(map(_kind, lines)).most_common(1)
    remedy = REMEDIES.get(kind) or f"write {FIELDS[source]}"
    return f"its lines look like {kind}, so {remedy}"


def _is_time(field: bytes) -> bool:
    if not TIME.fullmatch(field):
        return False
    try:
        datetime.fromisoformat(field.decode())
    except ValueError:
        return False
    return True


def _kind(line: bytes) -> str:
    """Name what a line looks like, so that it fits after 'its lines look like'."""
    fields = line.split(b"\t")
    if fits(line, "360k"):
        return COUNTS
    if fits(line, "1k"):
        return PLAYS
    if len(fields) == 5 and (fields[0] == b"#id" or REGISTERED.fullmatch(fields[4])):
        return PROFILES
    if line.lstrip().startswith((b"{", b"[")):
        return "JSON"
    if len(fields) > 1:
        return f"{len(fields)} fields separated by tabs" + LACKING.get(len(fields), "")
    if line.count(b",") < 2:
        return "text without tabs"
    exported = " of a Last.fm export" if EXPORTED_TIME.search(line) else ""
    return f"comma-separated values (CSV){exported}"
