"""Writing the demo: both raw formats and the truth, each file whole or not at all."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np

from models_py.errors import SettingError
from models_py.sources.demo.catalogue import Catalogue, make_catalogue
from models_py.sources.demo.listening import listen
from models_py.sources.demo.profiles import Profile, make_profiles
from models_py.sources.demo.spelling import Lines, write_down
from models_py.sources.demo.tags import artist_tags
from models_py.sources.demo.tastes import make_tastes
from models_py.sources.demo.truth import make_truth
from models_py.terminal.stopping import written_whole

FEWEST_USERS = 20
EVENTS_1K = "1k/userid-timestamp-artid-artname-traid-traname.tsv"
PROFILES_1K = "1k/userid-profile.tsv"
EVENTS_360K = "360k/usersha1-artmbid-artname-plays.tsv"
PROFILES_360K = "360k/usersha1-profile.tsv"
TAGS = ("1k/artist-tags.tsv", "360k/artist-tags.tsv")
TRUTH = "truth.json"


def write_demo(folder: Path, users: int = 300, seed: int = 1) -> dict:
    """Write the demo's raw files in the formats of Last.fm 1K and 360K, and the truth about them.

    Parameters
    ----------
    folder : Path
        Gets 1k/, 360k/ and truth.json; made if it does not exist, files of the same names are replaced.
    users : int
        Users with plays, at least 20. 300 have about 225,000 plays.
    seed : int
        Of everything random. The same users and seed give the same bytes.

    Returns
    -------
    dict
        The truth, as truth.json holds it; see `make_truth`.

    Raises
    ------
    SettingError
        When there are too few users for every trap to find a place.
    """
    if users < FEWEST_USERS:
        raise SettingError(f"A demo of {users} users is too small to learn from: ask for {FEWEST_USERS} or more.")
    rng = np.random.default_rng(seed)
    catalogue = make_catalogue(users, rng)
    tastes = make_tastes(users, rng)
    plays = listen(catalogue, tastes, rng)
    lines = write_down(catalogue, plays, rng)
    profiles = make_profiles(plays.second[np.flatnonzero(np.diff(plays.user, prepend=-1))], rng)
    ids = [f"user_{number:06d}" for number in range(1, len(profiles) + 1)]
    truth = {"seed": seed, **make_truth(catalogue, tastes, lines, ids[:users])}
    for name in TAGS:
        _replace(folder / name, _artist_tags(catalogue))
    # The events come last: where they lie, everything else does.
    _replace(folder / TRUTH, [json.dumps(truth, ensure_ascii=False, separators=(",", ":"))])
    _replace(folder / PROFILES_360K, _profiles_360k(ids, profiles))
    _replace(folder / EVENTS_360K, _counts_360k(lines, ids))
    _replace(folder / PROFILES_1K, _profiles_1k(ids, profiles))
    _replace(folder / EVENTS_1K, _events_1k(lines, ids))
    return truth


def _events_1k(lines: Lines, ids: list[str]) -> Iterator[str]:
    """User, time, artist MBID, artist, track MBID, title."""
    times = np.datetime_as_string(lines.plays.second.astype("datetime64[s]"), unit="s").tolist()
    users = lines.plays.user.tolist()
    texts = lines.artist_mbid, lines.artist_name, lines.track_mbid, lines.title
    for user, time, *rest in zip(users, times, *(text.tolist() for text in texts), strict=True):
        yield "\t".join((ids[user], time + "Z", *rest))


def _profiles_1k(ids: list[str], profiles: list[Profile]) -> Iterator[str]:
    """User, gender, age, country, registration date, under a header."""
    yield "#id\tgender\tage\tcountry\tregistered"
    for user, profile in zip(ids, profiles, strict=True):
        yield "\t".join((user, *profile))


def _profiles_360k(ids: list[str], profiles: list[Profile]) -> list[str]:
    """User hash, gender, age, country, registration date: by hash, no header."""
    return sorted("\t".join((_sha1(user), *profile)) for user, profile in zip(ids, profiles, strict=True))


def _counts_360k(lines: Lines, ids: list[str]) -> Iterator[str]:
    """User hash, artist MBID, artist, plays: users by hash, each user's artists by plays; spellings stay apart."""
    kept = lines.is_kept
    columns = lines.plays.user[kept].tolist(), lines.artist_mbid[kept].tolist(), lines.artist_name[kept].tolist()
    hashes = [_sha1(user) for user in ids]
    counts = Counter(zip(*columns, strict=True))
    rows = [(hashes[user], -plays, name, mbid) for (user, mbid, name), plays in counts.items()]
    for user, plays, name, mbid in sorted(rows):
        yield f"{user}\t{mbid}\t{name}\t{-plays}"


def _artist_tags(catalogue: Catalogue) -> Iterator[str]:
    """Artist, tag, people who gave it, under a header."""
    yield "artist_name\ttag\ttaggers"
    for artist, tag, taggers in artist_tags(catalogue):
        yield f"{artist}\t{tag}\t{taggers}"


def _sha1(user_id: str) -> str:
    """Hash a user as the 360K files do: 40 hex digits."""
    return hashlib.sha1(user_id.encode(), usedforsecurity=False).hexdigest()


def _replace(path: Path, rows: Iterable[str]) -> None:
    """Write rows to a temporary name, then move the finished file to its place."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with written_whole(path) as part:
        part.write_text("\n".join(rows) + "\n", encoding="utf-8", newline="\n")
