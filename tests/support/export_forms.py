"""The same plays in each form of a person's export, and what each form can hold of them."""

import csv
import io
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

PLAYED_MS = 200_500


@dataclass(frozen=True, order=True)
class Play:
    """A play with all that any form holds; the start is in seconds since 1970."""

    start: int
    artist: str
    title: str
    album: str = "Album"
    artist_mbid: str = ""
    track_mbid: str = ""

    @property
    def time(self) -> datetime:
        """Its start."""
        return datetime.fromtimestamp(self.start, UTC)


def _csv(rows: list[list[object]], header: str = "", **dialect: object) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n", **dialect).writerows(rows)
    return (f"{header}\n" * bool(header) + text.getvalue()).encode()


def _minute(play: Play, comma: str = "") -> str:
    return f"{play.time:%d %b %Y}{comma} {play.time:%H:%M}"


def _newest_first(plays: Sequence[Play]) -> list[Play]:
    return sorted(plays, key=lambda play: play.start, reverse=True)


def _oldest_first(plays: Sequence[Play]) -> list[Play]:
    return sorted(plays, key=lambda play: play.start)


def lastfm_csv(plays: Sequence[Play]) -> bytes:
    """Write Last.fm's own export: values quoted, the header not."""
    rows = [
        [play.start, _minute(play, ","), play.artist, play.artist_mbid, play.album, "", play.title, play.track_mbid]
        for play in _newest_first(plays)
    ]
    return _csv(rows, "uts,utc_time,artist,artist_mbid,album,album_mbid,track,track_mbid", quoting=csv.QUOTE_ALL)


def lastfm_csv_short(plays: Sequence[Play]) -> bytes:
    """Write its short form."""
    rows = [[_minute(play, ","), play.artist, play.album, play.title] for play in _newest_first(plays)]
    return _csv(rows, "utc_time,artist,album,track", quoting=csv.QUOTE_ALL)


def lastfm_csv_bare(plays: Sequence[Play]) -> bytes:
    """Write a form without a header."""
    return _csv([[play.artist, play.album, play.title, _minute(play)] for play in _newest_first(plays)])


def lastfm_notebook(plays: Sequence[Play]) -> bytes:
    """Write what a notebook makes of the API."""
    rows = [
        [play.artist, play.artist_mbid, play.album, "", play.title, play.track_mbid, play.start, f"{play.time:%F %T}"]
        for play in _newest_first(plays)
    ]
    return _csv(rows, "artist,artist_mbid,album,album_mbid,track,track_mbid,timestamp,datetime")


def lastfm_by_user(plays: Sequence[Play]) -> bytes:
    """Write a form that names its user in each line."""
    rows = [
        ["ann", play.title, play.artist, f"{play.time:%d %b %Y}".lstrip("0"), play.start]
        for play in _oldest_first(plays)
    ]
    return _csv(rows, "user,track,artist,date,timestamp")


def lastexport(plays: Sequence[Play]) -> bytes:
    """Write what lastexport does: the track before the artist."""
    rows = [
        [play.start, play.title, play.artist, play.album, play.track_mbid, play.artist_mbid, ""]
        for play in _newest_first(plays)
    ]
    return "".join("\t".join(map(str, row)) + "\n" for row in rows).encode()


def lastexport_semicolons(plays: Sequence[Play]) -> bytes:
    """Write it with semicolons, none of which is escaped."""
    rows = [[play.title, play.album, play.artist, _minute(play), play.start] for play in _newest_first(plays)]
    return "".join(";".join(map(str, row)) + "\n" for row in rows).encode()


def scrobbler_log(plays: Sequence[Play]) -> bytes:
    """Write a player's log."""
    rows = [
        [play.artist, play.album, play.title, 1, 200, "L", play.start, play.track_mbid] for play in _oldest_first(plays)
    ]
    head = "#AUDIOSCROBBLER/1.1\n#TZ/UNKNOWN\n#CLIENT/made up\n#ARTIST\t#ALBUM\t#TITLE\t#TRACKNUM\t#LENGTH\n"
    return (head + "".join("\t".join(map(str, row)) + "\n" for row in rows)).encode()


