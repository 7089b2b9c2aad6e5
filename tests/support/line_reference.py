"""What must become of each line of a raw file, worked out on bytes without the project's code."""

import calendar
import re
import unicodedata
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

# the reader's delimiter: it may stand at the end of a line, elsewhere the line cannot be read
DELIMITER = b"\x01\x02\x03\x04"
LONGEST_LINE = 2_000_000
READER_PIECE = 8_000_000
MARK = b"\xef\xbb\xbf"
TIME = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})T([0-9]{2}):([0-9]{2}):([0-9]{2})Z")
BLANKS = "".join(map(chr, [*range(33), *range(127, 161), 0x3000]))
UNREADABLE = {"not UTF-8", "unreadable"}
FIELD_COUNTS = {"1k": 6, "360k": 4}
SESSION_GAP_SECONDS = 20 * 60
MONTHS = "january february march april may june july august september october november december".split()
DATES = [
    re.compile(r"(?P<month>[A-Za-z]+) (?P<day>[0-9]{1,2}) (?P<year>[0-9]{4})( ?[T ]?[0-9:].*)?"),
    re.compile(r"(?P<day>[0-9]{1,2}) (?P<month>[A-Za-z]+) (?P<year>[0-9]{4})( ?[T ]?[0-9:].*)?"),
    re.compile(r"(?P<year>[0-9]{4}) (?P<month>[0-9]{1,2}) (?P<day>[0-9]{1,2})([T ][0-9:].*)?"),
]
NOTHING = {"", "-", "?", "\\n", "n/a", "nan", "none", "null", "unknown"}
GENDERS = {"m": "m", "male": "m", "man": "m", "f": "f", "female": "f", "woman": "f"}
USER_HEADINGS = {"id", "user", "userid"}
PROFILE_HEADINGS = ({"gender", "sex"}, {"age"}, {"country"}, {"registered", "signup"})


@dataclass(frozen=True)
class Line:
    """A line of a file: its number, why it is no play (all reasons that hold of those the reader gives), its fields."""

    number: int
    reasons: frozenset[str]
    text: str
    fields: tuple[str, ...]

    @property
    def is_good(self) -> bool:
        """Whether nothing is wrong with it."""
        return not self.reasons


def is_refused(data: bytes) -> bool:
    """Tell whether a (decompressed) file cannot be loaded: 16 bits a character, or line ends of several kinds."""
    head = data[: 1 << 16]
    if head.startswith((b"\xff\xfe", b"\xfe\xff", b"\x00\x00\xfe\xff")) or head.count(0) * 5 > len(head):
        return True
    ends = set(re.findall(rb"\r\n|\r|\n", data))
    return len(ends) > 1 or (ends == {b"\r\n"} and len(data) > READER_PIECE and _may_be_mixed_up(data))


def _may_be_mixed_up(data: bytes) -> bool:
    """Tell whether lines are blank or not UTF-8: the reader errs on those in long files with Windows line ends."""
    return any(line in (b"", b"\xff") for line in data.split(b"\r\n")[:-1])


def lines_of(data: bytes, source: str) -> list[Line]:
    """Split a file into lines and judge each."""
    first = re.search(rb"\r\n|\r|\n", data)
    pieces = data.removeprefix(MARK).split(first.group() if first else b"\n")
    if not pieces[-1]:
        pieces.pop()
    return [_judge(number, piece, source) for number, piece in enumerate(pieces, start=1)]


def _judge(number: int, piece: bytes, source: str) -> Line:
    reasons = set()
    if DELIMITER in piece.removesuffix(DELIMITER) or len(piece) > LONGEST_LINE:
        reasons.add("unreadable")
    try:
        text = piece.removesuffix(DELIMITER).decode()
    except UnicodeDecodeError:
        reasons.add("not UTF-8")
    if reasons:
        return Line(number, frozenset(reasons), piece.decode(errors="ignore"), ())
    fields = tuple(text.split("\t"))
    reason = _reason(text, fields, source)
    return Line(number, frozenset({reason} if reason else ()), text, fields)


def _reason(text: str, fields: tuple[str, ...], source: str) -> str:
    count = FIELD_COUNTS[source]
    if not text:
        return "blank line"
    if len(fields) != count:
        return f"not {count} fields"
    if not fields[0].strip(BLANKS):
        return "no user"
    if is_date(fields[0]):
        return "user is a date"
    if source == "1k" and not is_time(fields[1]):
        return "header" if _letters(fields[1]) in ("time", "timestamp") else "unreadable time"
    if source == "360k" and (reason := _wrong_count(fields)):
        return reason
    return "" if fields[3 if source == "1k" else 2].strip(BLANKS) else "no artist name"


def _letters(text: str) -> str:
    return re.sub("[^a-z0-9]", "", text.lower())


def _wrong_count(fields: tuple[str, ...]) -> str:
    count = fields[3]
    if fields == ("0", "1", "2", "3") or _letters(count) in ("plays", "count"):
        return "header"
    digits, _, decimals = count.strip(" ").partition(".")
    if re.fullmatch("[0-9]{1,9}", digits) and (count.strip(" ") == digits or re.fullmatch("0+", decimals)):
        return "" if int(digits) else "play count is not a positive number"
    if re.fullmatch("[0-9]+", count):
        return "play count is too large"
    is_fraction = re.fullmatch("[0-9]*[.][0-9]+", count)
    return "play count is a fraction" if is_fraction else "play count is not a positive number"


