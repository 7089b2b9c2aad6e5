"""From plays to lines: how names, MBIDs and times are written down, with every trap of the real file that fits."""

import uuid
from dataclasses import dataclass

import numpy as np

from models_py.sources.demo.catalogue import Catalogue
from models_py.sources.demo.listening import Plays
from models_py.sources.demo.names import GENRES, other_spelling

BLANK_TITLES = ("", "", "", "", "  ", "  ", "\a", "\a")
BOGUS_TIMES = ("2010-03-14T15:09:26", "2013-07-21T04:05:06")
OTHER_SPELLING_SHARE = 0.04  # of names that are also spelt in a second way
ALWAYS_VARIED = 40  # names, of the most popular artists
OTHER_SPELLING_CHANCE = 0.25  # of a line, where there is a second way
NO_ARTIST_MBID_SHARE, NO_TRACK_MBID_SHARE = 0.03, 0.11
SEVERAL_MBIDS_SHARE = 0.04  # of songs that have two to six


@dataclass(frozen=True)
class Lines:
    """The lines of the events file: users in order, each from newest to oldest.

    Attributes
    ----------
    plays : Plays
        User, track and time as written.
    artist_name, title, artist_mbid, track_mbid : numpy.ndarray
        object (str), shape (lines,).
    is_bogus, is_duplicate, is_blank : numpy.ndarray
        bool, shape (lines,): a time that cannot be, a line equal to the one before it, a title with nothing to see.
    """

    plays: Plays
    artist_name: np.ndarray
    title: np.ndarray
    artist_mbid: np.ndarray
    track_mbid: np.ndarray
    is_bogus: np.ndarray
    is_duplicate: np.ndarray
    is_blank: np.ndarray

    @property
    def is_kept(self) -> np.ndarray:
        """Lines that count as plays: bool, shape (lines,)."""
        return ~(self.is_bogus | self.is_duplicate)


def write_down(catalogue: Catalogue, plays: Plays, rng: np.random.Generator) -> Lines:
    """Spell every play out as a line.

    Parameters
    ----------
    catalogue : Catalogue
        Where the names come from.
    plays : Plays
        What was played, oldest first within a user.
    rng : numpy.random.Generator
        Source of randomness.

    Returns
    -------
    Lines
        One per play, and one duplicate.
    """
    bogus, duplicate, blank = _trap_places(plays.user, rng)
    second = plays.second.copy()
    second[bogus] = np.array(BOGUS_TIMES, "datetime64[s]").astype(np.int64)
    artist = catalogue.track_artist[plays.track]
    title = _spell(catalogue.titles, plays.track, rng)
    title[blank] = BLANK_TITLES
    # Users in order, the newest first; the duplicate's play comes twice.
    order = np.lexsort((-np.arange(len(artist)), plays.user))
    order = np.repeat(order, 1 + (order == duplicate))
    return Lines(
        plays=Plays(plays.user[order], plays.track[order], second[order]),
        artist_name=_spell(catalogue.artists, artist, rng)[order],
        title=title[order],
        artist_mbid=_artist_mbids(len(catalogue.artists), rng)[artist][order],
        track_mbid=_track_mbids(plays.track, len(catalogue.titles), rng)[order],
        is_bogus=np.isin(order, bogus),
        is_duplicate=np.r_[False, order[1:] == order[:-1]],
        is_blank=np.isin(order, blank),
    )


def _trap_places(user: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, int, np.ndarray]:
    """Plays that get a bogus time (the latest of the two busiest users), are written twice, or lose their title."""
    last = np.flatnonzero(np.r_[user[1:] != user[:-1], True])
    busiest = np.argsort(-np.diff(np.r_[-1, last]), kind="stable")
    bogus = last[busiest[: len(BOGUS_TIMES)]]
    others = np.setdiff1d(np.arange(len(user)), bogus)
    places = rng.choice(others, 1 + len(BLANK_TITLES), replace=False)
    return bogus, int(places[0]), places[1:]


def _spell(names: list[str], which: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Write names as usual or, some of them and sometimes, in another way: object (str), as long as `which`."""
    usual = np.array(names, object)
    # Letters outside ASCII are where real spellings differ most; the first names bring every way into a small demo.
    varies = (rng.random(len(names)) < OTHER_SPELLING_SHARE) | np.array([not name.isascii() for name in names])
    varies[:ALWAYS_VARIED] = True
    other = usual.copy()
    other[varies] = [other_spelling(names[k], k) for k in np.flatnonzero(varies).tolist()]
    return np.where(rng.random(len(which)) < OTHER_SPELLING_CHANCE, other[which], usual[which])


def _artist_mbids(count: int, rng: np.random.Generator) -> np.ndarray:
    """Per artist, some without: object (str), (artists,)."""
    mbids = _mbids(count, rng)
    mbids[rng.random(count) < NO_ARTIST_MBID_SHARE] = ""
    mbids[0] = mbids[len(GENRES)] = _mbids(1, rng)[0]  # the two names of one artist, see ALIASES
    return mbids


def _track_mbids(track: np.ndarray, count: int, rng: np.random.Generator) -> np.ndarray:
    """Per play; some songs have none, some several that take turns: object (str), (plays,)."""
    versions = np.where(rng.random(count) < SEVERAL_MBIDS_SHARE, rng.integers(2, 7, count), 1)
    mbids = _mbids(versions.sum(), rng)
    first = np.cumsum(versions) - versions
    mbids[first[rng.random(count) < NO_TRACK_MBID_SHARE]] = ""
    return mbids[first[track] + (rng.random(len(track)) * versions[track]).astype(np.int64)]


def _mbids(count: int, rng: np.random.Generator) -> np.ndarray:
    """Random UUIDs: object (str), (count,)."""
    raw = rng.bytes(16 * int(count))
    return np.array([str(uuid.UUID(bytes=raw[k : k + 16], version=4)) for k in range(0, len(raw), 16)], object)
