"""What the command line prints of playlists, and writes of them for other programs."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from models_py.errors import SettingError
from models_py.reports.naming import check_user, find_item
from models_py.terminal.printing import print_table, say
from models_py.terminal.stopping import written_whole
from models_py.warehouse import Warehouse

MBID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
# control characters and separators of lines: each would end a line for one reader or another
BREAKS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
# what one system or another does not allow in the name of a file
NOT_IN_FILES = re.compile(r'[\\/:*?"<>|]')


@dataclass(frozen=True)
class Playlist:
    """A playlist with its tracks in order, each a row of the mart with the track's MBID."""

    playlist_id: str
    title: str
    tracks: Sequence[dict[str, object]]


def print_playlists(path: Path, user_id: str) -> None:
    """Print which playlists a user has.

    Raises
    ------
    SettingError
        Where there is no such user.
    """
    warehouse = Warehouse(path)
    check_user(warehouse, user_id)
    rows = warehouse.read_rows(
        "select playlist_id, title, count(*) from marts.playlists where user_id = ? group by all order by all",
        [user_id],
    )
    if not rows:
        raise SettingError(f"{path} has no playlist of {user_id}: playlists need tracks, and most of them times.")
    print_table(f"Playlists of {user_id}", ("id", "title", "tracks"), [tuple(row.values()) for row in rows], "llr")


def print_tracks(playlist: Playlist) -> None:
    """Print a playlist with what each track is there for."""
    rows = [(track["position"], track["track_name"], track["artist_name"], track["why"]) for track in playlist.tracks]
    print_table(f"{playlist.title} ({playlist.playlist_id})", ("", "track", "artist", "why"), rows, "rlll")


def find_playlists(path: Path, user_id: str, kind: str, playlist_id: str, like: str) -> list[Playlist]:
    """Read the playlists of a kind that a user has, the one with an id, or what is like a track.

    Raises
    ------
    SettingError
        Where there is no such user, kind, track or playlist.
    """
    warehouse = Warehouse(path)
    if user_id:
        check_user(warehouse, user_id)
    if kind:
        _check_kind(warehouse, kind)
    wanted = f"playlist '{playlist_id or kind}'" + (f" of {user_id}" if user_id else "")
    reason = "`python -m models_py playlist --user USER_ID` prints what there is"
    if like:
        track = find_item(warehouse, like, "track")
        playlist_id, user_id, wanted = f"more_like:{track['item_id']}", "", f"tracks like {track['called']}"
        reason = "it is not among the tracks with most listeners, or no model that is served likens tracks"
    rows = warehouse.read_rows(
        """
        select playlists.playlist_id, title, position, playlists.track_name, playlists.artist_name, track_mbid, why
        from marts.playlists inner join marts.tracks using (track_id)
        where (playlist_id = $playlist_id or $playlist_id = '') and (playlist_kind = $kind or $kind = '')
            and (user_id = $user_id or $user_id = '')
        order by playlist_id, position
        """,
        {"playlist_id": playlist_id, "kind": kind, "user_id": user_id},
    )
    if not rows:
        raise SettingError(f"{path} has no {wanted}: {reason}.")
    tracks: dict[str, list[dict[str, object]]] = {}
    for row in rows:
        tracks.setdefault(str(row["playlist_id"]), []).append(row)
    return [Playlist(name, str(of_it[0]["title"]), of_it) for name, of_it in tracks.items()]


def write_playlist(playlists: Sequence[Playlist], output: Path, form: str, replace: bool) -> None:
    """Write a playlist in a form that other programs read; the file is there whole or not at all.

    Raises
    ------
    SettingError
        Where there is more than one, the form is unknown, or the file is there or cannot be written.
    """
    form = form or output.suffix.lower().removeprefix(".")
    if form not in FORMS:
        raise SettingError(f"{output} cannot be written as '{form}': give --format {' or '.join(FORMS)}.")
    if len(playlists) > 1:
        names = ", ".join(playlist.playlist_id for playlist in playlists)
        raise SettingError(f"A file holds one playlist, and there are {len(playlists)}: give --id, one of {names}.")
    (playlist,) = playlists
    try:
        if output.exists() and not replace:
            raise SettingError(f"{output} is there already: give another name, or --replace it.")
        with written_whole(output) as part:
            part.write_text(FORMS[form](playlist), "utf-8", newline="\n")
    except OSError as error:
        raise SettingError(f"{output} cannot be written ({error.strerror}): give another name.") from error
    say(f"Wrote {len(playlist.tracks)} tracks of '{playlist.title}' to {output}.")


def as_m3u8(playlist: Playlist) -> str:
    """Write a playlist as extended M3U, where a track without a file is the name that its file would have."""
    lines = ["#EXTM3U", f"#PLAYLIST:{_in_a_line(playlist.title)}"]
    for track in playlist.tracks:
        called = _in_a_line(f"{track['artist_name']} - {track['track_name']}")
        # a line that begins with a hash is a comment
        lines += [f"#EXTINF:-1,{called}", re.sub("^#", "_", NOT_IN_FILES.sub("_", called)) + ".mp3"]
    return "\n".join(lines) + "\n"


def as_jspf(playlist: Playlist) -> str:
    """Write a playlist as JSPF, with MusicBrainz's address of a recording where it is known, as ListenBrainz does."""
    tracks = [
        {
            "title": track["track_name"],
            "creator": track["artist_name"],
            **_identified(str(track["track_mbid"]).lower()),
            "annotation": track["why"],
        }
        for track in playlist.tracks
    ]
    return json.dumps({"playlist": {"title": playlist.title, "track": tracks}}, ensure_ascii=False, indent=1) + "\n"


FORMS = {"m3u8": as_m3u8, "jspf": as_jspf}


def _check_kind(warehouse: Warehouse, kind: str) -> None:
    kinds = warehouse.read("select distinct playlist_kind from marts.playlists order by all")["playlist_kind"]
    if kind not in kinds:
        raise SettingError(
            f"{warehouse.path} has no playlists of kind '{kind}': there are {', '.join(kinds) or 'none of any kind'}."
        )


def _identified(mbid: str) -> dict[str, list[str]]:
    return {"identifier": [f"https://musicbrainz.org/recording/{mbid}"]} if MBID.fullmatch(mbid) else {}


def _in_a_line(text: str) -> str:
    return BREAKS.sub(" ", text).strip()