def is_date(text: str) -> bool:
    """Tell whether a text is a date: by the month's name or the year first, perhaps with a time, or like 20.9.2008."""
    if len(text) >= 8 and re.fullmatch("[0-9]{1,2}[./-][0-9]{1,2}[./-][0-9]{4}", text):
        return True
    plain = re.sub("[ ,./-]+", " ", text).strip(" ")
    match = next(filter(None, (pattern.fullmatch(plain) for pattern in DATES)), None)
    if not match or len(text.encode()) > 32:
        return False
    word, day, year = match["month"].lower(), int(match["day"]), int(match["year"])
    word = "sep" if word == "sept" else word
    names = [number for number, name in enumerate(MONTHS, start=1) if word in (name, name[:3])]
    month = int(word) if word.isdigit() else sum(names)
    return 1 <= month <= 12 and 1 <= day <= calendar.monthrange(year or 400, month)[1]


def is_time(text: str) -> bool:
    """Tell whether a text is a time of the calendar, in any year of four digits."""
    match = TIME.fullmatch(text)
    if not match:
        return False
    year, month, day, hour, minute, second = map(int, match.groups())
    # the calendar repeats every 400 years, and Python's has no year 0
    return (
        1 <= month <= 12
        and 1 <= day <= calendar.monthrange(year or 400, month)[1]
        and max(minute, second) < 60 > hour < 24
    )


def is_plausible(time: str) -> bool:
    """Tell whether a time lies within the bounds of a file that is not the published one; no test is near today."""
    return "2002-01-01T00:00:00Z" <= time < "2020-01-01T00:00:00Z"


@dataclass(frozen=True)
class Play:
    """A good line as a play or play count: user, time or count, names, and whether it repeats an earlier line."""

    user: str
    value: str
    names: tuple[str, ...]
    is_duplicate: bool
    starts_session: bool | None


def plays_of(files: Mapping[int, list[Line]], source: str) -> dict[tuple[int, int], Play]:
    """Work out the plays of a load, by file and line: what is good and plausible, repeats flagged."""
    good = [
        ((file, line.number), line.fields)
        for file, lines in sorted(files.items())
        for line in lines
        if line.is_good and (source == "360k" or is_plausible(line.fields[1]))
    ]
    starts = _session_starts(good) if source == "1k" else {}
    seen: set[tuple] = set()
    plays = {}
    for place, fields in good:
        user, value = fields[0], fields[1] if source == "1k" else str(int(fields[3].split(".")[0]))
        names = fields[2:] if source == "1k" else fields[1:3]
        key = (user, value, names)
        plays[place] = Play(user, value, names, key in seen, starts.get(place))
        seen.add(key)
    return plays


def _session_starts(good: list[tuple[tuple[int, int], tuple[str, ...]]]) -> dict[tuple[int, int], bool]:
    """Tell which plays come more than a gap after the user's play before; within a second, later lines come first."""
    ordered = sorted(good, key=lambda one: (one[1][0], one[1][1], one[0][0], -one[0][1]))
    starts, previous = {}, ("", 0)
    for place, fields in ordered:
        seconds = calendar.timegm(tuple(map(int, TIME.fullmatch(fields[1]).groups())))
        starts[place] = previous[0] != fields[0] or seconds - previous[1] > SESSION_GAP_SECONDS
        previous = (fields[0], seconds)
    return starts


def profiles_of(data: bytes) -> dict[str, tuple[str, str]]:
    """Return gender and country by user, from the first good profile line of each."""
    found: dict[str, tuple[str, str]] = {}
    for number, line in enumerate(line for line in lines_of(data, "1k") if not line.reasons & UNREADABLE):
        if len(line.fields) != 5 or not line.fields[0].strip(BLANKS) or is_date(line.fields[0]):
            continue
        if not _is_profile_header(line.fields, number == 0):
            gender = _given(line.fields[1]).lower()
            found.setdefault(line.fields[0], (GENDERS.get(gender, gender), _given(line.fields[3])))
    spellings = Counter(country for _, country in found.values())
    return {user: (gender, _usual(country, spellings)) for user, (gender, country) in found.items()}


def _given(text: str) -> str:
    """Make blanks one space; nothing where the text says that it is nothing."""
    plain = re.sub(f"[{BLANKS}]+", " ", unicodedata.normalize("NFC", text)).strip(" ")
    return "" if plain.lower() in NOTHING else plain


def _is_profile_header(fields: tuple[str, ...], is_first: bool) -> bool:
    user, *rest = map(_letters, fields)
    if fields[0] == "#id" or fields == tuple("01234"):
        return True
    if user in USER_HEADINGS and any(word in words for word, words in zip(rest, PROFILE_HEADINGS, strict=True)):
        return True
    _, gender, age, _, registered = map(_given, fields)
    words = all(text and not re.search("[0-9]", text) for text in (age, registered))
    return is_first and words and bool(gender) and gender.lower() not in GENDERS


def _usual(country: str, spellings: Counter[str]) -> str:
    """Choose the most frequent of the spellings that differ in case, among equals one in two cases."""
    alike = [one for one in spellings if one.lower() == country.lower()]
    return min(alike, key=lambda one: (-spellings[one], one in (one.upper(), one.lower()), one))
