"""Raw files that two engines could read in two ways: letters, blanks, bytes, line ends, times, and pieces of a file."""

import json
import random
from datetime import datetime, timedelta
from pathlib import Path

# lower case, blanks and composed letters as Unicode has them, not ASCII
NAMES = (
    "ΟΔΥΣΣΕΑΣ", "Οδυσσεας", "İstanbul", "istanbul", "\u2003Sigur Rós\u2003", "Sigur Ro\u0301s", "STRASSE", "Straße",
    "µ-Ziq", "Μ-ZIQ", "a\u3000b", "a\u00a0 b", "AC/DC", "Björk", "BJÖRK", "Mötley, Crüe", "(untitled)",
    "\u1680edge\u205f", "x'y\"z", "back\\slash",
)  # fmt: skip
BAD_LINES = (
    b"user_000001\t2009-02-30T10:00:00Z\t\tArtist\t\tNo such day",
    b"user_000001\t2009-02-03 10:00:00\t\tArtist\t\tNo T and Z",
    b"user_000001\t2009-02-03T24:00:00Z\t\tArtist\t\tNo such hour",
    b"user_000002\t2009-02-03T10:00:00Z\t\t\xff\xfe\t\tNot UTF-8",
    b"user_000002\t2009-02-03T10:00:00Z\t\tF\xc3\t\tCut in a letter",
    b"user_000003\t2009-02-03T10:00:00Z\t\tToo\tfew",
    b"user_000003\t2009-02-03T10:00:00Z\t\tToo\t\tmany\tfields",
    b"user_000004\t2009-02-03T10:00:00Z\t\t\xe2\x80\x83\t\tAn artist of blanks",
    b"\t2009-02-03T10:00:00Z\t\tArtist\t\tNo user",
    b"12 May 2005\t2009-02-03T10:00:00Z\t\tArtist\t\tA date",
    b"user_000005\t2035-02-03T10:00:00Z\t\tArtist\t\tThe future",
    b"",
    b"   ",
)


def write_raw_files(folder: Path) -> None:
    """Write two event files, profiles, tags, and one person's own export."""
    draw = random.Random(1)
    lines = [_line(draw) for _ in range(6000)]
    # the same play twice, and two that share a second
    lines += [lines[number] for number in range(0, 900, 9)] + [
        line.replace(b"Track 1", b"Track 2") for line in lines[:300] if b"Track 1" in line
    ]
    for place, bad in enumerate(BAD_LINES * 3):
        lines.insert(100 + 117 * place, bad)
    (folder / "events.tsv").write_bytes(b"\n".join(lines[:4000]) + b"\n")
    (folder / "later.tsv").write_bytes(b"\r\n".join(line for line in lines[4000:] if line.strip()))
    (folder / "userid-profile.tsv").write_bytes(
        b"#id\tgender\tage\tcountry\tregistered\n"
        + b"".join(
            f"user_{number:06}\t{'mf'[number % 2]}\t{15 + number}\t{'PolandSweden'[: 6 + 6 * (number % 2)]}\t"
            f"{'Aug 13, 2006' if number % 3 else 'Sept 3, 2005'}\n".encode()
            for number in range(1, 30)
        )
    )
    tagged = [(name.strip(), tag, count) for count, name in enumerate(NAMES, start=1) for tag in ("rock", "Hip-Hop")]
    (folder / "artist-tags.tsv").write_text("".join(f"{name}\t{tag}\t{count}\n" for name, tag, count in tagged))
    (folder / "me.csv").write_text("".join(map(_exported, range(400))))
    (folder / "listens.jsonl").write_text("".join(_listen(number) + "\n" for number in range(300)) + "{cut off\n")
    (folder / "StreamingHistory0.json").write_text(json.dumps([_streamed(number) for number in range(300)], indent=1))
    (folder / "maloja.json").write_text(json.dumps({"maloja": {}, "scrobbles": [_scrobble(one) for one in range(300)]}))


def _exported(number: int) -> str:
    """Write one play as Last.fm's site exports it."""
    fields = (1_240_000_000 + 400 * number, "17 Apr 2009, 20:26", NAMES[number % 9].strip(), "", "An album", "")
    return ",".join(f'"{field}"' for field in (*fields, f"Track {number % 7}", "")) + "\n"


def _listen(number: int) -> str:
    """Write one listen as ListenBrainz exports it; some are cut short, some have their MBIDs elsewhere."""
    info = (
        {"recording_mbid": f"{number % 5:08}-0000-4000-8000-000000000000"} if number % 2 else {"duration_ms": 200_000}
    )
    track = {"artist_name": NAMES[number % 11], "track_name": f"Track {number % 7}", "additional_info": info}
    if number % 10 == 0:
        info |= {"duration_played": 5, "artist_mbids": ["a" * 36, "b" * 36]}
    return json.dumps({"listened_at": 1_230_000_000 + 500 * number, "user_name": "lib", "track_metadata": track})


def _streamed(number: int) -> dict[str, object]:
    """Give one play as Spotify does; its time is its end."""
    ended_at = datetime(2009, 1, 2) + timedelta(minutes=7 * number)
    plays = {"artistName": NAMES[number % 13], "trackName": f"Track {number % 6}", "msPlayed": 1000 * (20 + number)}
    return {"endTime": f"{ended_at:%Y-%m-%d %H:%M}", **plays}


def _scrobble(number: int) -> dict[str, object]:
    """Give one play as Maloja does; artists are a list."""
    track = {"artists": list(NAMES[number % 9 : number % 9 + 1 + number % 3]), "title": f"Track {number % 5}"}
    return {"time": 1_231_000_000 + 600 * number, "track": {**track, "length": 180}, "duration": None}


def _line(draw: random.Random) -> bytes:
    user = draw.randrange(1, 41)
    name = NAMES[min(int(draw.paretovariate(0.8)), len(NAMES)) - 1]
    played_at = datetime(2005, 3, 1) + timedelta(seconds=draw.randrange(4 * 365 * 86_400))
    title = (
        draw.choice(["", " ", "Intro", "INTRO", "Пе́сня"]) if draw.random() < 0.05 else f"Track {draw.randrange(1, 13)}"
    )
    return f"user_{user:06}\t{played_at:%Y-%m-%dT%H:%M:%SZ}\t\t{name}\t\t{title}".encode()