def spotify(plays: Sequence[Play]) -> bytes:
    """Write Spotify's history of a year: the minute in which a play ended."""
    records = [
        {
            "endTime": f"{_end(play):%F %H:%M}",
            "artistName": play.artist,
            "trackName": play.title,
            "msPlayed": PLAYED_MS,
        }
        for play in _oldest_first(plays)
    ]
    return json.dumps(records, indent=2).encode()


def spotify_extended(plays: Sequence[Play]) -> bytes:
    """Write Spotify's extended history, in one line."""
    records = [
        {
            "ts": f"{_end(play):%FT%TZ}",
            "username": "somebody",
            "ms_played": PLAYED_MS,
            "ip_addr_decrypted": "203.0.113.7",
            "user_agent_decrypted": "unknown",
            "master_metadata_track_name": play.title,
            "master_metadata_album_artist_name": play.artist,
            "reason_end": "trackdone",
            "skipped": None,
        }
        for play in _oldest_first(plays)
    ]
    return json.dumps(records, ensure_ascii=False).encode()


def listenbrainz(plays: Sequence[Play]) -> bytes:
    """Write lines of ListenBrainz."""
    records = [
        {
            "listened_at": play.start,
            "track_metadata": {
                "artist_name": play.artist,
                "track_name": play.title,
                "additional_info": {"recording_mbid": play.track_mbid, "artist_mbids": [play.artist_mbid]},
            },
        }
        for play in _newest_first(plays)
    ]
    return "".join(json.dumps(record) + "\n" for record in records).encode()


def maloja(plays: Sequence[Play]) -> bytes:
    """Write Maloja's export."""
    scrobbles = [
        {"time": play.start, "track": {"artists": [play.artist], "title": play.title, "length": 200}, "duration": None}
        for play in _newest_first(plays)
    ]
    return json.dumps({"maloja": {"export_time": 1}, "scrobbles": scrobbles}, indent=3).encode()


def _end(play: Play) -> datetime:
    return play.time + timedelta(milliseconds=PLAYED_MS)


def _whole(play: Play) -> Play:
    return play


def _without_ids(play: Play) -> Play:
    return replace(play, artist_mbid="", track_mbid="")


def _in_minutes(play: Play) -> Play:
    return replace(_without_ids(play), start=play.start // 60 * 60)


def _by_end(play: Play, unit_ms: int) -> Play:
    """Work the start out from an end in whole units, as whoever reads it has to: it may be so much early."""
    end = play.start * 1000 + PLAYED_MS
    return replace(_without_ids(play), start=(end // unit_ms * unit_ms - PLAYED_MS) // 1000)


def _by_end_in_minutes(play: Play) -> Play:
    return _by_end(play, 60_000)


def _by_end_in_seconds(play: Play) -> Play:
    return _by_end(play, 1000)


def _without_artist_id(play: Play) -> Play:
    return replace(play, artist_mbid="")


@dataclass(frozen=True)
class Form:
    """How a form is written, what its file is called, and what it holds of a play: the loss is stated by `held`."""

    write: Callable[[Sequence[Play]], bytes]
    file_name: str
    held: Callable[[Play], Play]


FORMS = {
    "lastfm_csv": Form(lastfm_csv, "scrobbles.csv", _whole),
    "lastfm_csv_short": Form(lastfm_csv_short, "scrobbles.csv", _in_minutes),
    "lastfm_csv_bare": Form(lastfm_csv_bare, "scrobbles.csv", _in_minutes),
    "lastfm_notebook": Form(lastfm_notebook, "lastfm_scrobbles.csv", _whole),
    "lastfm_by_user": Form(lastfm_by_user, "scrobbles.csv", _without_ids),
    "lastexport": Form(lastexport, "exported_tracks.txt", _whole),
    "lastexport_semicolons": Form(lastexport_semicolons, "export.csv", _without_ids),
    "scrobbler_log": Form(scrobbler_log, ".scrobbler.log", _without_artist_id),
    "spotify": Form(spotify, "StreamingHistory_music_0.json", _by_end_in_minutes),
    "spotify_extended": Form(spotify_extended, "Streaming_History_Audio_2023_1.json", _by_end_in_seconds),
    "listenbrainz": Form(listenbrainz, "2023-05.jsonl", _whole),
    "maloja": Form(maloja, "maloja_export.json", _without_ids),
}
